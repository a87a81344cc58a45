//! `index/sources.toml`: what is crawled, and whose it is.
//!
//! ```toml
//! version = 1
//!
//! [[publisher]]
//! id = "example"
//! name = "Example Ltd"
//! owners = ["github.com/example"]
//! is_vendor = true
//! domain = "example.com"
//!
//! [[source]]
//! source = "github:example/skills"
//! publisher = "example"
//! max_files = 100000
//! ```
//!
//! A vendor makes what its skills are about; others write about what is not theirs.

use std::collections::HashSet;

use serde::Deserialize;

use super::USUAL_BOUNDS;
use crate::skill::{PublisherStanding, Publishers, line_of, sanitise_line};
use crate::store::JobBounds;
use crate::trust::{Domain, ListedPublisher, PublisherDirectory};

/// The list that ships with the program.
const BUILTIN: &str = include_str!("../../index/sources.toml");
/// The version of the format.
const VERSION: u32 = 1;
/// Sources of one list.
const LIST_SOURCES: usize = 100_000;

/// Who publishes skills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// The name in this list.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// Hosts with accounts, such as `github.com/owner`, in lower case.
    pub owners: Vec<String>,
    /// Whether it makes what its skills are about.
    pub is_vendor: bool,
    /// A domain of its own, whose statement may prove further repositories.
    pub domain: Option<Domain>,
    /// Repositories of its accounts to which anybody may add skills, such as
    /// `github.com/owner/repository`, in lower case: what is in them is not the vendor's.
    pub registries: Vec<String>,
}

/// A source that is crawled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSource {
    /// The source as `touchmark ingest` takes it.
    pub source: String,
    /// The id of its publisher.
    pub publisher: Option<String>,
    /// How far it may go.
    pub bounds: JobBounds,
}

/// A list of sources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceList {
    /// Who publishes them.
    pub publishers: Vec<Publisher>,
    /// What is crawled.
    pub sources: Vec<ListedSource>,
}

