//! What each format records.

use super::super::{Entry, Lockfile, LockfileKind, Recorded, parse};

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const TREE: &str = "c9e13b852ccbcf9a60ba6baf56c14d46a1b4daec";

fn read(kind: LockfileKind, text: &str) -> Lockfile {
    let text = text.replace("{A}", A).replace("{B}", B).replace("{TREE}", TREE);
    parse(kind, text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn entries(lockfile: &Lockfile) -> Vec<&Entry> {
    lockfile.entries.iter().map(|entry| entry.as_ref().unwrap_or_else(|error| panic!("{error}"))).collect()
}

/// Says what an entry records, in a line.
fn shown(entry: &Entry) -> String {
    let recorded = match &entry.recorded {
        Recorded::Folder(digests) => digests
            .iter()
            .map(|digest| format!("{:?} {} at {}", digest.recipe, &digest.digest[..11], digest.key))
            .collect::<Vec<_>>()
            .join(", "),
        Recorded::Files { files, is_whole_folder, .. } => {
            let files: Vec<&str> = files.keys().map(|path| path.as_str()).collect();
            format!("{} of {}", files.join(" "), if *is_whole_folder { "a skill" } else { "the project" })
        }
        Recorded::Nothing(_) => "nothing".to_owned(),
    };
    let source = entry.origin.source_url.as_deref().unwrap_or("unknown");
    format!("{} | {recorded} | {source}", entry.name)
}

#[test]
fn skills_lock_json_records_a_weak_hash_of_each_skill() {
    let lockfile = read(
        LockfileKind::SkillsLock,
        r#"{"version": 1, "skills": {
            "pdf": {"source": "anthropics/skills", "ref": "main", "sourceType": "github",
                    "skillPath": "skills/pdf/SKILL.md", "computedHash": "{A}", "later": {"x": [1]}},
            "mine": {"source": "./tools/mine", "sourceType": "local", "skillPath": "tools/mine/SKILL.md", "computedHash": "{B}"}
        }}"#,
    );
    let entries = entries(&lockfile);
    assert_eq!(
        entries.iter().map(|entry| shown(entry)).collect::<Vec<_>>(),
        [
            "mine | SkillsLock bbbbbbbbbbb at skills.mine.computedHash | unknown",
            "pdf | SkillsLock aaaaaaaaaaa at skills.pdf.computedHash | https://github.com/anthropics/skills/blob/main/skills/pdf/SKILL.md",
        ]
    );
    let places = |entry: &Entry| entry.places.iter().map(|place| place.as_str().to_owned()).collect::<Vec<_>>();
    assert!(places(entries[0]).contains(&"tools/mine".to_owned()));
    assert!(places(entries[1]).contains(&".claude/skills/pdf".to_owned()));
    // The path of a skill in a repository is none in the project.
    assert!(!places(entries[1]).contains(&"skills/pdf/SKILL.md".to_owned()));
}

#[test]
fn the_global_lock_records_git_trees_and_older_versions_are_refused() {
    let lockfile = read(
        LockfileKind::GlobalSkillLock,
        r#"{"version": 3, "skills": {
            "pdf": {"source": "o/r", "sourceType": "github", "sourceUrl": "https://github.com/o/r.git",
                    "skillPath": "pdf/SKILL.md", "skillFolderHash": "{TREE}", "installedAt": "x", "updatedAt": "y"},
            "local": {"source": "x", "sourceType": "local", "sourceUrl": "/x", "skillFolderHash": ""}
        }, "dismissed": {}, "lastSelectedAgents": ["codex"]}"#,
    );
    assert_eq!(
        entries(&lockfile).iter().map(|entry| shown(entry)).collect::<Vec<_>>(),
        [
            "local | nothing | unknown",
            "pdf | GitTree c9e13b852cc at skills.pdf.skillFolderHash | https://github.com/o/r/blob/HEAD/pdf/SKILL.md",
        ]
    );
    for (kind, text) in [
        (LockfileKind::GlobalSkillLock, r#"{"version": 2, "skills": {}}"#),
        (LockfileKind::SkillsLock, r#"{"version": 2, "skills": {}}"#),
        (LockfileKind::Touchmark, r#"{"version": 2, "skills": {}}"#),
        (LockfileKind::ClawHub, r#"{"version": 0, "skills": {}}"#),
        (LockfileKind::Fastskill, "[metadata]\nversion = \"2.0\"\n"),
        (LockfileKind::Apm, "lockfile_version: '9'\n"),
    ] {
        let error = parse(kind, text.as_bytes()).expect_err(text);
        assert!(error.key().ends_with("version") && error.reason().contains("read"), "{error}");
    }
}

#[test]
fn clawhub_records_a_version_and_no_bytes() {
    let lockfile = read(
        LockfileKind::ClawHub,
        r#"{"version": 1, "skills": {"pdf": {"version": "1.2.0", "installedAt": 1700000000000, "pinned": true,
            "sourceRepository": "https://github.com/o/r", "sourcePath": "pdf"}, "x": {"version": null, "installedAt": 1}}}"#,
    );
    assert_eq!(
        entries(&lockfile).iter().map(|entry| shown(entry)).collect::<Vec<_>>(),
        ["pdf | nothing | https://github.com/o/r/blob/HEAD/pdf/SKILL.md", "x | nothing | unknown"]
    );
}

