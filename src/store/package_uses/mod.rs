//! Which packages stored bundles use: the contract of every store of them.

mod contract;
#[cfg(test)]
pub(super) mod suite;

pub use contract::PackageUses;

/// The number of the reader that [`crate::scan::package_uses`] is. It grows whenever that finds
/// something else, and stored bundles are read again.
pub(super) const READER: i64 = 1;
