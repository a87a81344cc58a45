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
        async fn many_certificates_are_read_at_once_and_what_registries_say_is_asked_for_again() {
            use crate::advisory::Advisory;
            use crate::package::PackageSpec;
            use crate::store::RegistryKnowledge as _;
            let (_guard, store) = $open().await;
            let spec = |text: &str| PackageSpec::parse(text).expect("a spec");
            let (one, two) = (spec("npm:@a/one@1.0.0"), spec("npm:two@2.0.0"));
            for (at, spec) in [&one, &two].into_iter().enumerate() {
                let made = certificate(&spec.to_string(), &format!("module.exports = {at};\n"), at as i64);
                store.put_certificate(&made).await.expect("stored");
            }
            let asked = [one.clone(), two.clone(), spec("npm:two"), spec("npm:two@3.0.0"), spec("pypi:two==2.0.0")];
            let found = store.certificates(&asked).await.expect("asked");
            let names: Vec<_> = found.iter().map(|(spec, made)| (spec.as_str(), made.name.as_str())).collect();
            assert_eq!(names, [("npm:@a/one@1.0.0", "@a/one"), ("npm:two@2.0.0", "two")]);

            let time = crate::store::suite::time;
            let waiting = |before: i64| store.releases_to_ask(PackageRegistry::Npm, time(before), 10);
            assert_eq!(waiting(0).await.expect("asked"), [one.clone(), two.clone()]);
            let record = r#"{"id": "TEST-1", "modified": "2026-01-02T00:00:00Z", "affected": [{"package": {"ecosystem": "npm", "name": "two"}, "versions": ["2.0.0"]}]}"#;
            let advisory = Advisory::parse(record.as_bytes()).expect("a record");
            let said = [(one.clone(), Vec::new()), (two.clone(), vec![advisory.clone()])];
            store.put_registry_answers(&said, time(5)).await.expect("stored");
            assert!(waiting(5).await.expect("asked").is_empty());
            let answers = store.registry_answers(&asked).await.expect("read");
            assert_eq!(answers.len(), 2);
            assert_eq!((answers["npm:two@2.0.0"].asked_at, &answers["npm:two@2.0.0"].advisories), (time(5), &vec![advisory]));
            // What is taken back is gone with the next answer.
            store.put_registry_answers(&[(two.clone(), Vec::new())], time(9)).await.expect("stored");
            assert_eq!(waiting(7).await.expect("asked"), [one]);
            assert!(store.registry_answers(&[two]).await.expect("read")["npm:two@2.0.0"].advisories.is_empty());
        }

        #[tokio::test]
        async fn a_draft_counts_as_it_was_previewed_last_and_no_account_keeps_too_many() {
            use crate::account::UserId;
            use crate::store::{DraftPreview, DraftTotals, RegistryKnowledge as _};
            let (_guard, store) = $open().await;
            let (one, two) = (UserId::draw().expect("an id"), UserId::draw().expect("an id"));
            let preview = |packages, certified, saved_cents| DraftPreview { packages, certified, saved_cents };
            let rows = [
                (&one, "a", preview(3, 2, 800)),
                (&one, "a", preview(4, 1, 400)),
                (&one, "b", preview(0, 0, 0)),
                (&one, "c", preview(9, 9, 9)),
                (&two, "a", preview(2, 0, 0)),
            ];
            for (user, draft, preview) in rows {
                store.note_draft(user, draft, &preview, 2, crate::store::suite::time(1)).await.expect("stored");
            }
            let totals = store.draft_totals().await.expect("summed up");
            assert_eq!(totals, DraftTotals { with_packages: 2, with_certified: 1, saved_cents: 400 });
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
