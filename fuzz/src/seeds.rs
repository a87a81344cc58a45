//! Writes the examples of the rules' pages as seeds: `cargo run --bin seeds`, in `fuzz/`.

use std::fs;
use std::io;
use std::path::Path;

use touchmark::scan::RULES;
use touchmark::snapshot::{Manifest, archive_end, member};

fn main() -> io::Result<()> {
    for rule in RULES.iter() {
        for (index, block) in rule.page.split("\n```").skip(1).step_by(2).enumerate() {
            let (info, content) = block.split_once('\n').unwrap_or((block, ""));
            let path = info.split_whitespace().find_map(|word| word.strip_prefix("file=")).unwrap_or("SKILL.md");
            let target = match Path::new(path).extension().and_then(|extension| extension.to_str()) {
                Some("md") | None => "document",
                Some("json" | "toml" | "yaml" | "yml" | "cfg" | "txt") => "configuration",
                Some("zip" | "tar" | "gz" | "pyc" | "pkl" | "docx" | "ipynb" | "png" | "pdf") => "container",
                Some(_) => "script",
            };
            let folder = Path::new("corpus").join(target);
            fs::create_dir_all(&folder)?;
            // The first byte of most targets chooses the kind of file.
            let seed = if target == "document" { content.to_owned() } else { format!("\0{content}") };
            fs::write(folder.join(format!("{}-{index}", rule.id)), seed)?;
        }
    }
    let folder = Path::new("corpus/snapshot");
    fs::create_dir_all(folder)?;
    fs::write(folder.join("seed-0"), MANIFEST)?;
    fs::write(folder.join("seed-1"), [member(Manifest::MEMBER, MANIFEST.as_bytes()), archive_end().to_vec()].concat())?;
    let folder = Path::new("corpus/pack");
    fs::create_dir_all(folder)?;
    for (index, seed) in PACKS.iter().enumerate() {
        fs::write(folder.join(format!("seed-{index}")), seed)?;
    }
    let folder = Path::new("corpus/lockfile");
    fs::create_dir_all(folder)?;
    for (index, seed) in LOCKFILES.iter().enumerate() {
        fs::write(folder.join(format!("seed-{index}")), seed)?;
    }
    Ok(())
}

/// A manifest of nothing.
const MANIFEST: &str = concat!(
    r#"{"format":"touchmark-snapshot","version":2,"kind":"full","program":"0.1.0","ruleset":"1-0","#,
    r#""index":"00000000-0000-0000-0000-000000000000","sequence":0,"#,
    r#""root":"sha256:0000000000000000000000000000000000000000000000000000000000000000","follows":null,"#,
    r#""created_at":"2026-06-12T00:00:00.000Z","embedder":null,"#,
    r#""counts":{"takedowns":0,"threats":0,"statements":0,"sources":0,"repositories":0,"blobs":0,"bundles":0,"verdicts":0,"skills":0,"vectors":0},"parts":[]}"#
);

/// An envelope with a signature of nulls, and what a pack says.
const PACKS: &[&str] = &[
    concat!(
        r#"{"payload":"e30=","payloadType":"application/vnd.touchmark.signature-pack.v1+json","signatures":[{"keyid":"0123456789abcdef","sig":""#,
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
        r#""}]}"#
    ),
    concat!(
        r#"{"version":1,"issuer":"a","issued_at":"2026-06-12T00:00:00.000Z","expires_at":"2026-06-13T00:00:00.000Z","signatures":[],"threats":[{"#,
        r#""digests":["sha256:0000000000000000000000000000000000000000000000000000000000000000"],"packages":[{"ecosystem":"npm","name":"a","version":null}],"#,
        r#""category":"other","severity":"low","description":"x","references":[],"first_seen":"2026-06-12T00:00:00.000Z","#,
        r#""last_seen":"2026-06-12T00:00:00.000Z","report_count":0}]}"#
    ),
];

/// One lockfile of each format; the first byte chooses it.
const LOCKFILES: &[&str] = &[
    "\0{\"version\": 1, \"skills\": {\"a\": {\"path\": \"skills/a\", \"root_digest\": \"sha256:00\", \"pin\": {\"skill_id\": \"x\", \"source_url\": \"x\", \"verdict\": \"safe\"}}}}",
    "\u{1}{\"version\": 1, \"skills\": {\n<<<<<<< a\n\"a\": {\"computedHash\": \"00\"}\n=======\n\"b\": {}\n>>>>>>> b\n}}",
    "\u{2}{\"version\": 1, \"skills\": {\"a\": {\"version\": null, \"installedAt\": 1, \"sourcePath\": \"x\"}}}",
    "\u{3}lockfile_version: '1'\ndependencies:\n- repo_url: o/r\n  content_hash: sha256:00\n  deployed_file_hashes:\n    a/SKILL.md: sha256:00\n",
    "\u{4}[metadata]\nversion = \"3.0\"\n[[skills]]\nid = \"a\"\n[skills.resolved]\nchecksum = \"sha256:00\"\n",
    "\u{5}---\nname: a\nmetadata:\n  github-tree-sha: 00\n  github-path: x\n---\n",
    "\u{6}{\"version\": 3, \"skills\": {\"a\": {\"skillFolderHash\": \"00\", \"skillPath\": \"x/SKILL.md\"}}}",
];
