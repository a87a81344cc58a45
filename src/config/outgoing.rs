//! Where requests to URLs that customers name may go.

use super::Settings;

const OUTGOING: &str = "TOUCHMARK_OUTGOING";

/// Where requests to URLs that customers name may go: callbacks, and what they want verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutgoingConfig {
    /// `https://` to public addresses.
    Public,
    /// That, and this machine: for tests, and where a marketplace runs beside the service and
    /// everybody with an account may reach what listens here.
    ThisMachine,
}

/// A value that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{OUTGOING} is {value:?}, expected public or this-machine")]
pub struct OutgoingConfigError {
    value: String,
}

impl OutgoingConfig {
    /// Reads `TOUCHMARK_OUTGOING`: `public`, which it is without, or `this-machine`.
    ///
    /// # Errors
    /// Fails where it is something else.
    pub fn read(settings: &Settings) -> Result<Self, OutgoingConfigError> {
        Self::parse(settings.get(OUTGOING))
    }

    fn parse(value: Option<String>) -> Result<Self, OutgoingConfigError> {
        match value.as_deref().map(str::trim).unwrap_or_default() {
            "" | "public" => Ok(Self::Public),
            "this-machine" => Ok(Self::ThisMachine),
            _ => Err(OutgoingConfigError { value: value.unwrap_or_default() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_these_words_opens_this_machine() {
        let rows = [
            (None, Some(OutgoingConfig::Public)),
            (Some("public"), Some(OutgoingConfig::Public)),
            (Some(" this-machine "), Some(OutgoingConfig::ThisMachine)),
            (Some("true"), None),
            (Some("This-Machine"), None),
        ];
        for (value, expected) in rows {
            assert_eq!(OutgoingConfig::parse(value.map(str::to_owned)).ok(), expected, "{value:?}");
        }
    }
}
