//! Where a text stands in its bundle, and what that says about the danger of its words.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::sentence::{Place, Sentence};
use crate::scan::evidence::url::Url;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Region, TextView};

/// Paths of files that hold samples for a program rather than work for an agent.
static SPECIMEN_PATH: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|/)(?:tests?|__tests__|fixtures?|testdata|evals?|samples?|test[-_]cases|examples/(?:malicious|vulnerable|bad)[\w-]*|rule-?packs?|wordlists?|attack-?(?:corpus|library|patterns))/|(?:^|/)(?:test_[\w-]+\.py|conftest\.py|[\w.-]+[._-](?:test|tests|spec)\.\w+|[\w-]*(?:rules?|patterns?|signatures?|blocklist|denylist|iocs?)\.(?:ya?ml|json|toml|txt|md|py|yar|yara))$|(?:^|/)(?:changelog|licen[cs]e|notice|security)(?:\.\w+)?$",
    )
});

/// Words of those who teach, test or look for attacks.
static TEACHING_WORDS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:attack(?:s|er|ers)?|malicious|malware|vulnerabilit(?:y|ies)|exploit(?:s|ed|ation)?|threats?|payloads?|pentest\w*|penetration\s+test\w*|red[\s-]team\w*|prompt\s+injection|jailbreak\w*|exfiltrat\w*|adversar\w*|mitre|owasp|cwe-\d+|cve-\d+|ctf|forensics?|incident\s+response|guardrails?|privilege\s+escalation|security\s+(?:audit|review|scan\w*|test\w*)|audit(?:s|ing)?|detections?|hardening)\b|恶意|攻击|漏洞|渗透|安全审计|威胁",
    )
});

/// Words by which a document about security says what it is.
static DECLARES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:security|secure|abuse|fraud|safety|defen[cs]e|defensive)\b|安全|seguridad|segurança|безопасност|セキュリティ|sicherheit|sécurité",
    )
});

/// Headings under which a reader is told what to run.
static ORDERING_HEADING: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:install(?:ation)?|set\s*-?up|getting\s+started|quick\s*-?start|prerequisites?|requirements|initiali[sz]ation|bootstrap)\b|安装|установк|インストール|instala|einrichtung",
    )
});

/// Bytes at the head of a document in which it says what it is about.
const HEAD_BYTES: usize = 1_500;

/// Mentions of a name from which on a text is about its owner.
const OWNER_MENTIONS: usize = 3;

/// How much of a text is searched for its owner: what a text is about, it says early.
const OWNER_BYTES: usize = 64 * 1024;

/// Uses of a host from which on a document describes its interface.
const INTERFACE_USES: usize = 5;

/// Bytes at the beginning of a document in which its frontmatter ends.
const FRONTMATTER_BYTES: usize = 4_000;

/// How far a paragraph reaches to both sides of a place in it, in bytes.
const PARAGRAPH_REACH_BYTES: usize = 4_000;

/// Distinct words from which on a text is about security rather than doing something to it.
const TEACHING_WORD_COUNT: usize = 5;

/// Tells whether a file's path says that its content is a specimen: a test, a rule pack; or,
/// of a text inside of another, that the other shows it.
pub(in crate::scan) fn is_specimen(view: &TextView<'_>) -> bool {
    view.origin().is_some_and(|origin| origin.is_shown) || !view.is_used() && is_specimen_path(view.path())
}

/// Tells whether a path says that what stands there is a specimen.
pub(in crate::scan) fn is_specimen_path(path: &str) -> bool {
    path != "SKILL.md" && SPECIMEN_PATH.is_match(path)
}

/// Tells whether a document is about attacks: it says so of itself at its head, and uses many
/// different words of the trade.
///
/// Only documents are taken at their word: a script is what it does. And they are not taken
/// far, since words can be added at will: see [`is_taught`].
pub(in crate::scan) fn teaches_security(view: &TextView<'_>) -> bool {
    if !view.is_markdown() {
        return false;
    }
    view.teaches_security(|| {
        let head = window(view.text(), 0, HEAD_BYTES);
        let is_declared = TEACHING_WORDS.is_match(head) || DECLARES.is_match(head);
        is_declared && holds_teaching_words(view.text())
    })
}

