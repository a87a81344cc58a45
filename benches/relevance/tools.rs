//! Tools of published sets as skills: a corpus file that the program ingests, and judgements
//! that name the digests of its files.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use serde::Deserialize;
use serde_json::json;
use touchmark::skill::Sha256Digest;

use super::Outcome;
use super::sets::Set;

/// The corpus file, below the folder of the set.
pub const CORPUS: &str = "corpus.jsonl";
const JUDGEMENTS: &str = "qrels.tsv";

/// Characters of a description, as the specification of skills bounds it.
const DESCRIPTION_CHARACTERS: usize = 1_024;

#[derive(Deserialize)]
struct Tool {
    _id: String,
    title: String,
    text: String,
}

/// Writes corpus and judgements of the set in `source` into `folder`.
pub fn prepare(name: &str, source: &Path, folder: &Path) -> Outcome<Set> {
    fs::create_dir_all(folder)?;
    let mut ids = HashMap::new();
    let mut corpus = BufWriter::new(File::create(folder.join(CORPUS))?);
    for line in fs::read_to_string(source.join("corpus.jsonl"))?.lines() {
        let tool: Tool = serde_json::from_str(line)?;
        let content = skill(&tool);
        let digest = Sha256Digest::of(content.as_bytes()).to_hex();
        let path = format!("skills/{}/SKILL.md", &Sha256Digest::of(tool._id.as_bytes()).to_hex()[..16]);
        let row = json!({ "repo": format!("tools/{name}"), "path": path, "content": content, "sha256": digest });
        writeln!(corpus, "{row}")?;
        ids.insert(tool._id, digest[..16].to_owned());
    }
    corpus.flush()?;
    let mut judgements = String::from("query-id\tcorpus-id\tscore\n");
    for line in fs::read_to_string(source.join("qrels.tsv"))?.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [query, tool, score] = fields[..] else { return Err(format!("{name}: a judgement of `{line}`").into()) };
        let id = ids.get(tool).ok_or_else(|| format!("{name}: a judgement names the unknown tool {tool}"))?;
        judgements.push_str(&format!("{query}\t{id}\t{score}\n"));
    }
    fs::write(folder.join(JUDGEMENTS), judgements)?;
    Ok(Set {
        name: name.to_owned(),
        queries: source.join("queries.jsonl"),
        judgements: folder.join(JUDGEMENTS),
        clusters: None,
        pool: None,
        negatives: None,
        macro_families: None,
    })
}

/// Writes a tool down as a skill: its first paragraph describes it. A string of JSON is one of
/// YAML as well.
fn skill(tool: &Tool) -> String {
    let summary = tool.text.split("\n\n").next().unwrap_or_default();
    let description: String = summary.chars().take(DESCRIPTION_CHARACTERS).collect();
    format!(
        "---\nname: {}\ndescription: {}\n---\n\n# {}\n\n{}\n",
        json!(tool.title),
        json!(description),
        tool.title,
        tool.text
    )
}
