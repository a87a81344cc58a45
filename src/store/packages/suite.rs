//! Claims that hold for every store of certificates. A store's own tests call [`package_suite`]
//! with a function that opens an empty one.

use crate::certificate::{PackageCertificate, PackageReview, ReviewedFile};
use crate::package::{DistributionKind, FileSet, PackageSpec};
use crate::scan::Ruleset;
use crate::skill::{FileContent, RawFile, Sha256Digest};

/// A certificate of a release of npm with one file of this content.
pub(in crate::store) fn certificate(spec: &str, content: &str, seconds: i64) -> PackageCertificate {
    let file = RawFile {
        path: "index.js".to_owned(),
        content: FileContent::Bytes(content.as_bytes().to_vec()),
        is_executable: false,
    };
    let set = FileSet { files: vec![file], unread: Vec::new() };
    let (name, sha256) = ("demo.tgz".to_owned(), Sha256Digest::of(content.as_bytes()));
    let reviewed = ReviewedFile::of(name, DistributionKind::Tarball, sha256, content.len() as u64, &set);
    let spec = PackageSpec::parse(spec).expect("a spec");
    let review = PackageReview::of(spec, vec![(reviewed, set)], Vec::new(), None, Ruleset::builtin());
    PackageCertificate::of(&review.expect("a review"), crate::store::suite::time(seconds))
}

/// Writes one test for each claim, over the store that `$open` opens.
macro_rules! package_suite {
    ($open:ident) => {
        use crate::package::PackageRegistry;
        use crate::store::packages::suite::certificate;
        use crate::store::{CertificateOutcome, CertificateTotals, PackageCertificates};

        #[tokio::test]
        async fn there_is_no_certificate_before_one_is_stored_and_the_same_is_stored_once() {
            let (_guard, store) = $open().await;
            let read = || store.certificate(PackageRegistry::Npm, "demo", "1.0.0");
            assert_eq!(read().await.expect("asked"), None);
            let first = certificate("npm:demo@1.0.0", "module.exports = 1;\n", 0);
            assert_eq!(store.put_certificate(&first).await.expect("stored"), CertificateOutcome::Stored);
            let again = certificate("npm:demo@1.0.0", "module.exports = 1;\n", 9);
            assert_eq!(store.put_certificate(&again).await.expect("asked"), CertificateOutcome::Known);
            assert_eq!(read().await.expect("asked"), Some(first));
            assert_eq!(store.certificate(PackageRegistry::Pypi, "demo", "1.0.0").await.expect("asked"), None);
            let totals = store.certificate_totals().await.expect("counted");
            assert_eq!(totals, CertificateTotals { certified: 1, rejected: 0 });
            let names = ["demo".to_owned(), "other".to_owned()];
            let found = store.certified_packages(PackageRegistry::Npm, &names).await.expect("counted");
            assert_eq!(found, ["demo"]);
        }

        #[tokio::test]
        async fn other_bytes_under_one_version_are_noted_and_never_certified() {
            let (_guard, store) = $open().await;
            let first = certificate("npm:demo@1.0.0", "module.exports = 1;\n", 0);
            store.put_certificate(&first).await.expect("stored");
            let other = certificate("npm:demo@1.0.0", "module.exports = 2;\n", 1);
            assert_ne!(first.id, other.id);
            for _ in 0..2 {
                let outcome = store.put_certificate(&other).await.expect("asked");
                let CertificateOutcome::Changed(changes) = outcome else { panic!("{outcome:?}") };
                assert_eq!(changes.len(), 1);
                assert_eq!((changes[0].certified, changes[0].served), (first.files[0].sha256, other.files[0].sha256));
            }
            let kept = store.certificate(PackageRegistry::Npm, "demo", "1.0.0").await.expect("asked");
            assert_eq!(kept, Some(first));
            let changes = store.package_changes(PackageRegistry::Npm, "demo", "1.0.0").await.expect("asked");
            assert_eq!(changes.len(), 1);
            // Another version of the same name is another release.
            let next = certificate("npm:demo@1.0.1", "module.exports = 2;\n", 2);
            assert_eq!(store.put_certificate(&next).await.expect("stored"), CertificateOutcome::Stored);
        }
    };
}

pub(in crate::store) use package_suite;
