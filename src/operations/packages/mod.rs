//! Packages of npm and PyPI: fetched, looked at, certified, and what is known of them.

mod certify;
mod compare;
mod popular;
mod preview;
mod review;
mod show;
mod statistics;

pub use certify::{Certification, certify_package};
pub use compare::Comparison;
pub use preview::{PackagePreview, PreviewStatus, PreviewedPackage, preview_packages};
pub use review::{PackageError, PackageStep, compare_package, review_package};
pub use show::{show_certificate, verify_certificate};
pub use statistics::package_statistics;
