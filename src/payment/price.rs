//! What a call costs.

use std::fmt;
use std::str::FromStr;

use crate::wallet::Usd;

/// Dearest price in atomic units: 100 dollars. A call of ours is worth cents; more is a mistake
/// in the configuration.
const MOST: u64 = 100_000_000;

/// A price in US dollars, held as atomic units of USDC, so that nothing is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(u64);

/// A text that is no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a price: expected US dollars such as 0.002, more than 0 and at most 100, with at most six decimals")]
pub struct PriceParseError;

impl Price {
    /// Returns the price of so many atomic units of USDC, unless it is none or too dear.
    pub fn of_units(units: u64) -> Option<Self> {
        (1..=MOST).contains(&units).then_some(Self(units))
    }

    /// Returns the price in atomic units of USDC: 2,000 for 0.002 dollars.
    pub fn units(self) -> u64 {
        self.0
    }
}

impl FromStr for Price {
    type Err = PriceParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Usd::units_of(text).and_then(Self::of_units).ok_or(PriceParseError)
    }
}

impl fmt::Display for Price {
    /// Writes dollars without zeros at the end: `0.002`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Usd::from_units(self.0).fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_price_is_exact() {
        for (text, units, written) in [
            ("0.002", 2_000, "0.002"),
            ("0.0020", 2_000, "0.002"),
            ("0.000001", 1, "0.000001"),
            ("1", 1_000_000, "1"),
            ("0.1", 100_000, "0.1"),
            ("99.999999", 99_999_999, "99.999999"),
            ("100", 100_000_000, "100"),
        ] {
            let price: Price = text.parse().expect("a price");
            assert_eq!((price.units(), price.to_string().as_str()), (units, written));
        }
        for text in ["", ".", "0", "0.0", "0.0000001", "-1", "+1", "1e3", "0,002", "$1", "1.", ".5", "100.000001", " 1"]
        {
            assert_eq!(text.parse::<Price>(), Err(PriceParseError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(units in 1..=MOST) {
            let price = Price(units);
            prop_assert_eq!(price.to_string().parse::<Price>(), Ok(price));
        }
    }
}
