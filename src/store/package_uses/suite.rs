//! Claims that hold for every store of the packages that bundles use. A store's own tests call
//! [`package_use_suite`] with a function that opens an empty one.

use crate::advisory::Advisory;

/// An advisory about the package `demo-lib` of npm, whose versions `affected` tells.
pub(in crate::store) fn advisory(id: &str, modified: &str, affected: &str, rest: &str) -> Advisory {
    let record = format!(
        r#"{{"id":"{id}","modified":"{modified}","affected":[{{"package":{{"ecosystem":"npm","name":"demo-lib"}},{affected}}}]{rest}}}"#
    );
    Advisory::parse(record.as_bytes()).expect("an advisory")
}

/// Every version.
pub(in crate::store) const ALL: &str = r#""ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]"#;
/// One version.
pub(in crate::store) const ONE: &str = r#""versions":["1.2.3"]"#;

/// Writes one test for each claim, over the store that `$open` opens.
macro_rules! package_use_suite {
    ($open:ident) => {
        use crate::recipe::HeldDigest;
        use crate::scan::{PackageSource, SafetyStatus};
        use crate::skill::Sha256Digest;
        use crate::store::accounts::suite::entry;
        use crate::store::package_uses::suite::{ALL, ONE, advisory};
        use crate::store::suite::{observation_of, skill_md, time};
        use crate::store::threats::suite::{package, parts};
        use crate::store::{Advisories, AuditEntry, PackageUses, Store, Threats};
        use crate::threat::{Threat, ThreatParts};

        /// Stores skills that each run one command, and returns the digests of their SKILL.md.
        async fn store_skills(store: &impl Store, commands: &[(&str, &str)]) -> Vec<Sha256Digest> {
            let run = store.begin_run("folder:/x", time(0)).await.expect("a run starts");
            let mut digests = Vec::new();
            let mut seen = Vec::new();
            for (name, command) in commands {
                let text = format!("{}\n```\n{command}\n```\n", skill_md(name, "Does it."));
                digests.push(Sha256Digest::of(text.as_bytes()));
                seen.push(observation_of("o/r", name, &[("SKILL.md", &text)], &[]));
            }
            store.apply(run, seen, time(1)).await.expect("it is stored");
            digests
        }

        async fn statuses(store: &impl Store, digests: &[Sha256Digest]) -> Vec<bool> {
            let mut dangerous = Vec::new();
            for digest in digests {
                let record = store.skills_with_content(*digest).await.expect("read").remove(0);
                let held = HeldDigest::parse(&digest.to_string()).expect("a digest");
                let verified = store.skills_with_digest(held, None).await.expect("read").remove(0);
                assert_eq!(record.verdict.status, verified.verdict.status, "every door tells the same");
                dangerous.push(record.verdict.status == SafetyStatus::Dangerous);
            }
            dangerous
        }

        const COMMANDS: &[(&str, &str)] = &[
            ("open", "npm install demo-lib"),
            ("pinned", "npx -y demo-lib@1.2.3"),
            ("other", "npm install demo-lib@2.0.0"),
            ("unknown", "npm install nobody-knows-it"),
        ];

        #[tokio::test]
        async fn packages_come_in_with_a_bundle_in_their_order() {
            let (_guard, store) = $open().await;
            let digests = store_skills(&store, &[("a", "pip install rich==13.0.0 httpx\nnpx zx")]).await;
            let record = store.skills_with_content(digests[0]).await.expect("read").remove(0);
            let uses = store.packages_of(record.bundle).await.expect("read").expect("it was read");
            let told: Vec<_> = uses.iter().map(|one| (one.source, one.name.as_str(), one.version.as_deref())).collect();
            assert_eq!(
                told,
                [
                    (PackageSource::Pypi, "rich", Some("13.0.0")),
                    (PackageSource::Pypi, "httpx", None),
                    (PackageSource::Npm, "zx", None)
                ]
            );
            assert!(store.unread_packages(None, 10).await.expect("read").is_empty());
            store.put_packages(vec![(record.bundle, uses[1..].to_vec())], time(2)).await.expect("written");
            assert_eq!(store.packages_of(record.bundle).await.expect("read").expect("read"), uses[1..]);
        }

        #[tokio::test]
        async fn an_advisory_of_malice_reaches_who_uses_the_package_in_a_version_that_it_concerns() {
            for (affected, expected) in [(ALL, [true, true, true, false]), (ONE, [false, true, false, false])] {
                let (_guard, store) = $open().await;
                let digests = store_skills(&store, COMMANDS).await;
                assert_eq!(statuses(&store, &digests).await, [false; 4]);
                let at = store.sequence().await.expect("read");
                let found = advisory("MAL-2026-1", "2026-01-01T00:00:00Z", affected, "");
                store.put_advisories(&[found], time(2)).await.expect("stored");
                assert_eq!(statuses(&store, &digests).await, expected, "{affected}");
                let followed = store.changes_since(at, 10).await.expect("read").len();
                assert_eq!(followed, expected.iter().filter(|is| **is).count(), "the index follows");
                let record = store.skills_with_content(digests[1]).await.expect("read").remove(0);
                let threat = record.verdict.threat.expect("it is named");
                assert!(threat.description.contains("npm:demo-lib") && threat.description.contains("MAL-2026-1"));
                // Taken back, all is as it was.
                let back = r#","withdrawn":"2026-02-01T00:00:00Z""#;
                let over = advisory("MAL-2026-1", "2026-02-01T00:00:00Z", affected, back);
                store.put_advisories(&[over], time(3)).await.expect("stored");
                assert_eq!(statuses(&store, &digests).await, [false; 4], "{affected}");
            }
        }

        #[tokio::test]
        async fn a_bundle_that_comes_in_later_meets_advisories_and_threats() {
            let (_guard, store) = $open().await;
            let malice = advisory("MAL-2026-1", "2026-01-01T00:00:00Z", ONE, "");
            store.put_advisories(&[malice], time(0)).await.expect("stored");
            let digests = store_skills(&store, COMMANDS).await;
            assert_eq!(statuses(&store, &digests).await, [false, true, false, false]);
            let packages = vec![package("demo-lib", Some("2.0.0"))];
            let threat = Threat::new(ThreatParts { packages, ..parts(&[]) }).expect("a threat");
            store.put_threat(&threat, &entry("threat.add"), time(2)).await.expect("put");
            assert_eq!(statuses(&store, &digests).await, [false, true, true, false]);
            let late = store_skills(&store, &[("late", "bunx demo-lib@2.0.0"), ("fine", "bunx demo-lib@2.0.1")]).await;
            assert_eq!(statuses(&store, &late).await, [true, false]);
            store.withdraw_threat(threat.id(), &entry("threat.withdraw"), time(3)).await.expect("done");
            assert_eq!(statuses(&store, &late).await, [false, false]);
        }

        #[tokio::test]
        async fn what_an_operator_withdraws_stays_withdrawn_and_what_is_no_longer_used_is_freed() {
            let (_guard, store) = $open().await;
            let malice = advisory("MAL-2026-1", "2026-01-01T00:00:00Z", ALL, "");
            store.put_advisories(&[malice], time(0)).await.expect("stored");
            let digests = store_skills(&store, COMMANDS).await;
            let record = store.skills_with_content(digests[0]).await.expect("read").remove(0);
            let threat = record.verdict.threat.clone().expect("it is named");
            let uses = store.packages_of(record.bundle).await.expect("read").expect("it was read");
            store.put_packages(vec![(record.bundle, Vec::new())], time(2)).await.expect("written");
            assert_eq!(statuses(&store, &digests).await, [false, true, true, false], "it is not used any more");
            store.put_packages(vec![(record.bundle, uses)], time(2)).await.expect("written");
            assert_eq!(statuses(&store, &digests).await, [true, true, true, false]);
            let by = AuditEntry { subject: threat.id.to_string(), ..entry("threat.withdraw") };
            store.withdraw_threat(&threat.id, &by, time(3)).await.expect("done");
            let again = advisory("MAL-2026-1", "2026-03-01T00:00:00Z", ALL, "");
            store.put_advisories(&[again], time(4)).await.expect("stored");
            let late = store_skills(&store, &[("late", "bunx demo-lib")]).await;
            assert_eq!(statuses(&store, &late).await, [false]);
            assert_eq!(statuses(&store, &digests).await, [false; 4]);
        }

        #[tokio::test]
        async fn an_advisory_of_ordinary_severity_makes_no_skill_dangerous() {
            let (_guard, store) = $open().await;
            let digests = store_skills(&store, COMMANDS).await;
            let flaw =
                advisory("GHSA-1", "2026-01-01T00:00:00Z", ALL, r#","database_specific":{"severity":"CRITICAL"}"#);
            store.put_advisories(&[flaw], time(2)).await.expect("stored");
            assert_eq!(statuses(&store, &digests).await, [false; 4]);
        }

        #[tokio::test]
        async fn versions_are_compared_as_their_registry_does() {
            let (_guard, store) = $open().await;
            let digests = store_skills(&store, &[("a", "pip install Demo_Lib==1.0.0")]).await;
            let parts_of = |version| {
                use crate::threat::{AffectedPackage, Ecosystem};
                let package = AffectedPackage::new(Ecosystem::Pypi, "demo.lib", Some(version)).expect("a package");
                Threat::new(ThreatParts { packages: vec![package], ..parts(&[]) }).expect("a threat")
            };
            for (version, expected) in [("1.1", false), ("1.0", true)] {
                store.put_threat(&parts_of(version), &entry("threat.add"), time(2)).await.expect("put");
                assert_eq!(statuses(&store, &digests).await, [expected], "{version}");
            }
        }
    };
}

pub(in crate::store) use package_use_suite;
