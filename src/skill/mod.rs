//! What a skill is: its name, identity, frontmatter, bundle, paths, limits and digests.
//!
//! This room is pure. It does not know the disk, HTTP or the rules; bytes come in,
//! values that cannot be wrong go out, and what could not be read is a list of issues.
//! Start at [`SkillBundle::parse`], the one way from raw bytes to a skill.

mod aggregator;
mod bundle;
mod canonical;
mod claims;
mod copy_key;
mod digest;
mod fold;
mod frontmatter;
mod identity;
mod issue;
pub mod limits;
mod locate;
mod manifest;
mod originality;
mod path;
mod publishers;
mod repository;
mod sanitise;
mod source;
mod text;
mod timestamp;

pub use aggregator::{AGGREGATOR_COPY_PERCENT, AGGREGATOR_SKILLS, is_aggregator};
pub use bundle::{BundleFile, FileContent, NoInstructions, RawBundle, RawFile, SkillBundle, UnreadFile};
pub use canonical::{CanonicalReason, CanonicalStanding};
pub use claims::{SelectionClaim, quality_flags, selection_claims, selection_flags};
pub use copy_key::CopyKey;
pub use digest::{DigestParseError, Sha256Digest, root_digest};
pub use fold::fold_case;
pub use frontmatter::{Frontmatter, FrontmatterStatus, body_start, frontmatter_mapping, frontmatter_range};
pub use identity::{IdentityError, Registry, SkillId, SkillIdParseError, SourceIdentity};
pub use issue::{IssueKind, ParseIssue};
pub use locate::{LocatedSource, locate_source_url};
pub use manifest::{FileClass, Manifest, ManifestFile, ManifestSummary};
pub use originality::Originality;
pub use path::{BundlePath, PathError};
pub use publishers::{PublisherStanding, Publishers};
pub use repository::{RepositoryFacts, RepositoryKey};
pub use sanitise::{break_fence_marks, fence, fence_mark, sanitise_block, sanitise_line};
pub use source::SkillSource;
pub use text::{DecodedText, Encoding, decode_text, line_of};
pub use timestamp::Timestamp;
