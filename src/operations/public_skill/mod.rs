//! What anybody may ask of one skill: its certificate, and its software bill of materials.

mod certificate;
mod find;
mod sbom;

pub use certificate::show_skill_certificate;
pub use sbom::show_skill_sbom;
