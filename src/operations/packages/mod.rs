//! Packages of npm and PyPI: fetched, looked at, certified, and what is known of them.

mod certify;
mod compare;
mod popular;
mod preview;
mod preview_draft;
mod preview_view;
mod registry_advisories;
mod resolve;
mod review;
mod show;
mod statistics;

pub use certify::{Certification, certify_package};
pub use compare::Comparison;
pub use preview::{PackagePreview, PreviewedPackage, preview_packages};
pub use preview_draft::PreviewPackages;
pub(super) use registry_advisories::keep_registry_advisories;
pub use registry_advisories::{AskedRegistry, ask_registry, renew_registry_advisories};
pub use resolve::ResolveBounds;
pub use review::{PackageError, PackageStep, compare_package, review_package};
pub use show::{show_certificate, verify_certificate};
pub use statistics::package_statistics;
