//! Which popular package a name imitates, and how.

use super::installed_package::{Registry, is_popular, popular};
use super::look_alike::{Slip, slip};

/// Letters from which on a single slip is more likely a trick than another word.
const SLIP_LETTERS: usize = 6;
/// Letters from which on a letter more or less is.
const LENGTH_LETTERS: usize = 7;

/// Packages of their own that are one letter away from a popular one.
const NEIGHBOURS: &[&str] = &[
    "boto",
    "bs4",
    "clawdhub",
    "color",
    "colour",
    "djongo",
    "enquirer",
    "expect",
    "expresso",
    "httpie",
    "mongo",
    "mysql",
    "openapi",
    "pandera",
    "pedantic",
    "prism",
    "pyaml",
    "python",
    "request",
    "requests",
    "scapy",
    "schedula",
    "scheduler",
    "scrapyd",
    "simpy",
    "sqlite",
    "validators",
];

/// Tells whether a name is known to be that of a package of its own.
pub(in crate::scan) fn is_neighbour(name: &str) -> bool {
    NEIGHBOURS.contains(&name)
}

/// Finds the popular package for which a name, in lower case, could be taken, and says how; none
/// where the name is known itself.
pub(in crate::scan) fn taken_for(name: &str, registry: Registry) -> Option<(&'static str, &'static str)> {
    // No name ends so: a pattern or a prefix does.
    if name.ends_with(['-', '_', '.']) {
        return None;
    }
    // A name with its owner is not a look-alike by its letters alone.
    let is_known = is_popular(name) || is_popular(&name.replace(['_', '.'], "-"));
    if name.starts_with('@') || is_known || is_neighbour(name) {
        return None;
    }
    imitated(name, registry)
}

/// Finds the popular package that a name imitates by a slip, and says how.
pub(in crate::scan) fn imitated(name: &str, registry: Registry) -> Option<(&'static str, &'static str)> {
    // PyPI takes these for the same.
    let name = if registry == Registry::PyPi { name.replace(['_', '.'], "-") } else { name.to_owned() };
    popular(registry).filter(|known| **known != *name).find_map(|known| {
        let squeezed = |name: &str| name.replace(['-', '_', '.'], "");
        if known.len() >= SLIP_LETTERS && !known.contains('.') && squeezed(&name) == squeezed(known) {
            return Some((known, "differs by its separators from"));
        }
        let how = match slip(&name, known)? {
            Slip::Drawn if known.len() >= SLIP_LETTERS - 1 => "is drawn like",
            Slip::Swapped if known.len() >= SLIP_LETTERS - 1 => "swaps two letters of",
            Slip::Doubled if known.len() >= SLIP_LETTERS - 1 => "doubles a letter of, or leaves one out of,",
            Slip::Length if known.len() >= LENGTH_LETTERS => "has a letter more or less than",
            Slip::Mistyped if known.len() >= SLIP_LETTERS => "is a slip of a finger from",
            _ => return None,
        };
        Some((known, how))
    })
}

/// Letters of a name from which on it is known with another word beside it.
const WORD_LETTERS: usize = 5;

/// Words by which a name says that it is the same for another language, and nothing else.
const LANGUAGE_WORDS: &[&str] =
    &["js", "py", "node", "nodejs", "python", "python3", "npm", "pip", "official", "latest"];

/// Finds the popular package whose words a name has in another order, or with the name of a
/// language added, and says how. Many honest packages are called so.
pub(in crate::scan) fn reworded(name: &str, registry: Registry) -> Option<(&'static str, &'static str)> {
    let words = |name: &str| -> Vec<String> {
        name.split(['-', '_', '.', '/']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let own = words(name.trim_start_matches('@'));
    let joined = name.replace(['-', '_', '.'], "");
    popular(registry).filter(|known| known.len() >= WORD_LETTERS && **known != *name).find_map(|known| {
        let known_words = words(known.trim_start_matches('@'));
        if known.starts_with('@') {
            // The name of a scope without its sign is anybody's to take.
            return (own == known_words && !name.starts_with('@')).then_some((known, "leaves the scope out of"));
        }
        let sorted = |words: &[String]| {
            let mut words = words.to_vec();
            words.sort();
            words
        };
        if own.len() > 1 && own != known_words && sorted(&own) == sorted(&known_words) {
            return Some((known, "has the words in another order than"));
        }
        let is_added = |rest: &[String]| rest.len() == 1 && LANGUAGE_WORDS.contains(&rest[0].as_str());
        let is_longer = own.len() == known_words.len() + 1
            && (own.strip_prefix(known_words.as_slice()).is_some_and(is_added)
                || own.strip_suffix(known_words.as_slice()).is_some_and(is_added));
        let is_grown = ["js", "py"].iter().any(|end| joined.strip_suffix(end) == Some(known) && !known.ends_with(end));
        (is_longer || is_grown).then_some((known, "adds the name of a language to"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_how_it_imitates() {
        let rows = [
            ("reqeusts", Registry::PyPi, Some("requests")),
            ("scikitlearn", Registry::PyPi, Some("scikit-learn")),
            ("exprses", Registry::Npm, Some("express")),
            ("requests-toolbelt", Registry::PyPi, None),
            ("express", Registry::Npm, None),
        ];
        for (name, registry, expected) in rows {
            assert_eq!(imitated(name, registry).map(|found| found.0), expected, "{name}");
        }
        let rows = [
            ("express-js", Registry::Npm, Some("express")),
            ("expressjs", Registry::Npm, Some("express")),
            ("python-requests", Registry::PyPi, Some("requests")),
            ("learn-scikit", Registry::PyPi, Some("scikit-learn")),
            ("express-session", Registry::Npm, None),
            ("requests-oauthlib", Registry::PyPi, None),
        ];
        for (name, registry, expected) in rows {
            assert_eq!(reworded(name, registry).map(|found| found.0), expected, "{name}");
        }
    }
}
