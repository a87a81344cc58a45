//! Signed packs: what one instance knows to do harm, as a file that others can take over.
//!
//! The envelope is that of DSSE (secure-systems-lab/dsse, protocol 1.0): a payload, its type, and
//! an Ed25519 signature (RFC 8032) over both. A pack has one spelling, so that no byte of it can
//! change. What holds attackers off who cannot sign is that of The Update Framework
//! (theupdateframework.io, specification 1.0): a version that only grows, against rolling back,
//! and an expiry, against freezing; keys are pinned by whoever takes packs over, and several may
//! be, so that they can be changed. Start at [`SealedPack::parse`] and, with keys,
//! `SealedPack::open`.

mod document;
mod envelope;
#[cfg(feature = "service")]
mod key;
#[cfg(feature = "service")]
mod seal;
#[cfg(feature = "service")]
mod sealed_digest;
#[cfg(all(test, feature = "service"))]
mod tests;

pub use document::{PACK_THREATS, PackDocument, PackError, PackedPackage, PackedThreat};
pub use envelope::{PACK_BYTES, SealedPack};
#[cfg(feature = "service")]
pub use key::{PackKeyError, PackPublicKey, PackSigningKey};
#[cfg(feature = "service")]
pub use sealed_digest::{check_snapshot, sign_snapshot};
