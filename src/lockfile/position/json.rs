//! The keys of a JSON text. Whether it is one was told before: what is none ends the search.

use super::step::Step;
use crate::lockfile::limits;

/// Returns each key with the byte at which it stands: that of its own quotes, or of the item.
pub(super) fn keys(text: &str) -> Vec<(String, usize)> {
    let mut walk = Walk { text, at: 0, found: Vec::new() };
    let _ = walk.value(&Step::root(), 0);
    walk.found
}

struct Walk<'a> {
    text: &'a str,
    at: usize,
    found: Vec<(String, usize)>,
}

impl<'a> Walk<'a> {
    /// Goes to the end of the value that stands here.
    fn value(&mut self, step: &Step, nesting: usize) -> Option<()> {
        // The reader of values goes no deeper either.
        if nesting > limits::NESTING {
            return None;
        }
        match self.next()? {
            b'{' => self.items(b'}', |walk, _| {
                let start = walk.at;
                let name = walk.string()?;
                let below = if step.is_told(&walk.found) {
                    let name: String = serde_json::from_str(name).ok()?;
                    let below = step.name(&name);
                    walk.found.push((below.key.clone(), start));
                    below
                } else {
                    Step::untold()
                };
                walk.take(b':')?;
                walk.value(&below, nesting + 1)
            }),
            b'[' => self.items(b']', |walk, index| {
                let mut below = Step::untold();
                if step.is_told(&walk.found) {
                    below = step.item(index);
                    walk.next()?;
                    walk.found.push((below.key.clone(), walk.at));
                }
                walk.value(&below, nesting + 1)
            }),
            b'"' => self.string().map(|_| ()),
            _ => {
                let rest = &self.text.as_bytes()[self.at..];
                let end = rest.iter().position(|byte| b",]} \t\r\n".contains(byte)).unwrap_or(rest.len());
                self.at += end;
                (end > 0).then_some(())
            }
        }
    }

    /// Goes through what stands between brackets, with commas between.
    fn items(&mut self, end: u8, mut item: impl FnMut(&mut Self, usize) -> Option<()>) -> Option<()> {
        self.at += 1;
        for index in 0.. {
            match self.next()? {
                byte if byte == end => break,
                b',' => self.at += 1,
                _ => {}
            }
            self.next()?;
            item(self, index)?;
        }
        self.at += 1;
        Some(())
    }

    /// Goes to the next byte that is no blank, and returns it.
    fn next(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().position(|byte| !b" \t\r\n".contains(byte))?;
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then(|| self.at += 1)
    }

    /// Takes a string with its quotes.
    fn string(&mut self) -> Option<&'a str> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        (bytes.get(start) == Some(&b'"')).then_some(())?;
        let mut at = start + 1;
        loop {
            match bytes.get(at)? {
                b'"' => break,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        self.at = at + 1;
        self.text.get(start..self.at)
    }
}
