//! The shape of a rule: facts about it, its page, and the narrowest hook that serves it.

use super::{BundleView, Confidence, FileView, Persona, Phase, Severity, Sink, TextView};

/// A rule. Each lives in a file of its own, beside a page of the same name whose examples
/// are its tests.
#[derive(Debug)]
pub struct Rule {
    /// What is found, in kebab case: `hidden-unicode`. It never changes its meaning.
    pub id: &'static str,
    /// What is found, in one sentence without a full stop.
    pub summary: &'static str,
    /// The phase in which it reports.
    pub phase: Phase,
    /// Harm if a finding is true; a finding may state less, never more.
    pub severity: Severity,
    /// How often a finding is true.
    pub confidence: Confidence,
    /// Who wants to hear of it.
    pub persona: Persona,
    /// What a reader should do about a finding, in one sentence.
    pub remedy: &'static str,
    /// Ids of the threat in public lists: `AST01`, `LLM01`, `AML.T0051`, `CWE-506`.
    pub references: &'static [&'static str],
    /// How far the rule is in its life.
    pub lifecycle: Lifecycle,
    /// Counted up with every change of what the rule finds; part of the ruleset's version.
    pub revision: u32,
    /// The page, in Markdown.
    pub page: &'static str,
    /// What the rule looks at.
    pub hook: Hook,
}

/// How far a rule is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// Reports, and does not count for the verdict.
    Preview,
    /// Reports and counts.
    Stable,
    /// Still reports and counts, until a later release removes it.
    Deprecated {
        /// Id of the rule that takes over.
        successor: &'static str,
    },
}

impl Lifecycle {
    /// Returns the name that documents use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Stable => "stable",
            Self::Deprecated { .. } => "deprecated",
        }
    }
}

/// A rule that reports no more. Its id is kept, so that it is never given to another one, and
/// so that whoever still names it is told what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemovedRule {
    /// The id that it had.
    pub id: &'static str,
    /// Id of the rule that sees what it saw, where there is one.
    pub successor: Option<&'static str>,
    /// Why it was removed, in one sentence.
    pub reason: &'static str,
}

/// What a rule looks at. The driver walks the bundle once and calls the hooks.
#[derive(Debug)]
pub enum Hook {
    /// Texts that hold at least one of the needles, which are in lower case; ASCII letters are
    /// compared without case, others as they are. With no needles, every text.
    Text {
        /// What a text must hold for the rule to be called.
        needles: &'static [&'static str],
        /// Looks at one text.
        check: fn(&TextView<'_>, &mut Sink<'_>),
    },
    /// Every file, binary ones and links included.
    File(fn(&FileView<'_>, &mut Sink<'_>)),
    /// The bundle as a whole, once.
    Bundle(fn(&BundleView<'_>, &mut Sink<'_>)),
}
