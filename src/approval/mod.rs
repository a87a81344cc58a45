//! Approvals: somebody approved exact bytes, and from then on it can be told whether what is
//! there is still that.
//!
//! A folder is measured in two passes, or not at all; what was measured is written into a
//! record, and compared with one. This room knows the disk, and neither the network, the
//! index nor any verdict. Start at [`measure`], [`ApprovalRecord::parse`] and [`Drift::between`].

mod compare;
mod error;
#[cfg(unix)]
mod first_pass;
mod frontmatter;
#[cfg(unix)]
mod hash;
mod json;
mod limits;
mod manifest;
mod name;
mod path;
mod record;
mod record_fields;
mod record_parse;
#[cfg(unix)]
mod second_pass;
mod store;
#[cfg(unix)]
mod system;
#[cfg(all(test, unix))]
mod tests;
mod walk;

pub use compare::{ChangedFile, Difference, Drift, DriftedFile, FileFacts, ListedFile, Side};
pub use error::{RecordError, WalkError};
pub use frontmatter::{SkillFacts, SkillStatus};
pub use manifest::{Manifest, ManifestError, MeasuredFile};
pub use name::NameError;
pub use path::{RecordedPath, RecordedPathError};
pub use record::{ApprovalId, ApprovalIdError, ApprovalRecord, ArtifactPath, DeclaredSource};
pub use store::{RecordFileError, STORES, find_records, read_record, record_file_name, record_id, write_record};
pub use walk::{Keep, MeasuredFolder, measure, measure_keeping, measure_skill};
