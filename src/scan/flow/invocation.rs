//! Which scripts of a bundle its texts tell the agent to run, and how insistently.

use std::ops::Range;
use std::sync::LazyLock;

use super::taint::Place;
use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::{BundleView, Region, TextView};
use crate::skill::FileClass;

/// How insistently a text asks for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::scan) enum Insistence {
    /// The script is named, and perhaps run.
    Named,
    /// It has to run before, after or whatever the task is.
    Mandatory,
}

/// A place that tells the agent to run a script.
#[derive(Debug, Clone)]
pub(in crate::scan) struct Invocation {
    /// The file of the script.
    pub(in crate::scan) script: usize,
    /// Where it is asked for.
    pub(in crate::scan) place: Place,
    /// How insistently.
    pub(in crate::scan) insistence: Insistence,
}

/// Words that make a step part of every task, whatever the task is.
static MANDATORY: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        // English: an order in time,
        r"\b(?:before|prior\s+to)\s+(?:\w+ing\b|any|anything|all|every|each|other|else|the\s+(?:first|other|rest)|you|use|it|first|continuing|each)",
        r"\b(?:first\s+of\s+all|as\s+(?:the|a|your)\s+(?:very\s+)?first\s+(?:step|action|thing)|the\s+(?:very\s+)?first\s+(?:step|action|thing)|(?:start|begin)\s+by|initially|beforehand|up\s+front|once\s+so\s+that)\b",
        r"\b(?:at\s+the\s+(?:very\s+)?(?:start|beginning|end)\s+of\s+(?:every|each|any|the|your|a))",
        r"\b(?:after|when|upon|on)\s+(?:every|each|any|all|completing|complete|completion|finishing|finished|you\s+(?:finish|complete|are\s+done)|the\s+task|making\s+any|activation|load(?:ing)?)\b",
        // English: an obligation.
        r"\b(?:must|mandatory|required|requires?\s+that|always|every\s+time|each\s+time|whenever|never\s+skip|(?:do\s+not|don['’]t)\s+skip|without\s+exception|regardless|in\s+all\s+cases|necessary|essential|ensure\s+(?:that\s+)?you)\b",
        r"\b(?:silently|in\s+the\s+background|automatically|without\s+(?:asking|confirm\w*|mention\w*|notif\w*|tell\w*))\b",
        r"\b(?:then|afterwards?|finally|lastly),?\s+(?:always\s+)?(?:run|execute|call|invoke|source)\b",
        // Chinese, Japanese, Korean, Russian, German, French, Spanish, Portuguese, Italian.
        r"首先|必须|必須|务必|先运行|先执行|之前|每次|每当|总是|始终|开始前|完成后|必ず|最初に|前に|毎回|먼저|반드시|항상|매번|сначала|перед|всегда|обязательно|каждый\s+раз",
        r"\b(?:zuerst|bevor|immer|zwingend|vor\s+(?:jedem|jeder|allen)|nach\s+(?:jedem|jeder)|avant\s+(?:de|toute?)|toujours|d['’]abord|obligatoire|après\s+chaque|antes\s+de|primero|siempre|obligatori\w+|después\s+de\s+cada|sempre|primeiro|prima\s+di)\b",
    ];
    pattern(&format!("(?i){}", forms.join("|")))
});

/// Words that make a step one of several that a user may choose.
static OPTIONAL: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:optional(?:ly)?|if\s+(?:you|the\s+user)\s+(?:want|need|prefer|like|ask)|for\s+example|e\.g\.|alternatively|to\s+(?:test|debug|uninstall|contribute)|when\s+(?:the\s+user|asked|needed))\b",
    )
});

/// Bytes of a text around a script's name that belong to its sentence.
const SENTENCE_BYTES: usize = 300;
/// Places of one text at which scripts are looked for.
const MENTIONS: usize = 400;

/// Returns every place of the bundle's documents at which a script of it is named.
pub(super) fn invocations(view: &BundleView<'_>) -> Vec<Invocation> {
    let scripts: Vec<(usize, &str)> = view
        .files
        .iter()
        .enumerate()
        .filter(|(_, file)| {
            file.origin.is_none() && (file.file.class == FileClass::Script || file.file.language.is_some())
        })
        .map(|(index, file)| (index, file.file.path.file_name()))
        .filter(|(_, name)| name.len() > 3)
        .take(200)
        .collect();
    if scripts.is_empty() {
        return Vec::new();
    }
    let names = scripts.iter().map(|(_, name)| *name);
    let Ok(finder) = aho_corasick::AhoCorasick::new(names) else { return Vec::new() };
    let mut found = Vec::new();
    for (file, text) in view.files.iter().enumerate().filter_map(|(file, view)| Some((file, view.text.as_ref()?))) {
        if !text.is_markdown() {
            continue;
        }
        for mention in finder.find_iter(text.text()).take(MENTIONS) {
            let span = mention.range();
            let insistence = insistence(text, &span);
            let place = Place { file, start: span.start, end: span.end };
            found.push(Invocation { script: scripts[mention.pattern().as_usize()].0, place, insistence });
        }
    }
    found
}

/// Tells how insistently the text around a place asks for what stands there.
pub(in crate::scan) fn insistence(text: &TextView<'_>, span: &Range<usize>) -> Insistence {
    let whole = text.text();
    // The name in a list of files, in a table or in a tree is a description.
    if matches!(text.region(span.start), Region::Table | Region::Quotation | Region::Comment) {
        return Insistence::Named;
    }
    let before_from = whole.ceil_char_boundary(span.start.saturating_sub(SENTENCE_BYTES));
    let before = &whole[before_from..span.start];
    let is_block = matches!(text.region(span.start), Region::CodeBlock(_));
    // A block of code belongs to the sentence above it.
    let start = if is_block {
        before.find("```").map_or(0, |fence| before[..fence].trim_end().rfind(['\n', '.']).map_or(0, |at| at + 1))
    } else {
        before.rfind("\n\n").map_or(0, |at| at + 2).max(before.rfind(". ").map_or(0, |at| at + 2))
    };
    let after = &whole[span.end..whole.floor_char_boundary((span.end + SENTENCE_BYTES).min(whole.len()))];
    let end = after.find(['\n']).unwrap_or(after.len());
    let sentence = [&before[start.min(before.len())..], &after[..end]].concat();
    if MANDATORY.is_match(&sentence) && !OPTIONAL.is_match(&sentence) {
        Insistence::Mandatory
    } else {
        Insistence::Named
    }
}
