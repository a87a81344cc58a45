//! Version specifiers of PyPI (PEP 440, "Version specifiers").

use super::pypi_version::PypiVersion;

/// Versions that a project takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PypiRange {
    clauses: Vec<(Sign, PypiVersion)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    AtLeast,
    Above,
    AtMost,
    Below,
    Exactly,
    Not,
    /// `==1.2.*`, with how many numbers are given.
    Begins(usize),
    BeginsNot(usize),
}

impl PypiRange {
    /// Reads specifiers; none where one of them cannot be read.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut clauses = Vec::new();
        for clause in text.split(',').map(str::trim).filter(|clause| !clause.is_empty()) {
            let end = clause.find(|character| !"<>=!~".contains(character)).unwrap_or(clause.len());
            let (sign, version) = (&clause[..end], clause[end..].trim());
            if let Some(prefix) = version.strip_suffix(".*") {
                let count = prefix.split('!').next_back().unwrap_or_default().split('.').count();
                let sign = match sign {
                    "==" => Sign::Begins(count),
                    "!=" => Sign::BeginsNot(count),
                    _ => return None,
                };
                clauses.push((sign, PypiVersion::parse(prefix)?));
                continue;
            }
            let parsed = PypiVersion::parse(version)?;
            let sign = match sign {
                ">=" => Sign::AtLeast,
                ">" => Sign::Above,
                "<=" => Sign::AtMost,
                "<" => Sign::Below,
                "==" | "===" => Sign::Exactly,
                "!=" => Sign::Not,
                "~=" => {
                    // `~=2.2.1` is `>=2.2.1, ==2.2.*`; it needs two numbers.
                    let count = parsed.number_count().checked_sub(1).filter(|count| *count > 0)?;
                    clauses.push((Sign::Begins(count), parsed.clone()));
                    Sign::AtLeast
                }
                _ => return None,
            };
            clauses.push((sign, parsed));
        }
        Some(Self { clauses })
    }

    /// Tells whether a version is among them. One before a release is only where a clause names
    /// one, as pip has it.
    pub(super) fn contains(&self, version: &PypiVersion) -> bool {
        let names_one = || self.clauses.iter().any(|(_, bound)| bound.is_before_release());
        let admits = |(sign, bound): &(Sign, PypiVersion)| match sign {
            Sign::AtLeast => version >= bound,
            Sign::Above => version > bound,
            Sign::AtMost => version <= bound,
            Sign::Below => version < bound,
            Sign::Exactly => version == bound,
            Sign::Not => version != bound,
            Sign::Begins(count) => version.begins_as(bound, *count),
            Sign::BeginsNot(count) => !version.begins_as(bound, *count),
        };
        self.clauses.iter().all(admits) && (!version.is_before_release() || names_one())
    }
}
