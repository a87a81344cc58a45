//! Ranges of npm: what `semver`, the package, reads (its README, "Ranges").

use super::npm_version::NpmVersion;

/// Versions that a project takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NpmRange {
    /// One of these is enough.
    sets: Vec<Vec<Comparator>>,
}

/// Versions on one side of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Comparator {
    AtLeast(NpmVersion),
    Above(NpmVersion),
    AtMost(NpmVersion),
    Below(NpmVersion),
    Exactly(NpmVersion),
}

/// A version of which only the first numbers may be given.
struct Partial {
    numbers: [u64; 3],
    given: usize,
    whole: Option<NpmVersion>,
}

impl NpmRange {
    /// Reads a range; none where it is a tag or an address.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let sets: Option<Vec<_>> = text.split("||").map(|set| read_set(set.trim())).collect();
        Some(Self { sets: sets? })
    }

    /// Tells whether a version is among them. One before a release is only where a comparator
    /// names one of the same release, as npm has it.
    pub(super) fn contains(&self, version: &NpmVersion) -> bool {
        let is_in = |set: &[Comparator]| {
            let named = |comparator: &Comparator| {
                let bound = comparator.bound();
                bound.is_before_release() && bound.numbers() == version.numbers()
            };
            set.iter().all(|comparator| comparator.admits(version))
                && (!version.is_before_release() || set.iter().any(named))
        };
        self.sets.iter().any(|set| is_in(set))
    }
}

impl Comparator {
    fn bound(&self) -> &NpmVersion {
        match self {
            Self::AtLeast(bound) | Self::Above(bound) | Self::AtMost(bound) | Self::Below(bound) => bound,
            Self::Exactly(bound) => bound,
        }
    }

    fn admits(&self, version: &NpmVersion) -> bool {
        match self {
            Self::AtLeast(bound) => version >= bound,
            Self::Above(bound) => version > bound,
            Self::AtMost(bound) => version <= bound,
            Self::Below(bound) => version < bound,
            Self::Exactly(bound) => version == bound,
        }
    }
}

fn read_set(text: &str) -> Option<Vec<Comparator>> {
    if let Some((low, high)) = text.split_once(" - ") {
        let (low, high) = (partial(low.trim())?, partial(high.trim())?);
        let mut set = vec![Comparator::AtLeast(low.first())];
        set.extend(match high.whole.clone() {
            Some(whole) => Some(Comparator::AtMost(whole)),
            None => high.after().map(Comparator::Below),
        });
        return Some(set);
    }
    let mut set = Vec::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let end = word.find(|character| !"<>=^~".contains(character)).unwrap_or(word.len());
        let (sign, rest) = word.split_at(end);
        // A blank may stand behind the sign.
        let rest = if rest.is_empty() && !sign.is_empty() { words.next().unwrap_or_default() } else { rest };
        read_comparator(sign, &partial(rest)?, &mut set)?;
    }
    Some(set)
}

fn read_comparator(sign: &str, at: &Partial, set: &mut Vec<Comparator>) -> Option<()> {
    let below = |end: Option<NpmVersion>| end.map(Comparator::Below);
    match sign {
        "" | "=" => match at.whole.clone() {
            Some(whole) => set.push(Comparator::Exactly(whole)),
            None => {
                set.push(Comparator::AtLeast(at.first()));
                set.extend(below(at.after()));
            }
        },
        "^" => {
            set.push(Comparator::AtLeast(at.first()));
            set.extend(below(at.compatible()));
        }
        "~" | "~>" => {
            set.push(Comparator::AtLeast(at.first()));
            set.extend(below(Partial { given: at.given.min(2), whole: None, ..*at }.after()));
        }
        ">=" => set.push(Comparator::AtLeast(at.first())),
        "<" => set.push(Comparator::Below(at.first())),
        "<=" => set.extend(match at.whole.clone() {
            Some(whole) => Some(Comparator::AtMost(whole)),
            None => below(at.after()),
        }),
        ">" => set.push(match (at.whole.clone(), at.after()) {
            (Some(whole), _) => Comparator::Above(whole),
            (None, Some(after)) => Comparator::AtLeast(NpmVersion::of_numbers(after.numbers())),
            (None, None) => Comparator::Below(NpmVersion::of_numbers([0; 3])),
        }),
        _ => return None,
    }
    Some(())
}

fn partial(text: &str) -> Option<Partial> {
    let text = text.strip_prefix('v').unwrap_or(text);
    if let Some(whole) = NpmVersion::parse(text) {
        return Some(Partial { numbers: whole.numbers(), given: 3, whole: Some(whole) });
    }
    let (mut numbers, mut given) = ([0; 3], 0);
    let mut is_open = text.is_empty();
    for (place, part) in text.split('.').enumerate().filter(|_| !text.is_empty()) {
        if matches!(part, "x" | "X" | "*") {
            is_open = true;
        } else if is_open || place >= 3 {
            return None;
        } else {
            numbers[place] = part.parse().ok()?;
            given = place + 1;
        }
    }
    (given < 3).then_some(Partial { numbers, given, whole: None })
}

impl Partial {
    fn first(&self) -> NpmVersion {
        self.whole.clone().unwrap_or_else(|| NpmVersion::of_numbers(self.numbers))
    }

    /// Returns the first version that does not begin with the numbers that are given.
    fn after(&self) -> Option<NpmVersion> {
        let last = self.given.checked_sub(1)?;
        Some(self.raised(last))
    }

    /// Returns the first version that changes the first number that is not zero.
    fn compatible(&self) -> Option<NpmVersion> {
        let last = self.given.checked_sub(1)?;
        let first = self.numbers[..=last].iter().position(|number| *number != 0);
        Some(self.raised(first.unwrap_or(last)))
    }

    fn raised(&self, place: usize) -> NpmVersion {
        let mut numbers = [0; 3];
        numbers[..=place].copy_from_slice(&self.numbers[..=place]);
        numbers[place] = numbers[place].saturating_add(1);
        // Lower than every version before that release: `2.0.0-0`.
        NpmVersion::before(numbers)
    }
}
