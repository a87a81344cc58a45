//! What a change of a skill means for somebody who reviews it: two scanned bundles go in, and
//! what a reviewer must know first stands first in what comes out.
//!
//! The room is pure. It knows neither where the bundles came from nor what was approved, and
//! it decides nothing: verdicts are those of `scan`. Whatever an author wrote is sanitised and
//! bounded here. Start at [`ChangeReview::between`]; where the old bytes are gone, at
//! [`DriftReview::of`].

mod acts;
mod drift;
mod earlier;
mod files;
mod findings;
mod frontmatter;
mod review;
#[cfg(test)]
mod tests;
mod text;

pub use acts::{ActChanges, NewAct};
pub use drift::{DriftExtent, DriftReview, Moved};
pub use earlier::{EarlierRevision, ListedFile, SeenRevision, SinceEarlier, listed_files};
pub use files::{FileChange, FileChangeKind, FileState, listed_changes};
pub use findings::{FindingChanges, WorsenedFinding};
pub use frontmatter::{FrontmatterChanges, KeyChange, ToolChanges};
pub use review::{ChangeReview, ReviewedSide};
pub use text::{DiffLine, Hunk, LineMark, TextChange, TextChangeKind, TextChanges, compare_texts};
