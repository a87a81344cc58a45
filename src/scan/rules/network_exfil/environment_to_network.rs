//! The environment, where keys live, leaves over the network.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::scan::evidence::command::{PLACES, is_asked_for};
use crate::scan::evidence::network_sink::sends;
use crate::scan::evidence::setting::{is_acquainted, is_code, is_shown, window};
use crate::scan::evidence::url::{HostKind, Url, urls};
use crate::scan::evidence::{Pattern, pattern};
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
    revision: 2,
    page: include_str!("environment_to_network.md"),
    hook: Hook::Text {
        needles: &["environ", "process.env", "printenv", "env", "get-childitem env:", "set |", "curl", "base64"],
        check,
    },
};

/// A command line that does both at once.
static IN_ONE_LINE: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"\b(?:curl|wget|nc|ncat)\b(?:[^\n]|\\\r?\n){0,300}?(?:\$\(|`)\s*(?:printenv|env|set|export\s+-p)\s*(?:\||\)|`)",
        r"(?:^|[;&|]\s*)(?:printenv|env)\s*(?:\|[^\n|]{0,120}){0,3}\|\s*(?:xargs\s[^\n|]{0,40}?)?(?:curl|wget|nc|ncat)\b[^\n]{0,200}",
        r"\b(?:curl|wget)\b(?:[^\n]|\\\r?\n){0,300}?(?:\$\(|`)\s*cat\s+[^\s)`]{0,40}\.env\b",
        r"\bcat\s+/proc/(?:self|\d+|\$\$)/environ\b[^\n]{0,80}\|\s*(?:curl|wget|nc|ncat)\b[^\n]{0,200}",
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

/// Services whose secrets are worth taking, as their variables begin.
const SERVICES: &str = "AWS|GITHUB|GH|OPENAI|ANTHROPIC|STRIPE|DATABASE|NPM|GCP|GOOGLE|AZURE|SLACK|HF|JWT|DB|SSH|TWILIO|SENDGRID|CLAUDE|GEMINI|DOCKER|DATADOG|GITLAB|CLOUDFLARE|MAILGUN|PYPI|VAULT|KUBE|NOTION|LINEAR|SNOWFLAKE|MONGO|REDIS|POSTGRES";

/// The secret of a service, read by its name; the first group is the service.
static SERVICE_SECRET: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:\bos\.environ(?:\.get\(|\[)|\bos\.getenv\(|\bprocess\.env(?:\.|\[)|\$\{{?)\s*['\x22]?({SERVICES})_\w*(?:KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS|URL|ID)\b"
    ))
});

/// One command that sends the secret of a service in its body; the first group is the service.
static SECRET_IN_BODY: LazyLock<Pattern> = LazyLock::new(|| {
    let secret = format!(r"\$[{{(]?({SERVICES})_\w*(?:KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS|URL)\b");
    pattern(&format!(
        r"\bcurl\b(?:[^\n]|\\\r?\n){{0,300}}?\s(?:-d|--data[\w-]*|-F|--form|--json)[\s=]*['\x22]?[^\n'\x22]{{0,200}}?{secret}|\b(?:echo|printf)\s+[^\n|]{{0,40}}{secret}[^\n]{{0,120}}\|\s*(?:curl|wget|nc)\b[^\n]{{0,200}}"
    ))
});

/// A value that is encoded and sent in one command.
static ENCODED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\b(?:echo|printf|printenv)\s+[^\n|]{0,60}\$[^\n|]{1,60}\|\s*(?:base64|xxd|gzip|openssl\s+enc|rev)\b[^\n|]{0,40}\|\s*(?:[^\n|]{1,60}\|\s*)?(?:curl|wget|nc)\b[^\n]{0,240}",
    )
});

