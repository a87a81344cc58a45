//! Names that are drawn or typed like another.

/// Letters of other scripts that are drawn as Latin ones, and figures that are read as letters.
const DRAWN_ALIKE: &[(char, char)] = &[
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('у', 'y'),
    ('х', 'x'),
    ('і', 'i'),
    ('ѕ', 's'),
    ('ј', 'j'),
    ('ԁ', 'd'),
    ('ɡ', 'g'),
    ('һ', 'h'),
    ('ο', 'o'),
    ('α', 'a'),
    ('ν', 'v'),
    ('ρ', 'p'),
    ('τ', 't'),
    ('κ', 'k'),
    ('ı', 'i'),
    ('ⅼ', 'l'),
    ('0', 'o'),
    ('1', 'l'),
    ('3', 'e'),
    ('5', 's'),
];

/// How a name differs from another by a single slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scan) enum Slip {
    /// It is drawn the same: another alphabet, or figures for letters.
    Drawn,
    /// Two neighbours are swapped.
    Swapped,
    /// A letter is doubled that is single, or the other way round.
    Doubled,
    /// A letter is left out or put in.
    Length,
    /// A vowel is another vowel, or a letter is its neighbour on a keyboard.
    Mistyped,
    /// A letter is another one.
    Changed,
}

/// Returns `name` in lower case, with every letter as the Latin one that it looks like.
pub(in crate::scan) fn drawn(name: &str) -> String {
    let latin =
        |letter: char| DRAWN_ALIKE.iter().find(|(alike, _)| *alike == letter).map_or(letter, |(_, latin)| *latin);
    name.to_lowercase().chars().map(latin).collect()
}

/// Returns how `name` differs from `known`, where a single slip explains it; a plural is
/// another word, and so is another number at the end.
pub(in crate::scan) fn slip(name: &str, known: &str) -> Option<Slip> {
    if name == known {
        return None;
    }
    if name.len().abs_diff(known.len()) > 4 {
        return None;
    }
    if drawn(name) == drawn(known) {
        return Some(Slip::Drawn);
    }
    let (whole, other): (Vec<char>, Vec<char>) = (name.chars().collect(), known.chars().collect());
    let start = whole.iter().zip(&other).take_while(|(left, right)| left == right).count();
    let (left, right) = (&whole[start..], &other[start..]);
    let end = left.iter().rev().zip(right.iter().rev()).take_while(|(left, right)| left == right).count();
    let (left, right) = (&left[..left.len() - end], &right[..right.len() - end]);
    match (left, right) {
        ([a, b], [c, d]) if a == d && b == c => Some(Slip::Swapped),
        ([letter], []) | ([], [letter]) if letter.is_alphabetic() => {
            let longer = if left.is_empty() { &other } else { &whole };
            let is_doubled = start > 0 && longer[start - 1] == *letter || longer.get(start + 1) == Some(letter);
            // The end of a word in the name, or of the whole.
            let after = longer.get(longer.len() - end);
            let is_plural = *letter == 's' && !after.is_some_and(|next| next.is_alphabetic());
            if is_plural { None } else { Some(if is_doubled { Slip::Doubled } else { Slip::Length }) }
        }
        ([left], [right]) if left.is_alphabetic() && right.is_alphabetic() => {
            Some(if is_near(*left, *right) { Slip::Mistyped } else { Slip::Changed })
        }
        _ => None,
    }
}

/// Tells whether two letters are vowels, or neighbours in a row of a keyboard.
fn is_near(left: char, right: char) -> bool {
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let is_vowel = |letter: char| matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let are_neighbours = ROWS
        .iter()
        .any(|row| matches!((row.find(left), row.find(right)), (Some(left), Some(right)) if left.abs_diff(right) == 1));
    are_neighbours || is_vowel(left) && is_vowel(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_told_from_another_word() {
        let rows = [
            ("reqeusts", "requests", Some(Slip::Swapped)),
            ("requestss", "requests", None),
            ("reequests", "requests", Some(Slip::Doubled)),
            ("colorrama", "colorama", Some(Slip::Doubled)),
            ("coloraama", "colorama", Some(Slip::Doubled)),
            ("expres", "express", None),
            ("exprss", "express", Some(Slip::Length)),
            ("pandes", "pandas", Some(Slip::Mistyped)),
            ("fastani", "fastapi", Some(Slip::Changed)),
            ("p0lymarket", "polymarket", Some(Slip::Drawn)),
            ("\u{0441}lawhub", "clawhub", Some(Slip::Drawn)),
            ("skills-creator", "skill-creator", None),
            ("boto", "boto3", None),
            ("requests", "requests", None),
            ("flask", "django", None),
        ];
        for (name, known, expected) in rows {
            assert_eq!(slip(name, known), expected, "{name} {known}");
        }
    }
}
