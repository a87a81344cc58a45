//! The room at its door: files in, figures out.

mod formats;
mod measuring;
mod runs;

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

/// A folder with the files of a small judged set.
pub(super) struct Set {
    pub folder: TempDir,
    pub files: JudgedFiles,
}

/// The digest of a SKILL.md with this text.
pub(super) fn digest(text: &str) -> crate::skill::Sha256Digest {
    crate::skill::Sha256Digest::of(text.as_bytes())
}

pub(super) fn id(text: &str) -> ClusterId {
    ClusterId::of(digest(text))
}

impl Set {
    /// Writes queries `(id, family, what is relevant)`; the last are names of files.
    pub fn new(queries: &[(&str, Option<&str>, &[&str])]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut rows, mut judgements) = (String::new(), "query-id\tcorpus-id\tscore\n".to_owned());
        for (query, family, relevant) in queries {
            let row = serde_json::json!({ "_id": query, "text": format!("text of {query}"), "family": family });
            rows.push_str(&format!("{row}\n"));
            for name in *relevant {
                judgements.push_str(&format!("{query}\t{}\t1\n", id(name)));
            }
        }
        let path = |name: &str, text: &str| -> PathBuf {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("a file");
            path
        };
        let files = JudgedFiles {
            queries: path("queries.jsonl", &rows),
            judgements: path("qrels.tsv", &judgements),
            clusters: None,
            pool: None,
            negatives: None,
        };
        Self { folder, files }
    }

    /// Writes a file beside the others.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path
    }

    pub fn read(&self) -> Judged {
        Judged::read(&self.files).expect("a judged set")
    }
}
