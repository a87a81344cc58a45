//! Names of files that want to be read as other names.

use std::sync::LazyLock;

use icu_properties::CodePointMapData;
use icu_properties::props::Script;

use crate::scan::evidence::run_order::run_orders;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, Confidence, FileView, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "deceptive-filename",
    summary: "The name of a file hides what kind of file it is",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Give the file a plain name with the one extension that it deserves.",
    references: &["AST04", "ASI09", "LLM03", "AML.T0074", "CWE-451"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("deceptive_filename.md"),
    hook: Hook::Bundle(check),
};

/// A document or a picture by the first extension, and something that runs by the last.
static DOUBLE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\.(?:pdf|docx?|xlsx?|pptx?|odt|rtf|txt|csv|jpe?g|png|gif|webp|mp[34]|mov|avi|zip)\s*\.(?:(sh|bash|zsh|command|exe|scr|bat|cmd|com|pif|vbs|vbe|jse|wsf|hta|ps1|lnk|app|msi|dmg|pkg)|(py|pyw|js|mjs|rb|pl|jar))$",
    )
});

/// Blanks that push an extension out of sight.
static PADDED: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"[\s\u{a0}\u{2000}-\u{200a}\u{2800}\u{3000}]{4,}\S*\.\w+$"));

/// Folders that begin with a dot and that tools know.
const KNOWN_FOLDERS: [&str; 26] = [
    ".github",
    ".gitlab",
    ".claude",
    ".claude-plugin",
    ".vscode",
    ".idea",
    ".cursor",
    ".codex",
    ".agents",
    ".agent",
    ".meta",
    ".husky",
    ".githooks",
    ".devcontainer",
    ".circleci",
    ".config",
    ".git",
    ".well-known",
    ".storybook",
    ".changeset",
    ".gemini",
    ".opencode",
    ".windsurf",
    ".kiro",
    ".openclaw",
    ".clawhub",
];

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let ordered =
        run_orders(view, view.files.iter().filter(|file| is_hidden(file)).map(|file| file.file.path.file_name()));
    for file in &view.files {
        let found = deceit(file.file.path.file_name()).or_else(|| {
            (is_hidden(file) && ordered.contains(file.file.path.file_name()))
                .then_some((Severity::Medium, "a text has a script run that stands in a hidden folder"))
        });
        if let Some((severity, reason)) = found {
            sink.report_view(file, file.path(), reason).severity(severity);
        }
    }
}

fn deceit(name: &str) -> Option<(Severity, &'static str)> {
    let is_turning =
        |letter: char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    let is_invisible = |letter: char| matches!(letter, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{e0000}'..='\u{e007f}' | '\u{80}'..='\u{9f}');
    if name.contains(is_turning) {
        return Some((Severity::High, "marks of direction turn the name around"));
    }
    if name.contains(is_invisible) {
        return Some((Severity::High, "the name holds invisible characters"));
    }
    if PADDED.is_match(name) {
        return Some((Severity::High, "blanks push the extension out of sight"));
    }
    if let Some(found) = DOUBLE.captures(name) {
        let severity = if found.get(1).is_some() { Severity::High } else { Severity::Medium };
        return Some((severity, "the name shows the extension of a document before that of a program"));
    }
    if name.ends_with([' ', '.']) && name.len() > 2 && !name.ends_with("..") {
        return Some((Severity::Medium, "a blank or a dot at the end hides the extension, and some systems drop it"));
    }
    has_mixed_word(name).then_some((Severity::Medium, "a word of the name mixes letters of alphabets that look alike"))
}

/// Tells whether a word has letters of Latin and of Cyrillic or Greek, which are drawn alike.
fn has_mixed_word(name: &str) -> bool {
    let script = |letter: char| CodePointMapData::<Script>::new().get(letter);
    name.split(|letter: char| !letter.is_alphabetic()).any(|word| {
        let has = |wanted: &[Script]| word.chars().any(|letter| wanted.contains(&script(letter)));
        has(&[Script::Latin]) && has(&[Script::Cyrillic, Script::Greek])
    })
}

/// Tells whether a file is a script in a folder that a listing does not show.
fn is_hidden(file: &FileView<'_>) -> bool {
    let is_unknown = |folder: &str| folder.starts_with('.') && folder.len() > 1 && !KNOWN_FOLDERS.contains(&folder);
    let runs = file.file.language.is_some() || file.file.is_executable;
    file.origin.is_none() && runs && file.file.path.folders().any(is_unknown)
}
