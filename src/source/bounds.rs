//! How far whoever opens a source lets it go.

use std::time::Duration;

use super::Reach;

/// How far whoever opens a source lets it go. What is beyond is refused as a whole, before
/// anything of it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadBounds {
    /// How long a fetch may take.
    pub fetch_time: Duration,
    /// Bytes that a fetch may write to the disk.
    pub fetch_bytes: u64,
    /// Files and folders of a repository.
    pub entries: u64,
    /// Skills of a repository.
    pub skills: u64,
    /// How far requests for a repository that a stranger names may go; none where somebody named
    /// it himself, and may have it in his own network.
    pub guard: Option<Reach>,
}

impl ReadBounds {
    /// The bounds of a source that somebody named himself: he waits for it, and wants what can
    /// be had of it.
    pub const WIDEST: Self = Self {
        fetch_time: Duration::from_secs(600),
        fetch_bytes: 4 * 1024 * 1024 * 1024,
        entries: u64::MAX,
        skills: u64::MAX,
        guard: None,
    };
}
