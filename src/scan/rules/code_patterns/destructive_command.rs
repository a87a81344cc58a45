//! Commands that delete what no skill has to touch.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::is_shown;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "destructive-command",
    summary: "A command deletes a home folder, a system folder or a whole disk",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Remove the command, or name the one folder that belongs to the skill.",
    references: &["AST01", "ASI02", "LLM06", "AML.T0101"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("destructive_command.md"),
    hook: Hook::Text {
        needles: &[
            "rm -",
            "rmtree",
            "mkfs",
            "dd if",
            "no-preserve-root",
            "remove-item",
            "vssadmin",
            "del /",
            "format c:",
            "rmsync",
            "fs.rm",
            "rimraf",
            "shred ",
            ":(){",
            "-delete",
        ],
        check,
    },
};

static WIPES: LazyLock<Pattern> = LazyLock::new(|| {
    let everything = r#"["']?(?:/\*?|~/?\*?|~/\.\*|\$\{?HOME\}?["']?/?\*?|/(?:etc|usr|var|home|boot|bin|lib|opt|Users|System)/?\*?)["']?(?:[\s;&|)`"',]|$)"#;
    let forms = [
        format!(r"\brm\s+(?:-\w+\s+|--[\w-]+\s+)*(?:-\w*r\w*f\w*|-\w*f\w*r\w*|-r\s+-f|-f\s+-r|--recursive\s+--force)\s+(?:-\w+\s+|--[\w-]+\s+)*{everything}"),
        r"\brm\s[^\n]{0,60}--no-preserve-root".to_owned(),
        r"\bfind\s+(?:/|~|\$HOME)\s[^\n]{0,120}-delete\b".to_owned(),
        r#"\brmtree\(\s*(?:os\.path\.expanduser\(\s*["']~/?["']\s*\)|(?:pathlib\.)?Path\.home\(\)|["']/["']|os\.environ\[["']HOME["']\])\s*[,)]"#.to_owned(),
        r#"\b(?:rmSync|rm|rimraf(?:\.sync)?)\(\s*(?:os\.homedir\(\)|process\.env\.HOME|["'][/~]["'])\s*[,)]"#.to_owned(),
        r"(?i:\bRemove-Item\b[^\n]{0,80}(?:[A-Z]:\\(?:\*|\s|$|Users\b|Windows\b)|\$HOME(?:\s|$|\\\*)|\$env:USERPROFILE(?:\s|$|\\\*)))".to_owned(),
        r"(?i:\bvssadmin(?:\.exe)?\s+delete\s+shadows)".to_owned(),
        r"(?i:\b(?:del|rd|rmdir)\s+(?:/[sqf]\s+){2,3}[A-Z]:\\(?:\*|\s|$|Users|Windows))".to_owned(),
        r":\(\)\s*\{\s*:\s*\|\s*:\s*&\s*\}\s*;\s*:".to_owned(),
    ];
    pattern(&format!("(?m){}", forms.join("|")))
});

/// Honest where a card or a virtual disk is prepared, so worth a look and no more.
static DISK: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\bdd\s[^\n]{0,120}\bof=/dev/(?:sd|nvme|r?disk|hd|mmcblk|vd)\w*|\bmkfs(?:\.\w+)?\s[^\n]{0,80}/dev/(?:sd|nvme|disk|hd|mmcblk|vd)\w*|\bshred\s[^\n]{0,60}/dev/\w+",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in WIPES.find_iter(view.text()) {
        let severity = match view.region(found.start()) {
            _ if is_shown(view, &found.range()) || !is_call(view, found.start()) => Severity::Info,
            Region::Code => Severity::Critical,
            Region::CodeBlock(_) => Severity::High,
            _ => Severity::Low,
        };
        sink.report(view, found.range(), "the command deletes far more than a skill owns").severity(severity);
    }
    for found in DISK.find_iter(view.text()) {
        let severity = if is_shown(view, &found.range()) || !is_call(view, found.start()) {
            Severity::Info
        } else {
            Severity::Low
        };
        sink.report(view, found.range(), "the command overwrites a disk")
            .severity(severity)
            .confidence(Confidence::Medium);
    }
}

/// Tells a command from a string in a list of forbidden commands.
fn is_call(view: &TextView<'_>, offset: usize) -> bool {
    if view.file().language.is_none() && view.region(offset) == Region::Code {
        return matches!(view.file().path.file_name(), "Makefile" | "Dockerfile" | "package.json")
            || view.file().is_executable;
    }
    let line = view.line_range(offset);
    let before = &view.text()[line.start..offset];
    let is_in_string = before.matches(['"', '\'']).count() % 2 == 1;
    let is_run = [
        "system(",
        "popen(",
        "run(",
        "call(",
        "exec(",
        "execSync(",
        "spawn(",
        "Popen(",
        "check_output(",
        "sh -c",
        "eval ",
    ]
    .iter()
    .any(|call| before.contains(call));
    // In a comment or a documentation string of a program, backticks quote.
    let is_shell = view.file().language == Some("shell");
    let is_quoted = !is_shell && view.region(offset) == Region::Code && before.matches('`').count() % 2 == 1;
    (!is_in_string && !is_quoted || is_run) && !before.trim_start().starts_with("echo ")
}
