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

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an address: expected 0x and 40 hexadecimal digits, and not all of them 0")]
pub struct AddressParseError;

impl Address {
    /// Returns the address with small digits, as a key.
    pub fn to_key(&self) -> String {
        format!("0x{}", hex::encode(self.bytes))
    }
}

impl FromStr for Address {
    type Err = AddressParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("0x").ok_or(AddressParseError)?;
        let mut bytes = [0; 20];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| AddressParseError)?;
        // Nobody can sign for the zero address, and what is sent there is lost.
        if bytes == [0; 20] {
            return Err(AddressParseError);
        }
        Ok(Self { bytes, text: text.to_owned() })
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
            assert_eq!(text.parse::<Address>(), Err(AddressParseError), "{text}");
        }
    }
}
