//! What is known of the packages that a project needs, as the API shows it.

use serde::{Deserialize, Serialize};

use super::packages::RegistryAdvisoryView;
use crate::certificate::ComplexityTier;
use crate::package::PackageRegistry;

/// A draft with the files that say which packages it needs.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PackagePreviewRequest {
    /// A name for the draft, of the caller's choice: 1 to 100 letters, digits, `-`, `_` and `.`. Nothing of a draft is kept but numbers.
    #[schemars(length(min = 1, max = 100), regex(pattern = r"^[A-Za-z0-9._-]+$"))]
    pub draft_id: String,
    /// The files.
    #[schemars(length(min = 1, max = 20))]
    pub files: Vec<ManifestFile>,
}

/// A manifest or lock file.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields)]
pub struct ManifestFile {
    /// Its name, perhaps with folders: requirements.txt, pyproject.toml, poetry.lock, uv.lock, pdm.lock, package.json, package-lock.json, pnpm-lock.yaml or yarn.lock. A file of another name is listed in `unread`.
    #[schemars(length(min = 1, max = 300))]
    pub name: String,
    /// What it says.
    pub content: String,
}

/// What is known of the packages that a draft needs.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PackagePreviewView {
    /// Whether packages are looked up at all.
    pub enabled: bool,
    /// Packages that the draft itself names.
    pub packages_total: u64,
    /// Those of them that are certified.
    pub packages_certified_from_cache: u64,
    /// Those that can be looked at, and were not yet.
    pub packages_to_audit: u64,
    /// Those that were looked at and rejected, or are known to be malicious.
    pub packages_rejected: u64,
    /// Those of which nobody can say which bytes will be installed.
    pub packages_uncertified: u64,
    /// Packages that are needed indirectly, as lock files or the registries tell.
    pub transitive_dependencies_checked: u64,
    /// Those of them that are not certified, rejected ones excluded.
    pub transitive_dependencies_uncertified: u64,
    /// Those of them that are rejected.
    pub transitive_dependencies_rejected: u64,
    /// What the audits of what is certified would cost, in dollars.
    pub savings_usd: f64,
    /// What the audits of what is not would cost, in dollars.
    pub uncached_cost_usd: f64,
    /// The packages that the draft itself names, those that are rejected first.
    pub items: Vec<PackagePreviewItemView>,
    /// What is needed indirectly and not simply certified: those that are rejected first.
    pub transitive_items: Vec<PackagePreviewItemView>,
    /// What could not be read, or not be resolved, and why.
    pub unread: Vec<String>,
}

/// One package that is needed.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "camelCase")]
pub struct PackagePreviewItemView {
    /// The name, as the registry compares it.
    pub package_name: String,
    /// The exact version; what the file asks for where none is known.
    pub package_version: String,
    /// The registry.
    pub registry_source: PackageRegistry,
    /// `DIRECT` where the draft names it, `TRANSITIVE` where something that it needs does.
    pub dependency_type: DependencyType,
    /// Whether there is a certificate already.
    pub cached: bool,
    /// What may be done with it.
    pub status: PreviewStatus,
    /// How much work an audit is, by the size that is known.
    pub estimated_complexity_tier: ComplexityTier,
    /// What it would still cost, in dollars: nothing for what is certified.
    pub estimated_price_usd: f64,
    /// What a reader of the certificate should know.
    pub warnings: Vec<String>,
    /// The range for which the version stands, as the registry answered at this moment.
    pub requested_version: Option<String>,
    /// Advisories about the version, the worst first; about any where none is known.
    pub registry_advisories: Vec<RegistryAdvisoryView>,
}

/// Who needs a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DependencyType {
    /// The draft itself.
    Direct,
    /// Something that it needs.
    Transitive,
}

/// What may be done with a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PreviewStatus {
    /// The exact version is certified.
    Certified,
    /// The exact version can be looked at, and was not yet.
    ToAudit,
    /// Nobody can say which bytes will be installed: a range, or something from elsewhere.
    Uncertified,
    /// The exact version was looked at and rejected, or is known to be malicious.
    Rejected,
}
