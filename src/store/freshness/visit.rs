//! What visits heard, and what follows for skills.

use crate::skill::Timestamp;
use crate::store::StoredTakedown;

/// What a visit to a source heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitNote {
    /// It is there.
    Seen {
        /// Whether it is other than at the visit before.
        is_changed: bool,
    },
    /// Its host says that it is not there.
    Gone {
        /// Whether it is unlisted where a visit at this time or before has heard the same.
        confirmed_by: Timestamp,
    },
    /// Nobody can tell.
    Failed,
}

/// What a note changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListingChange {
    /// Skills that are not listed any more.
    pub unlisted: u64,
    /// Skills that are listed again.
    pub listed: u64,
}

/// What is known of a source from visits to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceHistory {
    /// The canonical text of the source; author-controlled.
    pub key: String,
    /// When a visit last found it there.
    pub seen_at: Option<Timestamp>,
    /// When a visit last found it changed.
    pub changed_at: Option<Timestamp>,
    /// Since when every visit failed.
    pub failing_since: Option<Timestamp>,
    /// Since when every visit heard that it is gone.
    pub gone_since: Option<Timestamp>,
    /// Since when its skills do not count as shown by it.
    pub unlisted_at: Option<Timestamp>,
}

/// How a skill stands to its sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillStanding {
    /// Whether it is listed.
    pub is_listed: bool,
    /// Since when it is not listed.
    pub unlisted_at: Option<Timestamp>,
    /// When it was stored as it is.
    pub indexed_at: Timestamp,
    /// The sources that showed it when they were last read.
    pub sources: Vec<SourceHistory>,
    /// Why it is not given out, those first that block.
    pub takedowns: Vec<StoredTakedown>,
}

impl SkillStanding {
    /// Returns when any source that shows it was last seen.
    pub fn seen_at(&self) -> Timestamp {
        let seen = self.sources.iter().filter_map(|source| source.seen_at);
        seen.fold(self.indexed_at, Timestamp::max)
    }

    /// Returns since when all of its sources are gone; none where one is not, or there is none.
    pub fn gone_since(&self) -> Option<Timestamp> {
        let gone: Option<Vec<Timestamp>> = self.sources.iter().map(|source| source.gone_since).collect();
        gone?.into_iter().max()
    }

    /// Returns since when none of its sources could be reached; none where one could.
    pub fn failing_since(&self) -> Option<Timestamp> {
        let failing: Option<Vec<Timestamp>> = self.sources.iter().map(|source| source.failing_since).collect();
        failing?.into_iter().max()
    }
}
