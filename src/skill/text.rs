//! From bytes to text, whatever the encoding.

use super::IssueKind;

/// How the bytes of a text file were encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a byte order mark.
    Utf8,
    /// UTF-8 with a byte order mark, which is not part of the text.
    Utf8WithMark,
    /// UTF-16, little endian.
    Utf16LittleEndian,
    /// UTF-16, big endian.
    Utf16BigEndian,
    /// Mostly UTF-8; bytes that are not were replaced by U+FFFD.
    Lossy,
}

/// A text and how it was encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedText {
    /// The text, with its own line ends.
    pub text: String,
    /// The encoding that was found.
    pub encoding: Encoding,
    /// What was odd, at most one of each kind.
    pub issues: Vec<IssueKind>,
}

/// How much of a file is looked at to tell text from binary content.
const SNIFF_BYTES: usize = 8 * 1024;

/// Decodes `bytes`, or returns `None` where they are binary content rather than text.
///
/// A few NUL bytes do not make a text binary: they are a known way to hide a file from
/// scanners, so a file that is otherwise text is read and the NUL bytes are reported.
pub fn decode_text(bytes: &[u8]) -> Option<DecodedText> {
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        let mut decoded = decode_utf8(rest)?;
        decoded.issues.push(IssueKind::ByteOrderMark);
        if decoded.encoding == Encoding::Utf8 {
            decoded.encoding = Encoding::Utf8WithMark;
        }
        return Some(decoded);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return Some(decode_utf16(rest, Encoding::Utf16LittleEndian));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return Some(decode_utf16(rest, Encoding::Utf16BigEndian));
    }
    if let Some(encoding) = sniff_utf16(bytes) {
        return Some(decode_utf16(bytes, encoding));
    }
    decode_utf8(bytes)
}

fn decode_utf8(bytes: &[u8]) -> Option<DecodedText> {
    let mut issues = Vec::new();
    let nul_count = memchr::memchr_iter(0, bytes).count();
    if nul_count > 0 {
        issues.push(IssueKind::NulBytes);
    }
    let (text, encoding) = match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), Encoding::Utf8),
        Err(_) => {
            issues.push(IssueKind::NotUtf8);
            (String::from_utf8_lossy(bytes).into_owned(), Encoding::Lossy)
        }
    };
    if looks_binary(bytes, nul_count, encoding) {
        return None;
    }
    Some(DecodedText { text, encoding, issues })
}

/// Text has few control bytes; more than one in ten in the sample, or in the whole where
/// nothing decodes, says that the bytes are something else.
fn looks_binary(bytes: &[u8], nul_count: usize, encoding: Encoding) -> bool {
    let sample = &bytes[..bytes.len().min(SNIFF_BYTES)];
    let is_control = |byte: &&u8| **byte < 0x20 && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B);
    let control_count = sample.iter().filter(is_control).count();
    let has_foreign_bytes = encoding == Encoding::Lossy;
    let allowed = if has_foreign_bytes { sample.len() / 50 } else { sample.len() / 10 };
    control_count > allowed.max(4) || (has_foreign_bytes && nul_count > bytes.len() / 100 + 4)
}

/// Finds UTF-16 without a byte order mark: nearly every second byte of a sample is NUL.
fn sniff_utf16(bytes: &[u8]) -> Option<Encoding> {
    let sample = &bytes[..bytes.len().min(SNIFF_BYTES) & !1];
    if sample.len() < 8 {
        return None;
    }
    let pairs = sample.len() / 2;
    let nul_first = sample.chunks_exact(2).filter(|pair| pair[0] == 0 && pair[1] != 0).count();
    let nul_second = sample.chunks_exact(2).filter(|pair| pair[1] == 0 && pair[0] != 0).count();
    if nul_second * 10 >= pairs * 7 {
        Some(Encoding::Utf16LittleEndian)
    } else if nul_first * 10 >= pairs * 7 {
        Some(Encoding::Utf16BigEndian)
    } else {
        None
    }
}

fn decode_utf16(bytes: &[u8], encoding: Encoding) -> DecodedText {
    let units = bytes.chunks_exact(2).map(|pair| match encoding {
        Encoding::Utf16BigEndian => u16::from_be_bytes([pair[0], pair[1]]),
        _ => u16::from_le_bytes([pair[0], pair[1]]),
    });
    let text = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    DecodedText { text, encoding, issues: vec![IssueKind::NotUtf8] }
}

/// Returns the line of a byte of a text, from 1; the last one for what lies behind its end.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utf16(text: &str, little_endian: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if little_endian { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    }

    #[test]
    fn every_encoding_of_a_text_reads_the_same() {
        let text = "---\nname: demo\n---\nHello, 世界\n";
        let rows = [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            ([b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat(), Encoding::Utf8WithMark),
            ([b"\xFF\xFE".to_vec(), utf16(text, true)].concat(), Encoding::Utf16LittleEndian),
            ([b"\xFE\xFF".to_vec(), utf16(text, false)].concat(), Encoding::Utf16BigEndian),
            (utf16(text, true), Encoding::Utf16LittleEndian),
            (utf16(text, false), Encoding::Utf16BigEndian),
        ];
        for (bytes, encoding) in rows {
            let decoded = decode_text(&bytes).expect("text");
            assert_eq!((decoded.text.as_str(), decoded.encoding), (text, encoding));
        }
    }

    #[test]
    fn a_nul_byte_is_reported_and_does_not_hide_the_text() {
        let decoded = decode_text(b"curl\0 something that is long enough to be a text").expect("text");
        assert!(decoded.text.contains("something"));
        assert_eq!(decoded.issues, [IssueKind::NulBytes]);
    }

    #[test]
    fn latin_1_is_text_and_an_executable_is_not() {
        assert_eq!(decode_text(b"caf\xE9 au lait").map(|text| text.encoding), Some(Encoding::Lossy));
        let binary: Vec<u8> = (0..4096u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert_eq!(decode_text(&binary), None);
    }

    proptest! {
        #[test]
        fn decoding_never_panics_and_valid_text_is_kept(bytes in prop::collection::vec(any::<u8>(), 0..512), text in "\\PC{0,200}") {
            let _ = decode_text(&bytes);
            let decoded = decode_text(text.as_bytes()).expect("printable text is text");
            prop_assert_eq!(decoded.text, text.strip_prefix('\u{feff}').unwrap_or(&text));
        }
    }
}
