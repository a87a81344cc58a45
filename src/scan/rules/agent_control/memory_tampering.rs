//! Standing orders that are written into what an agent reads in every session.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::agent_file::{NAMES_AGENT_FILE, WRITES_AGENT_FILE};
use crate::scan::evidence::lead_in::is_negated;
use crate::scan::evidence::setting::{is_specimen, teaches_security, window};
use crate::scan::evidence::standing_order::{Order, is_hostile, orders};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "memory-tampering",
    summary: "What an agent reads in every session is made to approve, to hide or to send",
    phase: Phase::AgentControl,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Keep facts of the project in such files; approvals are for the user to give, one at a time.",
    references: &["AST01", "ASI06", "LLM04", "AML.T0080"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("memory_tampering.md"),
    hook: Hook::Text { needles: MEMORY_NEEDLES, check },
};

/// A document that lays out files under headings.
static SETS_UP_FILES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:writ(?:e|es|ing)|creat(?:e|es|ing)|install(?:s|ing)?|add(?:s|ing)?|cop(?:y|ies)|plac(?:e|es)|put|sav(?:e|es)|set(?:s)?\s+up)\b[^\n]{0,80}\b(?:files?|presets?|rules?|configurations?)\b",
    )
});

/// What an agent is told to know in every session.
static REMEMBERS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:remember|memori[sz]e|store|save|add|persist|record|keep|write|append|commit|update)\b[^.\n]{0,100}?\b(?:permanently|long-?\s?term\s+memory|persistent\s+memory|(?:your|the\s+agent['’]s|its)\s+(?:own\s+)?memory|memory\s+(?:store|bank|file)|user\s+profile|(?:all|every|any)\s+(?:future|later|subsequent)\s+(?:sessions?|conversations?|tasks?)|across\s+(?:all\s+)?(?:sessions|conversations)|in\s+(?:all|every)\s+sessions?)\b",
    )
});

/// Words that a text holds which speaks of memory, or of a file that is one.
const MEMORY_NEEDLES: &[&str] = &[
    "claude.md",
    "claude.local.md",
    "agents.md",
    "agent.md",
    "soul.md",
    "memory.md",
    "identity.md",
    "user.md",
    "heartbeat.md",
    "gemini.md",
    "qwen.md",
    ".cursorrules",
    ".cursor/rules",
    ".windsurf",
    ".clinerules",
    ".roorules",
    ".goosehints",
    ".junie/",
    ".aider.conf",
    "copilot-instructions",
    ".github/instructions",
    ".claude/",
    ".codex/",
    ".gemini/",
    ".openclaw/",
    ".clawdbot/",
    ".moltbot/",
    "memory",
    "permanently",
    "user profile",
    "sessions",
];

/// Bytes after a name in which the block begins that shows the file's content.
const BLOCK_WITHIN_BYTES: usize = 260;
/// Bytes of a block that are read.
const BLOCK_BYTES: usize = 6_000;
/// Bytes of running text, or of a call, that say what is written.
const PROSE_BYTES: usize = 700;
/// Places in one text that are looked at.
const PLACES: usize = 60;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if is_specimen(view) || teaches_security(view) {
        return;
    }
    check_memory(view, sink);
    if !WRITES_AGENT_FILE.is_match(view.text()) && !SETS_UP_FILES.is_match(view.text()) {
        return;
    }
    let mut last_end = 0;
    for name in NAMES_AGENT_FILE.find_iter(view.text()).take(PLACES) {
        if name.start() < last_end || is_in_block_of_document(view, name.start()) {
            continue;
        }
        let Some(block) = block_after(view, name.end()) else { continue };
        last_end = block.end;
        report(view, &block, sink);
    }
    for write in WRITES_AGENT_FILE.find_iter(view.text()).take(PLACES) {
        if write.start() >= last_end || is_in_block(view, write.start()) {
            report(view, &(write.start()..sentence_end(view, write.end())), sink);
        }
    }
}

/// Looks at what is to be remembered without the name of a file.
fn check_memory(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in REMEMBERS.find_iter(view.text()).take(PLACES) {
        if !is_in_block(view, found.start()) && !is_negated(view, &found.range()) {
            let start = view.line_range(found.start()).start;
            report(view, &(start..sentence_end(view, found.end())), sink);
        }
    }
}

/// Returns the content of the fenced block that begins soon after `offset`.
fn block_after(view: &TextView<'_>, offset: usize) -> Option<Range<usize>> {
    if !view.is_markdown() {
        return None;
    }
    let after = window(view.text(), offset, BLOCK_WITHIN_BYTES);
    let fence = after.find("\n```").or_else(|| after.find("\n~~~"))?;
    let start = offset + fence + 4;
    let start = start + view.text()[start..].find('\n')? + 1;
    let body = window(view.text(), start, BLOCK_BYTES);
    let length = body.find("\n```").or_else(|| body.find("\n~~~")).unwrap_or(body.len());
    Some(start..start + length)
}

/// Returns where the words end that say what is written: the paragraph, or the rest of a call.
fn sentence_end(view: &TextView<'_>, from: usize) -> usize {
    let after = window(view.text(), from, PROSE_BYTES);
    let stop = if is_in_block(view, from) { after.find("\n```") } else { after.find("\n\n") };
    from + stop.unwrap_or(after.len())
}

fn is_in_block(view: &TextView<'_>, offset: usize) -> bool {
    matches!(view.region(offset), Region::CodeBlock(_) | Region::Code)
}

fn is_in_block_of_document(view: &TextView<'_>, offset: usize) -> bool {
    matches!(view.region(offset), Region::CodeBlock(_))
}

fn report(view: &TextView<'_>, part: &Range<usize>, sink: &mut Sink<'_>) {
    let found = orders(view, part);
    let Some((_, place)) = found.first().filter(|_| is_hostile(&found)) else { return };
    let place = place.clone();
    let count = found.iter().filter(|(order, _)| *order != Order::Secrets).count();
    let severity = if count >= 2 { Severity::Critical } else { Severity::High };
    let reason = match found[0].0 {
        Order::Approval => "what the agent reads in every session is made to say that everything is approved",
        Order::Override => "what the agent reads in every session is made to set other rules aside",
        _ => "what the agent reads in every session is made to act behind the user's back",
    };
    sink.report(view, place, reason).severity(severity);
}
