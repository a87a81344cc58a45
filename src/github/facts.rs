//! What GitHub knows of a repository.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::answer::{Answer, Content, nonsense};
use super::client::Resource;
use super::{GithubClient, GithubError, RepositoryName};
use crate::skill::{RepositoryFacts, Timestamp, sanitise_line};

/// Topics that are kept; GitHub allows twenty.
const TOPICS: usize = 20;
/// The largest count that is believed.
const MOST: u64 = u32::MAX as u64;
/// Characters of a topic, a licence or a branch that are kept.
const WORD_CHARACTERS: usize = 100;

#[derive(Deserialize)]
struct Repository {
    full_name: String,
    #[serde(default)]
    private: bool,
    stargazers_count: Option<u64>,
    archived: Option<bool>,
    fork: Option<bool>,
    pushed_at: Option<Timestamp>,
    default_branch: Option<String>,
    license: Option<License>,
    homepage: Option<String>,
    #[serde(default)]
    topics: Vec<String>,
}

#[derive(Deserialize)]
struct License {
    spdx_id: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Commit {
    commit: CommitBody,
}

#[derive(Deserialize)]
struct CommitBody {
    committer: Option<Signature>,
    author: Option<Signature>,
}

#[derive(Deserialize)]
struct Signature {
    date: Option<Timestamp>,
}

impl GithubClient {
    /// Asks what is known of a repository. `known` is what was said before: where nothing
    /// changed since, that is one request which costs nothing, and it stays true.
    ///
    /// A repository that is gone, or not public, is an answer: `is_gone`. What cannot be asked
    /// beside the repository itself stays as it was known.
    ///
    /// # Errors
    /// Fails where the API gives no answer; nothing is known then.
    pub async fn facts(
        &self,
        repository: &RepositoryName,
        known: Option<&RepositoryFacts>,
        now: Timestamp,
    ) -> Result<RepositoryFacts, GithubError> {
        let known = known.cloned().unwrap_or_default();
        let tag = known.entity_tag.as_deref().filter(|_| !known.is_gone);
        let content = match self.get(Resource::Core, &format!("repos/{repository}"), &[], tag, now).await? {
            Answer::NotModified if tag.is_some() => return Ok(RepositoryFacts { asked_at: Some(now), ..known }),
            Answer::Content(content) => content,
            Answer::Gone => return Ok(gone(known, now)),
            // A repository that was taken down is told of with 403 as well.
            Answer::Withheld { reason } if reason.to_lowercase().contains("blocked") => return Ok(gone(known, now)),
            Answer::Withheld { reason } => return Err(GithubError::Refused { reason }),
            Answer::Empty | Answer::NotModified => return Err(nonsense("a repository is something")),
        };
        let row: Repository = content.json()?;
        if row.private {
            return Ok(gone(known, now));
        }
        let place = RepositoryName::parse(&row.full_name).ok_or_else(|| nonsense("the repository has no name"))?;
        let has_moved = !place.is_same(repository);
        let mut facts = RepositoryFacts {
            stars: row.stargazers_count.map(|stars| stars.min(MOST)),
            license: row.license.and_then(License::name),
            is_archived: row.archived,
            is_fork: row.fork,
            first_commit_at: known.first_commit_at,
            pushed_at: row.pushed_at,
            contributors: known.contributors,
            releases: known.releases,
            homepage: row.homepage.as_deref().map(str::trim).filter(|homepage| !homepage.is_empty()).map(word),
            topics: row.topics.iter().take(TOPICS).map(|topic| word(topic)).collect(),
            default_branch: row.default_branch.as_deref().map(word),
            moved_to: self.address().key_of(&place).filter(|_| has_moved),
            is_gone: false,
            asked_at: Some(now),
            entity_tag: content.entity_tag,
        };
        let is_whole = self.complete(&place, &mut facts, now).await?;
        if !is_whole {
            // Without it everything is asked again the next time.
            facts.entity_tag = None;
        }
        Ok(facts)
    }

