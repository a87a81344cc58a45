//! Settings of tools, as keys and values with their places: JSON, YAML, TOML and INI.
//!
//! The readers are lenient, because the tools that read such files are: comments, trailing
//! commas, bare words. A broken file gives what could be read before and after the fault, and
//! whatever exceeds a limit is left out. They keep no types: a rule wants the text of a value
//! and where it stands. Start at [`entries`].

mod flow;
mod lines;

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Region, TextView};

/// Bytes of a file that are read.
const TEXT_BYTES: usize = 512 * 1024;
/// Values that are kept of one file.
const ENTRY_LIMIT: usize = 10_000;
/// Containers inside of each other that are entered.
const DEPTH_LIMIT: usize = 24;
/// Bytes of a path of keys; a longer one ends there.
const PATH_BYTES: usize = 400;
/// Bytes of a value that are kept.
const VALUE_BYTES: usize = 64 * 1024;

/// A value, the keys that lead to it, and its place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::scan) struct Entry {
    /// The keys, outermost first, with a `/` between them; an element of a list is `[]`.
    pub(in crate::scan) path: String,
    /// The value without its quotation marks, with escapes resolved.
    pub(in crate::scan) value: String,
    /// Where the value stands.
    pub(in crate::scan) span: Range<usize>,
}

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// JSON, with comments and trailing commas.
    Json,
    /// YAML.
    Yaml,
    /// TOML, INI and their like: `key = value` under `[headings]`.
    Assignments,
}

/// A block of settings that a document shows.
static BLOCK: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?m)^[ \t]*(?:```|~~~)[ \t]*(json[c5]?|ya?ml|toml|ini)\b[^\n]*\n"));

/// Returns the values of a file of settings; none of any other file.
pub(in crate::scan) fn entries(view: &TextView<'_>) -> Vec<Entry> {
    match format_of(view) {
        Some(format) => read(view.text(), format),
        None => Vec::new(),
    }
}

/// Returns the values of the blocks of settings that a document shows, and of its frontmatter.
pub(in crate::scan) fn shown_entries(view: &TextView<'_>) -> Vec<Entry> {
    let text = view.text();
    let mut found = Vec::new();
    for captures in BLOCK.captures_iter(text) {
        let (Some(fence), Some(language)) = (captures.get(0), captures.get(1)) else { continue };
        if !matches!(view.region(fence.end().min(text.len().saturating_sub(1))), Region::CodeBlock(_)) {
            continue;
        }
        let end = text[fence.end()..].find("\n```").map_or(text.len(), |index| fence.end() + index);
        let format = match language.as_str() {
            "yaml" | "yml" => Format::Yaml,
            "toml" | "ini" => Format::Assignments,
            _ => Format::Json,
        };
        found.extend(read(&text[fence.end()..end], format).into_iter().map(|entry| entry.shifted(fence.end())));
        if found.len() >= ENTRY_LIMIT {
            break;
        }
    }
    found
}

/// Returns the values of a document's frontmatter; those of JSON inside of it too.
pub(in crate::scan) fn frontmatter_entries(view: &TextView<'_>) -> Vec<Entry> {
    let Some(body) = view.text().strip_prefix("---") else { return Vec::new() };
    let Some(length) = body.find("\n---") else { return Vec::new() };
    read(&body[..length], Format::Yaml).into_iter().map(|entry| entry.shifted("---".len())).collect()
}

impl Entry {
    /// Returns the key that names the value, looking through lists.
    pub(in crate::scan) fn key(&self) -> &str {
        self.path.rsplit('/').find(|key| *key != "[]").unwrap_or("")
    }

    /// Tells whether one of the keys is `key`.
    pub(in crate::scan) fn is_below(&self, key: &str) -> bool {
        self.path.split('/').any(|part| part == key)
    }

    fn shifted(mut self, by: usize) -> Self {
        self.span = self.span.start + by..self.span.end + by;
        self
    }
}

fn format_of(view: &TextView<'_>) -> Option<Format> {
    let path = &view.file().path;
    let name = path.file_name();
    match path.extension().as_deref() {
        Some("json" | "jsonc" | "json5" | "mcpb" | "code-workspace") => Some(Format::Json),
        Some("yaml" | "yml") => Some(Format::Yaml),
        Some("toml" | "ini" | "cfg" | "conf" | "service" | "timer") => Some(Format::Assignments),
        _ if matches!(name, ".npmrc" | ".pypirc" | ".yarnrc" | ".condarc" | ".gitconfig") => Some(Format::Assignments),
        _ if matches!(name, ".claude.json" | ".mcp.json") => Some(Format::Json),
        _ => None,
    }
}

