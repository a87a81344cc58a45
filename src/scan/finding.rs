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
}
