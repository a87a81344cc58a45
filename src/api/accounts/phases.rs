//! How a report of the scanner reads in the scan API: phases, score, verdict and findings.
//!
//! The API has six phases; the scanner has two more, for text that takes over the agent and for
//! changes to the agent itself, which follow as 7 and 8. Score and points are those of the
//! report, so that nothing is computed twice.

use serde::{Deserialize, Serialize};

use crate::scan::{Phase, PhaseReport, RiskBand, SafetyStatus, ScanReport, Severity};
use crate::threat::ThreatSeverity;

/// Lines of findings that one phase shows; what is beyond is counted in a last line. The worst
/// come first, so that these are never cut away by others.
pub const PHASE_LINES: usize = 500;

/// What a scan came to, in the words of the scan API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ScanOutcome {
    /// Cumulative risk: the sum of the scores of all phases, 0 where nothing was found.
    pub score: u32,
    /// The verdict: that of the score's band (0 clean, 1–9 low, 10–24 medium, 25–49 high, 50 and
    /// more critical), or a worse one where the scanner's own verdict, a file that was not read or
    /// a known threat asks for it.
    pub verdict: RiskBand,
    /// Score and findings of every phase.
    pub phases: PhasesView,
}

/// Score and findings of every phase, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct PhasesView {
    /// Phase 1: code that runs when something is installed or opened.
    pub install_hooks: PhaseView,
    /// Phase 2: dangerous code.
    pub code_patterns: PhaseView,
    /// Phase 3: data that leaves over the network.
    pub network_exfil: PhaseView,
    /// Phase 4: secrets that are read or shown.
    pub credentials: PhaseView,
    /// Phase 5: content that hides what it is.
    pub obfuscation: PhaseView,
    /// Phase 6: what the files are and where they come from, what was not read included.
    pub provenance: PhaseView,
    /// Phase 7: text that takes over the agent that reads it.
    #[serde(default)]
    pub prompt_injection: PhaseView,
    /// Phase 8: changes to the agent's own configuration, permissions or memory.
    #[serde(default)]
    pub agent_control: PhaseView,
}

/// Score and findings of one phase.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct PhaseView {
    /// What the phase adds to the score.
    pub score: u32,
    /// One line for each finding, the worst first: what, and where.
    pub findings: Vec<String>,
}

/// One phase with its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberedPhase<'a> {
    /// 1 to 6 as in the scan API, 7 and 8 for the two that the scanner has beside them.
    pub number: u8,
    /// The name.
    pub name: &'static str,
    /// Score and findings.
    pub phase: &'a PhaseView,
}

/// Returns the number of a phase in the scan API: 1 to 6, and 7 and 8 for the two beside them.
pub fn phase_number(phase: Phase) -> u8 {
    match phase {
        Phase::InstallHooks => 1,
        Phase::CodePatterns => 2,
        Phase::NetworkExfil => 3,
        Phase::Credentials => 4,
        Phase::Obfuscation => 5,
        Phase::Provenance => 6,
        Phase::PromptInjection => 7,
        Phase::AgentControl => 8,
    }
}

impl ScanOutcome {
    /// Reads a report: its score, its phases, and the worse one of the score's band and
    /// [`least_verdict`] of its status.
    pub fn of(report: &ScanReport) -> Self {
        let mut phases = PhasesView::default();
        let mut reports = report.phases();
        for phase in Phase::ALL {
            if let Some(found) = reports.remove(phase.as_str()) {
                *phases.of_mut(phase) = PhaseView::of(found);
            }
        }
        let unread = if report.completeness.unread.is_empty() { RiskBand::Clean } else { RiskBand::Medium };
        let verdict = RiskBand::of(report.risk_score).max(least_verdict(report.status)).max(unread);
        Self { score: report.risk_score, verdict, phases }
    }

    /// Reads several parts of one thing, such as the skills of a repository, each with the folder
    /// that it is in: of every phase the worst part counts, and all findings are shown, below
    /// their folders. The score stays the sum of the phases, and the verdict is no milder than
    /// that of any part. Nothing at all is clean.
    pub fn of_parts(parts: &[(String, &ScanReport)]) -> Self {
        let mut whole = Self { score: 0, verdict: RiskBand::Clean, phases: PhasesView::default() };
        for (folder, report) in parts {
            let part = Self::of(report);
            whole.verdict = whole.verdict.max(part.verdict);
            for phase in Phase::ALL {
                let PhaseView { score, findings } = part.phases.of(phase);
                let view = whole.phases.of_mut(phase);
                view.score = view.score.max(*score);
                let lines = findings.iter().map(|line| match folder.is_empty() {
                    true => line.clone(),
                    false => format!("{folder}: {line}"),
                });
                view.findings.extend(lines);
            }
        }
        for phase in Phase::ALL {
            let view = whole.phases.of_mut(phase);
            let found = PhaseReport { score: view.score, findings: std::mem::take(&mut view.findings) };
            *view = PhaseView::of(found);
            whole.score = whole.score.saturating_add(view.score);
        }
        whole.verdict = whole.verdict.max(RiskBand::of(whole.score));
        whole
    }

