//! Signatures: indicators that are data, so that they change without a release.
//!
//! A pack is a list in the shape of `/v1/signatures`: one is built in (general facts about
//! hosts, as evidence for whoever audits), an operator adds another. All of them are compiled
//! into one set, which looks at a text in linear time; the rule `signature-match` reports what
//! it finds. Start at [`SignaturePack::parse`].

mod compiled;
mod literal;
mod pack;
mod record;

pub use pack::{SignatureError, SignaturePack};
pub use record::{Signature, SignatureKind};

pub(super) use compiled::SignatureSet;
