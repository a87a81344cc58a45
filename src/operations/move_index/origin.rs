//! The origin that a service follows: what is known of it, and one step of following it.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Declined, ImportReport, MoveError, import_snapshot, open_snapshot};
use crate::operations::Services;
use crate::pack::PackPublicKey;
use crate::skill::{Timestamp, sanitise_line};
use crate::store::TransferError;

/// How long an origin that gives trouble is left alone at most.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);
/// Characters of a message.
const MESSAGE_CHARACTERS: usize = 300;

/// On which terms an origin is followed.
#[derive(Debug, Clone, Default)]
pub struct FollowTerms {
    /// Keys of which one has to have signed what comes; it need not be signed where there is none.
    pub keys: Vec<PackPublicKey>,
    /// What is not taken over.
    pub declined: Declined,
}

/// What keeps an origin from being followed. Whatever it is, what is held stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginTrouble {
    /// It does not answer, or not with a snapshot.
    Unreachable,
    /// What it gives is no snapshot, or one that contradicts itself.
    Refused,
    /// It is not signed by whom it should be.
    Signature,
    /// It gives out an older state than the one that is held.
    RolledBack,
    /// The state that it names is another than the one that is held.
    OtherState,
    /// It has become another index.
    OtherIndex,
    /// What is held has changes of its own.
    OwnChanges,
    /// What came could not be stored here.
    Store,
}

impl OriginTrouble {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::Signature => "signature",
            Self::RolledBack => "rolled_back",
            Self::OtherState => "other_state",
            Self::OtherIndex => "other_index",
            Self::OwnChanges => "own_changes",
            Self::Store => "store",
        }
    }

    /// Tells what kind of trouble an error is.
    pub fn of(error: &MoveError) -> Self {
        match error {
            MoveError::Unsigned | MoveError::Signature(_) => Self::Signature,
            MoveError::Transfer(TransferError::Older { .. }) => Self::RolledBack,
            MoveError::Transfer(TransferError::OtherState) => Self::OtherState,
            MoveError::Transfer(TransferError::OtherIndex) => Self::OtherIndex,
            MoveError::Transfer(TransferError::OwnChanges) => Self::OwnChanges,
            MoveError::Store(_) | MoveError::Ended => Self::Store,
            _ => Self::Refused,
        }
    }
}

/// What is known of an origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginStanding {
    /// Its address, as a message may show it.
    pub address: String,
    /// Whether the whole index is being taken over for the first time.
    pub is_importing: bool,
    /// The number of the state that is held of it.
    pub sequence: Option<u64>,
    /// When that state was given away.
    pub created_at: Option<Timestamp>,
    /// When it was last asked with success.
    pub checked_at: Option<Timestamp>,
    /// What is wrong, and since how many questions.
    pub trouble: Option<(OriginTrouble, String)>,
    /// Questions since the last one that went well.
    pub failure_count: u32,
}

/// An origin that is followed; clones are the same one.
#[derive(Debug, Clone)]
pub struct Origin {
    standing: Arc<Mutex<OriginStanding>>,
}

impl Origin {
    /// Names an origin of which nothing is known yet.
    pub fn new(address: &str) -> Self {
        let standing = OriginStanding {
            address: sanitise_line(address, MESSAGE_CHARACTERS),
            is_importing: false,
            sequence: None,
            created_at: None,
            checked_at: None,
            trouble: None,
            failure_count: 0,
        };
        Self { standing: Arc::new(Mutex::new(standing)) }
    }

    /// Returns what is known of it.
    pub fn standing(&self) -> OriginStanding {
        self.lock().clone()
    }

    /// Returns how long to wait before it is asked again: twice as long after each failure.
    pub fn wait(&self, interval: Duration) -> Duration {
        let doubled = interval.saturating_mul(1_u32 << self.lock().failure_count.min(16));
        doubled.min(LONGEST_WAIT.max(interval))
    }

    /// Notes what is held before the first question.
    pub fn holds(&self, state: Option<(u64, Timestamp)>) {
        let mut standing = self.lock();
        standing.is_importing = state.is_none();
        (standing.sequence, standing.created_at) = state.unzip();
    }

    /// Notes that a question failed.
    pub fn failed(&self, trouble: OriginTrouble, message: &str) {
        let mut standing = self.lock();
        standing.failure_count = standing.failure_count.saturating_add(1);
        standing.trouble = Some((trouble, sanitise_line(message, MESSAGE_CHARACTERS)));
    }

    fn went_well(&self, report: &ImportReport, now: Timestamp) {
        let mut standing = self.lock();
        standing.is_importing = false;
        standing.sequence = Some(report.manifest.sequence);
        standing.created_at = Some(report.manifest.created_at);
        standing.checked_at = Some(now);
        standing.trouble = None;
        standing.failure_count = 0;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, OriginStanding> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes over what an origin gave, into a store that is in use, as `touchmark snapshot import`
/// does. Vectors come before search, which the service lets follow.
///
/// # Errors
/// Fails where it is refused; then nothing has changed.
pub async fn take_from_origin(
    services: &Services,
    origin: &Origin,
    terms: &FollowTerms,
    input: Box<dyn Read + Send>,
) -> Result<ImportReport, MoveError> {
    let keys = terms.keys.clone();
    let opening = move || {
        let snapshot = open_snapshot(input, None)?;
        if !keys.is_empty() {
            snapshot.check_signature(&keys)?;
        }
        Ok::<_, MoveError>(snapshot)
    };
    let snapshot = tokio::task::spawn_blocking(opening).await.map_err(|_| MoveError::Ended)??;
    let mut report = import_snapshot(services.store(), snapshot, terms.declined, services.now()).await?;
    if let Some(vectors) = report.vectors.take().filter(|vectors| !vectors.is_empty()) {
        match services.take_over_vectors(vectors).await {
            Ok(count) => tracing::debug!(count, "took vectors over"),
            Err(error) => tracing::warn!(%error, "the vectors of the snapshot were not taken over"),
        }
    }
    origin.went_well(&report, services.now());
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_in_trouble_is_asked_less_and_less() {
        let (origin, minute) = (Origin::new("https://skills.example/\u{7}"), Duration::from_secs(60));
        assert!(!origin.standing().address.contains('\u{7}'));
        let mut waits = vec![origin.wait(minute).as_secs()];
        for _ in 0..8 {
            origin.failed(OriginTrouble::Unreachable, "no answer");
            waits.push(origin.wait(minute).as_secs());
        }
        assert_eq!(waits, [60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]);
        assert_eq!(origin.standing().trouble, Some((OriginTrouble::Unreachable, "no answer".to_owned())));
        assert_eq!(origin.wait(Duration::from_secs(7_200)).as_secs(), 7_200);
    }
}
