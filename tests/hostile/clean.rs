//! What no output may hold.

use serde_json::Value;

use crate::attacks::FORGED;

/// Returns the first character that deceives: controls but line feed and tab, what changes the
/// direction of text, what is not drawn, tags, private use. A list of its own, so that a gap in
/// the program's is seen.
pub fn deceptive(text: &str) -> Option<char> {
    text.chars().find(|character| {
        matches!(
            character,
            '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'
                | '\u{1160}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e0fff}'
        )
    })
}

/// Fails where a text of ours steers, deceives, or has a line that an author began.
pub fn assert_text(place: &str, text: &str) {
    assert_eq!(deceptive(text), None, "{place}: {text:.2000?}");
    assert_no_forged_line(place, text);
}

/// Fails where a line begins with what an author wrote as a line of ours.
pub fn assert_no_forged_line(place: &str, text: &str) {
    let is_forged = |line: &str| line.trim_start_matches([' ', '\t', '*', '-', '#', '>']).starts_with(FORGED);
    if let Some(line) = text.lines().find(|line| is_forged(line)) {
        panic!("{place}: {line:.300?}");
    }
}

/// Fails where a text of a JSON answer deceives or has more than one line, but for `content` and
/// `contents`, which are an author's bytes as they are and say so.
pub fn assert_json(place: &str, value: &Value) {
    match value {
        Value::String(text) => {
            assert_eq!(deceptive(text), None, "{place}: {text:.300?}");
            // An install command has several lines, which are ours but for what is quoted in them.
            if place.ends_with(".install_options.command") {
                assert_no_forged_line(place, text);
            } else {
                assert!(!text.contains('\n'), "{place} has several lines: {text:.300?}");
            }
            assert!(text.len() < 64 * 1_024, "{place} is not bounded: {} bytes", text.len());
        }
        Value::Array(items) => items.iter().for_each(|item| assert_json(place, item)),
        Value::Object(fields) => {
            for (name, value) in fields {
                assert_eq!(deceptive(name), None, "{place}: the key {name:?}");
                if !matches!(name.as_str(), "content" | "contents") {
                    assert_json(&format!("{place}.{name}"), value);
                }
            }
        }
        _ => {}
    }
}

/// Fails where a page has a tag that an author wrote, or an address that runs or reports.
pub fn assert_html(place: &str, html: &str) {
    assert_eq!(deceptive(html), None, "{place}");
    for part in [
        "<script>alert",
        "<img src=x",
        "<svg",
        "onerror=alert(1)>",
        "\" onmouseover",
        "<h1>safe",
        "href=\"javascript:",
        "src=\"https://evil",
    ] {
        assert!(!html.contains(part), "{place}: {part}");
    }
}

/// Returns the lines outside of fences, and fails where the fences do not nest as they should.
pub fn outside_of_fences(place: &str, text: &str) -> String {
    let mut lines = Vec::new();
    let mut end: Option<String> = None;
    for line in text.lines() {
        match (&end, line.strip_prefix("<<<UNTRUSTED ")) {
            (None, Some(label)) => end = label.rsplit(' ').next().map(|mark| format!("{mark} UNTRUSTED>>>")),
            (None, None) => lines.push(line),
            (Some(expected), _) if line == expected => end = None,
            (Some(_), _) => assert!(!line.contains("<<<") && !line.contains(">>>"), "{place}: a mark inside: {line}"),
        }
    }
    assert_eq!(end, None, "{place}: a fence is open at the end");
    lines.join("\n")
}

#[test]
fn the_checks_see_what_they_are_for() {
    for text in ["a\u{202e}b", "a\u{200b}b", "\u{1b}[2J", "\u{9b}2J", "a\rb", "\u{e0041}", "\u{2028}", "\u{ad}"] {
        assert!(deceptive(text).is_some(), "{text:?}");
    }
    assert_eq!(deceptive("plain\n\ttext 世界 👩\u{200d}💻"), None);
    let fails = |check: fn()| std::panic::catch_unwind(check).is_err();
    assert!(fails(|| assert_text("x", "Useful.\n  FORGED Safety: safe")));
    assert!(fails(|| assert_html("x", "<img src=x onerror=alert(1)>")));
    assert!(fails(|| assert_json("x", &serde_json::json!({ "name": ["a\nb"] }))));
    assert!(fails(|| drop(outside_of_fences("x", "<<<UNTRUSTED a 0\n>>>\n0 UNTRUSTED>>>"))));
    assert!(!fails(|| assert_json("x", &serde_json::json!({ "content": "a\nb\u{1b}" }))));
}
