//! One walk over a bundle, which calls every rule's hook.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};

use super::beside::{Beside, NOTHING};
use super::capability::{self, is_native};
use super::evidence::take_passed_over;
use super::layer::open_layers;
use super::overlap::{drop_overlaps, drop_repeated_views};
use super::package_use::{PackageUse, uses_in};
use super::{BundleView, Finding, Hook, RULES, Ruleset, ScanReport, Sink, TextView};
use crate::skill::{FileClass, ParseIssue, SkillBundle, UnreadFile, limits, sanitise_line};

/// A bundle that was scanned, with what was odd about it: the only thing that can be stored.
#[derive(Debug, Clone)]
pub struct ScannedBundle {
    /// The parsed bundle.
    pub bundle: SkillBundle,
    /// What was odd while it was read.
    pub issues: Vec<ParseIssue>,
    /// What the rules found.
    pub report: ScanReport,
    /// The packages that it has installed or run.
    pub packages: Vec<PackageUse>,
}

/// Scans a bundle with every rule and the signatures of this program.
pub fn scan_bundle(bundle: SkillBundle, issues: Vec<ParseIssue>) -> ScannedBundle {
    scan_bundle_with(bundle, issues, Ruleset::builtin())
}

/// Scans a bundle with every rule and the signatures of `ruleset`.
pub fn scan_bundle_with(bundle: SkillBundle, issues: Vec<ParseIssue>, ruleset: &Ruleset) -> ScannedBundle {
    scan_bundle_beside(bundle, issues, ruleset, &NOTHING)
}

/// Scans a bundle of which more is known than its files, as of a package.
pub fn scan_bundle_beside(
    bundle: SkillBundle,
    issues: Vec<ParseIssue>,
    ruleset: &Ruleset,
    beside: &Beside,
) -> ScannedBundle {
    let opened = open_layers(&bundle);
    let mut view = BundleView::new(&bundle, &opened, &issues, ruleset.signatures()).beside(beside);
    let (mut findings, passed_over) = look(&mut view);
    drop_repeated_views(&mut findings);
    drop_overlaps(&mut findings);
    let unread = opened.unread.iter().cloned().chain(passed_over).collect();
    let capabilities = capability::infer(&view);
    let executes_code = capability::executes_code(&view);
    let report = ScanReport::new(&bundle, ruleset.version().clone(), unread, findings, capabilities, executes_code);
    let mut packages = Vec::new();
    finishes(|| packages = uses_in(&view));
    ScannedBundle { bundle, issues, report, packages }
}

/// Bytes of one text, counted once for every rule that has something to look at in it, that are
/// looked at: enough for any text with something to say, and an end for one that was made to
/// hold something for every rule again and again.
const WORK_BYTES: usize = 96 * 1024 * 1024;
/// Bytes that are looked at in any text.
const WHOLE_BYTES: usize = 1024 * 1024;

/// Returns what each rule finds on its own, before findings are compared with each other.
#[cfg(test)]
pub(super) fn findings_of_each_rule(bundle: &SkillBundle, issues: &[ParseIssue], beside: &Beside) -> Vec<Finding> {
    let opened = open_layers(bundle);
    look(&mut BundleView::new(bundle, &opened, issues, Ruleset::builtin().signatures()).beside(beside)).0
}