fn read(text: &str, format: Format) -> Vec<Entry> {
    let text = &text[..text.floor_char_boundary(text.len().min(TEXT_BYTES))];
    let mut found = Found::default();
    match format {
        Format::Json => {
            flow::read(text, 0, "", &mut found);
        }
        Format::Yaml => lines::read_yaml(text, &mut found),
        Format::Assignments => lines::read_assignments(text, &mut found),
    }
    found.entries
}

/// What was found so far, within its limits.
#[derive(Debug, Default)]
struct Found {
    entries: Vec<Entry>,
}

impl Found {
    fn is_full(&self) -> bool {
        self.entries.len() >= ENTRY_LIMIT
    }

    fn push(&mut self, path: &str, mut value: String, span: Range<usize>) {
        if !self.is_full() {
            value.truncate(value.floor_char_boundary(VALUE_BYTES));
            self.entries.push(Entry { path: path.to_owned(), value, span });
        }
    }
}

/// Appends a key to a path of keys, within the limit.
fn joined(path: &str, key: &str) -> String {
    let mut joined = String::with_capacity(path.len() + key.len() + 1);
    joined.push_str(path);
    if !path.is_empty() {
        joined.push('/');
    }
    joined.push_str(key);
    joined.truncate(joined.floor_char_boundary(PATH_BYTES));
    joined
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(text: &str, format: Format) -> Vec<(String, String)> {
        read(text, format).into_iter().map(|entry| (entry.path, entry.value)).collect()
    }

    fn check(text: &str, format: Format, expected: &[(&str, &str)]) {
        let expected: Vec<_> = expected.iter().map(|(path, value)| ((*path).to_owned(), (*value).to_owned())).collect();
        assert_eq!(pairs(text, format), expected, "{text}");
    }

    #[test]
    fn json_is_read_with_comments_and_trailing_commas() {
        check(
            "{ // a note\n \"a\": {\"b\": [\"x\", 2,], }, /* more */ \"c\": \"q\\\"\\n\\u0041\", d: true }",
            Format::Json,
            &[("a/b/[]", "x"), ("a/b/[]", "2"), ("c", "q\"\nA"), ("d", "true")],
        );
    }

    #[test]
    fn a_broken_file_gives_what_could_be_read() {
        check("{\"a\": \"x\", \"b\" \"c\": \"y\"", Format::Json, &[("a", "x"), ("c", "y")]);
        check(
            "a:\n  - b: 1\n  ??? no key\n  c: [x",
            Format::Yaml,
            &[("a/[]/b", "1"), ("a", "??? no key"), ("a/c/[]", "x")],
        );
    }

    #[test]
    fn yaml_is_read_by_its_indentation() {
        check(
            "on: [push, pull_request_target]\njobs:\n  build:\n    steps:\n      - name: \"Say: it\"\n        run: |\n          one\n          two\n      - uses: a/b@v1 # pinned\nlast: {k: v}\n",
            Format::Yaml,
            &[
                ("on/[]", "push"),
                ("on/[]", "pull_request_target"),
                ("jobs/build/steps/[]/name", "Say: it"),
                ("jobs/build/steps/[]/run", "one\ntwo"),
                ("jobs/build/steps/[]/uses", "a/b@v1"),
                ("last/k", "v"),
            ],
        );
    }

    #[test]
    fn assignments_are_read_under_their_headings() {
        check(
            "registry = https://r.example/\n[dependencies]\nfoo = { git = \"https://g.example/f\" } # why\nlist = [\n  \"a\",\n  \"b\",\n]\n[[tool.index]]\nurl = 'u'\n",
            Format::Assignments,
            &[
                ("registry", "https://r.example/"),
                ("dependencies/foo/git", "https://g.example/f"),
                ("dependencies/list/[]", "a"),
                ("dependencies/list/[]", "b"),
                ("tool/index/url", "u"),
            ],
        );
    }

    #[test]
    fn what_lies_deeper_than_the_limit_is_left_out() {
        assert!(read(&"[".repeat(100_000), Format::Json).is_empty());
        assert!(read(&"{\"a\":".repeat(100_000), Format::Json).is_empty());
    }

    proptest! {
        #[test]
        fn every_text_is_read_and_every_place_is_in_it(text in "[ \\na-c:{}\\[\\]\",|#='-]{0,200}") {
            for format in [Format::Json, Format::Yaml, Format::Assignments] {
                for entry in read(&text, format) {
                    prop_assert!(text.get(entry.span).is_some());
                }
            }
        }
    }
}
