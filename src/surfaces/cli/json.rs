//! JSON as the REST API answers it, laid out for people.

/// Lays out a JSON text over lines, two blanks for each level.
///
/// The text is not parsed into values, so that every number keeps its digits. Characters that
/// could deceive a reader or steer a terminal are written as escapes, which are the same JSON.
pub(super) fn pretty(text: &str) -> String {
    let mut layout = Layout { output: String::with_capacity(text.len() * 5 / 4), depth: 0 };
    let mut in_string = false;
    let mut is_escaped = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if in_string {
            push_escaped(&mut layout.output, character);
            in_string = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
            continue;
        }
        match character {
            '"' => {
                in_string = true;
                layout.output.push('"');
            }
            '{' | '[' => {
                layout.output.push(character);
                while characters.next_if(|next| next.is_ascii_whitespace()).is_some() {}
                if let Some(close) = characters.next_if(|next| matches!(next, '}' | ']')) {
                    layout.output.push(close);
                } else {
                    layout.depth += 1;
                    layout.new_line();
                }
            }
            '}' | ']' => {
                layout.depth = layout.depth.saturating_sub(1);
                layout.new_line();
                layout.output.push(character);
            }
            ',' => {
                layout.output.push(',');
                layout.new_line();
            }
            ':' => layout.output.push_str(": "),
            _ if character.is_ascii_whitespace() => {}
            _ => layout.output.push(character),
        }
    }
    layout.output
}

/// Returns a compact JSON text with what could deceive written as escapes.
pub(super) fn compact(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    text.chars().for_each(|character| push_escaped(&mut output, character));
    output
}

struct Layout {
    output: String,
    depth: usize,
}

impl Layout {
    fn new_line(&mut self) {
        self.output.push('\n');
        (0..self.depth).for_each(|_| self.output.push_str("  "));
    }
}

/// Outside ASCII, characters stand in strings only, where an escape means the same.
fn push_escaped(output: &mut String, character: char) {
    let mut buffer = [0; 4];
    let is_plain = match character {
        '\u{7f}' => false,
        _ if character.is_ascii() => true,
        _ => {
            let text = character.encode_utf8(&mut buffer);
            crate::skill::sanitise_block(text) == *text
        }
    };
    if is_plain {
        return output.push(character);
    }
    for unit in character.encode_utf16(&mut [0; 2]) {
        output.push_str(&format!("\\u{unit:04x}"));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_layout_is_that_of_serde_json() {
        for value in [
            json!({}),
            json!([]),
            json!({"a": [], "b": {}, "c": [1, 2.5, null, true], "d": {"e": "x: {y}, [z] \"q\" \\"}}),
            json!("text"),
            json!([[["deep"]]]),
        ] {
            let text = value.to_string();
            assert_eq!(pretty(&text), serde_json::to_string_pretty(&value).expect("a value is JSON"), "{text}");
            assert_eq!(pretty(&pretty(&text)), pretty(&text));
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        assert_eq!(
            pretty(r#"{"score":0.92300000000000004,"n":1E400}"#),
            "{\n  \"score\": 0.92300000000000004,\n  \"n\": 1E400\n}"
        );
    }

    #[test]
    fn no_character_steers_a_terminal_and_all_of_them_are_kept() {
        let value = json!({"name": "a\u{1b}[31m\u{9b}31m\u{7f}\u{202e}\u{e0041}世界é"});
        for text in [pretty(&value.to_string()), compact(&value.to_string())] {
            assert!(text.contains("世界é") && text.contains("\\u009b31m\\u007f\\u202e\\udb40\\udc41"), "{text}");
            assert_eq!(serde_json::from_str::<Value>(&text).ok().as_ref(), Some(&value));
        }
    }

    proptest! {
        #[test]
        fn strings_are_kept(text in any::<String>()) {
            let value = json!({ &text: [&text] });
            prop_assert_eq!(serde_json::from_str::<Value>(&pretty(&value.to_string())).ok(), Some(value.clone()));
            prop_assert_eq!(serde_json::from_str::<Value>(&compact(&value.to_string())).ok(), Some(value));
        }
    }
}
