//! What a reader would say of a skill before using it: how well it is made, what it claims,
//! and of which type it is, each with the place that shows it.
//!
//! This room is pure and reads SKILL.md and the names of the files beside it. What it says is
//! computed when it is shown, so that a change of these rules needs no new crawl; it makes no
//! verdict, and ranking does not read it. Start at [`assess`]; docs/trust.md lists what it says.

mod document;
mod quality;
mod selection;
mod sign;
mod skill_type;
mod subject;
#[cfg(test)]
mod tests;

pub use quality::QUALITY_FLAGS;
pub use sign::Sign;
pub use skill_type::{SkillType, TypeCall};
pub use subject::{Assessment, Subject, assess};
