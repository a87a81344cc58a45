//! Points in time as the API writes them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time with millisecond precision, written `2026-06-12T00:00:00.000Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// Reads the system's clock. Only `app` and the edges call this; inside, time is an argument.
    pub fn now() -> Self {
        Self::from_milliseconds(jiff::Timestamp::now().as_millisecond())
    }

    /// Makes a timestamp of milliseconds since 1970, held within the range that can be written.
    pub fn from_milliseconds(milliseconds: i64) -> Self {
        let bounded = milliseconds.clamp(jiff::Timestamp::MIN.as_millisecond(), jiff::Timestamp::MAX.as_millisecond());
        Self(jiff::Timestamp::from_millisecond(bounded).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
    }

    /// Returns milliseconds since 1970.
    pub fn as_milliseconds(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Returns how many whole days lie between `self` and a later `now`; zero if `now` is
    /// earlier. Whole, so that what follows from it does not change with every request.
    pub fn days_until(self, now: Self) -> f64 {
        ((now.as_milliseconds() - self.as_milliseconds()).max(0) / 86_400_000) as f64
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.3}", self.0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;

    /// Accepts RFC 3339 with any offset, and a plain date as its midnight in UTC.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let instant = match text.parse::<jiff::Timestamp>() {
            Ok(instant) => instant,
            Err(error) => match text.parse::<jiff::civil::Date>() {
                Ok(date) => date.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp(),
                Err(_) => return Err(error),
            },
        };
        Ok(Self::from_milliseconds(instant.as_millisecond()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(|_| serde::de::Error::custom("not a date-time, expected one such as 2026-06-12T00:00:00Z"))
    }
}

impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_written_with_milliseconds_in_utc() {
        for (text, written) in [
            ("2026-06-12T00:00:00Z", "2026-06-12T00:00:00.000Z"),
            ("2026-06-12T02:00:00.1234+02:00", "2026-06-12T00:00:00.123Z"),
            ("2026-06-12", "2026-06-12T00:00:00.000Z"),
        ] {
            assert_eq!(text.parse::<Timestamp>().map(|time| time.to_string()).ok().as_deref(), Some(written));
        }
        assert!("yesterday".parse::<Timestamp>().is_err());
    }
}
