//! What a report means for whoever waits for the command: what is wrong, and how it ends.

use std::collections::BTreeSet;

use super::report::{BytesStatus, ProjectReport, SkillCheck};
use super::verdict::{Upstream, VerdictState};
use crate::api::Freshness;
use crate::change::DriftExtent;
use crate::scan::SafetyStatus;

/// Which verdicts refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// From caution on.
    Caution,
    /// From warning on.
    Warning,
    /// At dangerous only.
    Dangerous,
    /// Where the verdict is not about the current content and rules, or the source has moved on.
    Stale,
    /// Where bytes match by a weak digest only, which other bytes can have as well.
    Weak,
    /// Whatever the verdict is; beside another word it says nothing.
    Never,
}

/// Decides what is wrong. Bytes that are not what was recorded always are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// Refuses from this verdict on.
    least: Option<SafetyStatus>,
    refuses_stale: bool,
    refuses_weak: bool,
    /// Whether a skill of which nothing is known is no better than one that could not be
    /// checked: somebody asked for a verdict.
    needs_verdict: bool,
}

/// Something that is wrong with a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// What kind of wrong it is.
    pub kind: ComplaintKind,
    /// What it is; author-controlled.
    pub text: String,
}

/// The kinds of wrong, and one for what is only worth telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComplaintKind {
    /// The bytes are not what was recorded.
    Drift,
    /// The verdict is one that refuses.
    Verdict,
    /// The verdict is out of date, where that refuses.
    Stale,
    /// The bytes match by a weak digest, where that refuses.
    Weak,
    /// The policy of the project does not let it in.
    Policy,
    /// The record is invalid.
    InvalidRecord,
    /// The record or the folder could not be read.
    Unreadable,
    /// Nothing is installed.
    NotInstalled,
    /// The lockfile records no bytes, or not in a way that can be compared.
    NotCompared,
    /// There is no verdict, and one was needed.
    NoVerdict,
    /// Nothing is wrong: a weak digest, a source that moved on, a verdict that changed.
    Note,
}

/// How a check ends. The order is that of news: the worst decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckOutcome {
    /// Everything is what was recorded.
    Match,
    /// There is no verdict on something.
    NoVerdict,
    /// A record is invalid.
    InvalidRecord,
    /// Something is not what was recorded, or its verdict refuses.
    Refused,
}

impl ComplaintKind {
    /// Every kind, in the order of reports.
    pub const ALL: [Self; 11] = [
        Self::Drift,
        Self::Verdict,
        Self::Stale,
        Self::Weak,
        Self::Policy,
        Self::InvalidRecord,
        Self::Unreadable,
        Self::NotInstalled,
        Self::NotCompared,
        Self::NoVerdict,
        Self::Note,
    ];

    /// Returns the stable name, which reports use as the id of a rule.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drift => "drift",
            Self::Verdict => "verdict",
            Self::Stale => "stale-verdict",
            Self::Weak => "weak-digest",
            Self::Policy => "policy",
            Self::InvalidRecord => "invalid-record",
            Self::Unreadable => "unreadable",
            Self::NotInstalled => "not-installed",
            Self::NotCompared => "not-compared",
            Self::NoVerdict => "no-verdict",
            Self::Note => "note",
        }
    }

    /// Says what the kind is, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Drift => "What is installed is not what was recorded.",
            Self::Verdict => "The current verdict on an installed skill refuses it.",
            Self::Stale => "The verdict is not about what its source holds now, or not by the current rules.",
            Self::Policy => "The policy of the project, touchmark.toml, does not let an installed skill in.",
            Self::Weak => "What is installed matches by a digest that other bytes can have as well.",
            Self::InvalidRecord => "A record or a lockfile is invalid, or of a version that is not known.",
            Self::Unreadable => "A record or a folder could not be read, so there is no verdict.",
            Self::NotInstalled => "A recorded skill is not installed at any place where it could be.",
            Self::NotCompared => "A lockfile records nothing that the installed bytes could be compared with.",
            Self::NoVerdict => "Nothing is known of the verdict on an installed skill.",
            Self::Note => "Nothing is wrong; something is worth knowing.",
        }
    }

    /// Returns how a check ends that has nothing worse.
    pub fn outcome(self) -> CheckOutcome {
        match self {
            Self::Drift | Self::Verdict | Self::Stale | Self::Weak | Self::Policy => CheckOutcome::Refused,
            Self::InvalidRecord => CheckOutcome::InvalidRecord,
            Self::Unreadable | Self::NotInstalled | Self::NotCompared | Self::NoVerdict => CheckOutcome::NoVerdict,
            Self::Note => CheckOutcome::Match,
        }
    }
}

