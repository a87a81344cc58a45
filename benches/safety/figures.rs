//! The figures: rates over sets, phases and rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use touchmark::scan::{Persona, Phase, SafetyStatus, Severity};

use crate::cases::{Case, Label};

/// Independent sets with attacks, over which recall is averaged.
const ATTACK_SETS: [&str; 8] = [
    "malskills_gt",
    "openclaw_ioc",
    "misc_published",
    "progent",
    "skill_inject",
    "skillject",
    "skillscan_adversarial",
    "skillscan_corpus",
];
/// Independent sets of benign bundles alone.
const BENIGN_SETS: [&str; 3] = ["benign_publishers", "public_wild", "hard_benign_security"];

/// How many of how many.
#[derive(Debug, Clone, Copy, Default)]
struct Rate {
    hits: usize,
    of: usize,
}

impl Rate {
    fn count(hits: impl IntoIterator<Item = bool>) -> Self {
        hits.into_iter().fold(Self::default(), |rate, hit| Self { hits: rate.hits + usize::from(hit), of: rate.of + 1 })
    }

    fn value(self) -> Option<f64> {
        (self.of > 0).then(|| self.hits as f64 / self.of as f64)
    }
}

/// Everything that is measured on scanned cases.
pub struct Figures<'a> {
    cases: &'a [Case],
    flagged_benign: BTreeSet<&'a str>,
}

impl<'a> Figures<'a> {
    pub fn of(cases: &'a [Case]) -> Self {
        let flagged_benign =
            cases.iter().filter(|case| case.label == Label::Benign && case.is_flagged()).map(|case| case.id.as_str());
        Self { cases, flagged_benign: flagged_benign.collect() }
    }

    /// An injected skill counts as found only where its clean base is not flagged.
    fn is_found(&self, case: &Case) -> bool {
        case.is_flagged() && !case.base.as_deref().is_some_and(|base| self.flagged_benign.contains(base))
    }

    /// Renders headline, sets and phases as Markdown tables.
    pub fn to_markdown(&self) -> String {
        let mut page = String::from("| headline | figure | of |\n|---|---|---|\n");
        for (name, rate) in self.headline() {
            let _ = writeln!(page, "| {name} | {} | {} |", show(rate.0), rate.1);
        }
        page.push_str("\n| set | malicious | recall | by family | benign | flagged | dangerous | F1 |\n|---|---|---|---|---|---|---|---|\n");
        let sets: BTreeSet<&str> = self.cases.iter().map(|case| case.set.as_str()).collect();
        for set in sets {
            let (recall, alarms) = (self.recall(|case| case.set == set), self.alarms(|case| case.set == set));
            let dangerous = self.dangerous(|case| case.set == set);
            let _ = writeln!(
                page,
                "| {set} | {} | {} | {} | {} | {} | {} | {} |",
                recall.of,
                show(recall.value()),
                show(self.family_recall(|case| case.set == set)),
                alarms.of,
                show(alarms.value()),
                show(dangerous.value()),
                show(f1(recall, alarms))
            );
        }
        page.push_str("\n| phase | malicious bundles | benign bundles |\n|---|---|---|\n");
        for phase in Phase::ALL {
            let with = |label| {
                self.cases
                    .iter()
                    .filter(|case| case.label == label && has_alarm(case, |finding| finding == phase.as_str()))
                    .count()
            };
            let _ = writeln!(page, "| {} | {} | {} |", phase.as_str(), with(Label::Malicious), with(Label::Benign));
        }
        page
    }

    fn headline(&self) -> Vec<(&'static str, (Option<f64>, usize))> {
        let mean = |rates: Vec<Option<f64>>| {
            let known: Vec<f64> = rates.into_iter().flatten().collect();
            (Some(known.iter().sum::<f64>() / known.len().max(1) as f64), known.len())
        };
        let is_independent =
            |case: &Case| ATTACK_SETS.contains(&case.set.as_str()) || BENIGN_SETS.contains(&case.set.as_str());
        let plain = |rate: Rate| (rate.value(), rate.of);
        let all_sets = || ATTACK_SETS.iter().chain(&BENIGN_SETS);
        vec![
            (
                "recall, mean over independent sets",
                mean(ATTACK_SETS.map(|set| self.recall(|case| case.set == set).value()).to_vec()),
            ),
            (
                "recall, mean over independent sets, each family once",
                mean(ATTACK_SETS.map(|set| self.family_recall(|case| case.set == set)).to_vec()),
            ),
            (
                "benign flagged, mean over independent sets",
                mean(all_sets().map(|set| self.alarms(|case| case.set == *set).value()).collect()),
            ),
            ("benign flagged, independent", plain(self.alarms(is_independent))),
            ("benign dangerous, independent", plain(self.dangerous(is_independent))),
            ("benign flagged, all", plain(self.alarms(|_| true))),
            ("benign dangerous, all", plain(self.dangerous(|_| true))),
            (
                "newly flagged over the clean base, technical",
                plain(self.recall(|case| case.base.is_some() && !case.is_semantic)),
            ),
            (
                "newly flagged over the clean base, semantic",
                plain(self.recall(|case| case.base.is_some() && case.is_semantic)),
            ),
            ("recall, all", plain(self.recall(|_| true))),
            ("F1, all", (f1(self.recall(|_| true), self.alarms(|_| true)), self.cases.len())),
        ]
    }

