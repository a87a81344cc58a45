//! Sources that stand for others: an account, or a search.

use std::fmt;

use super::name::is_owner;
use crate::skill::sanitise_line;

/// Bytes of the largest file that the search for files knows (384 KiB).
const LARGEST_FILE: u32 = 384 * 1024;
/// The word for the search.
const SEARCH: &str = "github-search";

/// One step in finding repositories: one request. Its text is the key of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finder {
    /// Repositories of an account.
    Owner {
        /// The account, in lower case.
        owner: String,
        /// The page, from 1.
        page: u32,
    },
    /// Repositories in which the search finds a SKILL.md.
    Search {
        /// Sizes of the files, in bytes.
        sizes: SizeRange,
        /// The page, from 1.
        page: u32,
    },
}

/// Sizes from one to another, both included, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeRange {
    /// The smallest.
    pub least: u32,
    /// The largest.
    pub most: u32,
}

impl SizeRange {
    /// Every size that the search knows.
    pub const ALL: Self = Self { least: 0, most: LARGEST_FILE };

    /// Returns two ranges that are this one together; `None` where it is one size.
    ///
    /// Most instructions are small, so the lower one is the smaller: it ends at a fourth.
    pub fn split(self) -> Option<[Self; 2]> {
        let width = self.most.checked_sub(self.least).filter(|width| *width > 0)?;
        let end = self.least + width / 4;
        Some([Self { most: end, ..self }, Self { least: end + 1, ..self }])
    }
}

impl fmt::Display for SizeRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}..{}", self.least, self.most)
    }
}

/// Why a text that looks like a finder is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no account of GitHub; expected github:owner, github:owner/repository or github-search")]
pub struct FinderError(String);

impl Finder {
    /// Reads `github:owner`, `github-search`, and what [`Finder::key`] gives. `None` where the
    /// text is none of these, as for `github:owner/repository`.
    pub fn parse(text: &str) -> Option<Result<Self, FinderError>> {
        let (head, query) = text.split_once('?').unwrap_or((text, ""));
        let is_search = head == SEARCH;
        let owner = head.strip_prefix("github:").filter(|name| !name.contains(['/', '#']));
        if !is_search && owner.is_none() {
            return None;
        }
        let failure = || FinderError(sanitise_line(text, 100));
        let (mut page, mut sizes) = (1, SizeRange::ALL);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let read = match pair.split_once('=') {
                Some(("page", number)) => number.parse().ok().map(|number| page = number),
                Some(("size", range)) if is_search => read_range(range).map(|range| sizes = range),
                _ => None,
            };
            if read.is_none() {
                return Some(Err(failure()));
            }
        }
        Some(match owner {
            _ if page == 0 => Err(failure()),
            None => Ok(Self::Search { sizes, page }),
            Some(owner) if is_owner(owner) => Ok(Self::Owner { owner: owner.to_ascii_lowercase(), page }),
            Some(_) => Err(failure()),
        })
    }

    /// Returns canonical text that identifies the step, such as `github:owner?page=2`.
    pub fn key(&self) -> String {
        let page = |page: u32| if page == 1 { String::new() } else { format!("page={page}") };
        let size = |sizes: SizeRange| if sizes == SizeRange::ALL { String::new() } else { format!("size={sizes}") };
        let (head, parts) = match self {
            Self::Owner { owner, page: number } => (format!("github:{owner}"), [String::new(), page(*number)]),
            Self::Search { sizes, page: number } => (SEARCH.to_owned(), [size(*sizes), page(*number)]),
        };
        let query: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        if query.is_empty() { head } else { format!("{head}?{}", query.join("&")) }
    }
}

fn read_range(text: &str) -> Option<SizeRange> {
    let (least, most) = text.split_once("..")?;
    let range = SizeRange { least: least.parse().ok()?, most: most.parse().ok()? };
    (range.least <= range.most && range.most <= LARGEST_FILE).then_some(range)
}
