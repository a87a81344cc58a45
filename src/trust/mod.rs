//! Whom a skill comes from, and how much speaks for it: verified publishers and a score.
//!
//! This room is pure. It knows no network and no store: a list, the bytes of a domain's
//! statement and the facts of a host come in, and what they prove goes out, with the proof.
//! Nothing that a skill says of itself is asked. Start at [`standing_of`] and [`TrustScore::of`];
//! docs/trust.md explains both to strangers.

mod directory;
mod domain;
mod reputation;
mod score;
mod standing;
mod statement;

pub use directory::{ListedPublisher, PublisherDirectory};
pub use domain::Domain;
pub use reputation::{NEUTRAL, Reputation, ReputationInputs, ReputationLabel};
pub use score::{TrustInput, TrustInputs, TrustPart, TrustScore};
pub use standing::{NamedBy, PublisherProof, PublisherStanding, domains_of, standing_of};
pub use statement::{PublisherStatement, STATEMENT_BYTES, STATEMENT_PATH, StatementError};
