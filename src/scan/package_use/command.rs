//! Packages that commands install or run: in blocks of code, between backticks, in running text,
//! in scripts, in lists of arguments, and in the configuration of servers for agents.

use std::ops::Range;
use std::sync::LazyLock;

use super::installer::{installer, packages};
use super::name::is_word;
use super::uses::Found;
use super::words::{Word, words};
use crate::scan::evidence::setting::is_code;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Region, TextView};

/// Commands of one text that are looked at.
const COMMANDS: usize = 1_000;
/// Words of sentences in other languages than English that follow a command in running text.
const SENTENCE_WORDS: &[&str] = &[
    "aus", "avec", "com", "con", "da", "das", "de", "del", "den", "der", "des", "die", "du", "e", "ein", "el", "em",
    "en", "es", "est", "et", "il", "ist", "la", "las", "le", "les", "los", "mit", "na", "nicht", "no", "o", "oder",
    "ou", "para", "per", "por", "pour", "que", "sans", "se", "sin", "sur", "um", "un", "und", "une", "y", "zu",
];
/// Where letters of Latin scripts end in Unicode.
const LATIN_END: char = '\u{250}';

/// What one of the commands has in it; a text with none of them is not looked at further.
const NEEDLES: &[&str] = &["install", "npx", "uvx", "bunx", "dlx", "add", "pipx", "uv", "go ", "npm", "bun", "create"];

static HEAD: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:^|[^\w.@-])(",
        r"(?:pip3?(?:\.\d+)?|pipenv|uv[ \t]+pip)[ \t]+install",
        r"|(?:uv|poetry|pdm|rye)[ \t]+add|easy_install|(?:uv[ \t]+tool|pipx)[ \t]+install",
        r"|uvx|uv[ \t]+tool[ \t]+run|pipx[ \t]+run|uv[ \t]+run",
        r"|(?:npm|pnpm)[ \t]+(?:i|install|add)|yarn[ \t]+(?:global[ \t]+)?add|bun[ \t]+(?:add|install|i)",
        r"|npx|bunx|(?:pnpm|yarn)[ \t]+dlx|bun[ \t]+x|npm[ \t]+(?:exec|x)",
        r"|(?:npm|pnpm|yarn|bun)[ \t]+(?:create|init)",
        r"|go[ \t]+(?:install|get|run)|cargo[ \t]+(?:install|binstall|add)",
        r"|brew[ \t]+(?:install|upgrade|reinstall)|gem[ \t]+install|bundle[ \t]+add",
        r"|(?:conda|mamba|micromamba)[ \t]+install|apt(?:-get)?(?:[ \t]+-[\w=:/.-]+)*[ \t]+install",
        r")[ \t]+",
    ))
});

/// A list of arguments: `["pip", "install", "x"]`.
static LIST: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"["'](pip3?|uv|uvx|pipx|npm|npx|pnpm|yarn|bun|bunx|go|cargo|brew|gem|apt|apt-get)["']((?:\s*,\s*["'][^"'\n]{1,200}["']){1,40})"#,
    )
});

/// A program and its arguments in the configuration of a tool.
static CONFIGURED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"\bcommand["']?\s*[:=]\s*["']?(npx|uvx|bunx|pipx|uv|pnpm|npm|bun|yarn|go)["']?\s*,?\s*["']?args["']?\s*[:=]\s*\[((?:\s*["'][^"'\n]{1,200}["']\s*,?){1,40})\s*\]"#,
    )
});

static QUOTED: LazyLock<Pattern> = LazyLock::new(|| pattern(r#"["']([^"'\n]{1,200})["']"#));

/// Returns the packages that the commands of a text name, in any order.
pub(super) fn commanded(text: &TextView<'_>) -> Vec<Found> {
    let content = text.text();
    if !NEEDLES.iter().any(|needle| memchr::memmem::find(content.as_bytes(), needle.as_bytes()).is_some()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for command in HEAD.captures_iter(content).take(COMMANDS) {
        let (Some(head), Some(whole)) = (command.get(1), command.get(0)) else { continue };
        let region = text.region(head.start());
        let words = words(content, whole.end());
        let words = if is_code(text, head.start()) {
            words
        } else if matches!(region, Region::Prose | Region::Table) {
            sentence_words(words)
        } else {
            continue;
        };
        add(&mut found, head.as_str(), &words, None);
    }
    for lists in [&*LIST, &*CONFIGURED] {
        for command in lists.captures_iter(content).take(COMMANDS) {
            let (Some(program), Some(arguments)) = (command.get(1), command.get(2)) else { continue };
            let place = program.start()..arguments.end();
            // What a colon follows is the name of a field, and no argument.
            if content[place.end..].trim_start().starts_with(':') {
                continue;
            }
            let quoted = QUOTED.captures_iter(arguments.as_str()).filter_map(|quoted| quoted.get(1));
            let whole = quoted.fold(program.as_str().to_owned(), |whole, quoted| whole + " " + quoted.as_str());
            let line = format!(" {whole} ");
            if let Some((head, end)) = HEAD.captures(&line).and_then(|found| Some((found.get(1)?, found.get(0)?.end())))
                && head.start() == 1
            {
                add(&mut found, head.as_str(), &self::words(&line, end), Some(place));
            }
        }
    }
    found
}

fn add(found: &mut Vec<Found>, head: &str, words: &[Word], place: Option<Range<usize>>) {
    let parts: Vec<&str> = head.split([' ', '\t']).filter(|part| !part.is_empty()).collect();
    let (source, takes) = installer(&parts.join(" "));
    for (named, own_place) in packages(source, takes, words) {
        let place = place.clone().unwrap_or(own_place);
        found.push(Found { place, source, name: named.name, requirement: named.requirement, version: named.version });
    }
}

/// Keeps of the words of a command in running text the options and the first name: what follows
/// may be more names or the rest of a sentence in any language. None where even the first is a
/// word of the sentence.
fn sentence_words(words: Vec<Word>) -> Vec<Word> {
    const MARKS: [char; 13] = [',', ';', ':', '!', '?', '*', '_', '"', '\'', '”', '。', '，', '.'];
    let mut kept = Vec::new();
    for mut word in words {
        let plain = word.text.trim_end_matches(MARKS).trim_start_matches(['*', '_']);
        let end = plain.find(|sign: char| !sign.is_ascii()).unwrap_or(plain.len());
        // A letter with a mark belongs to the word; another script begins something else.
        let is_foreign = plain[end..].chars().next().is_some_and(|sign| sign.is_alphabetic() && sign < LATIN_END);
        let is_end = plain.len() < word.text.len() || end < plain.len();
        let text = plain[..end].to_owned();
        if text.is_empty() || is_foreign {
            break;
        }
        let has_name = kept.iter().any(|word: &Word| !word.text.starts_with('-'));
        if is_word(&text) || !has_name && SENTENCE_WORDS.contains(&text.to_lowercase().as_str()) {
            return Vec::new();
        }
        if has_name && !text.starts_with('-') {
            break;
        }
        word.text = text;
        kept.push(word);
        if is_end {
            break;
        }
    }
    kept
}
