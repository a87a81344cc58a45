//! Something is left behind that outlives the skill: in the agent's memory, its settings, or
//! what the machine starts by itself.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::{around, is_code, is_shown};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "agent-config-persistence",
    summary: "Something is written to the agent's memory or settings, or to what the machine starts by itself",
    phase: Phase::AgentControl,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Show the user the lines and let them write them; a skill works without changing what starts by itself.",
    references: &["AST01", "ASI06", "ASI10", "LLM04", "AML.T0080", "AML.T0081"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("agent_config_persistence.md"),
    hook: Hook::Text {
        needles: &[
            "claude.md",
            "agents.md",
            "soul.md",
            "memory.md",
            "gemini.md",
            ".cursorrules",
            "copilot-instructions",
            "settings.json",
            "settings.local.json",
            "authorized_keys",
            "crontab",
            "cron.d",
            "launchagents",
            "launchdaemons",
            "systemd",
            ".bashrc",
            ".zshrc",
            ".bash_profile",
            ".zprofile",
            ".profile",
            "currentversion\\run",
            ".git/hooks",
            "hookspath",
            "sudoers",
            "ld.so.preload",
            "sitecustomize",
            "identity.md",
            "heartbeat.md",
        ],
        check,
    },
};

/// A command or a call that writes; the first group is the file.
static WRITES: LazyLock<Pattern> = LazyLock::new(|| {
    let file = r"['\x22]?([^\s'\x22;|&)]{0,80}(?:CLAUDE(?:\.local)?\.md|AGENTS\.md|SOUL\.md|MEMORY\.md|IDENTITY\.md|HEARTBEAT\.md|GEMINI\.md|\.cursorrules|copilot-instructions\.md|\.claude/settings(?:\.local)?\.json|authorized_keys|/etc/cron[^\s'\x22;]*|LaunchAgents/[^\s'\x22;]*|LaunchDaemons/[^\s'\x22;]*|systemd/(?:system|user)/[^\s'\x22;]*|\.bashrc|\.zshrc|\.bash_profile|\.zprofile|\.profile|\.git/hooks/[\w-]+|/etc/sudoers[^\s'\x22;]*|ld\.so\.preload|sitecustomize\.py))";
    let forms = [
        format!(r">>?\s*{file}"),
        format!(r"\btee\s+(?:-a\s+)?{file}"),
        format!(r"\b(?:cp|mv|ln\s+-s\w*|install)\s[^\n;|&]{{1,120}}?\s{file}"),
        format!(r"\bsed\s+-i[^\n;|&]{{1,160}}?\s{file}"),
        format!(
            r"\bopen\(\s*(?:os\.path\.(?:expanduser|join)\()?[^)\n]{{0,60}}?{file}['\x22]?\s*\)?\s*,\s*['\x22][aw]"
        ),
        format!(r"\b(?:appendFile|writeFile)(?:Sync)?\([^\n]{{0,80}}?{file}"),
        format!(r"{file}['\x22]?\s*\)*\s*(?:\.expanduser\(\))?\.(?:write_text|open\(\s*['\x22][aw])"),
    ];
    pattern(&format!("(?m){}", forms.join("|")))
});

/// A schedule or a start of the machine that is set by a command.
static SCHEDULES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?im)\|\s*crontab\s+-(?:\s|$|['\x22)])|\bcrontab\s+(?:/|\w+\.)\S+|\breg(?:\.exe)?\s+add\s[^\n]{0,120}CurrentVersion\\Run|\bSet-ItemProperty[^\n]{0,120}CurrentVersion\\Run|\bgit\s+config\s+--global\s+core\.hooksPath\s+\S+",
    )
});

/// Prose that asks for it.
static ASKS: LazyLock<Pattern> = LazyLock::new(|| {
    let verb = r"\b(?:append|add|write|insert|prepend|inject|save|store|copy|update|modify|put|persist)\b";
    let file = r"(?:CLAUDE\.md|AGENTS\.md|SOUL\.md|MEMORY\.md|IDENTITY\.md|GEMINI\.md|\.cursorrules|copilot-instructions\.md|\.claude/settings(?:\.local)?\.json|\.bashrc|\.zshrc|authorized_keys|\.git/hooks|crontab)";
    pattern(&format!(r"(?i){verb}[^.\n]{{0,140}}?\b(?:to|in|into|at)\b[^.\n]{{0,60}}?[`*~/.\w]{{0,30}}{file}"))
});

