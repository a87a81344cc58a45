//! A key that signs, which nothing prints.

use std::fmt;

use alloy_primitives::{Address, B256};
use alloy_signer_local::PrivateKeySigner;

/// A private key of an Ethereum account. It is never shown: [`fmt::Debug`] prints `[redacted]`.
#[derive(Clone)]
pub struct PrivateKey(PrivateKeySigner);

/// A text that is no private key. It says nothing of the text: that may be a key with a slip
/// of the pen, and errors are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a private key: expected 64 hexadecimal digits, with or without 0x before them, that are a number of the curve secp256k1"
)]
pub struct PrivateKeyError;

impl PrivateKey {
    /// Reads 32 bytes in hexadecimal digits, with or without `0x`; spaces around them are
    /// passed over.
    ///
    /// # Errors
    /// Fails where the text is no key.
    pub fn parse(text: &str) -> Result<Self, PrivateKeyError> {
        let digits = text.trim();
        let digits = digits.strip_prefix("0x").unwrap_or(digits);
        let mut bytes = [0; 32];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| PrivateKeyError)?;
        PrivateKeySigner::from_bytes(&B256::from(bytes)).map(Self).map_err(|_| PrivateKeyError)
    }

    /// Returns the address of the account.
    pub fn address(&self) -> Address {
        self.0.address()
    }

    /// Returns what signs.
    pub(crate) fn signer(&self) -> &PrivateKeySigner {
        &self.0
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of the first account that every development chain knows.
    const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    #[test]
    fn keys_are_read_with_and_without_a_prefix() {
        for text in [KEY.to_owned(), format!("0x{KEY}"), format!(" 0x{KEY}\n"), KEY.to_uppercase()] {
            let key = PrivateKey::parse(&text).expect("a key");
            assert_eq!(key.address().to_string(), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        }
    }

    #[test]
    fn neither_a_key_nor_what_should_be_one_is_ever_shown() {
        let key = PrivateKey::parse(KEY).expect("a key");
        assert_eq!(format!("{key:?}"), "[redacted]");
        let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
        for text in
            ["", "0x", "secret", &KEY[1..], &format!("{KEY}0"), &format!("{}g", &KEY[1..]), &"0".repeat(64), order]
        {
            let error = PrivateKey::parse(text).expect_err(text);
            let told = format!("{error} {error:?}");
            assert!(text.is_empty() || text == "0x" || !told.contains(text), "{told}");
        }
    }
}
