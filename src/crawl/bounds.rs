//! How far one source may go.

use std::time::Duration;

use crate::source::ReadBounds;
use crate::store::JobBounds;

/// How far a source may go unless the list of sources says otherwise. A repository of 53,000
/// files, of which hardly one belongs to a skill, stopped a crawl that this one is to replace.
pub const USUAL_BOUNDS: JobBounds = JobBounds {
    time_ms: 10 * 60 * 1_000,
    fetch_bytes: 1024 * 1024 * 1024,
    read_bytes: 1024 * 1024 * 1024,
    entries: 50_000,
    skills: 20_000,
};

/// Returns the bounds that hold before anything is read.
pub(super) fn of_reading(bounds: &JobBounds) -> ReadBounds {
    ReadBounds {
        fetch_time: Duration::from_millis(bounds.time_ms),
        fetch_bytes: bounds.fetch_bytes,
        entries: bounds.entries,
        skills: bounds.skills,
        guard: None,
    }
}
