//! Mail that goes to a mailbox that the skill brings with it.

use std::sync::LazyLock;

use crate::scan::evidence::command::is_run;
use crate::scan::evidence::setting::{frontmatter, is_taught, window};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "mail-forwarding",
    summary: "Mail or its content is forwarded to an address that is written in the skill",
    phase: Phase::NetworkExfil,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Take the recipient from the user each time, and never copy somebody in who was not named.",
    references: &["AST01", "ASI02", "LLM02", "AML.T0086"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("mail_forwarding.md"),
    hook: Hook::Text { needles: &["@"], check },
};

static MAILBOX: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{2,63}){1,4}"));

/// An order to forward or to copy in, in the sentence before a mailbox.
static ORDER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:forward|redirect|relay|bcc|cc|blind[\s-]copy|copy\s+in)(?:s|ed|ing)?\b|\bshare\b.{0,120}\bwith\s[^.\n]{0,20}$|\b(?:send|e-?mail|mail|submit|transmit)(?:s|ing)?\s+(?:(?:a\s+)?(?:blind\s+)?cop(?:y|ies)|all|each|every|any|the\s+(?:full\s+|entire\s+)?(?:contents?|conversation|transcript|credentials?|passwords?|keys?|inbox|history)|(?:a\s+)?summar(?:y|ies))\b.{0,160}\bto\s",
    )
});

/// The same, after a mailbox.
static IS_COPIED: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)^[^.\n]{0,12}\b(?:in|as|to|on|into)\s+(?:the\s+)?(?:b?cc|blind\s+copy)\b"));

/// Bytes after a mailbox in which it is said to get a copy.
const COPY_BYTES: usize = 40;

/// The head of a hidden copy in a program, just before its mailbox.
static COPIED_IN: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r#"(?i)\bbcc\b["'\]]{0,2}\s{0,3}(?:[=:,]|\s)\s{0,3}\[?\s{0,3}["']?$"#));

/// Mailboxes that the reader is to replace, or that belong to everybody.
static BLANK: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:you|your[\w.-]*|me|my[\w.-]*|user\d?|name|first[\w.]*|jane[\w.]*|john[\w.]*|alice|bob|carol|foo|bar|someone|somebody|recipient\w*|friend|colleague|boss|manager|client|customer|sender|person\d?|email|test\w*|git|xxx\w*)@|@(?:[\w-]+\.)*(?:example|test|invalid|localhost|company|domain|email|mail|yourcompany|yourdomain|acme|foo|bar|corp|firm|client|org)\.\w+$|@[\w.-]*example\.|\.(?:example|test|invalid)$|@\w+\.(?:png|jpg|svg|js|md)$",
    )
});

/// Bytes before a mailbox in which its sentence begins.
const SENTENCE_BYTES: usize = 200;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in MAILBOX.find_iter(text) {
        if sink.is_full(view.path()) {
            return;
        }
        let mailbox = found.as_str();
        let line = view.line_range(found.start());
        let from = text.ceil_char_boundary(line.start.max(found.start().saturating_sub(SENTENCE_BYTES)));
        let before = &text[from..found.start()];
        let sentence = before.rfind(". ").map_or(before, |end| &before[end + 2..]);
        if is_blank(view, mailbox) {
            continue;
        }
        if view.is_script() && COPIED_IN.is_match(sentence) {
            let severity = if is_run(view, &(line.start..found.end())) { Severity::High } else { Severity::Info };
            sink.report(view, found.range(), format!("`{mailbox}` gets a hidden copy of each message"))
                .severity(severity);
            continue;
        }
        let is_prose =
            view.is_markdown() && !matches!(view.region(found.start()), Region::CodeBlock(_) | Region::Table);
        let after = window(text, found.end(), COPY_BYTES.min(line.end.saturating_sub(found.end())));
        if is_prose && (ORDER.is_match(sentence) || IS_COPIED.is_match(after)) {
            let severity = if is_taught(view, &found.range()) { Severity::Info } else { Severity::High };
            sink.report(view, found.range(), format!("mail goes to `{mailbox}`, whom the user did not name"))
                .severity(severity);
        }
    }
}

/// Tells whether a mailbox is to be filled in, or belongs to whom the skill is about.
fn is_blank(view: &TextView<'_>, mailbox: &str) -> bool {
    let domain = mailbox.rsplit('@').next().unwrap_or("").to_ascii_lowercase();
    let owner = domain.split('.').rev().nth(1).unwrap_or("");
    let is_owner = owner.len() >= 4 && frontmatter(view).contains(owner);
    BLANK.is_match(mailbox) || is_owner
}
