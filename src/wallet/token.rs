//! The tokens that a wallet pays with.

use alloy_primitives::{Address, address};

/// USDC on one chain, with what its signatures are made for. The names are those of the
/// deployed contracts: on Base the token calls itself `USD Coin`, on its test network `USDC`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The network in CAIP-2.
    pub network: &'static str,
    /// What people call the network.
    pub network_name: &'static str,
    /// The number of the chain.
    pub chain_id: u64,
    /// The contract.
    pub address: Address,
    /// The name in its EIP-712 domain.
    pub domain_name: &'static str,
    /// The version in its EIP-712 domain.
    pub domain_version: &'static str,
}

/// Every token that is paid with: USDC on Base, and on its test network. A third one is a
/// decision: whoever holds the key of a wallet trusts the contract.
const TOKENS: [Token; 2] = [
    Token {
        network: "eip155:8453",
        network_name: "Base",
        chain_id: 8453,
        address: address!("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"),
        domain_name: "USD Coin",
        domain_version: "2",
    },
    Token {
        network: "eip155:84532",
        network_name: "Base Sepolia",
        chain_id: 84532,
        address: address!("0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
        domain_name: "USDC",
        domain_version: "2",
    },
];

impl Token {
    /// Finds the token of a network by its CAIP-2 name.
    pub fn on(network: &str) -> Option<&'static Self> {
        TOKENS.iter().find(|token| token.network == network)
    }
}

#[cfg(test)]
mod tests {
    use x402_chain_eip155::KnownNetworkEip155;
    use x402_chain_eip155::chain::{AssetTransferMethod, Eip155ChainReference, Eip155TokenDeployment};
    use x402_types::networks::USDC;

    use super::*;

    #[test]
    fn the_tokens_are_those_that_the_field_knows() {
        let known: [Eip155TokenDeployment; 2] = [USDC::base(), USDC::base_sepolia()];
        let ours = TOKENS.map(|token| Eip155TokenDeployment {
            chain_reference: Eip155ChainReference::new(token.chain_id),
            address: token.address,
            decimals: 6,
            transfer_method: AssetTransferMethod::Eip3009 {
                name: token.domain_name.to_owned(),
                version: token.domain_version.to_owned(),
            },
        });
        assert_eq!(ours, known);
    }
}
