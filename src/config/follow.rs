//! Whose index a service follows.

use std::time::Duration;

use super::Settings;

const ORIGIN: &str = "TOUCHMARK_FOLLOW";
const KEYS: &str = "TOUCHMARK_FOLLOW_KEYS";
const INTERVAL: &str = "TOUCHMARK_FOLLOW_SECONDS";
const WITHOUT: &str = "TOUCHMARK_FOLLOW_WITHOUT";
/// The default: what an origin takes down is gone here after a minute.
const DEFAULT_SECONDS: u64 = 60;

/// Whose index a service follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowConfig {
    /// The address of the origin: `TOUCHMARK_FOLLOW`.
    pub origin: String,
    /// Public keys, of which one has to have signed what comes; none where it need not be signed:
    /// `TOUCHMARK_FOLLOW_KEYS`, with commas between them.
    pub keys: Vec<String>,
    /// How long to wait between two questions: `TOUCHMARK_FOLLOW_SECONDS`, by default 60.
    pub interval: Duration,
    /// What is not taken over: `TOUCHMARK_FOLLOW_WITHOUT`, any of `takedowns`, `threats` and
    /// `statements`, with commas between them.
    pub without: Vec<String>,
}

/// A value that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{INTERVAL} is {value:?}, expected a whole number of seconds from 1")]
pub struct FollowConfigError {
    value: String,
}

impl FollowConfig {
    /// Reads what the service is told; `origin` and `keys` of the command line win.
    ///
    /// # Errors
    /// Fails where a value cannot be used.
    pub fn read(
        origin: Option<String>,
        keys: Vec<String>,
        settings: &Settings,
    ) -> Result<Option<Self>, FollowConfigError> {
        let list = |name: &str| settings.get(name).map(|text| words(&text)).unwrap_or_default();
        let keys = if keys.is_empty() { list(KEYS) } else { keys };
        Self::parse(origin.or_else(|| settings.get(ORIGIN)), keys, settings.get(INTERVAL), list(WITHOUT))
    }

    fn parse(
        origin: Option<String>,
        keys: Vec<String>,
        interval: Option<String>,
        without: Vec<String>,
    ) -> Result<Option<Self>, FollowConfigError> {
        let Some(origin) = origin else { return Ok(None) };
        let seconds = match interval {
            None => DEFAULT_SECONDS,
            Some(value) => match value.trim().parse() {
                Ok(seconds) if seconds > 0 => seconds,
                _ => return Err(FollowConfigError { value }),
            },
        };
        Ok(Some(Self { origin, keys, interval: Duration::from_secs(seconds), without }))
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_asked_every_minute_or_as_it_is_said() {
        let origin = || Some("https://skills.example".to_owned());
        let rows = [
            (None, None, Ok(None)),
            (origin(), None, Ok(Some(60))),
            (origin(), Some(" 5 "), Ok(Some(5))),
            (origin(), Some("0"), Err(())),
            (origin(), Some("soon"), Err(())),
        ];
        for (origin, seconds, expected) in rows {
            let read = FollowConfig::parse(origin, Vec::new(), seconds.map(str::to_owned), Vec::new());
            let found = read.map(|config| config.map(|config| config.interval.as_secs())).map_err(|_| ());
            assert_eq!(found, expected, "{seconds:?}");
        }
        assert_eq!(words(" a, ,b,"), ["a", "b"]);
    }
}