/// The secret of a service that a program encodes, which a header of HTTP rarely needs.
static ENCODED_SECRET: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?:b64encode|b32encode|hexlify|urlsafe_b64encode|Buffer\.from|btoa)\(\s*(?:os\.environ|os\.getenv|process\.env)[^\n]{0,12}[\x22'\[(.]{1,3}[A-Z0-9_]{0,40}(?:KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS|DATABASE_URL)[^\n]{0,80}",
    )
});

/// The beginning of a table of variables; the group is its name.
static TABLE: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?m)^[ \t]*(?:const\s+|let\s+|var\s+)?(\w{1,40})\s*=\s*\{"));

/// A value that a command names as a secret and sends.
static NAMED_SECRET: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:echo|printf)\s+[^\n|]{0,40}(?:credentials?|token|password|passwd|secret|api_?key|session)s?['\x22]?\s*[=:]\s*['\x22]?\$[^\n|]{1,60}\|\s*(?:curl|wget|nc)\b[^\n]{0,240}",
    )
});

/// A token that a tool gives out, and a request in the same command.
static GIVEN_TOKEN: LazyLock<Pattern> = LazyLock::new(|| {
    let gives = r"(?:gh\s+auth\s+token|gcloud\s+auth\s+(?:application-default\s+)?print-(?:access|identity)-token|az\s+account\s+get-access-token|aws\s+configure\s+(?:get|export-credentials)|aws\s+sts\s+get-session-token|git\s+credential\s+fill|security\s+find-(?:generic|internet)-password|secret-tool\s+lookup|op\s+(?:read|item\s+get)|pass\s+show|vault\s+kv\s+get|kubectl\s+get\s+secrets?|heroku\s+auth:token|npm\s+token|doctl\s+auth|flyctl\s+auth\s+token|lpass\s+show|bw\s+get|history|git\s+config\s+(?:--global\s+)?(?:-l|--list)|cat\s+/etc/(?:passwd|shadow)|grep\s+-\w*r\w*\s[^\n]{0,60}(?:KEY|SECRET|TOKEN|PASS)[^\n|]{0,60})";
    pattern(&format!(
        r"\b{gives}\b[^\n|]{{0,120}}\|\s*(?:[^\n|]{{1,60}}\|\s*){{0,2}}(?:curl|wget|nc)\b[^\n]{{0,240}}|\b(?:curl|wget)\b[^\n]{{0,200}}?(?:\$\(|`)\s*{gives}\b[^\n]{{0,200}}|\bfind\s+[~/$][^\n|]{{0,160}}-exec\s+(?:curl|wget)\b[^\n]{{0,200}}"
    ))
});

/// Bytes of a table.
const TABLE_BYTES: usize = 1_200;

/// Bytes after a table in which it is made into a text, and after a secret was encoded.
const FOLLOW_BYTES: usize = 600;

/// Bytes around a collection in which a document has to send it; a script may do it anywhere.
const DOCUMENT_BYTES: usize = 1_500;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in IN_ONE_LINE.find_iter(text).filter(|found| is_code(view, found.start())) {
        let severity = if is_shown(view, &found.range()) { Severity::Info } else { Severity::Critical };
        sink.report(view, found.range(), "one command collects secrets and sends them").severity(severity);
    }
    report_commands(view, sink);
    report_tables(view, sink);
    report_encoded_secrets(view, sink);
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