/// Why a text is no list of sources.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceListError {
    /// The text is not of the form.
    #[error("line {line}: {reason}")]
    Form {
        /// The line, from 1.
        line: usize,
        /// What is wrong, sanitised.
        reason: String,
    },
    /// The list says something that cannot be.
    #[error("{0}")]
    Content(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    #[serde(default)]
    publisher: Vec<WrittenPublisher>,
    #[serde(default)]
    source: Vec<WrittenSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPublisher {
    id: String,
    name: String,
    owners: Vec<String>,
    is_vendor: bool,
    domain: Option<Domain>,
    #[serde(default)]
    registries: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSource {
    source: String,
    publisher: Option<String>,
    max_files: Option<u64>,
    max_skills: Option<u64>,
    max_bytes: Option<u64>,
    max_seconds: Option<u64>,
}

impl SourceList {
    /// Returns the list that ships with the program.
    pub fn builtin() -> Self {
        Self::parse(BUILTIN).expect("a test reads the list that ships with the program")
    }

    /// Reads a list. Whether its sources exist is found out by the crawl, source by source.
    ///
    /// # Errors
    /// Fails where the text is not of the form, a publisher is named twice or not at all, or
    /// two publishers have one account.
    pub fn parse(text: &str) -> Result<Self, SourceListError> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let line = line_of(text, error.span().map_or(0, |span| span.start));
            SourceListError::Form { line, reason: sanitise_line(error.message(), 300) }
        })?;
        if written.version != VERSION {
            return Err(content(format!("version {} is not known, this program reads {VERSION}", written.version)));
        }
        if written.source.len() > LIST_SOURCES {
            return Err(content(format!("the list has {} sources, the limit is {LIST_SOURCES}", written.source.len())));
        }
        let (mut ids, mut owners) = (HashSet::new(), HashSet::new());
        for publisher in &written.publisher {
            if !ids.insert(publisher.id.as_str()) {
                return Err(content(format!("the publisher `{}` is listed twice", shown(&publisher.id))));
            }
            for owner in &publisher.owners {
                let is_account = owner.split_once('/').is_some_and(|(host, name)| {
                    host.contains('.') && !name.is_empty() && !owner.chars().any(char::is_uppercase)
                });
                if !is_account {
                    let reason = "is not of the form host/account in lower case";
                    return Err(content(format!("the owner `{}` {reason}", shown(owner))));
                }
                if !owners.insert(owner.as_str()) {
                    return Err(content(format!("the owner `{}` belongs to two publishers", shown(owner))));
                }
            }
        }
        for publisher in &written.publisher {
            let is_own = |registry: &String| {
                publisher.owners.iter().any(|owner| {
                    registry.strip_prefix(owner.as_str()).and_then(|rest| rest.strip_prefix('/')).is_some_and(|name| {
                        !name.is_empty() && !name.contains('/') && !name.chars().any(char::is_uppercase)
                    })
                })
            };
            if let Some(registry) = publisher.registries.iter().find(|registry| !is_own(registry)) {
                let reason = "is no repository, in lower case, of an account of its publisher";
                return Err(content(format!("the registry `{}` {reason}", shown(registry))));
            }
        }
        if let Some(publisher) =
            written.source.iter().filter_map(|row| row.publisher.as_deref()).find(|id| !ids.contains(id))
        {
            return Err(content(format!("the publisher `{}` of a source is not listed", shown(publisher))));
        }
        let publisher = |row: WrittenPublisher| Publisher {
            id: row.id,
            name: sanitise_line(&row.name, 100),
            owners: row.owners,
            is_vendor: row.is_vendor,
            domain: row.domain,
            registries: row.registries,
        };
        Ok(Self {
            sources: written.source.into_iter().map(listed).collect(),
            publishers: written.publisher.into_iter().map(publisher).collect(),
        })
    }

    /// Returns the publishers by account, for whoever tells who published a skill.
    pub fn directory(&self) -> PublisherDirectory {
        let listed = |publisher: &Publisher| ListedPublisher {
            id: publisher.id.clone(),
            name: publisher.name.clone(),
            accounts: publisher.owners.clone(),
            is_vendor: publisher.is_vendor,
            domain: publisher.domain.clone(),
        };
        PublisherDirectory::new(self.publishers.iter().map(listed).collect())
    }

    /// Returns the accounts of all publishers with what is known of them.
    pub fn accounts(&self) -> Publishers {
        let standing = |publisher: &Publisher| match publisher.is_vendor {
            true => PublisherStanding::Vendor,
            false => PublisherStanding::Listed,
        };
        let accounts = |publisher: &Publisher| {
            let standing = standing(publisher);
            let registries = publisher.registries.iter().map(|registry| (registry.clone(), PublisherStanding::Unknown));
            publisher.owners.iter().map(|owner| (owner.clone(), standing)).chain(registries).collect::<Vec<_>>()
        };
        Publishers::new(self.publishers.iter().flat_map(accounts))
    }

    /// Returns who has an account on a host.
    pub fn publisher_of(&self, host: &str, owner: &str) -> Option<&Publisher> {
        let account = format!("{host}/{owner}").to_lowercase();
        self.publishers.iter().find(|publisher| publisher.owners.contains(&account))
    }
}

fn listed(row: WrittenSource) -> ListedSource {
    let usual = USUAL_BOUNDS;
    let bounds = JobBounds {
        entries: row.max_files.unwrap_or(usual.entries),
        skills: row.max_skills.unwrap_or(usual.skills),
        fetch_bytes: row.max_bytes.unwrap_or(usual.fetch_bytes),
        read_bytes: row.max_bytes.unwrap_or(usual.read_bytes),
        time_ms: row.max_seconds.map_or(usual.time_ms, |seconds| seconds.saturating_mul(1_000)),
    };
    ListedSource { source: row.source, publisher: row.publisher, bounds }
}

