//! Verification for marketplaces.

use serde::{Deserialize, Serialize};

use crate::account::VerificationId;
use crate::scan::RiskBand;
use crate::skill::{Sha256Digest, Timestamp};

/// A request to verify a package, a repository or a file.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct VerifySourceRequest {
    /// What kind of source it is: `git`, `pip`, `npm` or `url`.
    pub source_type: String,
    /// Package name, repository, or URL of an archive or a file. Repositories and files are asked
    /// for over `https://`.
    pub source_ref: String,
    /// Version of the package; branch, tag or commit of the repository.
    #[serde(default)]
    pub source_version: Option<String>,
    /// SHA-256 that it should have: of the file that is fetched, or of the one skill in it by any
    /// recipe that covers every file.
    #[serde(default)]
    pub source_hash: Option<String>,
    /// URL that is told of the end, signed with the webhook secret of the account. With it the
    /// answer is given at once, before the verification has ended.
    #[serde(default)]
    pub callback_url: Option<String>,
}

/// A request for a verification.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct VerificationRequest {
    /// Id of the verification.
    pub id: String,
}

/// How a verification stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum VerificationStatus {
    /// It is under way; ask again.
    Pending,
    /// Everything was read, and nothing that was found speaks against listing it.
    Verified,
    /// Something speaks against listing it.
    Failed,
    /// It could not be verified: what was asked for was not there, or did not answer.
    Error,
    /// It was verified, and the time for which that held is over.
    Expired,
    /// It was verified, and that was withdrawn, or its bytes are known to do harm since.
    Revoked,
}

impl VerificationStatus {
    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified => "verified",
            Self::Failed => "failed",
            Self::Error => "error",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// What a digest that was given says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum HashCheck {
    /// None was given.
    NotGiven,
    /// It is the digest of what was verified.
    Matched,
    /// It is the digest of something else.
    Mismatched,
}

/// A verification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct VerificationView {
    /// Id of the verification, for `GET /v1/verify/{id}`.
    pub verification_id: VerificationId,
    /// How it stands.
    pub status: VerificationStatus,
    /// What kind of source it is.
    pub source_type: String,
    /// What was asked for.
    pub source_ref: String,
    /// What was verified: the version of the package, the commit of the repository; null where
    /// nobody knows.
    pub source_version: Option<String>,
    /// Cumulative risk over all phases; null until it has ended.
    pub score: Option<u32>,
    /// Verdict; null until it has ended.
    pub verdict: Option<RiskBand>,
    /// Picture that tells of the verification; null where there is nothing to show.
    pub badge_url: Option<String>,
    /// When it ended; null until then.
    pub verified_at: Option<Timestamp>,
    /// Until when the result holds; null until it has ended.
    pub expires_at: Option<Timestamp>,
    /// Why it does not hold, in words; null where it does.
    pub reason: Option<String>,
    /// What was found; null until it has ended.
    pub details: Option<VerificationDetails>,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct VerificationDetails {
    /// Numbers of the phases that add nothing to the score.
    pub phases_clean: Vec<u8>,
    /// The phases that add something, in order.
    pub phases_flagged: Vec<FlaggedPhase>,
    /// Reputation of the publisher from 0 to 100; 50 where nothing is known of them.
    pub publisher_reputation: u32,
    /// How many known threats are in it.
    pub known_threats: u32,
    /// What the digest that was given says.
    pub hash_check: HashCheck,
    /// What was looked at: every skill, and what lies in none.
    pub subjects: Vec<VerifiedSubject>,
    /// What was not looked at and would be by a complete verification.
    pub not_looked_at: Vec<String>,
    /// The rules that looked.
    pub ruleset_version: String,
}

/// A phase in which something was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct FlaggedPhase {
    /// Number of the phase.
    pub phase: u8,
    /// What it adds to the score.
    pub score: u32,
    /// The worst of what was found, and how much more there is.
    pub note: String,
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct VerifiedSubject {
    /// Its folder, `.` for the root.
    pub path: String,
    /// Whether it is a skill.
    pub is_skill: bool,
    /// Digest of its files (root digest v1), by which `/verify` knows it as well.
    #[schemars(with = "String")]
    pub package_hash: Sha256Digest,
    /// Its own verdict.
    pub verdict: RiskBand,
    /// Whether the verdict was known already: the index has it, or another verification made it.
    pub is_indexed: bool,
}

/// The badge of a verification, for programs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BadgeView {
    /// Id of the verification.
    pub verification_id: VerificationId,
    /// `verified`, `expired` or `revoked`.
    pub status: VerificationStatus,
    /// Whether the verification holds now.
    pub is_valid: bool,
    /// What kind of source it is.
    pub source_type: String,
    /// What was verified.
    pub source_ref: String,
    /// Which version or commit of it.
    pub source_version: Option<String>,
    /// The digests of what was verified: a badge says nothing of other bytes.
    #[schemars(with = "Vec<String>")]
    pub package_hashes: Vec<Sha256Digest>,
    /// Verdict.
    pub verdict: RiskBand,
    /// When it was verified.
    pub verified_at: Timestamp,
    /// Until when that holds.
    pub expires_at: Timestamp,
    /// What a badge is not.
    pub notice: String,
    /// The picture.
    pub badge_url: String,
}
