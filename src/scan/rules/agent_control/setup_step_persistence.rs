//! A first step that leaves something behind.

use std::sync::LazyLock;

use crate::scan::evidence::ordered_script::ordered_scripts;
use crate::scan::evidence::setting::is_specimen;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "setup-step-persistence",
    summary: "The agent is told to run a script first, and the script changes what the machine starts by itself",
    phase: Phase::AgentControl,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Read the script; a skill works without changing the shell, the services or the interpreter of the user.",
    references: &["AST01", "ASI10", "LLM06", "AML.T0081", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("setup_step_persistence.md"),
    hook: Hook::Bundle(check),
};

/// A place from which the machine, the shell or an interpreter starts things.
struct Start {
    reason: &'static str,
    sign: Pattern,
}

static STARTS: LazyLock<[Start; 5]> = LazyLock::new(|| {
    let start = |reason, source| Start { reason, sign: pattern(source) };
    [
        start(
            "the script adds to what every shell of the user runs",
            r"\.(?:bashrc|zshrc|bash_profile|zprofile|zshenv|profile|bash_aliases)\b|\bconfig\.fish\b|Microsoft\.PowerShell_profile|\$PROFILE\b",
        ),
        start(
            "the script adds a service or a schedule",
            r"(?i)systemd/(?:user|system)|['\x22]systemd['\x22]|\bsystemctl\s+(?:--user\s+)?enable\b|\bLaunch(?:Agents|Daemons)\b|\blaunchctl\s+(?:load|bootstrap)\b|\bcrontab\s+-|/etc/cron|\bschtasks\s+/create|CurrentVersion\\\\?Run\b|\bRegister-ScheduledTask\b|/autostart/",
        ),
        start("the script changes what every start of Python runs", r"\b(?:site|user)customize\b|\.pth['\x22]"),
        start("the script changes what git runs by itself", r"\bcore\.hooksPath\b|\.git/hooks/"),
        start("the script changes who may enter the machine", r"\bauthorized_keys\b|/etc/sudoers|\bld\.so\.preload\b"),
    ]
});

/// Calls and commands that write a file.
static WRITES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?m)>>|\bcat\s+>|\.write_text\(|\.write\(|\.writelines\(|\bappendFile|\bwriteFile|\btee\s|\b(?:cp|install|mv|ln)\s+-?\w*\s|\bshutil\.copy|\bsed\s+-i|\bcrontab\s+-|\bAdd-Content\b|\bSet-Content\b|\bgit\s+config\b|\bsystemctl\s",
    )
});

/// A line that only makes a program findable.
static IS_PATH_ONLY: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r#"(?i)\bPATH\s*=|\bcompletion|\beval\s+\\?"?\$\(|#|\becho\s+["'](?:add|please|source|restart|run)\b"#)
});

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for (script, instructions, order) in ordered_scripts(view) {
        if is_specimen(script) || !WRITES.is_match(script.text()) {
            continue;
        }
        for start in STARTS.iter() {
            let mut places = start.sign.find_iter(script.text()).take(20).filter(|found| {
                let line = script.line(found.start());
                !line.trim_start().starts_with(['#', '/', '*'])
            });
            let Some(place) = places.next() else { continue };
            let is_plain =
                std::iter::once(place).chain(places).all(|found| IS_PATH_ONLY.is_match(script.line(found.start())));
            let severity = if is_plain { Severity::Low } else { Severity::High };
            sink.report(instructions, order.clone(), format!("{}: `{}`", start.reason, script.path()))
                .severity(severity);
            break;
        }
    }
}
