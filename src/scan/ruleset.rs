//! The version of the ruleset, which every verdict names.

use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::RULES;
use super::signature::{SignatureError, SignaturePack, SignatureSet};

/// Counted up with every release in which a rule, the scoring or the verdict changes; the
/// API's `safety_version`.
pub const RULESET_NUMBER: u32 = 2;

/// A ruleset: its number, and a digest over the facts of its rules.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RulesetVersion(String);

impl RulesetVersion {
    /// Returns the version as text, for instance `1-3f9a2c41d7be`, or
    /// `1-3f9a2c41d7be+90c1d2ab77e0` where an operator's signatures took part.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes a version that this or an earlier program wrote.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the number before the hyphen, zero where it cannot be read.
    pub fn number(&self) -> u32 {
        self.0.split('-').next().and_then(|number| number.parse().ok()).unwrap_or(0)
    }
}

impl fmt::Display for RulesetVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for RulesetVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RulesetVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// What a scan works with: the rules of this program, and signatures.
#[derive(Debug)]
pub struct Ruleset {
    signatures: SignatureSet,
    version: RulesetVersion,
}

impl Ruleset {
    /// Returns the rules and the signatures of this program.
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Ruleset> = LazyLock::new(|| {
            let pack = SignaturePack::builtin();
            let version = RulesetVersion(format!("{RULESET_NUMBER}-{}", digest_of_rules(&pack)));
            let signatures = SignatureSet::compile(&[pack]).expect("the built-in signatures are few and compile");
            Ruleset { signatures, version }
        });
        &BUILTIN
    }

    /// Adds the operator's signatures to those of this program. Where both have one of the same
    /// id, the operator's counts. The version says so: a report by other signatures is another
    /// report.
    ///
    /// # Errors
    /// Fails where the signatures together are too large to compile.
    pub fn with_signatures(pack: &SignaturePack) -> Result<Self, SignatureError> {
        let signatures = SignatureSet::compile(&[SignaturePack::builtin(), pack.clone()])?;
        let mut digest = pack.digest().to_hex();
        digest.truncate(12);
        Ok(Self { signatures, version: RulesetVersion(format!("{}+{digest}", Self::builtin().version)) })
    }

    /// Returns the version, which every report names.
    pub fn version(&self) -> &RulesetVersion {
        &self.version
    }

    /// Returns the signatures.
    pub(super) fn signatures(&self) -> &SignatureSet {
        &self.signatures
    }
}

/// Returns the version of the rules and signatures in this program.
pub fn ruleset_version() -> &'static RulesetVersion {
    Ruleset::builtin().version()
}

fn digest_of_rules(pack: &SignaturePack) -> String {
    let mut hasher = Sha256::new();
    for rule in RULES.iter() {
        hasher.update(format!(
            "{} {} {} {} {:?} {:?}\n",
            rule.id,
            rule.revision,
            rule.severity.as_str(),
            rule.confidence.as_str(),
            rule.persona,
            rule.lifecycle
        ));
    }
    hasher.update(pack.digest().as_bytes());
    let mut digest = hex::encode(hasher.finalize());
    digest.truncate(12);
    digest
}
