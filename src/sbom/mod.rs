//! A software bill of materials of a skill: its files, the packages that it has installed or run,
//! and what is known to be wrong with them, in CycloneDX 1.6.
//!
//! The room is pure: the same bundle and the same knowledge give the same document, byte for
//! byte. It has no time and no random serial number. Start at [`Bom::of`].

mod build;
mod document;
#[cfg(test)]
mod tests;

pub use build::{BomFile, BomPackage, BomSubject};
pub use document::Bom;