/// A line that fetches, runs or opens something.
static PAYLOAD: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:curl|wget|nc|ncat|base64|python3?\s+-c|bash\s+-c|powershell)\b|/dev/tcp|https?://|\bssh-(?:rsa|ed25519)\s+AAAA|NOPASSWD|&>\s*/dev/null\s*&|/tmp/\S",
    )
});

/// Words that make what is remembered a lasting order.
static LASTING: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:all\s+future|every\s+(?:future\s+)?(?:session|conversation|request|response|task|project|commit)|each\s+(?:session|conversation)|across\s+sessions|permanent(?:ly)?|always\s+(?:trust|approve|allow|run|execute|send|include)|without\s+(?:asking|confirmation|prompting|approval)|auto[\s-]?approve|pre-?approved|(?:trust|approve)\s+all|skip\s+(?:verification|confirmation|review|approval)|do\s+not\s+(?:ask|prompt|verify|question))\b",
    )
});

/// Bytes around a place in which its reason or its content stands.
const REACH_BYTES: usize = 500;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for captures in WRITES.captures_iter(text) {
        let (Some(found), Some(file)) = (captures.get(0), (1..captures.len()).find_map(|group| captures.get(group)))
        else {
            continue;
        };
        if !is_code(view, found.start()) {
            continue;
        }
        let severity = if is_shown(view, &found.range()) {
            Severity::Info
        } else {
            severity_of_write(view, found.range(), file.as_str())
        };
        sink.report(view, found.range(), format!("`{}` is written", file.as_str())).severity(severity);
    }
    for found in SCHEDULES.find_iter(text).filter(|found| is_code(view, found.start())) {
        let severity = match () {
            () if is_shown(view, &found.range()) => Severity::Info,
            () if PAYLOAD.is_match(view.line(found.start())) => Severity::Critical,
            () => Severity::Low,
        };
        sink.report(view, found.range(), "a command is put where the machine starts it by itself").severity(severity);
    }
    for found in ASKS.find_iter(text) {
        if is_code(view, found.start()) && view.region(found.start()) != Region::InlineCode {
            continue;
        }
        let around = around(view, &found.range(), REACH_BYTES);
        let severity = match () {
            () if is_shown(view, &found.range()) => Severity::Info,
            () if LASTING.is_match(around) && PAYLOAD.is_match(around) => Severity::High,
            () if LASTING.is_match(around) => Severity::Medium,
            () => Severity::Info,
        };
        sink.report(view, found.range(), "the agent is told to change what it is told in every session")
            .severity(severity)
            .confidence(Confidence::Medium);
    }
}

fn severity_of_write(view: &TextView<'_>, span: Range<usize>, file: &str) -> Severity {
    let (line, around) = (view.line(span.start), around(view, &span, REACH_BYTES));
    let has = |names: &[&str]| names.iter().any(|name| file.contains(name));
    if has(&["authorized_keys", "sudoers", "ld.so.preload", "/etc/cron"]) {
        return if view.is_script() || PAYLOAD.is_match(line) { Severity::High } else { Severity::Medium };
    }
    if has(&["rc", "profile"]) && !has(&[".md", ".cursorrules"]) {
        let is_plain = line.contains("PATH") || line.contains("completion") || line.contains("eval \"$(");
        return if PAYLOAD.is_match(line) && !is_plain { Severity::High } else { Severity::Info };
    }
    if has(&["LaunchAgents", "LaunchDaemons", "systemd", "hooks/", "sitecustomize"]) {
        return if PAYLOAD.is_match(around) && view.is_script() { Severity::Medium } else { Severity::Low };
    }
    let is_of_user = file.starts_with('~')
        || file.contains("HOME")
        || file.starts_with('/')
        || line.contains("expanduser")
        || line.contains("homedir()")
        || line.contains("Path.home()");
    match () {
        () if line.trim_start().starts_with("ln ") && !is_of_user => Severity::Info,
        () if LASTING.is_match(around) => Severity::High,
        () if is_of_user && has(&["SOUL.md", "MEMORY.md", "IDENTITY.md", "settings"]) && view.is_script() => {
            Severity::Medium
        }
        () if is_of_user => Severity::Low,
        () => Severity::Info,
    }
}