#[test]
fn apm_records_the_package_and_each_file_of_each_skill() {
    let lockfile = read(
        LockfileKind::Apm,
        "lockfile_version: '1'\ndependencies:\n- repo_url: o/r\n  resolved_commit: abc\n  resolved_ref: main\n  \
         content_hash: sha256:{A}\n  deployed_files: [.agents/skills/pdf]\n  deployed_file_hashes:\n    \
         .agents/skills/pdf/SKILL.md: sha256:{A}\n    .agents/skills/pdf/scripts/run.sh: sha256:{B}\n    \
         .github/instructions/x.md: sha256:{B}\n    db://workflows/x: sha256:{B}\n\
         local_deployed_file_hashes:\n  .claude/skills/own/SKILL.md: sha256:{A}\n",
    );
    let entries = entries(&lockfile);
    assert_eq!(
        entries.iter().map(|entry| shown(entry)).collect::<Vec<_>>(),
        [
            "r | ApmContent sha256:aaaa at dependencies[0].content_hash | https://github.com/o/r/blob/main/SKILL.md",
            "(no skill) | .github/instructions/x.md of the project | unknown",
            "pdf | SKILL.md scripts/run.sh of a skill | https://github.com/o/r/blob/main/SKILL.md",
            "own | SKILL.md of a skill | unknown",
        ]
    );
    assert_eq!((entries[0].is_optional, entries[0].places[0].as_str()), (true, "apm_modules/o/r"));
    assert_eq!(entries[2].places[0].as_str(), ".agents/skills/pdf");
}

#[test]
fn fastskill_records_a_checksum_in_one_of_several_forms() {
    let text = |checksum: &str| {
        format!(
            "[metadata]\nversion = \"3.0\"\n\n[[skills]]\nid = \"pdf\"\nname = \"PDF\"\ndepth = 0\n\n[skills.origin]\n\
             type = \"git\"\nurl = \"https://github.com/o/r\"\nsubdir = \"pdf\"\n\n[skills.resolved]\nversion = \"1.0.0\"\n\
             commit_hash = \"abc\"\n{checksum}"
        )
    };
    for (checksum, expected) in [
        ("checksum = \"sha256:{A}\"\n", "pdf | Fastskill sha256:aaaa at skills[0].resolved.checksum"),
        ("checksum = \"sha256-tree-v2:{A}\"\n", "pdf | nothing"),
        ("", "pdf | nothing"),
    ] {
        let lockfile = read(LockfileKind::Fastskill, &text(checksum));
        let shown = shown(entries(&lockfile)[0]);
        assert_eq!(shown, format!("{expected} | https://github.com/o/r/blob/HEAD/pdf/SKILL.md"));
    }
    let other = read(LockfileKind::Fastskill, " {\"version\": 1}");
    assert_eq!((other.entries.len(), other.notices.len()), (0, 1));
}

#[test]
fn the_keys_of_gh_are_read_from_the_frontmatter() {
    let text = "---\ndescription: x\nmetadata:\n    github-path: skills/pdf\n    github-pinned: v1.0.0\n    \
                github-ref: refs/tags/v1.0.0\n    github-repo: https://github.com/o/r\n    github-tree-sha: {TREE}\nname: pdf\n---\nBody\n";
    let lockfile = read(LockfileKind::GitHub, text);
    assert_eq!(
        entries(&lockfile).iter().map(|entry| shown(entry)).collect::<Vec<_>>(),
        [
            "skill | GitTree c9e13b852cc at metadata.github-tree-sha | https://github.com/o/r/blob/v1.0.0/skills/pdf/SKILL.md"
        ]
    );
    for text in [
        "---\nname: pdf\n---\n",
        "",
        "github-tree-sha: {TREE}\n",
        "---\nname: pdf\n---\nThe key github-tree-sha is written by gh.\n",
    ] {
        assert_eq!(read(LockfileKind::GitHub, text).entries, [], "{text}");
    }
}

#[test]
fn both_sides_of_a_merge_are_read_and_theirs_counts() {
    let text = r#"{
  "version": 1,
  "skills": {
    "both": {"computedHash": "{A}"},
<<<<<<< HEAD
    "ours": {"computedHash": "{A}"},
    "same": {"computedHash": "{A}"}
||||||| base
    "same": {"computedHash": "{A}"}
=======
    "same": {"computedHash": "{B}"},
    "theirs": {"computedHash": "{B}"}
>>>>>>> topic
  }
}
"#;
    let lockfile = read(LockfileKind::SkillsLock, text);
    assert_eq!(
        entries(&lockfile).iter().map(|entry| shown(entry)[..18].to_owned()).collect::<Vec<_>>(),
        ["both | SkillsLock ", "ours | SkillsLock ", "same | SkillsLock ", "theirs | SkillsLoc"]
    );
    assert!(shown(entries(&lockfile)[2]).contains("bbbb"));
    assert_eq!(lockfile.notices.len(), 1);
    assert!(lockfile.notices[0].contains("conflict") && lockfile.notices[0].contains("same"), "{:?}", lockfile.notices);
    // The marks of a format in which a line is not a line of text cannot be told from text.
    let error = parse(LockfileKind::Apm, b"a: |\n  x\n<<<<<<< HEAD\n").expect_err("marks");
    assert!(error.reason().contains("conflict"), "{error}");
}
