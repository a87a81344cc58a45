//! Two scales, read off the same findings.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Confidence, Finding, Severity};

/// The safety verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum SafetyStatus {
    /// No known safety concern.
    Safe,
    /// No current safety analysis is available.
    Unaudited,
    /// Install is allowed but deserves review.
    Caution,
    /// Stronger safety concern, review before use.
    Warning,
    /// Known to be dangerous; blocked from discovery.
    Dangerous,
}

impl SafetyStatus {
    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unaudited => "unaudited",
            Self::Caution => "caution",
            Self::Warning => "warning",
            Self::Dangerous => "dangerous",
        }
    }

    /// Reads the verdict off the findings that count for a user.
    ///
    /// `dangerous`: a critical finding that is mostly true. `warning`: one high finding, a
    /// critical one that is often something else, or two medium findings of different phases
    /// in one file. `caution`: a medium finding, or files that were not read. What was not
    /// read is never `safe`.
    pub(super) fn of(findings: &[Finding], is_complete: bool) -> Self {
        let counted = || findings.iter().filter(|finding| finding.counts());
        let worst =
            counted().map(|finding| effective(finding.severity, finding.confidence)).max().unwrap_or(Severity::Info);
        let mediums: BTreeSet<_> = counted()
            .filter(|finding| finding.severity == Severity::Medium)
            .map(|finding| (&finding.location.path, finding.phase))
            .collect();
        let are_correlated = mediums.iter().zip(mediums.iter().skip(1)).any(|(left, right)| left.0 == right.0);
        match worst {
            Severity::Critical => Self::Dangerous,
            Severity::High => Self::Warning,
            Severity::Medium if are_correlated => Self::Warning,
            Severity::Medium => Self::Caution,
            _ if !is_complete => Self::Caution,
            _ => Self::Safe,
        }
    }
}

/// A finding that is often something else counts one step less.
fn effective(severity: Severity, confidence: Confidence) -> Severity {
    match (severity, confidence) {
        (Severity::Critical, Confidence::Low) => Severity::High,
        (Severity::High, Confidence::Low) => Severity::Medium,
        (Severity::Medium, Confidence::Low) => Severity::Low,
        _ => severity,
    }
}

/// What an agent should do with a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RecommendedAction {
    /// Nothing speaks against it, and nothing in it runs.
    SafeToInstall,
    /// A person or a policy should look first.
    ReviewBeforeInstall,
    /// Do not install.
    Block,
}

impl RecommendedAction {
    /// Derives the action: whatever runs code deserves a look, even where nothing was found.
    pub fn of(status: SafetyStatus, executes_code: bool) -> Self {
        match status {
            SafetyStatus::Dangerous => Self::Block,
            SafetyStatus::Safe if !executes_code => Self::SafeToInstall,
            _ => Self::ReviewBeforeInstall,
        }
    }

    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SafeToInstall => "safe_to_install",
            Self::ReviewBeforeInstall => "review_before_install",
            Self::Block => "block",
        }
    }
}

/// The bands of the cumulative risk score: 0, 1–9, 10–24, 25–49, 50 and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[allow(missing_docs, reason = "the bands are listed above")]
pub enum RiskBand {
    Clean,
    Low,
    Medium,
    High,
    Critical,
}

impl RiskBand {
    /// Returns the band of a score.
    pub fn of(score: u32) -> Self {
        match score {
            0 => Self::Clean,
            1..=9 => Self::Low,
            10..=24 => Self::Medium,
            25..=49 => Self::High,
            _ => Self::Critical,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Location, Persona, Phase, Suppression, SuppressionKind};
    use super::*;

    fn finding(severity: Severity, confidence: Confidence, phase: Phase, path: &str) -> Finding {
        Finding {
            rule_id: "x".to_owned(),
            phase,
            severity,
            confidence,
            persona: Persona::User,
            location: Location { path: path.to_owned(), line: None, column: None },
            evidence: String::new(),
            reason: String::new(),
            remedy: String::new(),
            chain: Vec::new(),
            fingerprint: String::new(),
            signature: None,
            is_preview: false,
            suppression: None,
        }
    }

    #[test]
    fn the_verdict_follows_the_worst_finding_and_completeness() {
        use Confidence::{High as Sure, Low as Unsure};
        use Phase::{CodePatterns, Credentials};
        let author = Finding { persona: Persona::Author, ..finding(Severity::Critical, Sure, CodePatterns, "a") };
        let preview = Finding { is_preview: true, ..finding(Severity::Critical, Sure, CodePatterns, "a") };
        let suppression =
            Suppression { kind: SuppressionKind::Baseline, reason: "known".to_owned(), by: None, expires: None };
        let suppressed =
            Finding { suppression: Some(suppression), ..finding(Severity::Critical, Sure, CodePatterns, "a") };
        let rows = [
            (vec![], true, SafetyStatus::Safe),
            (vec![], false, SafetyStatus::Caution),
            (vec![author], true, SafetyStatus::Safe),
            (vec![preview], true, SafetyStatus::Safe),
            (vec![suppressed], true, SafetyStatus::Safe),
            (vec![finding(Severity::Low, Sure, CodePatterns, "a")], true, SafetyStatus::Safe),
            (vec![finding(Severity::Medium, Sure, CodePatterns, "a")], true, SafetyStatus::Caution),
            (
                vec![
                    finding(Severity::Medium, Sure, CodePatterns, "a"),
                    finding(Severity::Medium, Sure, CodePatterns, "a"),
                ],
                true,
                SafetyStatus::Caution,
            ),
            (
                vec![
                    finding(Severity::Medium, Sure, CodePatterns, "a"),
                    finding(Severity::Medium, Sure, Credentials, "b"),
                ],
                true,
                SafetyStatus::Caution,
            ),
            (
                vec![
                    finding(Severity::Medium, Sure, CodePatterns, "a"),
                    finding(Severity::Medium, Sure, Credentials, "a"),
                ],
                true,
                SafetyStatus::Warning,
            ),
            (vec![finding(Severity::High, Sure, CodePatterns, "a")], true, SafetyStatus::Warning),
            (vec![finding(Severity::Critical, Unsure, CodePatterns, "a")], true, SafetyStatus::Warning),
            (vec![finding(Severity::Critical, Sure, CodePatterns, "a")], false, SafetyStatus::Dangerous),
        ];
        for (findings, is_complete, expected) in rows {
            assert_eq!(SafetyStatus::of(&findings, is_complete), expected, "{findings:?}");
        }
    }

    #[test]
    fn the_bands_have_the_published_edges() {
        let rows = [
            (0, RiskBand::Clean),
            (1, RiskBand::Low),
            (9, RiskBand::Low),
            (10, RiskBand::Medium),
            (24, RiskBand::Medium),
            (25, RiskBand::High),
            (49, RiskBand::High),
            (50, RiskBand::Critical),
        ];
        for (score, band) in rows {
            assert_eq!(RiskBand::of(score), band, "{score}");
        }
    }
}
