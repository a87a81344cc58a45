//! Versions of npm: Semantic Versioning 2.0.0.

use std::cmp::Ordering;

/// A version, without its build metadata, which does not order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NpmVersion {
    numbers: [u64; 3],
    before_release: Vec<Identifier>,
}

/// A part of what stands behind the dash. Numbers come before words (section 11).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    Number(u64),
    Word(String),
}

impl NpmVersion {
    /// Reads an exact version; a `v` before it is left out, as npm does.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
        let is_identifier =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !build.is_none_or(|build| build.split('.').all(is_identifier)) {
            return None;
        }
        let (core, behind) = text.split_once('-').map_or((text, None), |(core, behind)| (core, Some(behind)));
        let mut parts = core.split('.').map(number);
        let numbers = [parts.next()??, parts.next()??, parts.next()??];
        if parts.next().is_some() {
            return None;
        }
        let mut before_release = Vec::new();
        for part in behind.into_iter().flat_map(|behind| behind.split('.')) {
            if !is_identifier(part) {
                return None;
            }
            let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
            before_release.push(if is_number {
                Identifier::Number(number(part)?)
            } else {
                Identifier::Word(part.to_owned())
            });
        }
        Some(Self { numbers, before_release })
    }

    /// Returns the release of these numbers.
    pub(super) fn of_numbers(numbers: [u64; 3]) -> Self {
        Self { numbers, before_release: Vec::new() }
    }

    /// Returns what comes before every other version of these numbers.
    pub(super) fn before(numbers: [u64; 3]) -> Self {
        Self { numbers, before_release: vec![Identifier::Number(0)] }
    }

    /// Returns major, minor and patch.
    pub(super) fn numbers(&self) -> [u64; 3] {
        self.numbers
    }

    pub(super) fn is_before_release(&self) -> bool {
        !self.before_release.is_empty()
    }
}

/// Reads a number without a zero before it.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || text.len() > 1 && text.starts_with('0') { None } else { text.parse().ok() }
}

impl Ord for NpmVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        let released = self.before_release.is_empty().cmp(&other.before_release.is_empty());
        self.numbers.cmp(&other.numbers).then(released).then_with(|| self.before_release.cmp(&other.before_release))
    }
}

impl PartialOrd for NpmVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
