//! What a command pays with.

use super::Secret;

/// What a command pays with.
#[derive(Debug, Clone)]
pub struct WalletConfig {
    /// The private key of an account that holds USDC: `TOUCHMARK_WALLET_KEY`. There is no option
    /// for it: the arguments of a program are seen by every other one, and kept by shells.
    pub key: Option<Secret<String>>,
}

impl WalletConfig {
    /// Reads the environment. A value that is no text is kept, and is no key.
    pub fn read() -> Self {
        let value = std::env::var_os("TOUCHMARK_WALLET_KEY").map(|value| value.to_string_lossy().trim().to_owned());
        Self { key: value.filter(|value| !value.is_empty()).map(Secret::new) }
    }
}