fn holds_teaching_words(text: &str) -> bool {
    let mut words: Vec<String> = Vec::new();
    for found in TEACHING_WORDS.find_iter(text).take(400) {
        let stem: String = found.as_str().to_lowercase().chars().take(6).collect();
        if !words.contains(&stem) {
            words.push(stem);
            if words.len() >= TEACHING_WORD_COUNT {
                return true;
            }
        }
    }
    false
}

/// Tells whether words at `span` are shown rather than said: a mention, a specimen, or, in a
/// document about security, words at a place that gives no orders.
pub(in crate::scan) fn is_taught(view: &TextView<'_>, span: &Range<usize>) -> bool {
    view.is_mention(span) || is_specimen(view) || teaches_security(view) && !gives_orders(view, span)
}

/// Tells whether the place of `span` is one where a reader is told what to do: running text,
/// hidden text, or a block of code that is there to be run.
fn gives_orders(view: &TextView<'_>, span: &Range<usize>) -> bool {
    match view.region(span.start) {
        Region::Prose | Region::Comment => true,
        Region::CodeBlock(_) => view.heading(span.start).is_some_and(|heading| {
            heading.rsplit(" / ").next().is_some_and(|nearest| ORDERING_HEADING.is_match(nearest))
        }),
        _ => false,
    }
}

/// Words of a sentence about what others do, or about what to look out for.
static LESSON: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:attack(?:s|er|ers)?|malicious|adversar[a-z]+|prompt\s+injection|injection\s+attempts?|jailbreak(?:s|ing)?|red\s+flags?|phishing|such\s+as|e\.g\.|for\s+example|detect(?:s|ed|ing|ion)?|flag(?:s|ged)?|suspicious|exploit(?:s|ed|ing)?|violat[a-z]+|unethical|deceptive|anti-?patterns?|wrong|bad\s+practice|forbidden|prohibited|not\s+allowed|unacceptable|❌)\b|❌|🚫|⛔|攻击|恶意|检测|例如|可疑|ataques?|malicios|по\s+примеру|атак|вредонос|攻撃|悪意|検出|angriff|bösartig|attaques?|malveillant",
    )
});

/// Tells whether a sentence is about what to recognise or to keep from, rather than about what
/// to do: by its own words, by its place, or as part of a specimen.
pub(in crate::scan) fn is_lesson(view: &TextView<'_>, sentence: &Sentence<'_>) -> bool {
    is_specimen(view)
        || sentence.place == Place::Row
        || LESSON.is_match(&view.text()[sentence.span.clone()])
        || view.is_under_teaching(sentence.span.start)
        || teaches_security(view) && sentence.place != Place::Text
}

/// Tells whether a command at `span` is shown rather than run: as [`is_taught`], or a string
/// in a file of data that nothing runs.
pub(in crate::scan) fn is_shown(view: &TextView<'_>, span: &Range<usize>) -> bool {
    is_data(view) || is_taught(view, span) || is_table_row(view.line(span.start))
}

/// Tells whether code at `span` is shown rather than run: in a specimen, a comment, a table,
/// under a heading about attacks, or in a document that teaches. Other than for words, quotation
/// marks say nothing: that is how arguments are given.
pub(in crate::scan) fn is_shown_code(view: &TextView<'_>, span: &Range<usize>) -> bool {
    let is_in_code = matches!(view.region(span.start), Region::Code | Region::CodeBlock(_));
    is_data(view)
        || is_specimen(view)
        || view.is_under_teaching(span.start)
        || is_table_row(view.line(span.start))
        || is_comment(view.line(span.start)) && is_in_code
        || !is_in_code && view.is_mention(span)
        || teaches_security(view)
}

/// Tells whether a line of code is a comment; the first line of a script is not.
pub(in crate::scan) fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    !line.starts_with("#!") && ["#", "//", "--", "*", "/*"].iter().any(|mark| line.starts_with(mark))
}

/// Tells whether what a program does at `span` is shown rather than done: in a document as
/// [`is_shown`], in a script only where the script is a specimen.
pub(in crate::scan) fn is_demonstrated(view: &TextView<'_>, span: &Range<usize>) -> bool {
    if view.is_markdown() { is_shown(view, span) } else { is_specimen(view) || is_data(view) }
}

/// Tells whether a line is drawn as a row of a table, inside of a block of code or out of it.
fn is_table_row(line: &str) -> bool {
    let line = line.trim();
    line.len() > 2 && line.starts_with('|') && line.ends_with('|') && !line.ends_with("||")
}

