//! Amounts in dollars, exact.

use std::fmt;
use std::str::FromStr;

/// Units of a dollar: USDC has six decimals.
const UNITS: u64 = 1_000_000;
const DECIMALS: usize = 6;

/// An amount in dollars, in millionths, which are the units of USDC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(u64);

/// A text that is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected dollars such as 0.01, with at most six decimals and at most 1000000")]
pub struct UsdError;

impl Usd {
    /// Makes an amount from millionths of a dollar.
    pub const fn from_units(units: u64) -> Self {
        Self(units)
    }

    /// Returns the amount in millionths of a dollar.
    pub const fn units(self) -> u64 {
        self.0
    }

    /// Reads dollars as millionths, whatever bound holds for them: digits, and behind a point
    /// at most six of them.
    pub fn units_of(text: &str) -> Option<u64> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(fraction) || fraction.len() > DECIMALS {
            return None;
        }
        let fraction: u64 = format!("{fraction:0<DECIMALS$}").parse().ok()?;
        whole.parse::<u64>().ok()?.checked_mul(UNITS)?.checked_add(fraction)
    }
}

impl FromStr for Usd {
    type Err = UsdError;

    fn from_str(text: &str) -> Result<Self, UsdError> {
        let is_short = text.split('.').next().is_some_and(|whole| whole.len() <= 7);
        let units = Self::units_of(text).filter(|units| is_short && *units <= 1_000_000 * UNITS);
        units.map(Self).ok_or(UsdError)
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / UNITS, self.0 % UNITS);
        if fraction == 0 {
            return write!(formatter, "{whole}");
        }
        let digits = format!("{fraction:06}");
        write!(formatter, "{whole}.{}", digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dollars_are_read_exactly() {
        for (text, units) in [
            ("0.002", Some(2_000)),
            ("0", Some(0)),
            ("1", Some(1_000_000)),
            ("0.000001", Some(1)),
            ("1000000", Some(1_000_000_000_000)),
            ("1000000.000001", None),
            ("0.0000001", None),
            ("-1", None),
            ("+1", None),
            ("1e3", None),
            (".5", None),
            ("5.", None),
            ("", None),
            ("$1", None),
            ("1,5", None),
            ("NaN", None),
        ] {
            assert_eq!(text.parse::<Usd>().ok(), units.map(Usd), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_as_the_same(units in 0_u64..=1_000_000_000_000) {
            prop_assert_eq!(Usd(units).to_string().parse::<Usd>(), Ok(Usd(units)));
        }
    }
}
