//! How much a client may use for nothing.

use super::Settings;

/// How much a client may use from one midnight UTC to the next. There is none where nothing is
/// counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeterConfig {
    /// Discovery workflows: `TOUCHMARK_FREE_DISCOVERS_PER_DAY`. Without it nothing is counted.
    pub workflows: u32,
    /// Inspections that lead to no skill: `TOUCHMARK_UNRESOLVED_INSPECTS_PER_DAY`, by
    /// default 100, at least 1.
    pub unresolved_inspects: u32,
    /// Pins that `/verify` and `/verify/batch` look up: `TOUCHMARK_VERIFIES_PER_DAY`, by default
    /// 10,000, at least the 100 of one batch.
    pub lookups: u32,
}

const WORKFLOWS: &str = "TOUCHMARK_FREE_DISCOVERS_PER_DAY";
const UNRESOLVED_INSPECTS: &str = "TOUCHMARK_UNRESOLVED_INSPECTS_PER_DAY";
const LOOKUPS: &str = "TOUCHMARK_VERIFIES_PER_DAY";
/// Enough for somebody who types ids by hand, too few to try out addresses.
const DEFAULT_UNRESOLVED_INSPECTS: u32 = 100;
/// A lockfile of a hundred pins, checked a hundred times.
const DEFAULT_LOOKUPS: u32 = 10_000;

/// A value that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MeterConfigError {
    /// A number is not one, or too small.
    #[error("{name} is {value:?}, expected a whole number from {least}")]
    Number {
        /// The variable.
        name: &'static str,
        /// The value.
        value: String,
        /// The least that it may be.
        least: u32,
    },
    /// A limit that nothing asks for.
    #[error("{name} is set, but nothing is counted without {WORKFLOWS}; set both or neither")]
    Alone {
        /// The variable.
        name: &'static str,
    },
}

impl MeterConfig {
    /// Reads what the service is told.
    ///
    /// # Errors
    /// Fails where a value cannot be used.
    pub fn read(settings: &Settings) -> Result<Option<Self>, MeterConfigError> {
        Self::parse(|name| settings.get(name))
    }

    fn parse(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, MeterConfigError> {
        let number = |name: &'static str, least: u32| {
            let value = variable(name).filter(|value| !value.trim().is_empty());
            let parse = |value: String| match value.trim().parse() {
                Ok(number) if number >= least => Ok(number),
                _ => Err(MeterConfigError::Number { name, value, least }),
            };
            value.map(parse).transpose()
        };
        let workflows = number(WORKFLOWS, 0)?;
        let unresolved_inspects = number(UNRESOLVED_INSPECTS, 1)?;
        let lookups = number(LOOKUPS, 100)?;
        let Some(workflows) = workflows else {
            let alone = unresolved_inspects.map(|_| UNRESOLVED_INSPECTS).or_else(|| lookups.map(|_| LOOKUPS));
            return alone.map_or(Ok(None), |name| Err(MeterConfigError::Alone { name }));
        };
        Ok(Some(Self {
            workflows,
            unresolved_inspects: unresolved_inspects.unwrap_or(DEFAULT_UNRESOLVED_INSPECTS),
            lookups: lookups.unwrap_or(DEFAULT_LOOKUPS),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(set: &[(&str, &str)]) -> Result<Option<MeterConfig>, String> {
        let variable = |name: &str| set.iter().find(|row| row.0 == name).map(|row| row.1.to_owned());
        MeterConfig::parse(variable).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_is_counted_unless_it_is_asked_for() {
        assert_eq!(parse(&[]), Ok(None));
        assert_eq!(parse(&[(WORKFLOWS, " ")]), Ok(None));
        let defaults = MeterConfig { workflows: 50, unresolved_inspects: 100, lookups: 10_000 };
        assert_eq!(parse(&[(WORKFLOWS, "50")]), Ok(Some(defaults)));
        let chosen = MeterConfig { workflows: 0, unresolved_inspects: 7, lookups: 500 };
        assert_eq!(parse(&[(WORKFLOWS, "0"), (UNRESOLVED_INSPECTS, "7"), (LOOKUPS, "500")]), Ok(Some(chosen)));
    }

    #[test]
    fn a_value_that_cannot_be_used_is_named() {
        for (set, expected) in [
            (
                vec![(WORKFLOWS, "fifty")],
                "TOUCHMARK_FREE_DISCOVERS_PER_DAY is \"fifty\", expected a whole number from 0",
            ),
            (vec![(WORKFLOWS, "-1")], "TOUCHMARK_FREE_DISCOVERS_PER_DAY is \"-1\""),
            (vec![(WORKFLOWS, "50"), (UNRESOLVED_INSPECTS, "0")], "TOUCHMARK_UNRESOLVED_INSPECTS_PER_DAY is \"0\""),
            (vec![(WORKFLOWS, "50"), (LOOKUPS, "99")], "TOUCHMARK_VERIFIES_PER_DAY is \"99\""),
            (vec![(LOOKUPS, "500")], "TOUCHMARK_VERIFIES_PER_DAY is set, but nothing is counted without"),
        ] {
            let error = parse(&set).expect_err("it cannot be used");
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
