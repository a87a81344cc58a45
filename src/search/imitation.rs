//! Names that want to be read as that of a vendor's skill.
//!
//! A skill with the very name of a vendor's skill imitates nobody: `pdf` is a word. What is
//! recognised is a name that is another one and looks like it, or that calls itself the official
//! one, of somebody else's skill that is no copy of the vendor's.

use std::collections::{HashMap, HashSet};

use icu_normalizer::ComposingNormalizerBorrowed;

use super::copies::CopyClusters;
use super::lexical::Row;
use crate::scan::{glance, is_misspelt};
use crate::skill::{Originality, PublisherStanding, SkillId};

/// Words by which a name claims to be the real one.
const CLAIMS: [&str; 7] = ["official", "verified", "original", "genuine", "authentic", "certified", "trusted"];
/// Letters of a name from which on a slip is more likely a trick than another word.
const SLIP_LETTERS: usize = 8;
/// Letters of a name that is compared; a longer one is not read at a glance.
const NAME_LETTERS: usize = 100;

/// How a name imitates another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImitationKind {
    /// It is drawn alike: letters of another script, figures for letters.
    DrawnAlike,
    /// Two letters are swapped, or one is doubled.
    Misspelt,
    /// It is the other name with a word by which it claims to be the real one.
    ClaimsOfficial,
}

/// A vendor's skill that a name imitates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imitation {
    /// The skill.
    pub skill_id: SkillId,
    /// How.
    pub kind: ImitationKind,
}

/// The names of vendors' skills.
#[derive(Debug, Default)]
pub(super) struct VendorNames {
    names: Vec<(String, SkillId)>,
    plain: HashMap<String, usize>,
    by_glance: HashMap<String, usize>,
    by_letters: HashMap<String, Vec<usize>>,
}

/// Tells whether the name of a skill is one that others may imitate.
pub(super) fn is_vendors_own(row: &Row) -> bool {
    row.publisher_standing == PublisherStanding::Vendor
        && row.originality <= Originality::Installed
        && !row.is_aggregator
}

impl VendorNames {
    /// Takes the names of vendors' skills, each with its id and the key of its publisher. Their
    /// order makes no difference: of several with one name, it is that of who has the fewest.
    pub(super) fn new(names: Vec<(String, SkillId, u64)>) -> Self {
        let mut counts: HashMap<u64, usize> = HashMap::new();
        names.iter().for_each(|(_, _, publisher)| *counts.entry(*publisher).or_default() += 1);
        let mut names: Vec<(usize, String, SkillId)> =
            names.into_iter().map(|(name, id, publisher)| (counts[&publisher], name, id)).collect();
        names.sort_unstable();
        let mut vendors = Self::default();
        let mut seen = HashSet::new();
        for (_, name, skill_id) in names {
            let plain = plain(&name);
            if plain.is_empty() || !seen.insert(plain.clone()) {
                continue;
            }
            let place = vendors.names.len();
            vendors.by_glance.entry(glance(&name)).or_insert(place);
            if plain.chars().count() >= SLIP_LETTERS {
                vendors.by_letters.entry(letters(&plain)).or_default().push(place);
            }
            vendors.plain.insert(plain, place);
            vendors.names.push((name, skill_id));
        }
        vendors
    }

    /// Returns the vendor's skill that a skill imitates by its name.
    pub(super) fn imitated_by(&self, name: &str, id: SkillId, copies: &CopyClusters) -> Option<Imitation> {
        let (place, kind) = self.looked_for(name)?;
        let skill_id = self.names[place].1;
        let cluster = copies.of(id);
        let is_copy = cluster.is_some() && cluster == copies.of(skill_id);
        (!is_copy && skill_id != id).then_some(Imitation { skill_id, kind })
    }

    fn looked_for(&self, name: &str) -> Option<(usize, ImitationKind)> {
        let plain = plain(name);
        if plain.is_empty() || plain.chars().count() > NAME_LETTERS {
            return None;
        }
        if let Some(place) = self.plain.get(&plain) {
            // The same letters in the form for display or of full width.
            let is_styled = !name.is_ascii() && self.names[*place].0.is_ascii();
            return is_styled.then_some((*place, ImitationKind::DrawnAlike));
        }
        if let Some(place) = self.by_glance.get(&glance(name)) {
            return Some((*place, ImitationKind::DrawnAlike));
        }
        if let Some(place) = without_claim(name).and_then(|rest| self.plain.get(&self::plain(&rest))) {
            return Some((*place, ImitationKind::ClaimsOfficial));
        }
        let alike = self.by_letters.get(&letters(&plain))?;
        let lower = name.to_lowercase();
        let place = alike.iter().find(|place| is_misspelt(&lower, &self.names[**place].0.to_lowercase()))?;
        Some((*place, ImitationKind::Misspelt))
    }
}

/// Returns a name without the word by which it claims to be the real one, where it has one.
fn without_claim(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let words: Vec<&str> =
        lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let rest: Vec<&str> = words.iter().copied().filter(|word| !CLAIMS.contains(word)).collect();
    (rest.len() < words.len() && !rest.is_empty()).then(|| rest.join("-"))
}

/// Letters and digits of a name in lower case, in one form.
fn plain(name: &str) -> String {
    if name.is_ascii() {
        let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
        return letters.map(|letter| char::from(letter.to_ascii_lowercase())).collect();
    }
    let normalised = ComposingNormalizerBorrowed::new_nfkc().normalize(name);
    normalised.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The letters that a name has: the same after two are swapped or one is doubled.
fn letters(plain: &str) -> String {
    let mut letters: Vec<char> = plain.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skill::SourceIdentity;

    fn id(name: &str) -> SkillId {
        SkillId::of(&SourceIdentity::new("example.com", "owner", "skills", name))
    }

    #[test]
    fn a_name_that_looks_like_a_vendors_is_recognised_and_an_honest_one_is_not() {
        let names = ["pdf", "docx", "skill-creator", "canvas-automation", "code-review", "审查代码"];
        let vendors = VendorNames::new(names.map(|name| (name.to_owned(), id(name), 1)).to_vec());
        use ImitationKind::{ClaimsOfficial, DrawnAlike, Misspelt};
        let rows = [
            ("p\u{501}f", Some(("pdf", DrawnAlike))),
            ("ｐｄｆ", Some(("pdf", DrawnAlike))),
            ("d0cx", Some(("docx", DrawnAlike))),
            ("ski11-creator", Some(("skill-creator", DrawnAlike))),
            ("pdf-official", Some(("pdf", ClaimsOfficial))),
            ("Official_PDF", Some(("pdf", ClaimsOfficial))),
            ("skil-creator", Some(("skill-creator", Misspelt))),
            ("skill-craetor", Some(("skill-creator", Misspelt))),
            // Honest ones.
            ("pdf", None),
            ("PDF", None),
            ("skill_creator", None),
            ("pdf-tools", None),
            ("pdfs", None),
            ("canva-automation", None),
            ("codex-review", None),
            ("official", None),
            ("审查代码", None),
            ("审查文件", None),
            ("", None),
            ("\u{0}", None),
        ];
        for (name, expected) in rows {
            let found = vendors.imitated_by(name, id("other"), &CopyClusters::default());
            let expected = expected.map(|(known, kind)| Imitation { skill_id: id(known), kind });
            assert_eq!(found, expected, "{name}");
        }
        assert_eq!(vendors.imitated_by(&"pdf-official".repeat(100_000), id("other"), &CopyClusters::default()), None);
    }
}
