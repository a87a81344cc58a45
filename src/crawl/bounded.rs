//! Ends a stream of skills that goes on for too long.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::source::{SkillStream, SourceFailure, SourceItem, StreamEnd};
use crate::store::{FailureCause, JobBounds, JobFailure};

/// Why a stream was ended, for whoever reads it elsewhere.
pub(super) type Excess = Arc<OnceLock<JobFailure>>;

/// A stream that ends where its source goes beyond the bounds. What came before was handed
/// over; that there was more is known, so that nothing counts as gone.
pub(super) struct Bounded {
    inner: Box<dyn SkillStream>,
    bounds: JobBounds,
    /// Absent where it lies beyond what the clock can tell.
    deadline: Option<Instant>,
    skills: u64,
    bytes: u64,
    excess: Excess,
}

impl Bounded {
    /// Bounds a stream whose job was begun at `started`.
    pub fn new(inner: Box<dyn SkillStream>, bounds: JobBounds, started: Instant, excess: Excess) -> Self {
        let deadline = started.checked_add(Duration::from_millis(bounds.time_ms));
        Self { inner, bounds, deadline, skills: 0, bytes: 0, excess }
    }

    /// Tells what there is more of than the bounds allow.
    fn excess_of(&self, now: Instant) -> Option<JobFailure> {
        let bounds = &self.bounds;
        let (cause, detail) = if self.skills > bounds.skills {
            (FailureCause::TooMany, format!("it has more than {} skills", bounds.skills))
        } else if self.bytes > bounds.read_bytes {
            (FailureCause::TooLarge, format!("its skills have more than {} bytes", bounds.read_bytes))
        } else if self.deadline.is_some_and(|deadline| now >= deadline) {
            (FailureCause::TooSlow, format!("reading it took longer than {} seconds", bounds.time_ms / 1_000))
        } else {
            return None;
        };
        Some(JobFailure::new(cause, &detail))
    }
}

impl Iterator for Bounded {
    type Item = SourceItem;

    fn next(&mut self) -> Option<SourceItem> {
        if self.excess.get().is_some() {
            return None;
        }
        let item = self.inner.next()?;
        if let SourceItem::Skill(skill) = &item {
            self.skills += 1;
            self.bytes += skill.bundle.size_bytes() as u64;
        }
        let Some(excess) = self.excess_of(Instant::now()) else { return Some(item) };
        let failure = SourceFailure::new("the source", excess.detail()).ending_the_stream(StreamEnd::Stopped);
        let _ = self.excess.set(excess);
        Some(SourceItem::Failure(failure))
    }
}

impl SkillStream for Bounded {
    fn progress(&self) -> (u64, Option<u64>) {
        self.inner.progress()
    }
}
