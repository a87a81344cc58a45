//! Models that fastembed knows by name, and whether they are on this machine.

use std::path::Path;

use fastembed::{EmbeddingModel, RerankerModel, TextEmbedding, TextRerank};

use super::Download;
use super::folder::Prompts;
use crate::search::EmbedError;
use crate::skill::Sha256Digest;

/// Files of every model, beside the model itself.
const TOKENIZER_FILES: [&str; 4] =
    ["tokenizer.json", "config.json", "special_tokens_map.json", "tokenizer_config.json"];

/// What the makers of a family put before texts; the first part of a name that fits counts.
const PROMPTS: [(&str, &str, &str); 9] = [
    ("e5", "query: ", "passage: "),
    ("nomic", "search_query: ", "search_document: "),
    ("modernbertembed", "search_query: ", "search_document: "),
    ("embeddinggemma", "task: search result | query: ", "title: none | text: "),
    ("snowflake", "Represent this sentence for searching relevant passages: ", ""),
    ("mxbai", "Represent this sentence for searching relevant passages: ", ""),
    ("bgesmallen", "Represent this sentence for searching relevant passages: ", ""),
    ("bgebaseen", "Represent this sentence for searching relevant passages: ", ""),
    ("bgelargeen", "Represent this sentence for searching relevant passages: ", ""),
];

/// Where the files of a model lie in the hub.
pub(super) struct HubFiles {
    /// The repository of the model.
    repository: String,
    /// The model and what belongs to it.
    files: Vec<String>,
}

/// Finds an embedding model by its name in fastembed or in the hub, however it is spelled.
///
/// # Errors
/// Lists the names that there are.
pub(super) fn embedding_model(name: &str) -> Result<(EmbeddingModel, HubFiles), EmbedError> {
    let mut models = TextEmbedding::list_supported_models();
    models.sort_by_key(|info| format!("{:?}", info.model));
    let found = models
        .iter()
        .find(|info| is_same(name, &format!("{:?}", info.model)))
        .or_else(|| models.iter().find(|info| is_of_hub(name, &info.model_code)));
    let Some(info) = found else {
        let names = models.iter().map(|info| format!("{:?}", info.model)).collect();
        return Err(unknown("embedding model", name, names));
    };
    let files = [std::slice::from_ref(&info.model_file), &info.additional_files].concat();
    Ok((info.model.clone(), HubFiles { repository: info.model_code.clone(), files }))
}

/// Finds a cross-encoder in the same way.
///
/// # Errors
/// Lists the names that there are.
pub(super) fn reranker_model(name: &str) -> Result<(RerankerModel, HubFiles), EmbedError> {
    let models = TextRerank::list_supported_models();
    let found =
        models.iter().find(|info| is_same(name, &format!("{:?}", info.model)) || is_of_hub(name, &info.model_code));
    let Some(info) = found else {
        return Err(unknown("reranker", name, models.iter().map(|info| format!("{:?}", info.model)).collect()));
    };
    let files = [std::slice::from_ref(&info.model_file), &info.additional_files].concat();
    Ok((info.model.clone(), HubFiles { repository: info.model_code.clone(), files }))
}

/// Returns what is put before the texts of a model.
pub(super) fn prompts(model: &EmbeddingModel) -> Prompts {
    let name = plain(&format!("{model:?}"));
    PROMPTS.iter().find(|(part, ..)| name.contains(part)).map_or_else(Prompts::default, |(_, query, document)| {
        Prompts { query: (*query).to_owned(), document: (*document).to_owned() }
    })
}

impl HubFiles {
    /// Tells whether the files are in the cache folder, if they may not be fetched.
    ///
    /// # Errors
    /// Says which file is missing.
    pub(super) fn check(&self, cache: &Path, download: Download) -> Result<(), EmbedError> {
        if download == Download::Allowed {
            return Ok(());
        }
        let missing = |file: &str| {
            EmbedError(format!(
                "the model {} is not on this machine yet ({file} is not in {}); the next `touchmark ingest` or `touchmark serve` fetches it",
                self.repository,
                cache.display()
            ))
        };
        let snapshot = self.revision(cache).map(|revision| self.folder(cache).join("snapshots").join(revision));
        let snapshot = snapshot.ok_or_else(|| missing("refs/main"))?;
        let mut files = self.files.iter().map(String::as_str).chain(TOKENIZER_FILES);
        files.find(|file| !snapshot.join(file).is_file()).map_or(Ok(()), |file| Err(missing(file)))
    }

    /// Returns what tells the state of the model that is in the cache from others.
    pub(super) fn version(&self, cache: &Path) -> String {
        let revision = self.revision(cache).unwrap_or_default();
        Sha256Digest::of(format!("{} {:?} {revision}", self.repository, self.files).as_bytes()).to_hex()[..16]
            .to_owned()
    }

    fn revision(&self, cache: &Path) -> Option<String> {
        let revision = std::fs::read_to_string(self.folder(cache).join("refs/main")).ok()?;
        Some(revision.trim().to_owned())
    }

    fn folder(&self, cache: &Path) -> std::path::PathBuf {
        cache.join(format!("models--{}", self.repository.replace('/', "--")))
    }
}

fn is_same(left: &str, right: &str) -> bool {
    plain(left) == plain(right)
}

/// Compares with the repository in the hub, or with its name alone.
fn is_of_hub(name: &str, repository: &str) -> bool {
    is_same(name, repository) || repository.rsplit('/').next().is_some_and(|last| is_same(name, last))
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}

fn unknown(kind: &str, name: &str, names: Vec<String>) -> EmbedError {
    EmbedError(format!("fastembed has no {kind} `{name}`; it has {}", names.join(", ")))
}
