//! Packs, compiled into one set that looks at a text once.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::literal::Literals;
use super::{Signature, SignatureError, SignatureKind, SignaturePack};
use crate::scan::Persona;
use crate::skill::Sha256Digest;

/// Regular expressions of an operator: each costs time on every text.
const REGEXES: usize = 1_000;
/// Bytes of one compiled expression.
const REGEX_BYTES: usize = 256 * 1024;
/// Expressions that are looked for together: of more, the engine forgets what it has learnt
/// about a text before it is of use.
const REGEXES_TOGETHER: usize = 100;
/// Bytes of as many, compiled, and of their cache.
const TOGETHER_BYTES: usize = 8 * 1024 * 1024;
/// Places of one signature in one text that are reported.
const PLACES: usize = 5;

/// Signatures that can be looked for.
#[derive(Debug)]
pub(in crate::scan) struct SignatureSet {
    entries: Vec<Entry>,
    literals: Option<Literals>,
    /// Sets of [`REGEXES_TOGETHER`] expressions each.
    regexes: Vec<RegexSet>,
    regex_entries: Vec<(usize, Regex)>,
    digests: BTreeMap<Sha256Digest, Vec<usize>>,
}

/// A signature, and whose it is.
#[derive(Debug)]
pub(in crate::scan) struct Entry {
    /// The signature.
    pub(in crate::scan) signature: Signature,
    /// Whether it came with this program. It then knows a mention from a use; what an operator
    /// looks for is reported wherever it stands.
    pub(in crate::scan) is_builtin: bool,
}

impl SignatureSet {
    /// Compiles packs; of two signatures with one id, the later one counts.
    pub(in crate::scan) fn compile(packs: &[SignaturePack]) -> Result<Self, SignatureError> {
        let mut by_id = BTreeMap::new();
        for pack in packs {
            for signature in pack.signatures() {
                let entry = Entry { signature: signature.clone(), is_builtin: pack.is_builtin() };
                by_id.insert(signature.id.clone(), entry);
            }
        }
        let entries: Vec<Entry> = by_id.into_values().collect();
        let literals = Literals::of(entries.iter().map(|entry| &entry.signature));
        let mut regex_entries = Vec::new();
        let mut digests: BTreeMap<Sha256Digest, Vec<usize>> = BTreeMap::new();
        for (index, Entry { signature, .. }) in entries.iter().enumerate() {
            match signature.kind {
                SignatureKind::Regex => regex_entries.push((index, compile(signature)?)),
                SignatureKind::Sha256 => {
                    let digest = signature.pattern.parse().expect("a pack holds digests that were parsed");
                    digests.entry(digest).or_default().push(index);
                }
                _ => {}
            }
        }
        let count = regex_entries.iter().filter(|(index, _)| !entries[*index].is_builtin).count();
        if count > REGEXES {
            return Err(SignatureError::TooManyRegexes { count, limit: REGEXES });
        }
        let together = |entries: &[(usize, Regex)]| {
            RegexSetBuilder::new(entries.iter().map(|(_, regex)| regex.as_str()))
                .size_limit(TOGETHER_BYTES)
                .dfa_size_limit(TOGETHER_BYTES)
                .build()
                .map_err(|error| SignatureError::TooLarge(error.to_string()))
        };
        let regexes = regex_entries.chunks(REGEXES_TOGETHER).map(together).collect::<Result<_, _>>()?;
        Ok(Self { entries, literals, regexes, regex_entries, digests })
    }

    /// Returns the signatures of a file with this digest.
    pub(in crate::scan) fn of_file(&self, digest: Sha256Digest) -> impl Iterator<Item = &Entry> {
        self.digests.get(&digest).into_iter().flatten().map(|index| &self.entries[*index])
    }

    /// Returns what stands in a text, a few places of each signature. The worst comes first: of
    /// two signatures that match at one place, that is the one to tell.
    pub(in crate::scan) fn of_text(&self, text: &str) -> Vec<(&Entry, Range<usize>)> {
        let mut places: BTreeMap<usize, Vec<Range<usize>>> = BTreeMap::new();
        if let Some(literals) = &self.literals {
            literals.find(text, |index, span| {
                let places = places.entry(index).or_default();
                if places.len() < PLACES {
                    places.push(span);
                }
            });
        }
        let matched = self.regexes.iter().enumerate().flat_map(|(set, regexes)| {
            regexes.matches(text).into_iter().map(move |matched| set * REGEXES_TOGETHER + matched)
        });
        for (index, regex) in matched.map(|matched| &self.regex_entries[matched]) {
            let spans = regex.find_iter(text).filter(|found| !found.is_empty()).take(PLACES).map(|found| found.range());
            places.entry(*index).or_default().extend(spans);
        }
        let of_entry = |(index, spans): (usize, Vec<Range<usize>>)| {
            spans.into_iter().map(move |span| (&self.entries[index], span))
        };
        let mut found: Vec<_> = places.into_iter().flat_map(of_entry).collect();
        found.sort_by_key(|(entry, span)| {
            let signature = &entry.signature;
            (signature.persona != Persona::User, Reverse(signature.severity), Reverse(signature.confidence), span.start)
        });
        found
    }
}

