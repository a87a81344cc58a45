//! Scripts of the bundle that its instructions want to be run first, or in any case.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, TextView};

/// Scripts of one bundle that are looked for.
const SCRIPTS: usize = 80;

static STARTS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:run|execute|start|launch|invoke|call|source|bash|sh|python3?|node|uv\s+run|npx)\b|运行|执行")
});
static COMES_FIRST: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:before\s+(?:any|all|every|anything|each|the|you|using|doing|starting|other|proceeding)|first|once|always|must|required?|mandatory|initiali[sz]e\w*|prepar(?:e|es|ed|ing)|at\s+(?:the\s+)?(?:start|beginning)|one-?time|every\s+(?:time|session|task)|prerequisite|to\s+begin)\b|首先|必须|先",
    )
});

/// Returns the scripts that the instructions order, each with the place of the order.
pub(in crate::scan) fn ordered_scripts<'v, 'a>(
    bundle: &'v BundleView<'a>,
) -> Vec<(&'v TextView<'a>, &'v TextView<'a>, Range<usize>)> {
    let Some(instructions) = bundle.instructions() else { return Vec::new() };
    bundle
        .texts()
        .filter(|text| text.origin().is_none() && text.is_script() && !text.is_markdown())
        .take(SCRIPTS)
        .filter_map(|script| {
            let name = script.file().path.file_name();
            let place = instructions
                .text()
                .match_indices(name)
                .take(10)
                .map(|(at, _)| at..at + name.len())
                .find(|place| is_order(instructions, place))?;
            Some((script, instructions, place))
        })
        .collect()
}

fn is_order(instructions: &TextView<'_>, place: &Range<usize>) -> bool {
    let line = instructions.line(place.start);
    STARTS.is_match(line) && COMES_FIRST.is_match(line) && !instructions.is_mention(place)
}
