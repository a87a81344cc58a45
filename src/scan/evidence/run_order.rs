//! Whether a text of the bundle has a file run.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, TextView};

/// Mentions of names that are looked at in one bundle.
const MENTIONS: usize = 20_000;
/// How far before the name the order can stand, in bytes.
const REACH_BYTES: usize = 90;

/// What starts a file, right before its path.
static ORDER: LazyLock<Pattern> = LazyLock::new(|| {
    let verbs = r#"\b(?:run|runs|execute|executes|launch|start|invoke|call|double-?click(?:\s+on)?|chmod\s+\S+|sh|bash|zsh|dash|python[\d.]*|node|deno\s+run|perl|ruby|pwsh|powershell|source|exec|sudo|nohup|wine|java\s+-jar|mono|rundll32|regsvr32|osascript|eval|import|LD_PRELOAD=)|&&|运行|执行|启动|ejecuta|lance[rz]|запусти(?:те)?"#;
    let between = r#"(?:the\s+|a\s+|its\s+|our\s+|bundled\s+|shipped\s+|included\s+|helper\s+|script\s+|binary\s+|program\s+|file\s+|tool\s+|at\s+|in\s+|-\w+\s+|--[\w-]+\s+|\[)*"#;
    let here = r#"(?:^|[\s`"'($])\./[\w./{}-]*$"#;
    let folder = r#"(?:^|[\s`"'(])\$?\{?\w*\}?/[\w./-]*(?:bin|scripts)/$"#;
    let call = r#"\b(?:subprocess\.\w+|os\.(?:system|popen|exec\w*)|execSync|spawn|exec|CDLL|dlopen|Popen)\(\s*\[?f?["'`][\w./{} -]*$"#;
    pattern(&format!(r#"(?i)(?:{verbs})\s*{between}[`"'(]*[\w~$./{{}}\\-]*$|{here}|{folder}|{call}"#))
});

/// Returns those of the file names that a text has run.
pub(in crate::scan) fn run_orders<'a>(
    view: &BundleView<'_>,
    names: impl IntoIterator<Item = &'a str>,
) -> BTreeSet<&'a str> {
    let names: Vec<&str> = BTreeSet::from_iter(names.into_iter().filter(|name| name.len() > 1)).into_iter().collect();
    let Some(automaton) = (!names.is_empty()).then(|| AhoCorasick::new(&names).ok()).flatten() else {
        return BTreeSet::new();
    };
    let mut ordered = BTreeSet::new();
    let mut left = MENTIONS;
    for text in view.texts() {
        for found in automaton.find_overlapping_iter(text.text()).take(left) {
            left -= 1;
            let name = names[found.pattern().as_usize()];
            if !ordered.contains(name) && is_order(text, found.start(), found.end()) {
                ordered.insert(name);
            }
        }
    }
    ordered
}

fn is_order(text: &TextView<'_>, start: usize, end: usize) -> bool {
    let content = text.text();
    let is_name_ended =
        !content[end..].chars().next().is_some_and(|next| next.is_alphanumeric() || matches!(next, '_' | '-'));
    let line = text.line_range(start);
    let from = content.ceil_char_boundary(start.saturating_sub(REACH_BYTES)).max(line.start).min(start);
    is_name_ended && ORDER.is_match(&content[from..start])
}