/// Reports commands that send the secret of one service, or a value that they encode, to
/// somebody else.
fn report_commands(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    let secrets = SECRET_IN_BODY.captures_iter(text).filter_map(|captures| {
        let service = (1..captures.len()).find_map(|group| captures.get(group))?;
        Some((captures.get(0)?.range(), Some(service.as_str().to_ascii_lowercase())))
    });
    let encoded = ENCODED.find_iter(text).map(|found| (found.range(), None));
    let named = NAMED_SECRET.find_iter(text).map(|found| (found.range(), None));
    // In a header, a token says who asks; in a body or an address, it is what is sent.
    let given = GIVEN_TOKEN
        .find_iter(text)
        .filter(|found| {
            !["-H ", "--header", "Authorization", "--oauth2-bearer"].iter().any(|mark| found.as_str().contains(mark))
        })
        .map(|found| (found.range(), None));
    for (span, service) in secrets.chain(encoded).chain(named).chain(given).take(PLACES) {
        let command =
            window(text, span.start, (span.end - span.start).max(view.line_range(span.start).end - span.start));
        let Some(url) = urls(command).next() else { continue };
        let is_owned = service.is_some_and(|service| url.host.to_ascii_lowercase().contains(&service));
        let severity = match url.host_kind() {
            _ if is_owned || !is_asked_for(view, &span) => Severity::Info,
            HostKind::RawAddress | HostKind::Drop => Severity::Critical,
            HostKind::Named if !is_acquainted(view, &url) => Severity::High,
            _ => Severity::Info,
        };
        sink.report(view, span, format!("one command sends a secret to `{}`, whose it is not", url.host))
            .severity(severity)
            .confidence(Confidence::Medium);
    }
}

/// Reports secrets of several services that are put into one table and made into a text: a
/// program that uses them has no reason to.
fn report_tables(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for captures in TABLE.captures_iter(text).take(PLACES) {
        let (Some(found), Some(name)) = (captures.get(0), captures.get(1)) else { continue };
        let content = window(text, found.end(), TABLE_BYTES);
        let Some(end) = content.find('}') else { continue };
        let services: BTreeSet<&str> =
            SERVICE_SECRET.captures_iter(&content[..end]).filter_map(|secret| Some(secret.get(1)?.as_str())).collect();
        if services.len() < 2 || !is_code(view, name.start()) {
            continue;
        }
        let after = window(text, found.end() + end, FOLLOW_BYTES);
        let is_packed = ["dumps(", "JSON.stringify(", "b64encode(", "urlencode(", "str("]
            .iter()
            .any(|call| after.contains(&format!("{call}{}", name.as_str())));
        if !is_packed {
            continue;
        }
        let severity = if is_shown(view, &name.range()) { Severity::Info } else { Severity::High };
        sink.report(view, name.range(), "secrets of several services are made into one text")
            .severity(severity)
            .confidence(Confidence::Medium);
    }
}

/// Reports secrets that a program encodes before it talks to somebody else.
fn report_encoded_secrets(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in ENCODED_SECRET.find_iter(text).take(PLACES).filter(|found| is_code(view, found.start())) {
        let after = window(text, found.start(), FOLLOW_BYTES);
        let is_stranger = |url: &Url<'_>| match url.host_kind() {
            HostKind::RawAddress | HostKind::Drop => true,
            HostKind::Named => !is_acquainted(view, url),
            _ => false,
        };
        let is_header = after.contains("Basic ") || after.contains("Authorization");
        let Some(url) = urls(after).find(|url| is_stranger(url)).filter(|_| !is_header) else { continue };
        let severity = if is_shown(view, &found.range()) { Severity::Info } else { Severity::High };
        sink.report(view, found.range(), format!("a secret is encoded, and the next lines talk to `{}`", url.host))
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

/// `env NAME=value program`.
static SETS_FOR_ONE: LazyLock<Pattern> = LazyLock::new(|| pattern(r"^\s*env\s+(?:-\S+\s+){0,4}[A-Za-z_]\w*="));

/// Tells whether the environment is copied for a program that is started, or only shown.
fn is_for_a_child(view: &TextView<'_>, span: std::ops::Range<usize>) -> bool {
    let line = view.line(span.start);
    let squeezed: String = line.chars().filter(|character| !character.is_whitespace()).collect();
    ["env=", "env:", "environment=", "monkeypatch", "patch.dict", "delos.environ", "delete", "spawn", "_env="]
        .iter()
        .any(|mark| squeezed.contains(mark))
        || SETS_FOR_ONE.is_match(line)
}