    fn recall(&self, is_in: impl Fn(&Case) -> bool) -> Rate {
        let malicious = self.cases.iter().filter(|case| case.label == Label::Malicious && is_in(case));
        Rate::count(malicious.map(|case| self.is_found(case)))
    }

    /// Recall in which near copies together weigh as much as one bundle.
    fn family_recall(&self, is_in: impl Fn(&Case) -> bool) -> Option<f64> {
        let mut families: BTreeMap<&str, Rate> = BTreeMap::new();
        for case in self.cases.iter().filter(|case| case.label == Label::Malicious && is_in(case)) {
            let rate = families.entry(&case.family).or_default();
            *rate = Rate { hits: rate.hits + usize::from(self.is_found(case)), of: rate.of + 1 };
        }
        let count = families.len();
        (count > 0).then(|| families.values().filter_map(|rate| rate.value()).sum::<f64>() / count as f64)
    }

    fn alarms(&self, is_in: impl Fn(&Case) -> bool) -> Rate {
        Rate::count(self.benign(is_in).map(Case::is_flagged))
    }

    fn dangerous(&self, is_in: impl Fn(&Case) -> bool) -> Rate {
        Rate::count(self.benign(is_in).map(|case| case.status() == SafetyStatus::Dangerous))
    }

    fn benign(&self, is_in: impl Fn(&Case) -> bool) -> impl Iterator<Item = &'a Case> {
        self.cases.iter().filter(move |case| case.label == Label::Benign && is_in(case))
    }

    /// Lists which rules fire on benign bundles, and on how many malicious ones nothing does.
    pub fn alarms_and_silences(&self) -> String {
        let mut rules: BTreeMap<(&str, &str), [usize; 2]> = BTreeMap::new();
        for case in self.cases.iter().filter(|case| case.label != Label::Suspicious) {
            let Some(report) = &case.report else { continue };
            let fired: BTreeSet<_> = report
                .findings
                .iter()
                .filter(|finding| finding.persona == Persona::User && finding.severity >= Severity::Medium)
                .map(|finding| (finding.rule_id.as_str(), finding.severity.as_str()))
                .collect();
            for key in fired {
                rules.entry(key).or_default()[usize::from(case.label == Label::Benign)] += 1;
            }
        }
        let mut text = format!("{:<36} {:<9} {:>9} {:>7}\n", "rule", "severity", "malicious", "benign");
        for ((rule, severity), [malicious, benign]) in rules {
            let _ = writeln!(text, "{rule:<36} {severity:<9} {malicious:>9} {benign:>7}");
        }
        let silent =
            self.cases.iter().filter(|case| case.label == Label::Malicious && !has_alarm(case, |_| true)).count();
        let _ =
            writeln!(text, "malicious bundles on which nothing of weight fires: {silent} (list them with --missed)");
        text
    }

    /// Tells how long bundles take.
    pub fn timing(&self) -> String {
        let mut times: Vec<Duration> = self.cases.iter().map(|case| case.scan_time).collect();
        times.sort_unstable();
        let at = |part: f64| {
            times.get((times.len() as f64 * part) as usize).copied().unwrap_or_default().as_secs_f64() * 1000.0
        };
        let bytes: usize = self.cases.iter().map(|case| case.size_bytes).sum();
        let total: Duration = times.iter().sum();
        let slowest = self.cases.iter().max_by_key(|case| case.scan_time);
        format!(
            "one bundle: p50 {:.2} ms, p90 {:.2} ms, p99 {:.1} ms, longest {:.0} ms ({}); {:.1} MB at {:.0} MB/s a core",
            at(0.5),
            at(0.9),
            at(0.99),
            slowest.map_or(0.0, |case| case.scan_time.as_secs_f64() * 1000.0),
            slowest.map_or("", |case| &case.id),
            bytes as f64 / 1e6,
            bytes as f64 / 1e6 / total.as_secs_f64()
        )
    }
}

/// Tells whether a finding of weight for a user is of a phase that `is_phase` accepts.
fn has_alarm(case: &Case, is_phase: impl Fn(&str) -> bool) -> bool {
    case.report.iter().flat_map(|report| &report.findings).any(|finding| {
        finding.persona == Persona::User && finding.severity >= Severity::High && is_phase(finding.phase.as_str())
    })
}

fn f1(recall: Rate, alarms: Rate) -> Option<f64> {
    let found = recall.hits as f64;
    (recall.of > 0).then(|| 2.0 * found / (recall.of as f64 + found + alarms.hits as f64))
}

fn show(rate: Option<f64>) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| format!("{rate:.3}"))
}