/// Tells whether a file is data: JSON and its like, unless a tool runs commands from it.
pub(in crate::scan) fn is_data(view: &TextView<'_>) -> bool {
    let path = &view.file().path;
    let is_format = matches!(
        path.extension().as_deref(),
        Some("json" | "jsonl" | "csv" | "tsv" | "yaml" | "yml" | "toml" | "xml" | "svg" | "lock")
    );
    let runs_commands = path.as_str().starts_with('.')
        || path.as_str().contains("/.")
        || [
            "package.json",
            "settings",
            "hooks.json",
            "tasks.json",
            "devcontainer.json",
            "mcp.json",
            "compose",
            "plugin.json",
            "pyproject.toml",
            "config",
        ]
        .iter()
        .any(|name| path.file_name().contains(name));
    is_format && !runs_commands
}

/// Tells whether a document is about the owner of a host: it uses the name again and again,
/// not counting the addresses themselves.
pub(in crate::scan) fn is_about_owner(view: &TextView<'_>, url: &Url<'_>) -> bool {
    let label = url.registered_label().to_ascii_lowercase();
    let text = window(view.lowered(), 0, OWNER_BYTES);
    let is_word = |at: usize| {
        let (before, after) = (text[..at].chars().next_back(), text[at + label.len()..].chars().next());
        !matches!(before, Some('.' | '/' | '@' | '-')) && !matches!(after, Some('.' | '/' | '-'))
    };
    label.len() >= 4
        && text.match_indices(label.as_str()).filter(|(at, _)| is_word(*at)).take(OWNER_MENTIONS).count()
            >= OWNER_MENTIONS
}

/// Tells whether a document knows a host: it is about its owner, names it at its head, or uses
/// it so often that it describes the host's interface.
///
/// This clears ordinary data only: whoever writes a document can write a name into it.
pub(in crate::scan) fn is_acquainted(view: &TextView<'_>, url: &Url<'_>) -> bool {
    let label = url.registered_label().to_ascii_lowercase();
    let host = url.host.to_ascii_lowercase();
    let text = window(view.lowered(), 0, OWNER_BYTES);
    is_about_owner(view, url)
        || label.len() >= 4 && frontmatter(view).contains(&label)
        || text.match_indices(&host).take(INTERFACE_USES).count() >= INTERFACE_USES
}

/// Returns the YAML at the head of a document, in lower case: what it says that it is about.
pub(in crate::scan) fn frontmatter<'a>(view: &'a TextView<'_>) -> &'a str {
    let head = window(view.lowered(), 0, FRONTMATTER_BYTES);
    let Some(yaml) = head.strip_prefix("---") else { return "" };
    yaml.find("\n---").map_or("", |end| &yaml[..end])
}

/// Tells whether the place is code: a script, or a block or span of code in a document.
pub(in crate::scan) fn is_code(view: &TextView<'_>, offset: usize) -> bool {
    matches!(view.region(offset), Region::Code | Region::CodeBlock(_) | Region::InlineCode)
}

/// Returns `text` from `start` on, at most `length` bytes, cut at a character's boundary.
pub(in crate::scan) fn window(text: &str, start: usize, length: usize) -> &str {
    text.get(start..text.floor_char_boundary(start + length)).unwrap_or("")
}

/// Returns `span` with at most `reach` bytes on both sides.
pub(in crate::scan) fn around<'a>(view: &TextView<'a>, span: &Range<usize>, reach: usize) -> &'a str {
    let start = view.text().ceil_char_boundary(span.start.saturating_sub(reach));
    window(view.text(), start, span.end - start + reach)
}

/// Returns the paragraph around `span`: what stands between two blank lines, and of a longer
/// one the part around `span`.
pub(in crate::scan) fn paragraph<'a>(view: &TextView<'a>, span: &Range<usize>) -> &'a str {
    let text = view.text();
    let first = text.ceil_char_boundary(span.start.saturating_sub(PARAGRAPH_REACH_BYTES));
    let before = &text[first..span.start];
    let after = window(text, span.end, PARAGRAPH_REACH_BYTES);
    let start = before.rfind("\n\n").map_or(first, |index| first + index + 2);
    let end = span.end + after.find("\n\n").unwrap_or(after.len());
    &text[start..end]
}