fn content(reason: String) -> SourceListError {
    SourceListError::Content(reason)
}

fn shown(text: &str) -> String {
    sanitise_line(text, 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{GitLocation, SourceSpec};

    #[test]
    fn the_list_that_ships_names_each_source_once_and_its_publisher_has_the_account() {
        let list = SourceList::parse(BUILTIN).expect("the list is read");
        assert!(list.sources.len() >= 60, "{}", list.sources.len());
        let mut keys = HashSet::new();
        for listed in &list.sources {
            let spec = SourceSpec::parse(&listed.source).expect(&listed.source);
            assert!(keys.insert(spec.key()), "{} is listed twice", listed.source);
            let SourceSpec::Git(spec) = spec else { panic!("{} is no repository", listed.source) };
            let GitLocation::Remote(url) = spec.location else { panic!("{} is not public", listed.source) };
            let owner = url.split('/').nth(3).expect("the URL has an owner");
            let publisher = list.publisher_of("github.com", owner).map(|publisher| publisher.id.as_str());
            assert_eq!(publisher, listed.publisher.as_deref(), "{}", listed.source);
        }
        let is_vendor = |owner| list.publisher_of("GitHub.com", owner).map(|publisher| publisher.is_vendor);
        let accounts = list.accounts();
        let standing = ["github.com/anthropics", "github.com/obra", "github.com/openclaw/skills", "github.com/nobody"]
            .map(|account| accounts.standing(account));
        use PublisherStanding::{Listed, Unknown, Vendor};
        assert_eq!(standing, [Vendor, Listed, Unknown, Unknown]);
        assert_eq!((is_vendor("Anthropics"), is_vendor("obra"), is_vendor("nobody")), (Some(true), Some(false), None));
    }

    #[test]
    fn bounds_of_a_source_take_the_place_of_the_usual_ones() {
        let text = "version = 1\n[[source]]\nsource = \"a\"\nmax_files = 7\nmax_bytes = 8\nmax_seconds = 9\n";
        let bounds = SourceList::parse(text).expect("a list").sources[0].bounds;
        let expected = JobBounds { entries: 7, fetch_bytes: 8, read_bytes: 8, time_ms: 9_000, ..USUAL_BOUNDS };
        assert_eq!(bounds, expected);
    }

    #[test]
    fn what_is_wrong_with_a_list_is_named() {
        let publisher = |id: &str, owner: &str| {
            format!("[[publisher]]\nid = \"{id}\"\nname = \"n\"\nowners = [\"{owner}\"]\nis_vendor = true\n")
        };
        let rows = [
            ("".to_owned(), "line 1: missing field `version`"),
            ("version = 2".to_owned(), "version 2 is not known, this program reads 1"),
            ("version = 1\n[[source]]\nsorce = \"a\"\n".to_owned(), "line 3: unknown field `sorce`"),
            ("version = 1\n[[source]]\nsource = 4\n".to_owned(), "line 3: invalid type"),
            (
                "version = 1\n[[source]]\nsource = \"a\"\npublisher = \"p\"".to_owned(),
                "the publisher `p` of a source is not listed",
            ),
            (format!("version = 1\n{0}{0}", publisher("p", "github.com/a")), "the publisher `p` is listed twice"),
            (
                format!("version = 1\n{}{}", publisher("p", "github.com/a"), publisher("q", "github.com/a")),
                "the owner `github.com/a` belongs to two publishers",
            ),
            (
                format!("version = 1\n{}registries = [\"github.com/b/c\"]\n", publisher("p", "github.com/a")),
                "the registry `github.com/b/c` is no repository, in lower case, of an account of its publisher",
            ),
            (
                format!("version = 1\n{}", publisher("p", "github.com/A")),
                "the owner `github.com/A` is not of the form host/account in lower case",
            ),
        ];
        for (text, expected) in rows {
            let error = SourceList::parse(&text).expect_err(&text).to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
