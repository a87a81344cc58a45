//! A finding: what a rule saw, where, how bad it is if true, and how often it is true.

use serde::{Deserialize, Serialize};

/// The phase of a scan to which a rule belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Phase {
    /// Code that runs when something is installed or opened.
    InstallHooks,
    /// Dangerous code: remote code execution, shells, destruction.
    CodePatterns,
    /// Data that leaves over the network.
    NetworkExfil,
    /// Secrets that are read or shown.
    Credentials,
    /// Content that hides what it is.
    Obfuscation,
    /// What the files are and where they come from.
    Provenance,
    /// Text that takes over the agent that reads it.
    PromptInjection,
    /// Changes to the agent's own configuration, permissions or memory.
    AgentControl,
}

impl Phase {
    /// Every phase, in the order of a report.
    pub const ALL: [Self; 8] = [
        Self::InstallHooks,
        Self::CodePatterns,
        Self::NetworkExfil,
        Self::Credentials,
        Self::Obfuscation,
        Self::Provenance,
        Self::PromptInjection,
        Self::AgentControl,
    ];

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InstallHooks => "install_hooks",
            Self::CodePatterns => "code_patterns",
            Self::NetworkExfil => "network_exfil",
            Self::Credentials => "credentials",
            Self::Obfuscation => "obfuscation",
            Self::Provenance => "provenance",
            Self::PromptInjection => "prompt_injection",
            Self::AgentControl => "agent_control",
        }
    }
}

/// The harm that is done if a finding is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Severity {
    /// Worth knowing; never part of a verdict.
    Info,
    /// A capability or a habit; harmless alone.
    Low,
    /// Deserves a look before the skill is used.
    Medium,
    /// Harms a user who follows the skill.
    High,
    /// Takes over a machine, an account or an agent.
    Critical,
}

impl Severity {
    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How often a finding of a rule is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Confidence {
    /// Often something else.
    Low,
    /// Mostly true.
    Medium,
    /// Hardly ever something else.
    High,
}

impl Confidence {
    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Who wants to hear of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Persona {
    /// Whoever is about to use the skill: it counts for the verdict.
    User,
    /// Whoever wrote the skill: it is advice.
    Author,
    /// Whoever reviews the skill in depth: it is a place to look.
    Auditor,
}

/// A place in a file of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct Location {
    /// Path of the file in the bundle, sanitised.
    pub path: String,
    /// Line, counted from 1; absent where the finding is about the whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in characters, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

/// What a rule saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Finding {
    /// Id of the rule, for instance `hidden-unicode`.
    pub rule_id: String,
    /// Phase of the rule.
    pub phase: Phase,
    /// Harm if the finding is true.
    pub severity: Severity,
    /// How often a finding of this kind is true.
    pub confidence: Confidence,
    /// Who wants to hear of it.
    pub persona: Persona,
    /// Where it was seen.
    pub location: Location,
    /// What was seen: a bounded excerpt in which everything deceptive is escaped.
    pub evidence: String,
    /// Why it matters, in one sentence.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
    /// The layers that were opened to see it, outermost first; empty for plain text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<String>,
    /// Names what was seen: the same for the same rule, path and evidence, whatever the line.
    #[serde(default)]
    pub fingerprint: String,
    /// Id of the signature that matched, where the rule reports signatures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Whether the rule is a preview, which does not count for the verdict.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_preview: bool,
    /// Why the finding does not count, where somebody has decided so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppression: Option<Suppression>,
}

impl Finding {
    /// Tells whether the finding counts for verdict and score.
    pub fn counts(&self) -> bool {
        self.persona == Persona::User && !self.is_preview && self.suppression.is_none()
    }

    /// Tells whether the finding is only a note: it weighs nothing, whatever else is found.
    pub fn is_note(&self) -> bool {
        self.severity == Severity::Info || self.persona != Persona::User || self.is_preview
    }
}

/// Why a finding does not count: whoever runs the scan has looked at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct Suppression {
    /// What holds it back.
    pub kind: SuppressionKind,
    /// The reason that was given.
    pub reason: String,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The day on which the decision ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

/// What holds a finding back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum SuppressionKind {
    /// An entry in the operator's list, with a reason and an end.
    Suppressed,
    /// It was there already when the baseline was written.
    Baseline,
}
