//! One request for repositories: a page of an account, or a page of a search.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::answer::{Answer, nonsense};
use super::client::Resource;
use super::{Finder, GithubClient, GithubError, RepositoryName, SizeRange};
use crate::skill::Timestamp;

/// Rows of a page, the most that the API gives.
const PAGE_ROWS: u32 = 100;
/// Results of one search that can be read, however many there are.
const SEARCH_RESULTS: u64 = 1_000;
/// Pages of one account; one with more repositories is cut.
const OWNER_PAGES: u32 = 1_000;

/// What a step found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Repositories, each once, in one order.
    pub repositories: Vec<RepositoryName>,
    /// Steps that are left to be done.
    pub next: Vec<Finder>,
    /// Whether there is more that cannot be asked for.
    pub is_cut: bool,
}

#[derive(Deserialize)]
struct Repository {
    full_name: String,
    #[serde(default)]
    private: bool,
    #[serde(default)]
    fork: bool,
    #[serde(default)]
    disabled: bool,
    size: Option<u64>,
    created_at: Option<Timestamp>,
    pushed_at: Option<Timestamp>,
}

impl Repository {
    /// A repository of a few lines has no size either, but somebody pushed to it.
    fn is_empty(&self) -> bool {
        self.size == Some(0) && self.pushed_at <= self.created_at
    }
}

#[derive(Deserialize)]
struct SearchPage {
    total_count: u64,
    #[serde(default)]
    incomplete_results: bool,
    items: Vec<SearchItem>,
}

#[derive(Deserialize)]
struct SearchItem {
    repository: SearchRepository,
}

#[derive(Deserialize)]
struct SearchRepository {
    full_name: String,
    #[serde(default)]
    private: bool,
}

impl GithubClient {
    /// Does one step: asks for one page, and tells which steps are left.
    ///
    /// # Errors
    /// Fails where the API does; the step can be done again.
    pub async fn find(&self, finder: &Finder, now: Timestamp) -> Result<Found, GithubError> {
        match finder {
            Finder::Owner { owner, page } => self.owner_page(owner, *page, now).await,
            Finder::Search { sizes, page } => self.search_page(*sizes, *page, now).await,
        }
    }

    async fn owner_page(&self, owner: &str, page: u32, now: Timestamp) -> Result<Found, GithubError> {
        let query = [
            ("type", "owner".to_owned()),
            // So that pages do not move while they are read.
            ("sort", "full_name".to_owned()),
            ("per_page", PAGE_ROWS.to_string()),
            ("page", page.to_string()),
        ];
        let answer = self.get(Resource::Core, &format!("users/{owner}/repos"), &query, None, now).await?;
        let content = match answer {
            Answer::Content(content) => content,
            Answer::Empty => return Ok(Found::default()),
            Answer::Gone => return Err(GithubError::Gone { what: format!("the account {owner}") }),
            Answer::Withheld { reason } => return Err(GithubError::Refused { reason }),
            Answer::NotModified => return Err(nonsense("it says that nothing changed, and was not asked")),
        };
        let rows: Vec<Repository> = content.json()?;
        let is_wanted = |row: &Repository| !row.private && !row.fork && !row.disabled && !row.is_empty();
        let repositories = distinct(rows.iter().filter(|row| is_wanted(row)).map(|row| row.full_name.as_str()));
        let has_more = content.pages.next.is_some_and(|next| next > page) && !rows.is_empty();
        let next = Finder::Owner { owner: owner.to_owned(), page: page.saturating_add(1) };
        let is_cut = has_more && page >= OWNER_PAGES;
        Ok(Found { repositories, next: Vec::from_iter((has_more && !is_cut).then_some(next)), is_cut })
    }

    async fn search_page(&self, sizes: SizeRange, page: u32, now: Timestamp) -> Result<Found, GithubError> {
        if !self.has_token() {
            return Err(GithubError::NoToken { what: "the search for files" });
        }
        let query = [
            ("q", format!("filename:SKILL.md size:{sizes}")),
            ("per_page", PAGE_ROWS.to_string()),
            ("page", page.to_string()),
        ];
        let answer = match self.get(Resource::CodeSearch, "search/code", &query, None, now).await? {
            Answer::Content(content) => content.json::<SearchPage>()?,
            Answer::Withheld { reason } => return Err(GithubError::Refused { reason }),
            Answer::Empty | Answer::Gone | Answer::NotModified => return Err(nonsense("a search has results")),
        };
        let public = answer.items.iter().map(|item| &item.repository).filter(|repository| !repository.private);
        let mut found = Found {
            repositories: distinct(public.map(|repository| repository.full_name.as_str())),
            ..Found::default()
        };
        if page > 1 {
            return Ok(found);
        }
        // The host gives up on searches that take long, and smaller ones take less.
        let is_too_much = answer.total_count > SEARCH_RESULTS || answer.incomplete_results;
        match sizes.split().filter(|_| is_too_much) {
            Some(parts) => found.next.extend(parts.map(|sizes| Finder::Search { sizes, page: 1 })),
            None => {
                let rows = answer.total_count.min(SEARCH_RESULTS);
                let pages = rows.div_ceil(u64::from(PAGE_ROWS)) as u32;
                found.next.extend((2..=pages).map(|page| Finder::Search { sizes, page }));
                found.is_cut = is_too_much;
            }
        }
        Ok(found)
    }
}

/// Returns the repositories of these names, each once; what is no name is left out.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<RepositoryName> {
    let mut seen = BTreeSet::new();
    let names = names.filter_map(RepositoryName::parse);
    names.filter(|name| seen.insert(name.to_string().to_ascii_lowercase())).collect()
}
