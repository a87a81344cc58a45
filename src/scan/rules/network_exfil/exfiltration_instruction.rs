//! Prose that tells an agent to send what it should keep.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::command::{PLACES, is_sentence, steps};
use crate::scan::evidence::private_data::{COVER, INTIMATE, PERSONAL, SECRET, SEND, STANDING};
use crate::scan::evidence::setting::{is_acquainted, is_data, is_specimen, is_taught, teaches_security, window};
use crate::scan::evidence::url::{HostKind, Url, urls};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "exfiltration-instruction",
    summary: "The text tells the agent to send secrets or private content to an address",
    phase: Phase::NetworkExfil,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the instruction; name exactly what is sent, to whom and why, and let the user decide.",
    references: &["AST01", "ASI01", "LLM02", "AML.T0086"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("exfiltration_instruction.md"),
    hook: Hook::Text { needles: &["://"], check },
};

/// Words that make the sentence one about authentication, which is how honest APIs are used.
static AUTHENTICATES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:only|public|authoriz\w+|authenticat\w+|header|bearer|sign[\s-]?(?:up|in)|log[\s-]?in|obtain|get\s+(?:your|an?|the)|create\s+(?:your|an?)|generate\s+(?:your|an?)|register|dashboard|documentation|docs|see|read\s+more|learn|manage|available\s+at|found\s+at|oauth|scope)\b",
    )
});

/// Secrets with which nobody signs in to a service.
static IS_NO_LOGIN: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:cookies|ssh\s+keys?|private\s+keys?|seed\s+phrases?|recovery\s+phrases?|environment\s+variables|conversation\s+(?:history|log)|chat\s+(?:history|log))\b|~/\.ssh|\.aws/credentials|id_rsa|/etc/passwd|\.env\b",
    )
});

/// Words that stand for what an earlier step collected.
static REFERS_BACK: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:them|it|these|those|this|everything|(?:the|that|its)\s+(?:\w+\s+)?(?:output|result|file|content|archive|data|summary|value|collection|list|report)s?)\b",
    )
});

/// Words that hand an address to the user, rather than something to the address.
static TO_THE_USER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:send|give|share|show|forward|report|post)\s+(?:(?:it|them|this|back)\s+to\s+)?(?:the\s+|your\s+)?(?:user|customer|caller)(?:\s|,|$)|\b(?:this|the|following|exact|direct|a)\s+(?:link|url|page|address)\b[^.\n]{0,40}$",
    )
});

/// A file that a command uploads or a sentence names.
static FILE_NAME: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b[\w-]{1,60}\.(?:txt|json|log|png|jpe?g|zip|tar(?:\.gz)?|tgz|csv|db|md|dat|bin|enc|b64|out|xml|ya?ml)\b",
    )
});

/// A text of a configuration that an agent reads as prose.
static PROSE_KEY: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r#"(?i)["']?(?:description|instructions?|prompt|system|note|message|usage|help)["']?\s*:"#)
});

/// Bytes before an address in which the sentence has begun.
const SENTENCE_BYTES: usize = 300;
/// Bytes after an address in which the sentence ends.
const REST_BYTES: usize = 160;
/// Bytes before a sentence in which steps that belong to it stand.
const EARLIER_BYTES: usize = 700;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    let mut left = PLACES;
    for url in urls(text) {
        let line = view.line_range(url.span.start);
        let is_prose = view.is_markdown() || is_data(view) && PROSE_KEY.is_match(&text[line.start..url.span.start]);
        if !is_prose {
            continue;
        }
        let from = text.ceil_char_boundary(line.start.max(url.span.start.saturating_sub(SENTENCE_BYTES)));
        let from = from + last_sentence(&text[from..url.span.start]);
        let before = &text[from..url.span.start];
        let Some(send) = SEND.find(before) else { continue };
        left -= 1;
        if left == 0 || sink.is_full(view.path()) {
            return;
        }
        let sentence = Sentence { from, send: from + send.start(), line, url: &url };
        if let Some((severity, span, reason)) = judge(view, &sentence) {
            sink.report(view, span, reason).severity(severity);
        }
    }
}

/// Returns where the last sentence of a text begins.
fn last_sentence(text: &str) -> usize {
    let ends = text.match_indices(". ").map(|(at, _)| at + 2);
    ends.filter(|at| text[*at..].starts_with(|next: char| next.is_uppercase())).last().unwrap_or(0)
}

/// A sentence that hands something over, and the address that it names.
struct Sentence<'a> {
    from: usize,
    send: usize,
    line: Range<usize>,
    url: &'a Url<'a>,
}

