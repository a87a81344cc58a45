//! Whether a text of the bundle has a file run.

use std::sync::LazyLock;

use regex::Regex;

use crate::scan::evidence::pattern;
use crate::scan::{BundleView, TextView};

/// Mentions of one name in one text that are looked at.
const MENTIONS: usize = 20;
/// How far before the name the order can stand, in bytes.
const REACH_BYTES: usize = 90;

/// What starts a file, right before its path.
static ORDER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:\b(?:run|runs|execute|executes|launch|start|invoke|call|double-?click(?:\s+on)?|chmod\s+\S+|sh|bash|zsh|dash|python[\d.]*|node|deno\s+run|perl|ruby|pwsh|powershell|source|exec|sudo|nohup|wine|java\s+-jar|mono|rundll32|regsvr32|osascript|eval|import|LD_PRELOAD=)|&&|运行|执行|启动)\s*(?:the\s+|a\s+|its\s+|our\s+|bundled\s+|shipped\s+|included\s+|helper\s+|script\s+|binary\s+|program\s+|file\s+|tool\s+|at\s+|in\s+|-\w+\s+|--[\w-]+\s+|\[)*[`"'(]*[\w~$./{}\\-]*$|(?:^|[\s`"'($])\./[\w./{}-]*$|(?:^|[\s`"'(])\$?\{?\w*\}?/[\w./-]*(?:bin|scripts)/$|\b(?:subprocess\.\w+|os\.(?:system|popen|exec\w*)|execSync|spawn|exec|CDLL|dlopen|Popen)\(\s*\[?[f]?["'`][\w./{} -]*$"#,
    )
});

/// Returns the path of a text that has the file of this name run, and where.
pub(in crate::scan) fn run_order<'a>(view: &'a BundleView<'_>, file_name: &str) -> Option<(&'a TextView<'a>, usize)> {
    if file_name.len() < 2 {
        return None;
    }
    view.texts().filter(|text| text.path() != file_name).find_map(|text| Some((text, order_in(text, file_name)?)))
}

fn order_in(text: &TextView<'_>, file_name: &str) -> Option<usize> {
    let content = text.text();
    content.match_indices(file_name).take(MENTIONS).map(|(at, _)| at).find(|at| {
        let line = text.line_range(*at);
        let start = content.ceil_char_boundary(at.saturating_sub(REACH_BYTES)).max(line.start).min(*at);
        let is_name_ended = !content[at + file_name.len()..]
            .chars()
            .next()
            .is_some_and(|next| next.is_alphanumeric() || matches!(next, '_' | '-'));
        is_name_ended && ORDER.is_match(&content[start..*at])
    })
}
