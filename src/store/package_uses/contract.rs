//! The contract of whoever keeps which packages bundles use.

use async_trait::async_trait;

use crate::certificate::PackageCertificate;
use crate::package::{PackageName, PackageRegistry};
use crate::scan::PackageUse;
use crate::skill::{RawBundle, Timestamp};
use crate::store::{BundleKey, StoreError};
use crate::threat::KnownThreat;

/// Packages by bundle. A bundle comes in with its packages where it was scanned; one that was
/// stored before, or came from another index, waits to be read.
///
/// While a package is known to be malicious, by a threat ([`crate::store::Threats`]) or by an
/// advisory ([`crate::store::Advisories`]), every bundle that uses it in a version that is
/// concerned is one that the threat is in. An advisory that names single versions concerns a use
/// of just these; a use that leaves the version open takes another one.
#[async_trait]
pub trait PackageUses: Send + Sync {
    /// Returns the packages that a bundle uses, in its order; none where nobody has read it yet.
    async fn packages_of(&self, key: BundleKey) -> Result<Option<Vec<PackageUse>>, StoreError>;

    /// Returns bundles whose packages nobody has read, or an older reader has, with the raw files
    /// and the name under which they were scanned: by key, those after `after`.
    async fn unread_packages(
        &self,
        after: Option<BundleKey>,
        limit: u32,
    ) -> Result<Vec<(BundleKey, RawBundle, String)>, StoreError>;

    /// Replaces the packages of stored bundles.
    async fn put_packages(&self, bundles: Vec<(BundleKey, Vec<PackageUse>)>, now: Timestamp) -> Result<(), StoreError>;

    /// Returns the threats that hold and name one of these packages, in whatever version.
    async fn threats_in(&self, packages: &[(PackageRegistry, PackageName)]) -> Result<Vec<KnownThreat>, StoreError>;

    /// Returns the latest certificate of each of these releases that has one; names and versions
    /// in their normal forms.
    async fn certificates_of(
        &self,
        releases: &[(PackageRegistry, String, String)],
    ) -> Result<Vec<PackageCertificate>, StoreError>;
}
