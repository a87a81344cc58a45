//! Closer looks: which bundles were missed, which were flagged without reason, and by what.

use touchmark::scan::{Finding, Severity};

use crate::cases::{Case, Label};

pub enum Listing {
    Missed(Option<String>),
    Alarms(Option<String>),
    Rule(String),
    Case(String),
}

impl Listing {
    pub fn parse(arguments: &[String]) -> Option<Self> {
        let after = |flag: &str| {
            arguments.iter().position(|argument| argument == flag).map(|at| arguments.get(at + 1).cloned())
        };
        after("--missed")
            .map(Self::Missed)
            .or_else(|| after("--alarms").map(Self::Alarms))
            .or_else(|| after("--rule").flatten().map(Self::Rule))
            .or_else(|| after("--case").flatten().map(Self::Case))
    }

    pub fn print(&self, cases: &[Case]) {
        let is_in = |set: &Option<String>, case: &Case| set.as_ref().is_none_or(|set| &case.set == set);
        for case in cases {
            match self {
                Self::Missed(set) if case.label == Label::Malicious && !case.is_flagged() && is_in(set, case) => {
                    print_case(case, |_| true);
                }
                Self::Alarms(set) if case.label == Label::Benign && case.is_flagged() && is_in(set, case) => {
                    print_case(case, |finding| finding.severity >= Severity::Medium);
                }
                Self::Rule(rule)
                    if case
                        .report
                        .iter()
                        .flat_map(|report| &report.findings)
                        .any(|finding| &finding.rule_id == rule) =>
                {
                    print_case(case, |finding| &finding.rule_id == rule);
                }
                Self::Case(id) if &case.id == id => print_case(case, |_| true),
                _ => {}
            }
        }
    }
}

fn print_case(case: &Case, is_shown: impl Fn(&Finding) -> bool) {
    let kind = if case.is_semantic { " semantic" } else { "" };
    println!("{:?} {} {} {}{kind} {:?}", case.label, case.id, case.set, case.status().as_str(), case.categories);
    for finding in case.report.iter().flat_map(|report| &report.findings).filter(|finding| is_shown(finding)) {
        println!(
            "    {} {}/{} {}:{} {} | {}",
            finding.rule_id,
            finding.severity.as_str(),
            finding.confidence.as_str(),
            finding.location.path,
            finding.location.line.unwrap_or(0),
            finding.reason,
            finding.evidence.chars().take(140).collect::<String>()
        );
    }
}