    /// Asks for what has a page of its own; tells whether everything was answered.
    async fn complete(
        &self,
        place: &RepositoryName,
        facts: &mut RepositoryFacts,
        now: Timestamp,
    ) -> Result<bool, GithubError> {
        let mut is_whole = true;
        // Who committed first does not change.
        if facts.first_commit_at.is_none() {
            match self.first_commit(place, now).await {
                Ok(first) => facts.first_commit_at = first.filter(|first| *first <= now),
                Err(error) => is_whole = passing(error)?,
            }
        }
        // Somebody who has no account counts as well.
        match self.count(place, "contributors", &[("anon", "true".to_owned())], now).await {
            Ok(Some(count)) => facts.contributors = Some(count),
            // The list of a repository as large as Linux is not told.
            Ok(None) => {}
            Err(error) => is_whole = passing(error)?,
        }
        match self.count(place, "releases", &[], now).await {
            Ok(Some(count)) => facts.releases = Some(count),
            Ok(None) => {}
            Err(error) => is_whole = passing(error)?,
        }
        Ok(is_whole)
    }

    /// Finds the first commit of the default branch: the last one of a list with one on a page.
    async fn first_commit(&self, place: &RepositoryName, now: Timestamp) -> Result<Option<Timestamp>, GithubError> {
        let path = format!("repos/{place}/commits");
        let Some(newest) = content(self.get(Resource::Core, &path, &one(1), None, now).await?) else {
            return Ok(None);
        };
        let oldest = match newest.pages.last.filter(|page| *page > 1) {
            None => Some(newest),
            Some(page) => content(self.get(Resource::Core, &path, &one(page), None, now).await?),
        };
        let Some(oldest) = oldest else { return Ok(None) };
        let commits: Vec<Commit> = oldest.json()?;
        let date = |commit: &Commit| {
            let CommitBody { committer, author } = &commit.commit;
            committer.as_ref().or(author.as_ref()).and_then(|signature| signature.date)
        };
        Ok(commits.last().and_then(date))
    }

    /// Counts the rows of a list: its last page, with one row on each. `None` where the host
    /// does not tell.
    async fn count(
        &self,
        place: &RepositoryName,
        list: &str,
        more: &[(&str, String)],
        now: Timestamp,
    ) -> Result<Option<u64>, GithubError> {
        let query: Vec<_> = one(1).into_iter().chain(more.iter().cloned()).collect();
        let content = match self.get(Resource::Core, &format!("repos/{place}/{list}"), &query, None, now).await? {
            Answer::Content(content) => content,
            Answer::Empty => return Ok(Some(0)),
            Answer::Gone | Answer::Withheld { .. } | Answer::NotModified => return Ok(None),
        };
        let rows = content.json::<Vec<IgnoredAny>>()?.len() as u64;
        Ok(Some(content.pages.last.map_or(rows, u64::from)))
    }
}

impl License {
    fn name(self) -> Option<String> {
        let is_told = |id: &String| !id.is_empty() && id != "NOASSERTION";
        self.spdx_id.filter(is_told).or(self.name).map(|name| word(&name))
    }
}

/// A limit ends the whole, since everything else would be refused as well; the rest is passed
/// over.
fn passing(error: GithubError) -> Result<bool, GithubError> {
    if matches!(error, GithubError::Limited { .. }) { Err(error) } else { Ok(false) }
}

fn gone(known: RepositoryFacts, now: Timestamp) -> RepositoryFacts {
    RepositoryFacts { is_gone: true, moved_to: None, asked_at: Some(now), entity_tag: None, ..known }
}

fn content(answer: Answer) -> Option<Content> {
    match answer {
        Answer::Content(content) => Some(content),
        _ => None,
    }
}

fn one(page: u32) -> [(&'static str, String); 2] {
    [("per_page", "1".to_owned()), ("page", page.to_string())]
}

fn word(text: &str) -> String {
    sanitise_line(text, WORD_CHARACTERS)
}
