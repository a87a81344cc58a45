//! Workflows of the bundle that hand secrets out, or run what strangers send.

use std::sync::LazyLock;

use crate::scan::evidence::configuration::{Entry, entries};
use crate::scan::evidence::network_sink::sends;
use crate::scan::evidence::reach::{Reach, judge};
use crate::scan::evidence::setting::is_specimen;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "workflow-risk",
    summary: "A workflow of the bundle hands secrets out, or runs what a stranger sends with them at hand",
    phase: Phase::InstallHooks,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Do not copy the workflow; give each step the one secret it needs, and check out no foreign head with them.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-829"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("workflow_risk.md"),
    hook: Hook::Bundle(check),
};

/// Steps of one workflow that are looked at.
const STEPS: usize = 200;

static ALL_SECRETS: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?i)toJSON\(\s*secrets\s*\)"));
static FOREIGN_HEAD: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"github\.event\.(?:pull_request|workflow_run)\.head[._]|github\.head_ref|refs/pull/"));
static FOREIGN_TEXT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\$\{\{\s*github\.event\.(?:issue|comment|pull_request|review|discussion|head_commit)\.(?:title|body|message|head\.ref)\s*\}\}",
    )
});

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for text in view.texts().filter(|text| !is_specimen(text) && is_workflow(text.path())) {
        let found = entries(text);
        let is_privileged = found.iter().any(|entry| {
            entry.path.starts_with("on")
                && (entry.value == "pull_request_target" || entry.is_below("pull_request_target"))
        }) || text.text().contains("pull_request_target:");
        for entry in found
            .iter()
            .filter(|entry| matches!(entry.key(), "run" | "script" | "before_script" | "ref" | "repository"))
            .take(STEPS)
        {
            check_entry(view, text, entry, is_privileged, sink);
        }
    }
}

fn is_workflow(path: &str) -> bool {
    path.contains(".github/workflows/") || path.ends_with(".gitlab-ci.yml") || path.contains(".gitea/workflows/")
}

fn check_entry(view: &BundleView<'_>, text: &TextView<'_>, entry: &Entry, is_privileged: bool, sink: &mut Sink<'_>) {
    let span = entry.span.clone();
    match entry.key() {
        "run" | "script" | "before_script" => {
            let leaks = entry.value.contains("secrets.")
                && sends(&entry.value).iter().any(|sending| sending.is_hostile() || sending.is_to_stranger());
            if leaks || ALL_SECRETS.is_match(&entry.value) && !sends(&entry.value).is_empty() {
                sink.report(text, span, "the step sends secrets of the repository to a place that nobody vouches for");
            } else if judge(view, "", &entry.value).reach == Reach::Hostile {
                sink.report(text, span, "the step runs what it fetches, with the rights of the workflow")
                    .severity(Severity::High);
            } else if FOREIGN_TEXT.is_match(&entry.value) {
                sink.report(text, span, "a text that anybody can write becomes part of a command")
                    .severity(Severity::Low);
            }
        }
        "ref" | "repository" if is_privileged && FOREIGN_HEAD.is_match(&entry.value) => {
            sink.report(text, span, "code of a stranger is checked out where the secrets are")
                .severity(Severity::Medium);
        }
        _ => {}
    }
}
