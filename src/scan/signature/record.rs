//! One signature, as a pack holds it.

use serde::{Deserialize, Deserializer};

use crate::scan::{Confidence, Persona, Phase, Severity};
use crate::skill::{Sha256Digest, Timestamp};

/// One indicator: what to look for, and what it means to find it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Names the signature for good; findings carry it.
    pub id: String,
    /// The phase in which it reports: a name, or a number from 1 as in the scan API.
    #[serde(deserialize_with = "phase")]
    pub phase: Phase,
    /// A short name in snake case.
    pub name: String,
    /// What it means that the indicator is there, in one sentence.
    pub description: String,
    /// How the pattern is read; a regular expression where nothing is said.
    #[serde(default)]
    pub kind: SignatureKind,
    /// What to look for.
    pub pattern: String,
    /// Harm if the indicator means what it seems to mean.
    pub severity: Severity,
    /// How often it does.
    #[serde(default = "medium")]
    pub confidence: Confidence,
    /// Who wants to hear of it; only what a user hears counts for the verdict.
    #[serde(default = "user", rename = "audience")]
    pub persona: Persona,
    /// Points in the scan API. Touchmark's score goes by severity; this is handed on.
    #[serde(default)]
    pub weight: u32,
    /// The ecosystem that it is about, such as `npm`; for readers.
    #[serde(default)]
    pub ecosystem: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// How a pattern is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureKind {
    /// A regular expression without look-around and back references.
    #[default]
    Regex,
    /// A host name; hosts below it count.
    Host,
    /// The beginning of a URL.
    Url,
    /// An IP address.
    Ip,
    /// The SHA-256 of a file.
    Sha256,
    /// The name of an account, or the address of a wallet: a whole word.
    Account,
    /// A text, byte for byte.
    String,
}

impl SignatureKind {
    /// Returns the word that packs use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Regex => "regex",
            Self::Host => "host",
            Self::Url => "url",
            Self::Ip => "ip",
            Self::Sha256 => "sha256",
            Self::Account => "account",
            Self::String => "string",
        }
    }
}

/// Bytes of a pattern.
pub(super) const PATTERN_BYTES: usize = 1_024;
/// Bytes of a text, which is a word or a sentence.
const TEXT_BYTES: usize = 1_000;
/// Bytes of a string below which it is everywhere.
const LEAST_BYTES: usize = 4;

impl Signature {
    /// Says what is wrong with the signature, if anything is.
    pub(super) fn fault(&self) -> Option<String> {
        let is_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':');
        if self.id.is_empty() || self.id.len() > 100 || !self.id.bytes().all(is_id) {
            return Some("an id has 1 to 100 letters, digits and `_-.:`".to_owned());
        }
        if self.pattern.len() > PATTERN_BYTES {
            return Some(format!("the pattern has {} bytes, the limit is {PATTERN_BYTES}", self.pattern.len()));
        }
        let texts = [("name", &self.name), ("description", &self.description), ("ecosystem", &self.ecosystem)];
        if let Some((field, text)) = texts.into_iter().find(|(_, text)| text.len() > TEXT_BYTES) {
            return Some(format!("{field} has {} bytes, the limit is {TEXT_BYTES}", text.len()));
        }
        let (is_good, expected) = match self.kind {
            // What does not compile is told when it is compiled.
            SignatureKind::Regex => (!self.pattern.is_empty(), "a regular expression"),
            SignatureKind::Host => {
                (is_host(&self.pattern), "a host name such as files.example, without scheme and path")
            }
            SignatureKind::Url => (is_url(&self.pattern), "the beginning of a URL, with its scheme and host"),
            SignatureKind::Ip => (self.pattern.parse::<std::net::IpAddr>().is_ok(), "an IP address"),
            SignatureKind::Sha256 => (self.pattern.parse::<Sha256Digest>().is_ok(), "64 hex digits"),
            SignatureKind::Account | SignatureKind::String => (
                self.pattern.len() >= LEAST_BYTES && !self.pattern.contains(['\n', '\r']),
                "one line of at least 4 bytes",
            ),
        };
        (!is_good).then(|| format!("pattern {:?} of kind {}: expected {expected}", self.pattern, self.kind.as_str()))
    }
}

fn is_host(pattern: &str) -> bool {
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    pattern.contains('.') && pattern.split('.').all(is_label)
}

fn is_url(pattern: &str) -> bool {
    pattern.split_once("://").is_some_and(|(scheme, rest)| {
        !scheme.is_empty()
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+')
            && rest.bytes().take_while(|byte| *byte != b'/').count() > 0
            && !pattern.contains(char::is_whitespace)
    })
}

fn medium() -> Confidence {
    Confidence::Medium
}

fn user() -> Persona {
    Persona::User
}

/// Takes the phase as the scan API writes it, a number from 1, or by its name.
fn phase<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Phase, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(usize),
        Name(String),
    }
    let written = Written::deserialize(deserializer)?;
    let found = match &written {
        Written::Number(number) => number.checked_sub(1).and_then(|index| Phase::ALL.get(index)),
        Written::Name(name) => Phase::ALL.iter().find(|phase| phase.as_str() == name),
    };
    found.copied().ok_or_else(|| {
        let names = Phase::ALL.map(Phase::as_str).join(", ");
        serde::de::Error::custom(format!("phase: expected a number from 1 to {} or one of {names}", Phase::ALL.len()))
    })
}
