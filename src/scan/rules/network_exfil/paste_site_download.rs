//! Something is fetched from a place where anybody leaves anything.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::{is_code, is_shown};
use crate::scan::evidence::url::{HostKind, urls};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "paste-site-download",
    summary: "A step fetches or opens something on a paste site, a file drop or a tunnel",
    phase: Phase::NetworkExfil,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ship the text with the skill, or name the vendor's own address for it.",
    references: &["AST01", "ASI04", "LLM03", "AML.T0010"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("paste_site_download.md"),
    hook: Hook::Text {
        needles: &[
            "pastebin.com",
            "rentry.",
            "glot.io",
            "transfer.sh",
            "ngrok",
            "trycloudflare.com",
            "hastebin.com",
            "dpaste.",
            "paste.ee",
            "paste.rs",
            "ix.io",
            "0x0.st",
            "file.io",
            "gofile.io",
            "catbox.moe",
            "termbin.com",
            "sprunge.us",
            "controlc.com",
            "justpaste.it",
            "ghostbin.com",
            "privatebin.net",
            "anonfiles.com",
            "bashupload.com",
            "temp.sh",
            "loca.lt",
            "serveo.net",
        ],
        check,
    },
};

/// A command that takes what the address gives.
static FETCHES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:curl|wget|irm|iwr|invoke-\w+|fetch|requests\.get|urlopen|urlretrieve|httpx\.get|git\s+clone)\b")
});

/// Words that ask a person or an agent to do what a page says.
static OBEYS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?:run|execute|paste|install|follow)\b[^\n.]{0,80}\b(?:command|script|terminal|installer|instructions?|it|this|code)\b|(?:copy|download)\b[^\n]{0,100}\b(?:run|execute|terminal|paste|install)|(?:visit|open|go\s+to)\b[^\n]{0,100}\b(?:execute|run|install|paste|terminal|command))",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for url in urls(view.text()).filter(|url| url.host_kind() == HostKind::Drop) {
        let line = view.line(url.span.start);
        let is_upload = ["--upload-file", " -T ", " -F ", "-d ", "--data"].iter().any(|mark| line.contains(mark));
        let in_code = is_code(view, url.span.start);
        let (severity, reason) = if is_shown(view, &url.span) {
            (Severity::Info, "is spoken of")
        } else if !in_code && OBEYS.is_match(line) {
            (Severity::Critical, "gives the commands that the reader is told to run")
        } else if in_code && FETCHES.is_match(line) && !is_upload {
            (Severity::High, "gives what the command fetches")
        } else if in_code && is_upload {
            (Severity::Medium, "takes what the command sends")
        } else {
            (Severity::Info, "is named")
        };
        sink.report(view, url.span.clone(), format!("`{}`, where anybody can leave something, {reason}", url.host))
            .severity(severity);
    }
}
