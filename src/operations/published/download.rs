//! A skill as the `skills` command line downloads it: its files as texts in one JSON object.

use super::artifact::servable_files;
use super::content::offered_skill;
use super::scope::CollectionScope;
use crate::api::Problem;
use crate::operations::{ClientAddress, Services, admit_lookups, give_back};
use crate::recipe::{FileMode, HashRecipe, RecipeFile};

/// The files of a skill with their digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillDownload {
    /// The files, SKILL.md first.
    pub files: Vec<DownloadedFile>,
    /// The digest that this client writes into `skills-lock.json` as `computedHash`.
    pub hash: String,
}

/// A file of a download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownloadedFile {
    /// The path in the skill.
    pub path: String,
    /// What is in it.
    pub contents: String,
}

/// Returns the files of a skill of a GitHub repository. Draws one look-up of `client`.
///
/// # Errors
/// Fails where there is no such skill, where it is not handed out, or where a file is not UTF-8,
/// which this format cannot carry: the client clones the repository then.
pub async fn download_skill(
    services: &Services,
    client: Option<ClientAddress>,
    scope: &CollectionScope,
    skill: &str,
) -> Result<SkillDownload, Problem> {
    let draw = admit_lookups(services, client, 1)?;
    let downloaded = download(services, scope, skill).await;
    if downloaded.is_err() {
        give_back(services, draw);
    }
    downloaded
}

async fn download(services: &Services, scope: &CollectionScope, skill: &str) -> Result<SkillDownload, Problem> {
    let (record, raw) = offered_skill(services, scope, skill).await?;
    let refused = |reason: &str| {
        Problem::not_found(format!("the skill {} is not handed out as texts: {reason}", record.skill_id))
    };
    let files = servable_files(&raw).map_err(|reason| refused(&reason.to_string()))?;
    let hashed: Vec<RecipeFile<'_>> =
        files.iter().map(|file| RecipeFile::new(file.path, file.bytes, FileMode::Regular)).collect();
    let hash = HashRecipe::SkillsLock.compute(&hashed).ok_or_else(|| refused("it has no digest of that kind"))?;
    let text = |file: &super::artifact::ServableFile<'_>| {
        let contents = String::from_utf8(file.bytes.to_vec()).map_err(|_| refused("a file is not UTF-8"))?;
        Ok(DownloadedFile { path: file.path.to_owned(), contents })
    };
    Ok(SkillDownload { files: files.iter().map(text).collect::<Result<_, Problem>>()?, hash: hash.to_string() })
}
