//! The address at which a cloud gives keys to whoever asks from inside.

use std::sync::LazyLock;

use crate::scan::evidence::command::{PLACES, is_run, steps};
use crate::scan::evidence::network_sink::{sends, sends_within};
use crate::scan::evidence::setting::is_code;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "cloud-metadata",
    summary: "The keys of a cloud machine are fetched from its metadata address",
    phase: Phase::NetworkExfil,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Let the cloud's own tools take the keys; a skill has no reason to see them.",
    references: &["AST03", "ASI03", "LLM02", "AML.T0075", "CWE-918"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("cloud_metadata.md"),
    hook: Hook::Text {
        needles: &[
            "169.254.169.254",
            "metadata.google.internal",
            "169.254.170.2",
            "100.100.100.200",
            "[fd00:ec2::254]",
        ],
        check,
    },
};

/// Paths below which keys are.
static KEYS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:169\.254\.169\.254|metadata\.google\.internal|169\.254\.170\.2|100\.100\.100\.200|\[fd00:ec2::254\])[^\s'\x22`]{0,80}(?:security-credentials|service-accounts/[\w@.-]+/(?:token|identity)|identity/oauth2/token|user-data|v2/credentials|\$AWS_CONTAINER)",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    let mut places = KEYS.find_iter(text).take(PLACES).filter(|found| is_code(view, found.start())).peekable();
    if places.peek().is_none() {
        return;
    }
    let sends = sends(text);
    for found in places {
        let section = steps(view, &found.range());
        let severity = match () {
            () if !is_run(view, &found.range()) => Severity::Info,
            () if sends_within(&sends, &section).iter().any(|send| send.is_to_stranger()) => Severity::Critical,
            () => Severity::Low,
        };
        sink.report(view, found.range(), "the keys of the machine's account are fetched").severity(severity);
    }
}