fn compile(signature: &Signature) -> Result<Regex, SignatureError> {
    let refuse = |fault: String| SignatureError::Signature { place: signature.id.clone(), fault };
    let regex =
        RegexBuilder::new(&signature.pattern).size_limit(REGEX_BYTES).dfa_size_limit(REGEX_BYTES).build().map_err(
            |error| {
                let message = error.to_string();
                // The engine draws an arrow below the pattern; its last line says what is wrong.
                refuse(message.lines().last().unwrap_or_default().to_owned())
            },
        )?;
    if regex.is_match("") {
        return Err(refuse("the expression matches everywhere: it takes the empty text".to_owned()));
    }
    Ok(regex)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(kind: &str, pattern: &str) -> Result<SignatureSet, SignatureError> {
        let text = json!({ "signatures": [{
            "id": "one", "phase": 1, "name": "one", "description": "One", "kind": kind, "pattern": pattern,
            "severity": "high", "created_at": "2026-01-01", "updated_at": "2026-01-01"
        }] });
        SignatureSet::compile(&[SignaturePack::parse(&text.to_string())?])
    }

    #[test]
    fn an_indicator_is_found_whole_and_nowhere_else() {
        for (kind, pattern, found, missed) in [
            (
                "host",
                "drop.example",
                &["https://DROP.example/x", "at drop.example.", "a.drop.example:80"][..],
                &["backdrop.example", "drop.example.org", "drop.examples", "drop-example"][..],
            ),
            (
                "ip",
                "203.0.113.7",
                &["203.0.113.7:80", "(203.0.113.7)."],
                &["203.0.113.70", "1.203.0.113.7", "203.0.113.7.1"],
            ),
            (
                "url",
                "https://drop.example",
                &["https://drop.example/a", "https://drop.example."],
                &["https://drop.example.org", "http://drop.example"],
            ),
            ("url", "https://drop.example/a", &["https://drop.example/abc"], &["https://drop.example/b"]),
            ("account", "mallory-1", &["@Mallory-1 wrote"], &["mallory-12", "xmallory-1"]),
            ("string", "Mark of a kit", &["the Mark of a kit"], &["the mark of a kit"]),
            ("regex", r"kit-\d{3}", &["kit-123"], &["kit-12"]),
        ] {
            let set = set(kind, pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            for text in found {
                assert_eq!(set.of_text(text).len(), 1, "{kind} {pattern} in {text}");
            }
            for text in missed {
                assert!(set.of_text(text).is_empty(), "{kind} {pattern} in {text}");
            }
        }
    }

    #[test]
    fn the_worst_of_two_signatures_at_one_place_comes_first() {
        let one = |id: &str, severity: &str| {
            json!({
                "id": id, "phase": 1, "name": "one", "description": "One", "kind": "host", "pattern": "drop.example",
                "severity": severity, "created_at": "2026-01-01", "updated_at": "2026-01-01"
            })
        };
        let text = json!({ "signatures": [one("a", "low"), one("b", "critical"), one("c", "medium")] }).to_string();
        let set = SignatureSet::compile(&[SignaturePack::parse(&text).expect("a pack")]).expect("a set");
        let ids: Vec<_> = set.of_text("drop.example").iter().map(|(entry, _)| entry.signature.id.clone()).collect();
        assert_eq!(ids, ["b", "c", "a"]);
    }

    #[test]
    fn a_long_pattern_is_compared_to_its_end() {
        let pattern = "x".repeat(900);
        let set = set("string", &pattern).expect("a set");
        assert_eq!(set.of_text(&pattern).len(), 1);
        assert!(set.of_text(&pattern[1..]).is_empty() && set.of_text(&format!("{}é", &pattern[1..])).is_empty());
    }

    #[test]
    fn expressions_that_cost_too_much_are_refused() {
        for (pattern, word) in [
            (r"(?:[\p{L}\p{N}]{1,900}){1,900}", "size limit"),
            ("(", "unclosed"),
            ("a*", "everywhere"),
            (r"(?=a)b", "look-around"),
        ] {
            let error = set("regex", pattern).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(word), "{pattern}: {error}");
        }
    }

    #[test]
    fn a_file_is_known_by_its_digest() {
        let digest = Sha256Digest::of(b"payload");
        let set = set("sha256", &digest.to_hex()).expect("a set");
        assert_eq!(set.of_file(digest).count(), 1);
        assert_eq!(set.of_file(Sha256Digest::of(b"other")).count(), 0);
    }
}
