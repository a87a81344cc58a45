//! What is remembered of verifications and their messages.

use crate::account::{TeamId, UserId, VerificationId};
use crate::skill::Timestamp;

/// What is verified, as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedSource {
    /// `git`, `pip`, `npm` or `url`.
    pub kind: String,
    /// The package, repository or URL; no control characters, no credentials.
    pub reference: String,
    /// The version, branch, tag or commit that was asked for.
    pub version: Option<String>,
    /// The digest that it should have, as a text that was read already.
    pub hash: Option<String>,
}

/// A verification that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVerification {
    /// Its id.
    pub id: VerificationId,
    /// Who wants it.
    pub user: UserId,
    /// Their team.
    pub team: Option<TeamId>,
    /// What is verified.
    pub source: VerifiedSource,
    /// Whom to tell of the end.
    pub callback_url: Option<String>,
}

/// A verification.
#[derive(Debug, Clone, PartialEq)]
pub struct VerificationRecord {
    /// What began.
    pub begun: NewVerification,
    /// How often somebody began it.
    pub attempt: u32,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// How it ended; none while it is under way.
    pub ended: Option<EndedVerification>,
    /// When its owner withdrew it.
    pub revoked_at: Option<Timestamp>,
}

/// The end of a verification.
#[derive(Debug, Clone, PartialEq)]
pub struct EndedVerification {
    /// When.
    pub at: Timestamp,
    /// Until when it holds.
    pub expires_at: Timestamp,
    /// What came out, as one JSON object that only the caller understands.
    pub outcome: serde_json::Value,
}

/// The secrets of an account with which its messages are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSecrets {
    /// The secret as text.
    pub secret: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// The one before it, and until when it is used as well.
    pub previous: Option<(String, Timestamp)>,
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookState {
    /// It is sent, or waits to be sent again.
    Pending,
    /// The receiver took it.
    Delivered,
    /// It was tried as often as it may be; a person has to look.
    Dead,
}

impl WebhookState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Dead];

    /// Returns its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

/// A message to a callback URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookMessage {
    /// Its id, the same at every attempt.
    pub id: String,
    /// Whose secret signs it.
    pub user: UserId,
    /// The verification that it tells of.
    pub verification: VerificationId,
    /// Where it goes.
    pub url: String,
    /// What it says: a JSON document.
    pub body: String,
    /// How far it has come.
    pub state: WebhookState,
    /// How often it was sent.
    pub attempt: u32,
    /// When it is due.
    pub due_at: Timestamp,
    /// What was answered last, sanitised.
    pub last_answer: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
}

/// How an attempt to send a message ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEnd {
    /// What was answered, sanitised.
    pub answer: String,
    /// Whether the receiver took it.
    pub is_taken: bool,
    /// When to try again where it did not; none where this was the last time.
    pub again_at: Option<Timestamp>,
}
