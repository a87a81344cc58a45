//! Whether the instance has accounts.

use super::Settings;

/// Who may make an account, where there are any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountsConfig {
    /// Anybody.
    Open,
    /// Only the operator.
    Closed,
}

const ACCOUNTS: &str = "TOUCHMARK_ACCOUNTS";

/// A value that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{ACCOUNTS} is {value:?}, expected off, closed (only the operator makes accounts) or open (anybody does)")]
pub struct AccountsConfigError {
    value: String,
}

impl AccountsConfig {
    /// Reads `TOUCHMARK_ACCOUNTS`: `off`, which it is without, `closed` or `open`.
    ///
    /// # Errors
    /// Fails where it is something else.
    pub fn read(settings: &Settings) -> Result<Option<Self>, AccountsConfigError> {
        Self::parse(settings.get(ACCOUNTS))
    }

    fn parse(value: Option<String>) -> Result<Option<Self>, AccountsConfigError> {
        match value.as_deref().map(str::trim).unwrap_or_default() {
            "" | "off" => Ok(None),
            "open" => Ok(Some(Self::Open)),
            "closed" => Ok(Some(Self::Closed)),
            _ => Err(AccountsConfigError { value: value.unwrap_or_default() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_no_accounts_unless_somebody_says_so() {
        let rows = [
            (None, Some(None)),
            (Some(""), Some(None)),
            (Some("off"), Some(None)),
            (Some(" open "), Some(Some(AccountsConfig::Open))),
            (Some("closed"), Some(Some(AccountsConfig::Closed))),
            (Some("on"), None),
            (Some("true"), None),
        ];
        for (value, expected) in rows {
            assert_eq!(AccountsConfig::parse(value.map(str::to_owned)).ok(), expected, "{value:?}");
        }
    }
}
