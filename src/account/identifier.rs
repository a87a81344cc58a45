//! Ids that a service hands out: a prefix that says of what, and letters that nobody can guess.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::random::{self, ALPHABET, RandomError};

/// Letters after the prefix: 100 bits.
const LENGTH: usize = 20;

/// A text that is no id of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind: expected `{prefix}` and {LENGTH} letters and digits")]
pub struct IdParseError {
    prefix: &'static str,
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(inline, with = "String")]
        pub struct $name(String);

        impl $name {
            /// Draws a new id.
            ///
            /// # Errors
            /// Fails where the system has no random numbers.
            pub fn draw() -> Result<Self, RandomError> {
                Ok(Self(format!("{}{}", $prefix, random::letters(LENGTH)?)))
            }

            /// Returns the id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = IdParseError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let is_one = text
                    .strip_prefix($prefix)
                    .is_some_and(|rest| rest.len() == LENGTH && rest.bytes().all(|byte| ALPHABET.contains(&byte)));
                if is_one { Ok(Self(text.to_owned())) } else { Err(IdParseError { prefix: $prefix }) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdParseError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

identifier!(
    /// The id of an account.
    UserId,
    "usr_"
);
identifier!(
    /// The id of a team.
    TeamId,
    "team_"
);
identifier!(
    /// The id of an API key, which is no secret.
    ApiKeyId,
    "key_"
);
identifier!(
    /// The id of a scan.
    ScanId,
    "scn_"
);
identifier!(
    /// The id of a report.
    ReportId,
    "rpt_"
);
identifier!(
    /// The id of a verification.
    VerificationId,
    "ver_"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_was_written_and_nothing_else_is() {
        let id = UserId::draw().expect("random numbers");
        assert_eq!(id.to_string().parse(), Ok(id.clone()));
        assert_ne!(id, UserId::draw().expect("random numbers"));
        let rest = id.as_str().strip_prefix("usr_").expect("the prefix").to_owned();
        for other in [String::new(), rest.clone(), format!("key_{rest}"), format!("usr_{rest}0"), "usr_O".repeat(5)] {
            assert!(other.parse::<UserId>().is_err(), "{other}");
        }
    }
}
