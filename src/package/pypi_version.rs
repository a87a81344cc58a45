//! Versions of PyPI: PEP 440, with its normal form and its order.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

/// The pattern of PEP 440, appendix B.
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^v?
        (?:(?<epoch>[0-9]+)!)?
        (?<release>[0-9]+(?:\.[0-9]+)*)
        (?:[-_.]?(?<pre>alpha|beta|preview|pre|a|b|c|rc)[-_.]?(?<pre_number>[0-9]+)?)?
        (?:-(?<post_bare>[0-9]+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<post_number>[0-9]+)?)?
        (?:[-_.]?(?<dev>dev)[-_.]?(?<dev_number>[0-9]+)?)?
        (?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$",
    )
    .expect("the pattern is a constant")
});

/// A version. The fields stand in the order in which they compare.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PypiVersion {
    epoch: u64,
    /// Without zeros at its end, which do not tell versions apart.
    release: Vec<u64>,
    stage: Stage,
    post: Option<u64>,
    dev: Development,
    local: Vec<Local>,
    /// Zeros at the end of the release, for its text; no part of the comparison would be right
    /// with it, so it is always equal.
    zeros: Zeros,
}

/// `1.0.dev1` comes before `1.0a1`, which comes before `1.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Development,
    Before(Letter, u64),
    Released,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Letter {
    Alpha,
    Beta,
    Candidate,
}

/// A development release comes before what it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Development {
    Number(u64),
    None,
}

/// Words come before numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Local {
    Word(String),
    Number(u64),
}

#[derive(Debug, Clone, Copy)]
struct Zeros(usize);

impl PartialEq for Zeros {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Zeros {}

impl PartialOrd for Zeros {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Zeros {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

impl PypiVersion {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let found = VERSION.captures(text)?;
        let group = |name: &str| found.name(name).map(|part| part.as_str());
        // A number that is left out is zero: `1.0a` is `1.0a0`.
        let counted = |name: &str| group(name).map_or(Some(0), |digits| digits.parse().ok());
        let mut release = group("release")?.split('.').map(str::parse).collect::<Result<Vec<u64>, _>>().ok()?;
        let count = release.len();
        while release.len() > 1 && release.last() == Some(&0) {
            release.pop();
        }
        let letter = match group("pre").map(str::to_ascii_lowercase).as_deref() {
            None => None,
            Some("a" | "alpha") => Some(Letter::Alpha),
            Some("b" | "beta") => Some(Letter::Beta),
            Some(_) => Some(Letter::Candidate),
        };
        let post = match (group("post_bare"), group("post")) {
            (Some(digits), _) => Some(digits.parse().ok()?),
            (None, Some(_)) => Some(counted("post_number")?),
            (None, None) => None,
        };
        let dev = match group("dev") {
            Some(_) => Development::Number(counted("dev_number")?),
            None => Development::None,
        };
        let stage = match letter {
            Some(letter) => Stage::Before(letter, counted("pre_number")?),
            None if post.is_none() && dev != Development::None => Stage::Development,
            None => Stage::Released,
        };
        let local = group("local").map_or_else(Vec::new, |local| {
            let part = |part: &str| part.parse().map_or_else(|_| Local::Word(part.to_ascii_lowercase()), Local::Number);
            local.split(['-', '_', '.']).map(part).collect()
        });
        let zeros = Zeros(count - release.len());
        Some(Self { epoch: counted("epoch")?, release, stage, post, dev, local, zeros })
    }

    /// Returns how many numbers of the release were written.
    pub(super) fn number_count(&self) -> usize {
        self.release.len() + self.zeros.0
    }

    /// Tells whether the first numbers are those of another version.
    pub(super) fn begins_as(&self, other: &Self, count: usize) -> bool {
        let number = |version: &Self, place: usize| version.release.get(place).copied().unwrap_or(0);
        self.epoch == other.epoch && (0..count).all(|place| number(self, place) == number(other, place))
    }

    pub(super) fn is_before_release(&self) -> bool {
        self.stage != Stage::Released || self.dev != Development::None
    }
}

impl fmt::Display for PypiVersion {
    /// Writes the normal form of PEP 440, with as many zeros as were given.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epoch != 0 {
            write!(formatter, "{}!", self.epoch)?;
        }
        let numbers = self.release.iter().copied().chain(std::iter::repeat_n(0, self.zeros.0));
        write!(formatter, "{}", numbers.map(|number| number.to_string()).collect::<Vec<_>>().join("."))?;
        if let Stage::Before(letter, number) = self.stage {
            let letter = match letter {
                Letter::Alpha => "a",
                Letter::Beta => "b",
                Letter::Candidate => "rc",
            };
            write!(formatter, "{letter}{number}")?;
        }
        if let Some(number) = self.post {
            write!(formatter, ".post{number}")?;
        }
        if let Development::Number(number) = self.dev {
            write!(formatter, ".dev{number}")?;
        }
        for (index, part) in self.local.iter().enumerate() {
            formatter.write_str(if index == 0 { "+" } else { "." })?;
            match part {
                Local::Word(word) => formatter.write_str(word)?,
                Local::Number(number) => write!(formatter, "{number}")?,
            }
        }
        Ok(())
    }
}
