//! Files from which an agent takes what it knows and may do, in every session.

use std::sync::LazyLock;

use crate::scan::evidence::{Pattern, pattern};

/// A name of such a file, as part of a pattern.
pub(in crate::scan) const AGENT_FILE: &str = r"(?:CLAUDE(?:\.local)?\.md|AGENTS?\.md|SOUL\.md|MEMORY\.md|IDENTITY\.md|USER\.md|HEARTBEAT\.md|GEMINI\.md|QWEN\.md|\.cursorrules|\.cursor/rules|\.windsurfrules|\.windsurf/rules|\.clinerules|\.roorules|\.goosehints|\.junie/guidelines|\.aider\.conf|copilot-instructions(?:\.md)?|\.github/instructions|\.claude/(?:settings|instructions|commands|rules|agents|skills)|\.codex/(?:config|instructions|AGENTS)|\.gemini/settings|\.openclaw/|\.clawdbot/|\.moltbot/)";

/// A verb that writes, a few words, and such a file; or a shell that does.
pub(in crate::scan) static WRITES_AGENT_FILE: LazyLock<Pattern> = LazyLock::new(|| {
    let verb = r"\b(?:append|add|writ(?:e|es|ing)|insert|prepend|inject|sav(?:e|es|ing)|stor(?:e|es|ing)|cop(?:y|ies|ying)|updat(?:e|es|ing)|modif(?:y|ies|ying)|put|persist|creat(?:e|es|ing)|install(?:s|ing)?|edit(?:s|ing)?|commit|set(?:s|ting)?\s+up|defin(?:e|es|ing)|replac(?:e|es|ing)|overwrit(?:e|es|ing)|merg(?:e|es|ing)|extend(?:s|ing)?|write_file|edit_file|create_file)\b";
    pattern(&format!(
        r"(?i){verb}[^\n]{{0,120}}?{AGENT_FILE}|(?:>>?|\btee(?:\s+-a)?)\s*['\x22]?[^\s'\x22]{{0,60}}{AGENT_FILE}"
    ))
});

/// A mention of such a file.
pub(in crate::scan) static NAMES_AGENT_FILE: LazyLock<Pattern> =
    LazyLock::new(|| pattern(&format!("(?i){AGENT_FILE}")));
