//! Where bundles come from: folders, git repositories, archives, corpus files, hosts.
//!
//! The room reads and blocks; it knows neither the store nor the rules. Everything that it
//! reads is hostile: names are checked, sizes are known before content is loaded, links are
//! not followed, and what could not be read is listed with the reason.
//! Start at [`SourceSpec::parse`] and [`open`].

mod advisory_file;
mod archive;
mod bounds;
mod callback;
mod commit_files;
mod corpus;
mod corpus_lines;
mod corpus_row;
mod document;
mod download;
mod error;
mod file;
mod folder;
mod gather;
mod git;
mod git_fetch;
mod git_guard;
mod git_search;
mod git_tree;
mod host;
mod lenient;
mod plugin;
mod public;
mod registry;
mod remote_url;
mod skills_at;
mod spec;
mod statement;
mod stream;
#[cfg(test)]
mod tests;
mod upload;
mod web;
mod web_spec;

pub use advisory_file::{AdvisoryFile, AdvisoryRow};
pub use archive::is_archive_name;
pub use bounds::ReadBounds;
pub use callback::{CallbackAnswer, CallbackClient, CallbackError, OutgoingUrl};
pub use commit_files::{CommitFiles, read_commit};
pub use document::fetch_document;
pub use download::{Download, DownloadClient, DownloadedPart};
pub use error::SourceError;
pub use registry::{
    Distribution, FetchedDistribution, PackageBounds, PackageClient, PackageFetchError, PackageRelease,
    PackageResolver, RegistryHost, RegistryHostError, RegistryHosts, ResolvedPackage, SaidOfReleases,
};
pub use skills_at::skills_at;
pub use spec::{GitLocation, GitSpec, SourceSpec};
pub use statement::{StatementClient, StatementReadError};
pub use stream::{
    FoundSkill, SkillStream, SourceFailure, SourceItem, StreamEnd, current_revision, open, open_within, revision_since,
};
pub use upload::{UploadKind, single_upload, unpack_upload};
pub use web::Reach;
pub use web_spec::{WebProtocol, WebSpec};