impl Gate {
    /// Takes what was asked for; where nothing was, a verdict of dangerous refuses, and a skill
    /// that no index knows is as good as its bytes.
    pub fn new(fail_on: &[FailOn]) -> Self {
        let says_all = |wanted: fn(&FailOn) -> bool| !fail_on.is_empty() && fail_on.iter().all(wanted);
        let is_never = says_all(|word| *word == FailOn::Never);
        let least = [
            (FailOn::Caution, SafetyStatus::Caution),
            (FailOn::Warning, SafetyStatus::Warning),
            (FailOn::Dangerous, SafetyStatus::Dangerous),
        ]
        .into_iter()
        .find(|(word, _)| fail_on.contains(word))
        .map(|(_, status)| status);
        Self {
            least: if is_never { None } else { Some(least.unwrap_or(SafetyStatus::Dangerous)) },
            refuses_stale: fail_on.contains(&FailOn::Stale),
            refuses_weak: fail_on.contains(&FailOn::Weak),
            needs_verdict: fail_on.iter().any(|word| !matches!(word, FailOn::Never | FailOn::Weak)),
        }
    }

    /// Tells whether somebody asked for verdicts, so that none is not good enough.
    pub fn needs_verdict(&self) -> bool {
        self.needs_verdict
    }

    /// Says what is wrong with a check, the worst first, and what is worth telling.
    pub fn complaints(&self, check: &SkillCheck) -> Vec<Complaint> {
        let mut complaints = Vec::new();
        self.complain_of_bytes(check, &mut complaints);
        self.complain_of_verdict(check, &mut complaints);
        complaints.extend(check.violations.iter().map(|violation| Complaint {
            kind: ComplaintKind::Policy,
            text: format!("{}: {}", violation.name(), violation.message),
        }));
        let notices = check.policy_notices.iter().map(|notice| format!("policy: {notice}"));
        complaints.extend(notices.map(|text| Complaint { kind: ComplaintKind::Note, text }));
        complaints.sort_by_key(|complaint| complaint.kind);
        complaints
    }

    fn complain_of_bytes(&self, check: &SkillCheck, complaints: &mut Vec<Complaint>) {
        let mut say = |kind, text: String| complaints.push(Complaint { kind, text });
        let error = || check.error.clone().unwrap_or_default();
        match check.status {
            BytesStatus::Match => {
                if let Some(digest) = check.recorded.first().filter(|_| check.is_weak()) {
                    let kind = if self.refuses_weak { ComplaintKind::Weak } else { ComplaintKind::Note };
                    say(kind, format!("matches by a weak digest: {}", digest.proves));
                }
            }
            BytesStatus::Drift => say(ComplaintKind::Drift, moved(check) + &meant(check)),
            BytesStatus::InvalidRecord => say(ComplaintKind::InvalidRecord, error()),
            BytesStatus::Error => say(ComplaintKind::Unreadable, error()),
            BytesStatus::NotInstalled => say(ComplaintKind::NotInstalled, error()),
            BytesStatus::NotRecorded | BytesStatus::Ambiguous if check.is_covered => {
                say(ComplaintKind::Note, format!("{}; another record of this folder matches", error()));
            }
            BytesStatus::NotRecorded | BytesStatus::Ambiguous => say(ComplaintKind::NotCompared, error()),
        }
    }

    fn complain_of_verdict(&self, check: &SkillCheck, complaints: &mut Vec<Complaint>) {
        let mut say = |kind, text: String| complaints.push(Complaint { kind, text });
        let verdict = match &check.verdict {
            None => return,
            Some(VerdictState::NothingToAsk) if self.needs_verdict => {
                return say(ComplaintKind::NoVerdict, NOTHING_TO_ASK.to_owned());
            }
            Some(VerdictState::NothingToAsk) => return,
            Some(VerdictState::Unknown { reason }) => {
                return say(ComplaintKind::NoVerdict, format!("the verdict is unknown: {reason}"));
            }
            Some(VerdictState::NotIndexed) => {
                // A source that takes a skill back must not make its verdict better.
                if let Some(pinned) =
                    check.pinned_status.filter(|pinned| self.least.is_some_and(|least| *pinned >= least))
                {
                    let text =
                        format!("it was {} when it was pinned, and no source shows it any more", pinned.as_str());
                    say(ComplaintKind::Verdict, text);
                }
                if self.needs_verdict {
                    say(ComplaintKind::NoVerdict, NOT_INDEXED.to_owned());
                }
                return;
            }
            Some(VerdictState::Known(verdict)) => verdict,
        };
        let status = verdict.status;
        let about = match (verdict.is_about_installed, verdict.upstream) {
            (true, _) => "it",
            (false, Upstream::Changed) => "it or on what its source holds now",
            (false, _) => "other files beside the same SKILL.md",
        };
        if status == SafetyStatus::Unaudited && self.needs_verdict {
            say(ComplaintKind::NoVerdict, "the verdict is unknown: it was not audited".to_owned());
        } else if self.least.is_some_and(|least| status >= least) {
            let flags = verdict.safety_flags.join(", ");
            let flags = if flags.is_empty() { flags } else { format!(" ({flags})") };
            say(ComplaintKind::Verdict, format!("the verdict on {about} is {}{flags}", status.as_str()));
        }
        if !verdict.is_about_installed {
            // Bytes that drifted are refused already; here they are those that were recorded.
            let kind = if self.needs_verdict { ComplaintKind::NoVerdict } else { ComplaintKind::Note };
            let text = match verdict.upstream {
                Upstream::Changed => {
                    "its source is not known to have held what is installed, so that the verdict may be about other bytes"
                }
                _ => "the verdict is about other files beside the same SKILL.md",
            };
            say(kind, text.to_owned());
        }
        let is_stale = verdict.freshness != Freshness::Fresh;
        let is_behind = verdict.upstream == Upstream::Changed;
        let stale = if self.refuses_stale { ComplaintKind::Stale } else { ComplaintKind::Note };
        if is_stale {
            say(stale, "the verdict was made of other content or by older rules".to_owned());
        }
        if is_behind {
            say(stale, "its source now holds another SKILL.md".to_owned());
        }
        if let Some(pinned) = check.pinned_status.filter(|pinned| *pinned != status) {
            say(ComplaintKind::Note, format!("the verdict was {} when it was pinned", pinned.as_str()));
        }
    }

