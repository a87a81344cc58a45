//! When an index counts as stale.

use std::time::Duration;

use super::Settings;

const OVERDUE: &str = "TOUCHMARK_OVERDUE_DAYS";
/// The default; two runs of a daily crawl may fail before anybody is told.
const DEFAULT_DAYS: u32 = 2;

/// When an index counts as stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreshnessConfig {
    /// How long most sources may be overdue: `TOUCHMARK_OVERDUE_DAYS`, in days, by default 2.
    pub overdue: Duration,
}

/// A value that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{OVERDUE} is {value:?}, expected a whole number of days")]
pub struct FreshnessConfigError {
    value: String,
}

impl FreshnessConfig {
    /// Reads what the service is told.
    ///
    /// # Errors
    /// Fails where the value cannot be used.
    pub fn read(settings: &Settings) -> Result<Self, FreshnessConfigError> {
        Self::parse(settings.get(OVERDUE))
    }

    fn parse(value: Option<String>) -> Result<Self, FreshnessConfigError> {
        let days = match value {
            None => DEFAULT_DAYS,
            Some(value) => value.trim().parse().map_err(|_| FreshnessConfigError { value })?,
        };
        Ok(Self { overdue: Duration::from_secs(u64::from(days) * 24 * 3_600) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_whole() {
        for (value, expected) in
            [(None, Some(2)), (Some("0"), Some(0)), (Some(" 14 "), Some(14)), (Some("-1"), None), (Some("soon"), None)]
        {
            let read = FreshnessConfig::parse(value.map(str::to_owned));
            assert_eq!(read.ok().map(|read| read.overdue.as_secs() / 86_400), expected, "{value:?}");
        }
    }
}