    /// Makes the verdict at least what a known threat of this severity asks for. The score stays
    /// that of the findings.
    #[must_use]
    pub fn with_threat(self, severity: Severity) -> Self {
        Self { verdict: self.verdict.max(verdict_of_threat(severity)), ..self }
    }

    /// Returns every phase with its number, in order.
    pub fn numbered(&self) -> impl Iterator<Item = NumberedPhase<'_>> {
        Phase::ALL.into_iter().map(|phase| NumberedPhase {
            number: phase_number(phase),
            name: phase.as_str(),
            phase: self.phases.of(phase),
        })
    }

    /// Returns the numbers of the phases that add nothing to the score.
    pub fn clean_phases(&self) -> Vec<u8> {
        self.numbered().filter(|phase| phase.phase.score == 0).map(|phase| phase.number).collect()
    }

    /// Returns the phases that add something to the score, in order.
    pub fn flagged_phases(&self) -> impl Iterator<Item = NumberedPhase<'_>> {
        self.numbered().filter(|phase| phase.phase.score > 0)
    }
}

impl PhasesView {
    /// Returns one phase.
    pub fn of(&self, phase: Phase) -> &PhaseView {
        match phase {
            Phase::InstallHooks => &self.install_hooks,
            Phase::CodePatterns => &self.code_patterns,
            Phase::NetworkExfil => &self.network_exfil,
            Phase::Credentials => &self.credentials,
            Phase::Obfuscation => &self.obfuscation,
            Phase::Provenance => &self.provenance,
            Phase::PromptInjection => &self.prompt_injection,
            Phase::AgentControl => &self.agent_control,
        }
    }

    /// Returns one phase, to be filled in.
    pub fn of_mut(&mut self, phase: Phase) -> &mut PhaseView {
        match phase {
            Phase::InstallHooks => &mut self.install_hooks,
            Phase::CodePatterns => &mut self.code_patterns,
            Phase::NetworkExfil => &mut self.network_exfil,
            Phase::Credentials => &mut self.credentials,
            Phase::Obfuscation => &mut self.obfuscation,
            Phase::Provenance => &mut self.provenance,
            Phase::PromptInjection => &mut self.prompt_injection,
            Phase::AgentControl => &mut self.agent_control,
        }
    }
}

impl PhaseView {
    fn of(report: PhaseReport) -> Self {
        let PhaseReport { score, mut findings } = report;
        if findings.len() > PHASE_LINES {
            let more = findings.len() - PHASE_LINES;
            findings.truncate(PHASE_LINES);
            findings.push(format!("and {more} more"));
        }
        Self { score, findings }
    }
}

/// Returns the mildest verdict that a status of the scanner allows: what it wants looked at is at
/// least `medium`, what it warns of at least `high`, and what was never looked at is not clean.
pub fn least_verdict(status: SafetyStatus) -> RiskBand {
    match status {
        SafetyStatus::Safe => RiskBand::Clean,
        SafetyStatus::Unaudited | SafetyStatus::Caution => RiskBand::Medium,
        SafetyStatus::Warning => RiskBand::High,
        SafetyStatus::Dangerous => RiskBand::Critical,
    }
}

/// Returns the severity of the scanner that a threat of this one has.
pub fn severity_of_threat(severity: ThreatSeverity) -> Severity {
    match severity {
        ThreatSeverity::Low => Severity::Low,
        ThreatSeverity::Medium => Severity::Medium,
        ThreatSeverity::High => Severity::High,
        ThreatSeverity::Critical => Severity::Critical,
    }
}

/// Returns the mildest verdict on what is a known threat of this severity.
pub fn verdict_of_threat(severity: Severity) -> RiskBand {
    match severity {
        Severity::Info | Severity::Low => RiskBand::Low,
        Severity::Medium => RiskBand::Medium,
        Severity::High => RiskBand::High,
        Severity::Critical => RiskBand::Critical,
    }
}

#[cfg(test)]
#[path = "phases_tests.rs"]
mod tests;
