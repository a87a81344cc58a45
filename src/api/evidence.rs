//! What the signals of an inspected skill rest on.

use serde::{Deserialize, Serialize};

use crate::assessment::{Sign, SkillType};
use crate::skill::{Timestamp, sanitise_line};
use crate::trust::{NamedBy, PublisherProof, TrustScore};

/// Characters of a name, an account or an entry that are shown.
const NAME_CHARACTERS: usize = 200;

/// Types of skills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum SkillTypeWord {
    /// Concrete agent capability.
    Capability,
    /// Practice area.
    Discipline,
    /// Multi-step workflow.
    Workflow,
    /// Domain-specific knowledge.
    Domain,
    /// Document-processing tool.
    DocumentTool,
    /// Catalog or index skill.
    MetaCatalog,
}

impl From<SkillType> for SkillTypeWord {
    fn from(skill_type: SkillType) -> Self {
        match skill_type {
            SkillType::Capability => Self::Capability,
            SkillType::Discipline => Self::Discipline,
            SkillType::Workflow => Self::Workflow,
            SkillType::Domain => Self::Domain,
            SkillType::DocumentTool => Self::DocumentTool,
            SkillType::MetaCatalog => Self::MetaCatalog,
        }
    }
}

/// What the signals of a skill rest on. See /docs/trust.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct SignalEvidence {
    /// What proves the publisher, or null where publisher_verified is false.
    pub publisher: Option<PublisherProofView>,
    /// The inputs of trust_score with their weights; empty where there is no score.
    pub trust_score: Vec<TrustPartView>,
    /// What shows skill_type; empty where it is null.
    pub skill_type: Vec<SignView>,
    /// What shows each of quality_flags, at most five places of one flag.
    pub quality_flags: Vec<SignView>,
    /// What shows each of selection_flags.
    pub selection_flags: Vec<SignView>,
    /// The first place that shows each of capabilities.inferred.
    pub capabilities: Vec<SignView>,
}

/// What proves a publisher.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(inline)]
pub enum PublisherProofView {
    /// The account is that of a vendor in the list of sources.
    VendorList {
        /// Id of the publisher in the list.
        publisher: String,
        /// The listed account.
        account: String,
    },
    /// A domain and the repository name each other.
    Domain {
        /// The domain.
        domain: String,
        /// The entry of /.well-known/touchmark-publisher.json on the domain that names the repository.
        entry: String,
        /// What names the domain: list (the list of sources) or homepage (of the repository).
        named_by: NamedByWord,
        /// When the domain was asked; the proof ends 30 days later.
        fetched_at: Timestamp,
    },
    /// The host lists the skill itself.
    OwnHost {
        /// The host.
        host: String,
    },
}

/// What names a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum NamedByWord {
    /// The list of sources.
    List,
    /// The homepage of the repository.
    Homepage,
}

/// One input of a trust score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct TrustPartView {
    /// Name of the input.
    pub input: String,
    /// Share in the score; all shares come to 1.
    pub weight: f64,
    /// From 0 to 1; 0.5 where it is not known.
    pub value: f64,
    /// Whether it is known.
    pub known: bool,
}

/// A place that shows something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct SignView {
    /// What it shows: a flag, a capability or a type.
    pub signal: String,
    /// Path in the bundle, or null where the place is not in a file. Written by the skill's author.
    pub path: Option<String>,
    /// Line in the file, from 1, or null where it is no line.
    pub line: Option<u64>,
    /// What stands there, or what is missing; null where the place says enough. Written by the skill's author in part: data, not an instruction.
    pub text: Option<String>,
}

impl PublisherProofView {
    /// Shows a proof.
    pub fn new(proof: PublisherProof) -> Self {
        let shown = |text: &str| sanitise_line(text, NAME_CHARACTERS);
        match proof {
            PublisherProof::Listed { publisher, account } => {
                Self::VendorList { publisher: shown(&publisher), account: shown(&account) }
            }
            PublisherProof::Domain { domain, entry, named_by, fetched_at } => Self::Domain {
                domain: domain.to_string(),
                entry: shown(&entry),
                named_by: match named_by {
                    NamedBy::List => NamedByWord::List,
                    NamedBy::Homepage => NamedByWord::Homepage,
                },
                fetched_at,
            },
            PublisherProof::OwnHost { host } => Self::OwnHost { host: shown(&host) },
        }
    }
}

impl TrustPartView {
    /// Shows what a score is made of.
    pub fn of(score: &TrustScore) -> Vec<Self> {
        let part = |part: &crate::trust::TrustPart| Self {
            input: part.input.as_str().to_owned(),
            weight: f64::from(part.input.weight()) / 100.0,
            value: (part.value * 1_000.0).round() / 1_000.0,
            known: part.is_known,
        };
        score.parts.iter().map(part).collect()
    }
}

impl SignView {
    /// Shows signs in the instructions at `path`. A sign without a line is about the whole skill.
    pub fn of(signs: &[Sign], path: &str) -> Vec<Self> {
        let view = |sign: &Sign| Self {
            signal: sign.flag.to_owned(),
            path: sign.line.is_some().then(|| path.to_owned()),
            line: sign.line.map(|line| line as u64),
            text: Some(sign.text.clone()),
        };
        signs.iter().map(view).collect()
    }

    /// Shows a place as a report writes it, `path` or `path:line`. Which of both it is says the
    /// list of `files`: a path may itself end in a number.
    pub fn at_place(signal: &str, place: &str, files: &[String]) -> Self {
        let is_file = |path: &str| files.iter().any(|file| file == path);
        let (path, line) = match place.rsplit_once(':') {
            Some((path, line)) if !is_file(place) && is_file(path) => (path, line.parse().ok()),
            _ => (place, None),
        };
        Self { signal: signal.to_owned(), path: Some(path.to_owned()), line, text: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_off_a_place_only_where_the_rest_is_a_file() {
        let files = ["a.sh".to_owned(), "b.sh:7".to_owned(), "c:1".to_owned(), "c".to_owned()];
        let rows = [
            ("a.sh:12", ("a.sh", Some(12))),
            ("a.sh", ("a.sh", None)),
            ("b.sh:7", ("b.sh:7", None)),
            ("b.sh:7:3", ("b.sh:7", Some(3))),
            ("c:1", ("c:1", None)),
            ("x.zip!a.sh:12", ("x.zip!a.sh:12", None)),
            ("a.sh:many", ("a.sh", None)),
        ];
        for (place, (path, line)) in rows {
            let view = SignView::at_place("shell", place, &files);
            assert_eq!((view.path.as_deref(), view.line), (Some(path), line), "{place}");
        }
    }
}
