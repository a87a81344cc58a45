//! Which skills are copies of each other: equal texts with a few edits, or one name and one
//! description over two bodies.
//!
//! A skill's likeness is read when it is indexed and kept with it. The clusters are made from
//! all likenesses whenever a state of the index is opened, so they depend on what is indexed
//! and on nothing else. Which of a cluster stands for all is not decided here, but by
//! [`crate::skill::CanonicalStanding`]. Start at [`Likeness::of`] and [`CopyClusters::new`].

mod clusters;
mod likeness;
mod shingle;
mod signature;
#[cfg(test)]
mod tests;

pub use clusters::CopyCluster;
pub(super) use clusters::{CopyClusters, Member};
pub(super) use likeness::{Likeness, text_key};
pub(super) use signature::{SIGNATURE_WORDS, Signature};
