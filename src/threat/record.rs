//! A threat.

use super::{AffectedPackage, ThreatCategory, ThreatId, ThreatSeverity};
use crate::skill::{Sha256Digest, Timestamp, sanitise_line};

/// Characters of a description that are kept.
pub const DESCRIPTION_CHARACTERS: usize = 1_000;
/// Characters of a reference that are kept.
pub const REFERENCE_CHARACTERS: usize = 300;
/// Longest name of an issuer, in characters.
const ISSUER_CHARACTERS: usize = 100;

/// How many of each thing one threat may name.
#[derive(Debug, Clone, Copy)]
pub struct ThreatLimits;

impl ThreatLimits {
    /// Digests.
    pub const DIGESTS: usize = 1_000;
    /// Packages.
    pub const PACKAGES: usize = 1_000;
    /// References.
    pub const REFERENCES: usize = 20;
}

/// Who says that something is a threat.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ThreatSource {
    /// Whoever runs this instance.
    Operator,
    /// Reports that the operator accepted.
    Reports,
    /// Advisories that call a package malicious.
    Advisories,
    /// A signed pack of another instance, by the name under which it was pinned.
    Pack(String),
}

impl ThreatSource {
    /// Returns the word for it, which is also how it is stored.
    pub fn to_word(&self) -> String {
        match self {
            Self::Operator => "operator".to_owned(),
            Self::Reports => "reports".to_owned(),
            Self::Advisories => "advisories".to_owned(),
            Self::Pack(issuer) => format!("pack:{issuer}"),
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "operator" => Some(Self::Operator),
            "reports" => Some(Self::Reports),
            "advisories" => Some(Self::Advisories),
            _ => word.strip_prefix("pack:").filter(|issuer| !issuer.is_empty()).map(|issuer| Self::Pack(issuer.into())),
        }
    }
}

/// Whether a threat holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreatStatus {
    /// It does.
    Active,
    /// It was a mistake, or is over: verdicts are those of the scanner again.
    Withdrawn,
}

impl ThreatStatus {
    /// Returns the word for it, which is also how it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Active, Self::Withdrawn].into_iter().find(|status| status.as_str() == word)
    }
}

/// What a threat is made of; [`Threat::new`] checks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreatParts {
    /// Digests of what does harm: of a bundle, of SKILL.md, of any file, or of an archive.
    pub digests: Vec<Sha256Digest>,
    /// Packages that it is in.
    pub packages: Vec<AffectedPackage>,
    /// What it does.
    pub category: ThreatCategory,
    /// How bad it is.
    pub severity: ThreatSeverity,
    /// A line for people; sanitised by [`Threat::new`].
    pub description: String,
    /// Where more is said: `https` URLs.
    pub references: Vec<String>,
    /// Who says so.
    pub source: ThreatSource,
    /// When it was first heard of.
    pub first_seen: Timestamp,
    /// When it was last heard of.
    pub last_seen: Timestamp,
    /// How many reports there are of it.
    pub report_count: u64,
}

/// Something that is known to do harm, by what it is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threat {
    id: ThreatId,
    parts: ThreatParts,
}

/// Why something is no threat.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThreatError {
    /// Nothing to recognise it by.
    #[error("a threat needs a digest or a package to be recognised by")]
    Nothing,
    /// Too much of something.
    #[error("a threat names {count} {what}, the limit is {limit}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How much.
        count: usize,
        /// How much may be.
        limit: usize,
    },
    /// The description says nothing.
    #[error("the description of a threat is empty")]
    NoDescription,
    /// The name of the issuer cannot be one.
    #[error("the name of an issuer is 1 to {ISSUER_CHARACTERS} letters, digits, `-`, `.` and `_`")]
    Issuer,
    /// A reference is no URL that can be shown.
    #[error("a reference is no https URL of at most {REFERENCE_CHARACTERS} characters: `{0}`")]
    Reference(String),
}

impl Threat {
    /// Checks what a threat is made of. Its id follows from its source and from what it is
    /// first recognised by: the smallest digest, or else the smallest package.
    ///
    /// # Errors
    /// Fails where there is nothing to recognise it by, or too much of anything.
    pub fn new(parts: ThreatParts) -> Result<Self, ThreatError> {
        Self::with_id(None, parts)
    }

    /// Checks what is made of a threat that is known under an id.
    ///
    /// # Errors
    /// Fails where [`Threat::new`] does.
    pub fn with_id(id: Option<ThreatId>, mut parts: ThreatParts) -> Result<Self, ThreatError> {
        parts.digests.sort_unstable();
        parts.digests.dedup();
        parts.packages.sort_unstable();
        parts.packages.dedup();
        parts.references.dedup();
        let limits = [
            ("digests", parts.digests.len(), ThreatLimits::DIGESTS),
            ("packages", parts.packages.len(), ThreatLimits::PACKAGES),
            ("references", parts.references.len(), ThreatLimits::REFERENCES),
        ];
        if let Some((what, count, limit)) = limits.into_iter().find(|(_, count, limit)| count > limit) {
            return Err(ThreatError::TooMany { what, count, limit });
        }
        let is_shown = |url: &&String| {
            !url.starts_with("https://")
                || url.contains(char::is_whitespace)
                || sanitise_line(url, REFERENCE_CHARACTERS) != **url
        };
        if let Some(reference) = parts.references.iter().find(is_shown) {
            return Err(ThreatError::Reference(sanitise_line(reference, 100)));
        }
        if let ThreatSource::Pack(issuer) = &parts.source {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
            if issuer.is_empty() || issuer.len() > ISSUER_CHARACTERS || !issuer.bytes().all(is_plain) {
                return Err(ThreatError::Issuer);
            }
        }
        parts.description = bounded_line(&parts.description, DESCRIPTION_CHARACTERS);
        if parts.description.is_empty() {
            return Err(ThreatError::NoDescription);
        }
        parts.last_seen = parts.last_seen.max(parts.first_seen);
        let digest = parts.digests.first().map(ToString::to_string);
        let subject = digest.or_else(|| parts.packages.first().map(ToString::to_string)).ok_or(ThreatError::Nothing)?;
        let id = id.unwrap_or_else(|| ThreatId::of(&parts.source.to_word(), &subject));
        Ok(Self { id, parts })
    }

