//! When two names are one on file systems that ignore case.

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizerBorrowed;

/// Folds a name as case-insensitive file systems compare it: NFC, then simple case folding
/// (the C and S mappings of Unicode's CaseFolding.txt), one character for one.
///
/// For names of characters that Unicode 15.1 knows, the result is that of Unicode 15.1: both
/// operations are stable for characters that are assigned.
pub fn fold_case(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(name);
    let mapper = CaseMapper::new();
    composed.chars().map(|character| mapper.simple_fold(character)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_file_system_may_confuse_fold_to_one() {
        for (left, right, is_equal) in [
            ("README", "readme", true),
            ("\u{e9}", "e\u{301}", true),
            ("\u{c9}", "e\u{301}", true),
            ("\u{212a}", "k", true),
            ("\u{fb05}", "\u{fb06}", true),
            ("stra\u{df}e", "strasse", false),
            ("\u{1e9e}", "\u{df}", true),
            ("I", "\u{131}", false),
            ("a", "b", false),
        ] {
            assert_eq!(fold_case(left) == fold_case(right), is_equal, "{left:?} {right:?}");
        }
    }
}
