//! The variables of expressions: what there is, of what kind, and what it means. The one list,
//! from which types are checked and docs/policies.md is written.

use super::Kind;

/// Something with fields.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is called: a variable, or one element of a list.
    pub name: &'static str,
    /// What it is about.
    pub meaning: &'static str,
    /// Its fields. Any of them may be unknown.
    pub fields: &'static [Field],
}

/// A field of a record.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: FieldKind,
    /// What it means.
    pub meaning: &'static str,
}

/// What a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in `Kind`")]
pub enum FieldKind {
    Bool,
    Int,
    Text,
    Texts,
    Counts,
    Records(&'static Record),
}

impl From<FieldKind> for Kind {
    fn from(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Bool => Self::Bool,
            FieldKind::Int => Self::Int,
            FieldKind::Text => Self::Text,
            FieldKind::Texts => Self::List(Some(Box::new(Self::Text))),
            FieldKind::Counts => Self::Counts,
            FieldKind::Records(record) => Self::List(Some(Box::new(Self::Record(record)))),
        }
    }
}

const fn field(name: &'static str, kind: FieldKind, meaning: &'static str) -> Field {
    Field { name, kind, meaning }
}

/// One finding of a scan.
pub static FINDING: Record = Record {
    name: "finding",
    meaning: "One finding that counts: notes, previews and what somebody has accepted are not among them.",
    fields: &[
        field("rule", FieldKind::Text, "id of the rule, such as `download-to-shell`"),
        field("phase", FieldKind::Text, "phase of the rule, such as `network_exfil`"),
        field("severity", FieldKind::Text, "`info`, `low`, `medium`, `high` or `critical`"),
        field("level", FieldKind::Int, "the severity as a number: 0 for `info` to 4 for `critical`"),
        field("confidence", FieldKind::Text, "`low`, `medium` or `high`"),
        field("file", FieldKind::Text, "path of the file"),
        field("line", FieldKind::Int, "line, counted from 1"),
    ],
};

/// The variables.
pub static VARIABLES: [Record; 5] = [
    Record {
        name: "skill",
        meaning: "What it is called, and where it came from.",
        fields: &[
            field("name", FieldKind::Text, "the name under which it is held"),
            field("source_url", FieldKind::Text, "the URL from which it came"),
        ],
    },
    Record {
        name: "pin",
        meaning: "Which bytes it is about.",
        fields: &[
            field(
                "root_digest",
                FieldKind::Text,
                "root digest v1 of all files, as `sha256:` and 64 hexadecimal digits",
            ),
            field("content_hash", FieldKind::Text, "SHA-256 of SKILL.md, in the same form"),
        ],
    },
    Record {
        name: "publisher",
        meaning: "Whom it comes from.",
        fields: &[
            field("name", FieldKind::Text, "the owner of the repository, in lower case"),
            field("is_verified", FieldKind::Bool, "whether the publisher is proved to be who it says"),
        ],
    },
    Record {
        name: "index",
        meaning: "What the index says of exactly these bytes.",
        fields: &[
            field("is_known", FieldKind::Bool, "whether it knows them; unknown where nobody asked it"),
            field("verdict", FieldKind::Text, "`safe`, `unaudited`, `caution`, `warning` or `dangerous`"),
            field("audit_age_days", FieldKind::Int, "whole days since the verdict was made"),
            field("is_stale", FieldKind::Bool, "whether the verdict is of other content or of older rules"),
        ],
    },
    Record {
        name: "scan",
        meaning: "What a scan of these bytes found.",
        fields: &[
            field("verdict", FieldKind::Text, "`safe`, `caution`, `warning` or `dangerous`"),
            field("score", FieldKind::Int, "cumulative risk: 0 is clean, 50 and more is critical"),
            field("ruleset", FieldKind::Text, "version of the rules that scanned it"),
            field("is_complete", FieldKind::Bool, "whether every file was read"),
            field("executes_code", FieldKind::Bool, "whether it holds something that runs"),
            field(
                "capabilities",
                FieldKind::Texts,
                "what it is able to do: `execution`, `network`, `shell`, `filesystem`, `credentials`, `packages`",
            ),
            field("findings", FieldKind::Records(&FINDING), "what was found, the worst first, at most 1,000"),
            field("finding_count", FieldKind::Int, "how many findings there are, whatever is in the list"),
            field(
                "phases",
                FieldKind::Counts,
                "score of each phase that has one, such as `scan.phases['credentials']`",
            ),
        ],
    },
];

/// The same list as `scan.capabilities`.
pub const CAPABILITIES: &str = "capabilities";

/// Returns what a variable is.
pub(super) fn variable(name: &str) -> Option<Kind> {
    if name == CAPABILITIES {
        return Some(FieldKind::Texts.into());
    }
    VARIABLES.iter().find(|record| record.name == name).map(Kind::Record)
}

/// Returns the names of all variables.
pub(super) fn names() -> impl Iterator<Item = &'static str> + Clone {
    VARIABLES.iter().map(|record| record.name).chain([CAPABILITIES])
}
