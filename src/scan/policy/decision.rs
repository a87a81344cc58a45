//! What every decision has: a reason, somebody who made it, and an end.

use crate::skill::{Timestamp, sanitise_line};

/// Characters of a reason that are shown.
const REASON_CHARACTERS: usize = 500;
/// Characters of a name that are shown.
const NAME_CHARACTERS: usize = 100;
/// A decision is made anew at least once a year.
const LONGEST_DAYS: i64 = 366;
const DAY_MILLISECONDS: i64 = 86_400_000;

/// Why something was accepted, by whom, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The reason; sanitised.
    pub reason: String,
    /// Who decided; sanitised.
    pub by: String,
    /// When the decision ends.
    pub expires: Timestamp,
    /// The end as it was written; sanitised.
    pub expires_text: String,
}

impl Decision {
    /// Reads a decision; a date in TOML may stand between quotation marks or not.
    ///
    /// # Errors
    /// Fails where there is no reason, no name or no end.
    pub fn read(reason: &str, by: &str, expires: Option<&toml::Value>) -> Result<Self, &'static str> {
        let expires_text = match expires {
            Some(toml::Value::String(text)) => text.clone(),
            Some(toml::Value::Datetime(date)) => date.to_string(),
            Some(_) => return Err("`expires` is no date such as 2027-06-30"),
            None => return Err("`expires` is missing; a decision has an end, such as 2027-06-30"),
        };
        let expires = expires_text.parse().map_err(|_| "`expires` is no date such as 2027-06-30")?;
        if reason.trim().is_empty() {
            return Err("`reason` is missing; say why it is accepted");
        }
        if by.trim().is_empty() {
            return Err("`by` is missing; say who decided");
        }
        Ok(Self {
            reason: sanitise_line(reason, REASON_CHARACTERS),
            by: sanitise_line(by, NAME_CHARACTERS),
            expires,
            expires_text: sanitise_line(&expires_text, 40),
        })
    }

    /// Says why the decision is not in force at `now`: it has ended, or ends too late.
    pub fn fault(&self, now: Timestamp) -> Option<String> {
        let left = self.expires.as_milliseconds() - now.as_milliseconds();
        if left <= 0 {
            Some(format!("it expired on {}", self.expires_text))
        } else if left > LONGEST_DAYS * DAY_MILLISECONDS {
            Some(format!("it ends on {}, more than a year from now", self.expires_text))
        } else {
            None
        }
    }
}