    /// Returns its id.
    pub fn id(&self) -> &ThreatId {
        &self.id
    }

    /// Returns what it is made of: sorted, without duplicates, sanitised.
    pub fn parts(&self) -> &ThreatParts {
        &self.parts
    }

    /// Gives up what it is made of, to make another of it.
    pub fn into_parts(self) -> (ThreatId, ThreatParts) {
        (self.id, self.parts)
    }
}

/// Returns a text as one sanitised line of at most so many characters, and a mark where it was
/// cut. An escape is longer than what it stands for: the second pass counts what the first one
/// wrote, so that what was stored is read back as it is.
pub fn bounded_line(text: &str, characters: usize) -> String {
    sanitise_line(&sanitise_line(text, characters), characters)
}

/// A threat as an instance knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownThreat {
    /// The threat.
    pub threat: Threat,
    /// Whether it holds.
    pub status: ThreatStatus,
    /// The number of its latest change: later changes of any threat have higher ones.
    pub sequence: u64,
    /// When it became known here.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Digests that it named before and does not name any more, in order.
    pub dropped: Vec<Sha256Digest>,
}

#[cfg(test)]
mod tests {
    use super::super::Ecosystem;
    use super::*;

    fn parts() -> ThreatParts {
        ThreatParts {
            digests: vec![Sha256Digest::of(b"b"), Sha256Digest::of(b"a"), Sha256Digest::of(b"b")],
            packages: Vec::new(),
            category: ThreatCategory::Backdoor,
            severity: ThreatSeverity::High,
            description: "Opens a shell\u{202e}\n".to_owned(),
            references: Vec::new(),
            source: ThreatSource::Operator,
            first_seen: Timestamp::from_milliseconds(5),
            last_seen: Timestamp::from_milliseconds(1),
            report_count: 1,
        }
    }

    #[test]
    fn a_threat_is_the_same_whoever_reports_it_and_in_whatever_order() {
        let threat = Threat::new(parts()).expect("a threat");
        let digests = [Sha256Digest::of(b"a"), Sha256Digest::of(b"b")];
        let again = Threat::new(ThreatParts { digests: digests.to_vec(), report_count: 9, ..parts() }).expect("one");
        assert_eq!(threat.id(), again.id());
        assert_eq!(threat.parts().digests.len(), 2);
        assert_eq!(threat.parts().last_seen, threat.parts().first_seen);
        assert_eq!(threat.id().as_str().parse(), Ok(threat.id().clone()));
        let other = Threat::new(ThreatParts { source: ThreatSource::Pack("other".to_owned()), ..parts() });
        assert_ne!(other.expect("a threat").id(), threat.id());
    }

    #[test]
    fn a_line_is_bounded_whatever_it_holds_and_stays_as_it_is() {
        for text in ["\u{7}a".repeat(900), "a".repeat(2_000), "\u{202e}".repeat(300), "plain".to_owned()] {
            let line = bounded_line(&text, 1_000);
            assert!(line.chars().count() <= 1_001, "{}", line.len());
            assert_eq!(bounded_line(&line, 1_000), line);
        }
    }

    #[test]
    fn what_cannot_be_recognised_or_is_too_much_is_no_threat() {
        let many = (0..1_001_u32).map(|number| Sha256Digest::of(&number.to_le_bytes())).collect();
        let package = AffectedPackage::new(Ecosystem::Npm, "name", None).expect("a package");
        let rows: Vec<(ThreatParts, Result<(), &str>)> = vec![
            (ThreatParts { digests: Vec::new(), packages: vec![package], ..parts() }, Ok(())),
            (ThreatParts { digests: Vec::new(), ..parts() }, Err("a threat needs a digest")),
            (ThreatParts { digests: many, ..parts() }, Err("a threat names 1001 digests")),
            (ThreatParts { description: " \n".to_owned(), ..parts() }, Err("the description")),
            (ThreatParts { references: vec!["http://a.example".to_owned()], ..parts() }, Err("a reference")),
            (ThreatParts { references: vec!["https://a.example/\u{7}".to_owned()], ..parts() }, Err("a reference")),
            (ThreatParts { source: ThreatSource::Pack("a b".to_owned()), ..parts() }, Err("the name of an issuer")),
        ];
        for (parts, expected) in rows {
            match (Threat::new(parts), expected) {
                (Ok(_), Ok(())) => {}
                (Err(error), Err(expected)) => assert!(error.to_string().starts_with(expected), "{error}"),
                (threat, expected) => panic!("{threat:?}, expected {expected:?}"),
            }
        }
    }
}
