//! Why a chain cannot be used.

/// Why a chain cannot be used. The address of its RPC is told without path and query, which
/// often hold a key.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The address of the RPC is none.
    #[error("the RPC URL of the chain is none: expected http:// or https:// and a host")]
    Url,
    /// The network is none that is known here.
    #[error("the network `{0}` is not of the form eip155:8453")]
    Network(String),
    /// The address of the token is none.
    #[error("`{0}` is no address of a token")]
    Token(String),
    /// The RPC does not answer.
    #[error("the chain's RPC at {host} gives no usable answer: {reason}; check the RPC URL and the network")]
    Unreachable {
        /// Host and port.
        host: String,
        /// What failed.
        reason: String,
    },
    /// The RPC is that of another chain.
    #[error("the RPC at {host} is that of chain {found}, and payments are taken on chain {expected}")]
    OtherChain {
        /// Host and port.
        host: String,
        /// The number of the chain on which payments are taken.
        expected: u64,
        /// The number that the RPC gives.
        found: u64,
    },
    /// A contract that settling needs is not there.
    #[error("the chain at {host} has no {name} at {address}, which settling payments needs")]
    Missing {
        /// Host and port.
        host: String,
        /// What should be there.
        name: &'static str,
        /// Where.
        address: String,
    },
}
