//! The reader of values in brackets: JSON as editors allow it, and the same in YAML and TOML.

use super::{DEPTH_LIMIT, Found, joined};

/// Reads the value at `start`, below `path`, and returns where it ends.
pub(super) fn read(text: &str, start: usize, path: &str, found: &mut Found) -> usize {
    let mut reader = Reader { text, at: start, found };
    reader.value(path, 0);
    reader.at
}

struct Reader<'t, 'f> {
    text: &'t str,
    at: usize,
    found: &'f mut Found,
}

impl Reader<'_, '_> {
    fn value(&mut self, path: &str, depth: usize) {
        self.skip_blanks();
        match self.peek() {
            Some(b'{' | b'[') if depth >= DEPTH_LIMIT => self.at = self.text.len(),
            Some(b'{') => self.mapping(path, depth),
            Some(b'[') => self.list(path, depth),
            Some(b'"' | b'\'') => {
                let start = self.at;
                let value = self.quoted();
                self.found.push(path, value, start..self.at);
            }
            Some(_) => {
                let start = self.at;
                let word = self.bare(false);
                if !word.is_empty() {
                    self.found.push(path, word, start..self.at);
                }
            }
            None => {}
        }
    }

    fn mapping(&mut self, path: &str, depth: usize) {
        self.at += 1;
        while !self.found.is_full() {
            self.skip_blanks();
            match self.peek() {
                None => return,
                Some(b'}') => {
                    self.at += 1;
                    return;
                }
                // A bracket that closes another container ends this one too.
                Some(b']') => return,
                Some(b'"' | b'\'') => {
                    let key = self.quoted();
                    self.pair(path, &key, depth);
                }
                Some(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$' | b'@') => {
                    let key = self.bare(true);
                    self.pair(path, &key, depth);
                }
                Some(_) => self.step(),
            }
        }
        self.at = self.text.len();
    }

    /// Reads what follows a key, if it is followed by anything.
    fn pair(&mut self, path: &str, key: &str, depth: usize) {
        self.skip_blanks();
        if matches!(self.peek(), Some(b':' | b'=')) {
            self.at += 1;
            self.value(&joined(path, key), depth + 1);
        }
    }

    fn list(&mut self, path: &str, depth: usize) {
        self.at += 1;
        let path = joined(path, "[]");
        while !self.found.is_full() {
            self.skip_blanks();
            match self.peek() {
                None => return,
                Some(b']') => {
                    self.at += 1;
                    return;
                }
                Some(b'}') => return,
                Some(b',') => self.at += 1,
                Some(_) => {
                    let start = self.at;
                    self.value(&path, depth + 1);
                    if self.at == start {
                        self.step();
                    }
                }
            }
        }
        self.at = self.text.len();
    }

    /// Reads a string with its quotation marks; one that is not closed ends with the text.
    fn quoted(&mut self) -> String {
        let quote = self.text.as_bytes()[self.at];
        self.at += 1;
        let mut value = String::new();
        let mut plain = self.at;
        while let Some(byte) = self.peek() {
            if byte == quote {
                value.push_str(&self.text[plain..self.at]);
                self.at += 1;
                return value;
            }
            if byte == b'\\' && quote == b'"' {
                value.push_str(&self.text[plain..self.at]);
                self.at += 1;
                value.extend(self.escape());
                plain = self.at;
            } else {
                self.at += 1;
            }
        }
        value.push_str(&self.text[plain..]);
        value
    }

    fn escape(&mut self) -> Option<char> {
        let escaped = self.text[self.at..].chars().next()?;
        self.at += escaped.len_utf8();
        match escaped {
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            'b' | 'f' => None,
            'u' => {
                let digits = self.text.get(self.at..self.at + 4)?;
                let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
                self.at += 4;
                Some(character)
            }
            other => Some(other),
        }
    }

    /// Reads a word without quotation marks, up to what ends a value or a key.
    fn bare(&mut self, is_key: bool) -> String {
        let rest = &self.text[self.at..];
        let is_end = |character: char| {
            matches!(character, ',' | '}' | ']' | '\n' | '{' | '[') || is_key && matches!(character, ':' | '=' | '"')
        };
        let length = rest.find(is_end).unwrap_or(rest.len());
        self.at += length;
        rest[..length].trim().to_owned()
    }

    fn skip_blanks(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let blank = rest.len() - rest.trim_start().len();
            self.at += blank;
            let rest = &rest[blank..];
            let comment = if rest.starts_with("//") || rest.starts_with('#') {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else {
                return;
            };
            self.at += comment;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Moves over one character.
    fn step(&mut self) {
        self.at += self.text[self.at..].chars().next().map_or(1, char::len_utf8);
    }
}
