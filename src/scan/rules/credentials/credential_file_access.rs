//! Files that hold keys are read, and perhaps sent out.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::network_sink::{Sending, sends};
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::{is_code, is_data, is_shown, is_specimen, window};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "credential-file-access",
    summary: "A file that holds keys, passwords, cookies or a wallet is read",
    phase: Phase::Credentials,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Let the tool that owns the key use it; a skill has no reason to read the file.",
    references: &["AST01", "ASI03", "LLM02", "AML.T0055", "CWE-522"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("credential_file_access.md"),
    hook: Hook::Text {
        needles: &[
            "id_rsa",
            "id_ed25519",
            "id_ecdsa",
            ".ssh",
            ".aws/",
            ".aws\"",
            ".kube",
            ".netrc",
            ".pypirc",
            ".npmrc",
            ".docker/config",
            ".git-credentials",
            "gcloud",
            "gh/hosts",
            "login data",
            "cookies",
            "local state",
            "logins.json",
            "key4.db",
            "find-generic-password",
            "find-internet-password",
            "dump-keychain",
            "keychain",
            "wallet",
            "exodus",
            "electrum",
            "metamask",
            "nkbihfbeogaeaoehlefnkodbefgpgknn",
            ".credentials.json",
            ".clawdbot",
            ".openclaw",
            "auth.json",
            "/etc/shadow",
            ".gnupg",
            ".env",
            ".tfvars",
            ".azure",
        ],
        check,
    },
};

/// Files that hold a secret; public halves (`.pub`) are taken out below.
static SECRET_FILE: LazyLock<Pattern> = LazyLock::new(|| {
    let files = [
        r"(?:\.ssh[/\\'\x22,\s]{1,5})?\bid_(?:rsa|ed25519|ecdsa|dsa)(?:\.pub)?\b",
        r"(?:~|\$HOME|\$\{HOME\}|/root|/home/\w+)/\.ssh/?(?:\*|[\s'\x22)]|$)",
        r"\.aws[/\\'\x22,\s]{1,5}(?:credentials|config)\b",
        r"\.kube[/\\'\x22,\s]{1,5}config\b",
        r"(?:~|\$HOME|\$\{HOME\}|['\x22/])/?\.(?:netrc|pypirc|npmrc|git-credentials|pgpass|vault-token)\b",
        r"\.docker[/\\'\x22,\s]{1,5}config\.json",
        r"\.config/gcloud/[\w.*/]+|application_default_credentials\.json",
        r"\.config/gh/hosts\.ya?ml",
        r"(?:Chrome|Chromium|Brave|Edge|Opera|Arc|User Data|Default)[^\n]{0,60}(?:Login Data|Cookies|Local State|Web Data)\b",
        r"(?:Firefox|\.mozilla)[^\n]{0,60}(?:logins\.json|key4\.db|cookies\.sqlite)",
        r"\bsecurity\s+(?:find-(?:generic|internet)-password|dump-keychain|export)\b[^\n]{0,80}|login\.keychain(?:-db)?",
        r"nkbihfbeogaeaoehlefnkodbefgpgknn|\bwallet\.dat\b|\.electrum/wallets|Exodus/exodus\.wallet|\.config/solana/id\.json|\.ethereum/keystore|\.bitcoin/",
        r"\.claude/\.credentials\.json|\.(?:clawdbot|openclaw|moltbot)/(?:\.env|credentials|openclaw\.json|clawdbot\.json)|\.codex/auth\.json|\.gemini/oauth_creds\.json",
        r"/etc/shadow\b",
        r"(?:^|[\s'\x22/])\.env(?:\.(?:local|production|prod))?(?:[\s'\x22);|]|$)",
        r"(?:~|\$HOME|\$\{HOME\})/\.ssh/[\w*]+|\.terraform\.d/credentials|\.tfvars\b|\.azure/|\.config/op/",
        r"\.gnupg/(?:private-keys|secring|\*|['\x22\s])",
    ];
    pattern(&format!("(?m){}", files.join("|")))
});

