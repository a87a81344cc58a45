//! Network use that nobody announced.

use std::sync::LazyLock;

use crate::scan::evidence::destination::{Destination, destination};
use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::flow::effect::Action;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "undeclared-network",
    summary: "A program of the bundle uses the network, and the instructions say nothing of it",
    phase: Phase::NetworkExfil,
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Auditor,
    remedy: "Say in the description what is fetched or sent, and where to.",
    references: &["AST03", "ASI02", "LLM06", "CWE-912"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("undeclared_network.md"),
    hook: Hook::Bundle(check),
};

/// Words of somebody who says that the network is used.
static ANNOUNCES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)https?:|\bapis?\b|\bweb|\burls?\b|\bnetwork|\binternet\b|\bonline\b|\bdownload|\bupload|\bfetch|\bremote|\bservers?\b|\bcloud|\bsync|\bpublish|\bdeploy|\bdomain|\bendpoint|\brequests?\b|\bhosts?\b|\bsites?\b|\bpost(?:s|ing)?\b|\bsend(?:s|ing)?\b|\be-?mail|\bgithub\b|\bcurl\b|\bssh\b|网络|下载|上传|接口",
    )
});

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let Some(instructions) = view.instructions() else { return };
    if ANNOUNCES.is_match(instructions.text()) {
        return;
    }
    for effect in &view.flow().effects {
        let (Action::Send(_) | Action::Download) = effect.action else { continue };
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        let span = effect.place.start..effect.place.end;
        if text.is_markdown() || is_demonstrated(text, &span) || destination(view, effect) == Destination::Local {
            continue;
        }
        sink.report(text, span, "the network is used here, and the instructions say nothing of it");
        return;
    }
}