/// Calls every rule's hook; returns what they found, and the texts in which not every place was
/// looked at.
fn look(view: &mut BundleView<'_>) -> (Vec<Finding>, Vec<UnreadFile>) {
    let needles: Vec<Option<Vec<bool>>> =
        view.files.iter().map(|file| file.text.as_ref().map(|text| NEEDLES.present(text))).collect();
    let mut crowded: BTreeSet<&str> = BTreeSet::new();
    for (file, present) in view.files.iter_mut().zip(&needles) {
        let (Some(text), Some(present)) = (&mut file.text, present) else { continue };
        let rule_count = present.iter().filter(|is_present| **is_present).count().max(1);
        if text.cut((WORK_BYTES / rule_count).max(WHOLE_BYTES)) {
            crowded.insert(text.path());
        }
    }
    let view = &*view;
    let mut findings = Vec::new();
    let mut unfinished: BTreeSet<&str> = BTreeSet::new();
    // What an earlier scan on this thread passed over is not of this bundle.
    take_passed_over();
    for (rule_index, rule) in RULES.iter().enumerate() {
        let mut sink = Sink::new(rule);
        match &rule.hook {
            Hook::Text { needles: wanted, check } => {
                for (file, present) in view.files.iter().zip(&needles) {
                    let (Some(text), Some(present)) = (&file.text, present) else { continue };
                    if wanted.is_empty() || present[rule_index] {
                        if !finishes(|| check(text, &mut sink)) {
                            unfinished.insert(text.path());
                        }
                        if take_passed_over() {
                            crowded.insert(text.path());
                        }
                    }
                }
            }
            Hook::File(check) => {
                for file in &view.files {
                    if !finishes(|| check(file, &mut sink)) {
                        unfinished.insert(file.path());
                    }
                }
            }
            Hook::Bundle(check) => {
                if !finishes(|| check(view, &mut sink)) {
                    unfinished.insert(view.bundle.instructions().path.as_str());
                }
            }
        }
        if take_passed_over() {
            crowded.insert(view.bundle.instructions().path.as_str());
        }
        findings.extend(sink.into_findings());
    }
    let unread = |path: &str, reason: &str| UnreadFile {
        path: sanitise_line(path, limits::NAME_BYTES),
        size_bytes: None,
        reason: reason.to_owned(),
    };
    let passed_over = crowded.into_iter().map(|path| unread(path, "more places than are looked at resemble an attack"));
    let unfinished =
        unfinished.into_iter().map(|path| unread(path, "a rule failed on it, which is a defect of the rule"));
    // What is named like a text and is none was not read by anything.
    let is_text_by_name = |class| matches!(class, FileClass::Instructions | FileClass::Reference | FileClass::Script);
    let opaque = view
        .files
        .iter()
        .filter(|file| file.text.is_none() && file.origin.is_none() && is_text_by_name(file.file.class))
        .filter(|file| file.file.bytes().is_some_and(|bytes| !bytes.is_empty() && !is_native(Some(bytes))))
        .map(|file| UnreadFile {
            path: sanitise_line(file.path(), limits::NAME_BYTES),
            size_bytes: file.file.bytes().map(|bytes| bytes.len() as u64),
            reason: "the file is named like a text and is none".to_owned(),
        });
    // What the rules did not follow to its end is not safe either.
    let mut cut = Vec::new();
    finishes(|| cut.extend(view.flow().unread.iter().filter_map(|file| view.files.get(*file))));
    let cut = cut
        .into_iter()
        .map(|file| unread(file.path(), "the program is too large or too deeply nested to be followed to its end"));
    (findings, passed_over.chain(unfinished).chain(opaque).chain(cut).collect())
}

/// Runs a check and tells whether it came to its end. A defect of one rule, met on bytes that
/// nobody foresaw, must neither stop a scan of many bundles nor hide what other rules find;
/// what it looked at is then not known to be safe.
pub(super) fn finishes(check: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(check)).is_ok()
}

/// All needles of all rules in one automaton, so that a text is read once to know which
/// rules have something to look at.
struct Needles {
    automaton: AhoCorasick,
    rule_of_pattern: Vec<usize>,
}

static NEEDLES: LazyLock<Needles> = LazyLock::new(|| {
    let mut patterns = Vec::new();
    let mut rule_of_pattern = Vec::new();
    for (index, rule) in RULES.iter().enumerate() {
        if let Hook::Text { needles, .. } = &rule.hook {
            patterns.extend(needles.iter().copied());
            rule_of_pattern.extend(std::iter::repeat_n(index, needles.len()));
        }
    }
    let automaton = AhoCorasickBuilder::new()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(&patterns)
        .expect("the needles are few and short");
    Needles { automaton, rule_of_pattern }
});

impl Needles {
    /// Tells for every rule whether the text holds one of its needles.
    fn present(&self, text: &TextView<'_>) -> Vec<bool> {
        let mut present = vec![false; RULES.len()];
        for found in self.automaton.find_overlapping_iter(text.text()) {
            present[self.rule_of_pattern[found.pattern().as_usize()]] = true;
        }
        present
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::SafetyStatus;
    use crate::skill::{FileContent, RawBundle, RawFile};

    #[test]
    fn what_is_named_like_a_text_and_is_none_is_not_safe() {
        let file = |path: &str, content: &[u8]| RawFile {
            path: path.to_owned(),
            content: FileContent::Bytes(content.to_vec()),
            is_executable: false,
        };
        let rows: [(&str, &[u8]); 2] =
            [("SKILL.md", &[0; 4_096]), ("scripts/run.sh", &[0, 1, 2, 3, 0xff, 0xfe, 0, 0, 9])];
        for (path, content) in rows {
            let mut files = vec![file(path, content)];
            if path != "SKILL.md" {
                files.push(file("SKILL.md", b"---\nname: demo\ndescription: Does it.\n---\n# Demo\n"));
            }
            let (bundle, issues) =
                SkillBundle::parse(RawBundle { files, unread: Vec::new() }, Some("demo")).expect("a skill");
            let report = scan_bundle(bundle, issues).report;
            assert_ne!(report.status, SafetyStatus::Safe, "{path}");
            assert_eq!(report.completeness.unread.len(), 1, "{path}");
        }
    }
}
