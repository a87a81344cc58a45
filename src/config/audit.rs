//! What an audit of a package is reckoned to cost.

use super::Settings;

const PRICE: &str = "TOUCHMARK_AUDIT_PRICE_USD";
/// The highest price, in cents.
const HIGHEST_CENTS: u32 = 10_000_000;

/// What an audit of a package is reckoned to cost; nobody is charged by this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuditConfig {
    /// The price of an audit of the tier `standard`, in cents: `TOUCHMARK_AUDIT_PRICE_USD`, in
    /// dollars with at most two decimals, by default 0.
    pub standard_cents: u32,
}

/// A value that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{PRICE} is {value:?}, expected dollars from 0 to 100000 with at most two decimals, as 4.50")]
pub struct AuditConfigError {
    value: String,
}

impl AuditConfig {
    /// Reads what the operator says.
    ///
    /// # Errors
    /// Fails where the value cannot be used.
    pub fn read(settings: &Settings) -> Result<Self, AuditConfigError> {
        Self::parse(settings.get(PRICE))
    }

    fn parse(value: Option<String>) -> Result<Self, AuditConfigError> {
        let Some(value) = value else { return Ok(Self::default()) };
        match cents(value.trim()) {
            Some(standard_cents) => Ok(Self { standard_cents }),
            None => Err(AuditConfigError { value }),
        }
    }
}

fn cents(text: &str) -> Option<u32> {
    let (dollars, rest) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(dollars) || rest.len() > 2 || !(rest.is_empty() || is_number(rest)) {
        return None;
    }
    let rest = format!("{rest:0<2}").parse::<u32>().ok()?;
    dollars.parse::<u32>().ok()?.checked_mul(100)?.checked_add(rest).filter(|cents| *cents <= HIGHEST_CENTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_in_dollars_and_cents() {
        for (value, expected) in [
            (None, Some(0)),
            (Some("4"), Some(400)),
            (Some(" 4.5 "), Some(450)),
            (Some("0.05"), Some(5)),
            (Some("100000"), Some(10_000_000)),
            (Some("100000.01"), None),
            (Some("1.234"), None),
            (Some("-1"), None),
            (Some("4."), Some(400)),
            (Some(".5"), None),
            (Some("free"), None),
        ] {
            let read = AuditConfig::parse(value.map(str::to_owned));
            assert_eq!(read.ok().map(|read| read.standard_cents), expected, "{value:?}");
        }
    }
}
