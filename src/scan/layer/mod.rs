//! What is inside of files: members of containers, and texts that are encoded.
//!
//! A layer is a file that no author wrote at a path: rules look at it as at any other, and
//! what they find is reported at the place in the bundle that holds it, with the chain that
//! led there. Everything here works within one [`budget::Budget`]; what does not fit is
//! unread, and said so.

mod budget;
mod codec;
mod container;
mod encoded;
mod fact;
mod language;
mod origin;
mod readable;
mod shown;

use budget::Budget;
pub use fact::{Fact, FactKind};
pub use origin::Origin;

use crate::skill::{BundleFile, SkillBundle, UnreadFile};

/// A file that was found inside of another.
#[derive(Debug)]
pub struct Layer {
    /// The content, with the path of its host, or the path inside of a container.
    pub file: BundleFile,
    /// Where it was found, and how it was opened.
    pub origin: Origin,
}

/// All layers of a bundle, and what could not be opened.
#[derive(Debug, Default)]
pub(super) struct Layers {
    /// Layers in the order of their hosts.
    pub layers: Vec<Layer>,
    /// What is inside of the bundle's files and was not read.
    pub unread: Vec<UnreadFile>,
    /// What stands out about the containers themselves.
    pub facts: Vec<Fact>,
}

/// Opens what is inside of the bundle's files.
pub(super) fn open_layers(bundle: &SkillBundle) -> Layers {
    let mut budget = Budget::default();
    let mut opened = Layers::default();
    container::open(bundle, &mut budget, &mut opened);
    // Last, since what comes out of a container may be encoded.
    encoded::open(bundle, &mut budget, &mut opened);
    opened
}
