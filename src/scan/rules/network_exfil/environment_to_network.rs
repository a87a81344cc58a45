//! The environment, where keys live, leaves over the network.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::network_sink::sends;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::{is_code, is_shown};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "environment-to-network",
    summary: "The whole environment, or the secrets in it, is collected and sent out",
    phase: Phase::NetworkExfil,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Send only the values that the request needs, by name, to the service that they belong to.",
    references: &["AST01", "ASI02", "LLM02", "AML.T0055", "CWE-200"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("environment_to_network.md"),
    hook: Hook::Text { needles: &["environ", "process.env", "printenv", "env", "get-childitem env:", "set |"], check },
};

/// A command line that does both at once.
static IN_ONE_LINE: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"\b(?:curl|wget|nc|ncat)\b(?:[^\n]|\\\r?\n){0,300}?(?:\$\(|`)\s*(?:printenv|env|set|export\s+-p)\s*(?:\||\)|`)",
        r"(?:^|[;&|]\s*)(?:printenv|env)\s*(?:\|[^\n|]{0,120}){0,3}\|\s*(?:curl|wget|nc|ncat)\b[^\n]{0,200}",
        r"\b(?:curl|wget)\b(?:[^\n]|\\\r?\n){0,300}?(?:\$\(|`)\s*cat\s+[^\s)`]{0,40}\.env\b",
        r"\bcat\s+[^\n|]{0,60}\.env\b[^\n|]{0,60}\|\s*(?:curl|wget|nc|ncat)\b[^\n]{0,200}",
        r"\b(?:curl|wget)\b(?:[^\n]|\\\r?\n){0,300}?(?:-F|--form|-T|--upload-file|-d|--data\S*)\s*['\x22]?(?:\w+=)?@[^\s'\x22]{0,40}\.env\b",
    ];
    pattern(&format!("(?im){}", forms.join("|")))
});

/// Code that takes the environment as a whole, in a form that can be sent.
static COLLECTS: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"(?:json\.dumps|str|repr|urlencode|dict)\(\s*(?:dict\(\s*)?os\.environ\s*(?:\)|\.copy\(\)|,)",
        r"\bfor\s+\w+\s*(?:,\s*\w+)?\s+in\s+(?:sorted\(\s*)?(?:dict\(\s*)?os\.environ\b",
        r"JSON\.stringify\(\s*process\.env\s*[,)]|Object\.(?:entries|keys|assign)\(\s*(?:\{\}\s*,\s*)?process\.env\s*\)|\{\s*\.\.\.process\.env\s*\}",
        r"(?:data|json|body|params)\s*[=:]\s*(?:dict\(\s*)?(?:os\.environ|process\.env)\s*[,)}\n]",
        r"(?:^|[;&|(]\s*|\$\(\s*)(?:printenv|env)\s*(?:\)|>\s*\S|\|\s*(?:base64|gzip|grep\s+(?:-\w+\s+)*['\x22]?[\w\\|]{0,60}(?:KEY|TOKEN|SECRET|PASS)))",
        r"(?i:Get-ChildItem\s+env:[^\n]{0,80}(?:ConvertTo-Json|Out-String))",
    ];
    pattern(&format!("(?m){}", forms.join("|")))
});

/// The secret of a service, read by its name; the first group is the service.
static SERVICE_SECRET: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?:\bos\.environ(?:\.get\(|\[)|\bos\.getenv\(|\bprocess\.env(?:\.|\[)|\$\{?)\s*['\x22]?(AWS|GITHUB|GH|OPENAI|ANTHROPIC|STRIPE|DATABASE|NPM|GCP|GOOGLE|AZURE|SLACK|HF|JWT|DB|SSH|TWILIO|SENDGRID|CLAUDE|GEMINI)_\w*(?:KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS|URL|ID)\b",
    )
});

/// Bytes around a collection in which a document has to send it; a script may do it anywhere.
const DOCUMENT_BYTES: usize = 1_500;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in IN_ONE_LINE.find_iter(text).filter(|found| is_code(view, found.start())) {
        let severity = if is_shown(view, &found.range()) { Severity::Info } else { Severity::Critical };
        sink.report(view, found.range(), "one command collects secrets and sends them").severity(severity);
    }
    report_foreign_secrets(view, sink);
    let mut collected = COLLECTS
        .find_iter(text)
        .filter(|found| is_code(view, found.start()) && !is_for_a_child(view, found.range()))
        .peekable();
    if collected.peek().is_none() {
        return;
    }
    let sends = sends(text);
    for found in collected {
        let reach = if view.is_markdown() { DOCUMENT_BYTES } else { usize::MAX };
        let Some(send) = sends.iter().find(|send| send.span.start.abs_diff(found.start()) <= reach) else { continue };
        let severity = match () {
            () if is_shown(view, &found.range()) => Severity::Info,
            () if send.is_hostile() => Severity::Critical,
            () => Severity::High,
        };
        let (line, _) = view.position(send.span.start);
        sink.report(view, found.range(), format!("the environment is collected here, and line {line} sends data out"))
            .severity(severity)
            .confidence(Confidence::Medium);
    }
}

/// Reports secrets of several services that are read before a request to a stranger.
fn report_foreign_secrets(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    let named = |captures: crate::scan::evidence::Captures<'_>| {
        Some((captures.get(0)?.range(), captures.get(1)?.as_str().to_owned()))
    };
    let secrets: Vec<_> = SERVICE_SECRET
        .captures_iter(text)
        .filter_map(named)
        .filter(|(span, _)| is_code(view, span.start))
        .take(64)
        .collect();
    let Some((first, service)) = secrets.first() else { return };
    if secrets.iter().all(|(_, other)| other == service) {
        return;
    }
    let reach = if view.is_markdown() { DOCUMENT_BYTES } else { usize::MAX };
    let is_near = |start: usize| start >= first.start && start - first.start <= reach;
    let sends = sends(text);
    let Some(send) = sends.iter().find(|send| send.is_to_stranger() && is_near(send.span.start)) else { return };
    let severity = match () {
        () if is_shown(view, first) => Severity::Info,
        () if send.is_hostile() => Severity::Critical,
        () => Severity::High,
    };
    let (line, _) = view.position(send.span.start);
    sink.report(
        view,
        first.clone(),
        format!("secrets of several services are read, and line {line} sends data to a stranger"),
    )
    .severity(severity)
    .confidence(Confidence::Medium);
}

/// Tells whether the environment is copied for a program that is started, or only shown.
fn is_for_a_child(view: &TextView<'_>, span: std::ops::Range<usize>) -> bool {
    let line = view.line(span.start);
    let squeezed: String = line.chars().filter(|character| !character.is_whitespace()).collect();
    ["env=", "env:", "environment=", "monkeypatch", "patch.dict", "delos.environ", "delete", "spawn", "_env="]
        .iter()
        .any(|mark| squeezed.contains(mark))
        || line.trim_start().starts_with("env ")
}