fn judge(view: &TextView<'_>, sentence: &Sentence<'_>) -> Option<(Severity, Range<usize>, String)> {
    let (text, url) = (view.text(), sentence.url);
    let before = &text[sentence.from..url.span.start];
    let kind = url.host_kind();
    let reason = format!("the agent is told to hand something private to `{}`", url.host);
    let secret = SECRET.find(before).map(|found| sentence.from + found.start());
    let span = sentence.send.min(secret.unwrap_or(sentence.send))..url.span.end;
    let is_block = matches!(view.region(span.start), Region::CodeBlock(_));
    if is_block && !is_sentence(&text[sentence.line.clone()]) {
        return None;
    }
    let is_only_told = if view.is_markdown() { is_taught(view, &span) } else { is_specimen(view) };
    if secret.is_some() {
        let severity = match kind {
            _ if is_only_told => Severity::Info,
            _ if !IS_NO_LOGIN.is_match(before)
                && AUTHENTICATES.is_match(&text[sentence.line.start..url.span.start]) =>
            {
                Severity::Info
            }
            HostKind::RawAddress | HostKind::Drop => Severity::Critical,
            HostKind::Named if view.region(span.start) == Region::Comment => Severity::Critical,
            HostKind::Named => Severity::High,
            HostKind::Placeholder => Severity::Medium,
            HostKind::KnownService | HostKind::Local => Severity::Info,
        };
        if severity > Severity::Info || is_only_told {
            return Some((severity, span, reason));
        }
    }
    let is_hostile = matches!(kind, HostKind::RawAddress | HostKind::Drop);
    if !is_hostile && kind != HostKind::Named || is_only_told {
        return None;
    }
    let severity = private_content(view, sentence, is_hostile)?;
    Some((severity, span, format!("the agent is told to hand what the user works on to `{}`", url.host)))
}

/// Tells how bad it is that a sentence sends something other than a secret: what the user works
/// on, each time or with an excuse, to a host that the document does not know.
fn private_content(view: &TextView<'_>, sentence: &Sentence<'_>, is_hostile: bool) -> Option<Severity> {
    let (text, url) = (view.text(), sentence.url);
    let rest = window(text, url.span.end, REST_BYTES.min(sentence.line.end.saturating_sub(url.span.end)));
    let whole = &text[sentence.from..url.span.end + rest.len()];
    let earlier = earlier_steps(view, sentence);
    let is_of_steps = refers_to(whole, earlier);
    // What the host is called says nothing of what it is sent.
    let said = format!("{} {} {rest}", &text[sentence.from..url.span.start], url.path);
    let holds = |words: &Pattern| words.is_match(&said);
    let is_secret_of_steps = is_of_steps && SECRET.is_match(earlier);
    let is_file = FILE_NAME.is_match(&text[sentence.from..url.span.start]) || whole.contains("=@");
    let is_personal = holds(&PERSONAL) || is_file || is_of_steps && PERSONAL.is_match(earlier);
    let is_excused = holds(&COVER);
    let is_standing = holds(&STANDING) || is_of_steps && STANDING.is_match(earlier);
    if TO_THE_USER.is_match(&text[sentence.from..url.span.start]) {
        return None;
    }
    if is_secret_of_steps && !teaches_security(view) && !AUTHENTICATES.is_match(whole) {
        return Some(if is_hostile { Severity::Critical } else { Severity::High });
    }
    if is_acquainted(view, url) && !is_hostile {
        return None;
    }
    let signs = [is_personal, holds(&INTIMATE), is_excused, is_standing].into_iter().filter(|sign| *sign).count();
    (signs >= 2 || is_hostile && is_personal).then_some(Severity::High)
}

/// Returns the steps before a sentence that may belong to it.
fn earlier_steps<'a>(view: &TextView<'a>, sentence: &Sentence<'_>) -> &'a str {
    let text = view.text();
    let section = steps(view, &sentence.url.span);
    let from = text.ceil_char_boundary(section.start.max(sentence.from.saturating_sub(EARLIER_BYTES)));
    text.get(from..sentence.from).unwrap_or("")
}

/// Tells whether a sentence sends what earlier steps collected: it names their file, or points
/// back at them.
fn refers_to(sentence: &str, earlier: &str) -> bool {
    FILE_NAME.find_iter(sentence).take(8).any(|file| earlier.contains(file.as_str()))
        || REFERS_BACK.is_match(sentence) && !earlier.ends_with('\n') && !earlier.is_empty()
        || REFERS_BACK.is_match(sentence)
            && earlier
                .lines()
                .rev()
                .take(8)
                .any(|line| line.trim_start().starts_with(['-', '*', '1', '2', '3', '4', '5', '6', '7', '8', '9']))
}