    /// Returns how a check ends.
    pub fn outcome(&self, report: &ProjectReport) -> CheckOutcome {
        let complaints = report.checks.iter().flat_map(|check| self.complaints(check));
        complaints.map(|complaint| complaint.kind.outcome()).max().unwrap_or(CheckOutcome::Match)
    }
}

/// Why there is no verdict on a folder without SKILL.md.
const NOTHING_TO_ASK: &str = "the verdict is unknown: it holds no SKILL.md by which an index could be asked; \
                              look at it with `touchmark scan`";

/// What to do about a skill that no index knows.
const NOT_INDEXED: &str = "the verdict is unknown: it is not indexed; `touchmark ingest` its source, ask a server with --url, \
                           or check bytes alone with --offline";

/// Acts that a complaint names; a report has them all.
const NAMED: usize = 4;

/// Says what a drift means, as far as it was reviewed.
fn meant(check: &SkillCheck) -> String {
    let Some(review) = &check.review else { return String::new() };
    let Some(now) = &review.now else { return "; what is there is no skill that can be scanned".to_owned() };
    let mut parts = Vec::new();
    match &review.since {
        Some(since) if since.status_before != now.status => {
            parts.push(format!("it was {} and is {} now", since.status_before.as_str(), now.status.as_str()));
        }
        Some(_) => parts.push(format!("it still is {}", now.status.as_str())),
        None => parts.push(format!("what is there is {}", now.status.as_str())),
    }
    let findings = review.since.as_ref().and_then(|since| since.findings.as_ref());
    if let Some(findings) = findings {
        let numbers =
            [(findings.appeared_count, "new"), (findings.worsened_count, "worse"), (findings.went_count, "gone")];
        let numbers: Vec<String> =
            numbers.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
        if !numbers.is_empty() {
            parts.push(format!("findings: {}", numbers.join(", ")));
        }
    }
    let gained = review.since.as_ref().and_then(|since| since.gained.as_ref());
    if let Some(gained) = gained.filter(|gained| !gained.is_empty()) {
        parts.push(format!("new capabilities: {}", gained.join(", ")));
    }
    let whose = match review.extent {
        DriftExtent::MovedFiles => "in the files that moved",
        DriftExtent::CoveredFiles => "in the files that the digest covers",
    };
    if findings.is_none() {
        let mut rules: Vec<&str> = review.findings.iter().map(|finding| finding.rule_id.as_str()).collect();
        // The worst come first, and one rule is told once.
        let mut told = BTreeSet::new();
        rules.retain(|rule| told.insert(*rule));
        rules.truncate(NAMED);
        if !rules.is_empty() {
            parts.push(format!("{} findings {whose}: {}", review.finding_count, rules.join(", ")));
        }
    }
    let acts: Vec<&str> = review.acts.iter().take(NAMED).map(|act| act.act.words()).collect();
    if !acts.is_empty() {
        parts.push(format!("{whose} it {}", acts.join(", ")));
    }
    format!("; {}", parts.join("; "))
}

/// Says what moved, in numbers.
fn moved(check: &SkillCheck) -> String {
    if let Some(drift) = &check.drift {
        return format!(
            "not what was approved: {} added, {} removed, {} modified, {} with another mode",
            drift.added.len(),
            drift.removed.len(),
            drift.modified.len(),
            drift.mode_changed.len()
        );
    }
    if let Some(changes) = &check.changes {
        return format!(
            "not what was recorded: {} added, {} removed, {} modified",
            changes.added.len(),
            changes.removed.len(),
            changes.modified.len()
        );
    }
    match check.recorded.iter().find(|digest| !digest.matches) {
        Some(digest) => {
            let actual = digest.actual.as_deref().unwrap_or("none");
            format!("not what was recorded: {} is {}, and what is there has {actual}", digest.key, digest.expected)
        }
        None => "not what was recorded".to_owned(),
    }
}