/// A call that takes the content of a file.
static READS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[\s;&|(`'\x22])(?:cat|head|tail|less|base64|xxd|tar|zip|cp|copy|scp|rsync|strings|grep|awk|sed|jq|type|Get-Content|Copy-Item)\s|\bopen\(|read_text\(|read_bytes\(|\.read\(|readFile(?:Sync)?\(|createReadStream\(|shutil\.copy|sqlite3?\b|\bconnect\(|\bglob\(|expanduser\(|\bfor\s+\w+\s+in\s|security\s+(?:find-|dump|export)|@~?/?\S{0,40}\.",
    )
});

/// Tells whether a file holds settings that programs read all the time.
fn is_common(file: &str) -> bool {
    file.contains(".env") || file.contains(".npmrc") || file.contains(".tfvars")
}

/// Bytes around a read in which a document has to send it; a script may do it anywhere.
const DOCUMENT_BYTES: usize = 1_500;
/// Bytes after a command to its upload of the same file.
const COMMAND_BYTES: usize = 160;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    let mut files = SECRET_FILE
        .find_iter(text)
        .filter(|file| !file.as_str().ends_with(".pub") && !text[file.end()..].starts_with(".pub"))
        .peekable();
    if files.peek().is_none() {
        return;
    }
    let sends = sends(text);
    for file in files {
        if !is_code(view, file.start()) {
            continue;
        }
        let Some(access) = access(view, file.range()) else { continue };
        let (severity, confidence, reason) = judge(view, file.range(), access, &sends);
        sink.report(view, file.range(), reason).severity(severity).confidence(confidence);
    }
}

/// How a file that is named is used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    /// Its content is taken.
    Read,
    /// It stands in a list of paths, which is perhaps walked.
    Listed,
}

fn access(view: &TextView<'_>, span: Range<usize>) -> Option<Access> {
    let line = view.line(span.start);
    // Using a key, making one, guarding one or writing to its file is what it is for.
    let is_used = [
        "ssh-keygen",
        "ssh-add",
        "ssh -i",
        "scp -i",
        "rsync -e",
        "-i ~/.ssh",
        "chmod ",
        "chown ",
        "mkdir",
        "IdentityFile",
        "--kubeconfig",
        "KUBECONFIG=",
        "export ",
        "-v ",
        "--volume",
        "mount",
        "ls ",
        "test -f",
        "[ -f",
        "[[ -f",
        ">> ",
        "deny",
        "block",
        "ignore",
        "exclude",
        "forbid",
        "protect",
    ];
    if is_used.iter().any(|mark| line.contains(mark)) {
        return None;
    }
    if READS.is_match(line) {
        return Some(Access::Read);
    }
    (view.is_script() && line[..].contains(['"', '\''])).then_some(Access::Listed)
}

fn judge(
    view: &TextView<'_>,
    span: Range<usize>,
    access: Access,
    sends: &[Sending<'_>],
) -> (Severity, Confidence, String) {
    // A program or a block of code that also sends is judged by what it does; the words around
    // it do not make it a lesson.
    let is_pair = !is_data(view)
        && !is_specimen(view)
        && matches!(view.region(span.start), Region::Code | Region::CodeBlock(_))
        && sends.iter().any(|send| send.is_to_stranger() && send.span.start.abs_diff(span.start) <= DOCUMENT_BYTES);
    if view.is_mention(&span) || !is_pair && is_shown(view, &span) {
        return (Severity::Info, Confidence::Low, "a file with secrets is spoken of".to_owned());
    }
    let reach = if view.is_markdown() { DOCUMENT_BYTES } else { usize::MAX };
    let near = sends
        .iter()
        .filter(|send| send.span.start.abs_diff(span.start) <= reach)
        .min_by_key(|send| send.span.start.abs_diff(span.start));
    let line = view.line_range(span.start);
    let is_one_command = sends.iter().any(|send| {
        send.span.start >= line.start && send.span.start <= line.end
            || window(view.text(), send.span.start, send.span.len() + COMMAND_BYTES)
                .contains(&view.text()[span.clone()])
    });
    match near {
        Some(send) if is_one_command || send.is_hostile() => (
            Severity::Critical,
            Confidence::High,
            format!("a file with secrets is read, and line {} sends data out", view.position(send.span.start).0),
        ),
        Some(send) if send.is_to_stranger() && is_common(&view.text()[span.clone()]) => (
            if view.is_markdown() { Severity::High } else { Severity::Low },
            Confidence::Medium,
            format!(
                "a file with settings is read, and line {} sends data to a host that nobody vouches for",
                view.position(send.span.start).0
            ),
        ),
        Some(send) if send.is_to_stranger() => (
            Severity::Critical,
            Confidence::Medium,
            format!(
                "a file with secrets is read, and line {} sends data to a host that nobody vouches for",
                view.position(send.span.start).0
            ),
        ),
        Some(_) | None if is_common(&view.text()[span.clone()]) => {
            (Severity::Info, Confidence::Low, "a file with settings is read".to_owned())
        }
        Some(send) => (
            Severity::Medium,
            Confidence::Medium,
            format!("a file with secrets is read, and line {} sends data out", view.position(send.span.start).0),
        ),
        None if access == Access::Read => (Severity::Medium, Confidence::Low, "a file with secrets is read".to_owned()),
        None => (Severity::Low, Confidence::Low, "a file with secrets is named in a program".to_owned()),
    }
}
