//! Where bundles come from: folders, git repositories, archives, corpus files, hosts.
//!
//! The room reads and blocks; it knows neither the store nor the rules. Everything that it
//! reads is hostile: names are checked, sizes are known before content is loaded, links are
//! not followed, and what could not be read is listed with the reason.
//! Start at [`SourceSpec::parse`] and [`open`].

mod advisory_file;
mod archive;
mod bounds;
mod corpus;
mod corpus_lines;
mod corpus_row;
mod error;
mod file;
mod folder;
mod gather;
mod git;
mod git_fetch;
mod git_search;
mod git_tree;
mod host;
mod lenient;
mod plugin;
mod registry;
mod remote_url;
mod skills_at;
mod spec;
mod statement;
mod stream;
#[cfg(test)]
mod tests;
mod web;
mod web_spec;

pub use advisory_file::{AdvisoryFile, AdvisoryRow};
pub use bounds::ReadBounds;
pub use error::SourceError;
pub use registry::{
    Distribution, FetchedDistribution, PackageBounds, PackageClient, PackageFetchError, PackageRelease, RegistryHost,
    RegistryHostError, RegistryHosts,
};
pub use skills_at::skills_at;
pub use spec::{GitLocation, GitSpec, SourceSpec};
pub use statement::{StatementClient, StatementReadError};
pub use stream::{
    FoundSkill, SkillStream, SourceFailure, SourceItem, current_revision, open, open_within, revision_since,
};
pub use web_spec::{WebProtocol, WebSpec};
