//! Which packages a bundle has an agent install or run: what its commands, manifests, lock files
//! and script headers name. Nothing is run and nothing is asked; what cannot be read as the name
//! of a package is none. Start at [`package_uses`].

mod command;
mod declared;
mod installer;
mod misspelling;
mod name;
mod source;
#[cfg(test)]
mod tests;
mod uses;
mod words;

pub use misspelling::misspelt_package;
pub use source::PackageSource;
pub use uses::{PackageUse, UseKind, package_uses};

pub(super) use uses::uses_in;
