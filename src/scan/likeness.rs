//! Whether a name is drawn or spelt like another: for whoever compares names of other things
//! than packages and hosts.

use icu_normalizer::ComposingNormalizerBorrowed;

use super::evidence::confusable::look_alike;
use super::evidence::look_alike::{Slip, drawn, slip};

/// Returns a name as it is read at a glance: letters of other scripts and figures as the Latin
/// letters that they look like, `i` as `l`, `rn` as `m`, and nothing between words. Two names
/// that a reader takes for one have one glance.
pub fn glance(name: &str) -> String {
    let normalised = ComposingNormalizerBorrowed::new_nfkc().normalize(name);
    let latin: String = normalised.chars().map(|letter| look_alike(letter).unwrap_or(letter)).collect();
    let letters = drawn(&latin).chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
    letters.replace('i', "l").replace("rn", "m").replace("vv", "w")
}

/// Tells whether two letters of `known` are swapped in `name`, or one is doubled or single that
/// is not: no other word is made so, while another letter often makes one (`canva`, `canvas`).
pub fn is_misspelt(name: &str, known: &str) -> bool {
    matches!(slip(name, known), Some(Slip::Swapped | Slip::Doubled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_reader_takes_for_one_have_one_glance() {
        let rows = [
            ("openai", "0penai", true),
            ("openai", "openal", true),
            ("openai", "\u{43e}penai", true),
            ("anthropics", "anthropic-s", true),
            ("terraform", "terrafonn", false),
            ("modem", "modern", true),
            ("pdf", "ｐｄｆ", true),
            ("pdf", "pdg", false),
            ("审查", "审查", true),
            ("审查", "审核", false),
        ];
        for (left, right, expected) in rows {
            assert_eq!(glance(left) == glance(right), expected, "{left} {right}");
        }
    }

    #[test]
    fn a_slip_that_makes_another_word_is_no_misspelling() {
        let rows = [
            ("skill-craetor", "skill-creator", true),
            ("skil-creator", "skill-creator", true),
            ("canva-automation", "canvas-automation", false),
            ("codex-review", "code-review", false),
            ("simple-skill", "sample-skill", false),
            ("skill-creator", "skill-creator", false),
        ];
        for (name, known, expected) in rows {
            assert_eq!(is_misspelt(name, known), expected, "{name} {known}");
        }
    }
}
