//! Addresses of accounts and contracts on an EVM chain.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// An address: `0x` and 40 hexadecimal digits. It is written as it was read, since the case of
/// its digits may carry a checksum (EIP-55), and compared by its bytes.
#[derive(Clone)]
pub struct Address {
    bytes: [u8; 20],
    text: String,
}

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressParseError {
    /// It is not written as one.
    #[error("not an address: expected 0x and 40 hexadecimal digits, and not all of them 0")]
    Shape,
    /// Some of its letters are large and some small, and not as its digits want it (EIP-55).
    #[error(
        "not an address: the case of its letters does not fit its digits (EIP-55), so one of them is mistyped; copy it again"
    )]
    Checksum,
}

impl Address {
    /// Reads an address of a payment, which is signed by its bytes, so that the case of its
    /// letters says nothing.
    ///
    /// # Errors
    /// Fails where it is not written as one.
    pub fn read(text: &str) -> Result<Self, AddressParseError> {
        let digits = text.strip_prefix("0x").ok_or(AddressParseError::Shape)?;
        let mut bytes = [0; 20];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| AddressParseError::Shape)?;
        // Nobody can sign for the zero address, and what is sent there is lost.
        if bytes == [0; 20] {
            return Err(AddressParseError::Shape);
        }
        Ok(Self { bytes, text: text.to_owned() })
    }

    /// Returns the address with small digits, as a key.
    pub fn to_key(&self) -> String {
        format!("0x{}", hex::encode(self.bytes))
    }
}

impl FromStr for Address {
    type Err = AddressParseError;

    /// Reads an address that somebody chose to be paid at: a mistyped digit would lose the
    /// money, so letters of both cases have to be its checksum (EIP-55).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = Self::read(text)?;
        let digits = &text[2..];
        let is_of_one_case = digits == digits.to_ascii_lowercase() || digits == digits.to_ascii_uppercase();
        let checksummed = alloy_primitives::Address::from(address.bytes).to_checksum(None);
        if is_of_one_case || text == checksummed { Ok(address) } else { Err(AddressParseError::Checksum) }
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Address {}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_forty_digits_in_any_case() {
        let written = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
        let address: Address = written.parse().expect("an address");
        assert_eq!(address.to_string(), written);
        assert_eq!(Ok(address.clone()), written.to_lowercase().parse());
        assert_eq!(address.to_key(), written.to_lowercase());
        for text in [
            "",
            "0x",
            "833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
            "0X833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
            "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA0291",
            "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA029130",
            "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA0291g",
            "0x0000000000000000000000000000000000000000",
        ] {
            assert_eq!(text.parse::<Address>(), Err(AddressParseError::Shape), "{text}");
        }
    }

    #[test]
    fn whoever_is_paid_is_named_without_a_mistyped_digit() {
        // Of EIP-55, and the same in one case.
        for text in [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "0xde709f2102306220921060314715629080e2fb77",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED",
        ] {
            assert_eq!(text.parse::<Address>().map(|address| address.to_string()), Ok(text.to_owned()));
        }
        for text in ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAee", "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"] {
            assert_eq!(text.parse::<Address>(), Err(AddressParseError::Checksum), "{text}");
            assert!(Address::read(text).is_ok(), "a payer signs bytes: {text}");
        }
    }
}
