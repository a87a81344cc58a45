//! Commands that delete what no skill has to touch.

use std::sync::LazyLock;

use crate::scan::evidence::command::{PLACES, is_call, is_sentence};
use crate::scan::evidence::private_data::STANDING;
use crate::scan::evidence::setting::is_shown;
use crate::scan::evidence::{Pattern, pattern};
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
    revision: 2,
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
            "git push",
        ],
        check,
    },
};

static WIPES: LazyLock<Pattern> = LazyLock::new(|| {
    let everything = r#"["']?(?:/\*?|~/?\*?|~/\.\*|\$\{?HOME\}?["']?/?\*?|(?:~|\$\{?HOME\}?)/(?:Documents|Desktop|Pictures|Downloads|Library|Music|Movies|Videos|\.ssh|\.config|\.local)/?\*?|/(?:etc|usr|var|home|boot|bin|lib|opt|Users|System)/?\*?)["']?(?:[\s;&|)`"',]|$)"#;
    let forms = [
        format!(r"\brm\s+(?:-\w+\s+|--[\w-]+\s+)*(?:-\w*r\w*f\w*|-\w*f\w*r\w*|-r\s+-f|-f\s+-r|--recursive\s+--force)\s+(?:-\w+\s+|--[\w-]+\s+)*{everything}"),
        r"\brm\s[^\n]{0,60}--no-preserve-root".to_owned(),
        // Whatever stands beside the folder of the project.
        r"\brm\s+-\w*r\w*f?\w*\s+[^\n;&|]{0,60}?\.\./(?:\*|\.\./\*|\s|$)(?:[\s;&|]|$)?".to_owned(),
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

/// Words of a step that waits for the user, or warns.
static ON_REQUEST: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:never|not|don['’]t|avoid|only\s+if|unless|ask|confirm\w*|approv\w+|rebas\w+|amend\w*|if\s+(?:you|the\s+user)|careful\w*|warn\w*|instead|with-lease)\b",
    )
});

/// Honest where a card or a virtual disk is prepared, so worth a look and no more.
static DISK: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\bdd\s[^\n]{0,120}\bof=/dev/(?:sd|nvme|r?disk|hd|mmcblk|vd)\w*|\bmkfs(?:\.\w+)?\s[^\n]{0,80}/dev/(?:sd|nvme|disk|hd|mmcblk|vd)\w*|\bshred\s[^\n]{0,60}/dev/\w+",
    )
});

/// An order to overwrite what others see, each time.
static FORCED_PUSH: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"\bgit\s+push\s+(?:[\w./-]+\s+){0,3}(?:--force(?:[\s`'\x22,.;)]|$)|-f(?:[\s`'\x22,.;)]|$))")
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
    for found in FORCED_PUSH.find_iter(view.text()).take(PLACES) {
        let line = view.line_range(found.start());
        let before = &view.text()[line.start..found.start()];
        let is_prose = view.is_markdown() && is_sentence(view.line(found.start()));
        let is_standing = is_prose
            && STANDING.is_match(before)
            && !ON_REQUEST.is_match(view.line(found.start()))
            && !is_shown(view, &(line.start..line.start));
        if is_standing {
            sink.report(view, found.range(), "the history that others see is overwritten each time")
                .severity(Severity::High)
                .confidence(Confidence::Medium);
        }
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
