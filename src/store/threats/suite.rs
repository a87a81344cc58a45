//! Claims that hold for every store of threats. A store's own tests call [`threat_suite`] with a
//! function that opens an empty one.

use super::NewReport;
use crate::account::{ReportId, UserId};
use crate::skill::Sha256Digest;
use crate::store::suite::time;
use crate::threat::{AffectedPackage, Ecosystem, Threat, ThreatCategory, ThreatParts, ThreatSeverity, ThreatSource};

pub(in crate::store) fn parts(digests: &[Sha256Digest]) -> ThreatParts {
    ThreatParts {
        digests: digests.to_vec(),
        packages: Vec::new(),
        category: ThreatCategory::Backdoor,
        severity: ThreatSeverity::High,
        description: "Opens a shell to a host".to_owned(),
        references: Vec::new(),
        source: ThreatSource::Operator,
        first_seen: time(0),
        last_seen: time(0),
        report_count: 0,
    }
}

pub(in crate::store) fn threat(digests: &[Sha256Digest]) -> Threat {
    Threat::new(parts(digests)).expect("a threat")
}

pub(in crate::store) fn package(name: &str, version: Option<&str>) -> AffectedPackage {
    AffectedPackage::new(Ecosystem::Npm, name, version).expect("a package")
}

pub(in crate::store) fn new_report(user: &UserId, name: &str) -> NewReport {
    NewReport {
        id: ReportId::draw().expect("an id"),
        user: user.clone(),
        team: None,
        package: package(name, None),
        digest: Some(Sha256Digest::of(name.as_bytes())),
        category: ThreatCategory::Backdoor,
        severity: ThreatSeverity::High,
        description: "Opens a shell".to_owned(),
        evidence: vec!["install.js:14".to_owned()],
        scan_id: None,
    }
}

/// Writes one test for each claim, over the store that `$open` opens.
macro_rules! threat_suite {
    ($open:ident) => {
        use crate::account::UserId;
        use crate::recipe::HeldDigest;
        use crate::scan::{RecommendedAction, SafetyStatus};
        use crate::skill::Sha256Digest;
        use crate::store::accounts::suite::entry;
        use crate::store::suite::{observation_of, skill_md, time};
        use crate::store::threats::suite::{new_report, package, parts, threat};
        use crate::store::{
            Accounts, PackOutcome, ReportOutcome, ReportStatus, ReportVerdict, Store, TakenPack, ThreatFilter, Threats,
        };
        use crate::threat::{Threat, ThreatParts, ThreatSeverity, ThreatSource, ThreatStatus};

        const SCRIPT: &str = "echo hello\n";

        #[tokio::test]
        async fn a_threat_lowers_every_verdict_on_its_digest_and_gives_it_back_when_it_is_withdrawn() {
            let (_guard, store) = $open().await;
            let text = skill_md("alpha", "Does alpha.");
            let seen = observation_of("o/r", "alpha", &[("SKILL.md", &text), ("run.sh", SCRIPT)], &[]);
            let other = observation_of("o/r", "beta", &[("SKILL.md", &skill_md("beta", "Does beta."))], &[]);
            let revision = seen.revision.clone().expect("a revision");
            let run = store.begin_run("folder:/x", time(0)).await.expect("a run starts");
            store.apply(run, vec![seen, other], time(1)).await.expect("it is stored");
            let (content, whole) = (Sha256Digest::of(text.as_bytes()), revision.package_hash);
            let before = store.skills_with_content(content).await.expect("read").remove(0).verdict;
            assert_ne!(before.status, SafetyStatus::Dangerous);
            let file = Sha256Digest::of(SCRIPT.as_bytes());
            for (what, digest) in [("SKILL.md", content), ("the bundle", whole), ("a file", file)] {
                let at = store.sequence().await.expect("read");
                let known = threat(&[digest]);
                assert!(store.put_threat(&known, &entry("threat.add"), time(2)).await.expect("put"), "{what}");
                let changes = store.changes_since(at, 10).await.expect("read");
                let names: Vec<&str> = changes.iter().map(|change| change.record.name.as_str()).collect();
                assert_eq!(names, ["alpha"], "the index follows: {what}");
                let record = store.skills_with_content(content).await.expect("read").remove(0);
                let id = record.skill_id;
                let held = HeldDigest::parse(&content.to_string()).expect("a digest");
                let matched = store.skills_with_digest(held, None).await.expect("read").remove(0);
                let verdicts = [
                    record.verdict,
                    changes[0].record.verdict.clone(),
                    matched.verdict,
                    matched.record.verdict,
                    store.skills(&[id]).await.expect("read").remove(0).verdict,
                    store.skills_with_package(whole).await.expect("read").remove(0).verdict,
                    store.skill_at(&[record.source.identity]).await.expect("read").expect("a skill").verdict,
                    store.skills_below("github.com/o/r", "", 1).await.expect("read").remove(0).verdict,
                ];
                for verdict in verdicts {
                    assert_eq!(verdict.status, SafetyStatus::Dangerous, "{what}");
                    assert_eq!(verdict.recommended_action, RecommendedAction::Block);
                    assert_eq!(verdict.threat.expect("it is named").id, *known.id());
                    assert_eq!(verdict.safety_flags.first(), Some(&known.id().flag()));
                }
                assert!(!store.put_threat(&known, &entry("threat.add"), time(3)).await.expect("put"), "known already");
                let at = store.sequence().await.expect("read");
                assert!(store.withdraw_threat(known.id(), &entry("threat.withdraw"), time(4)).await.expect("done"));
                assert!(!store.withdraw_threat(known.id(), &entry("threat.withdraw"), time(4)).await.expect("done"));
                assert!(store.sequence().await.expect("read") > at);
                let after = store.skills_with_content(content).await.expect("read").remove(0).verdict;
                assert_eq!(after, before, "{what}");
            }
            let log = store.audit_log(None, None, 10).await.expect("read");
            assert_eq!(log.iter().filter(|entry| entry.action == "threat.withdraw").count(), 3);
        }

        #[tokio::test]
        async fn what_is_stored_after_a_threat_meets_it() {
            let (_guard, store) = $open().await;
            let file = Sha256Digest::of(SCRIPT.as_bytes());
            let (held, withdrawn) = (threat(&[file]), threat(&[Sha256Digest::of(b"other\n")]));
            for known in [&held, &withdrawn] {
                store.put_threat(known, &entry("threat.add"), time(0)).await.expect("put");
            }
            store.withdraw_threat(withdrawn.id(), &entry("threat.withdraw"), time(0)).await.expect("done");
            let text = skill_md("alpha", "Does alpha.");
            let clean = skill_md("beta", "Does beta.");
            let seen = vec![
                observation_of("o/r", "alpha", &[("SKILL.md", &text), ("run.sh", SCRIPT)], &[]),
                observation_of("o/r", "beta", &[("SKILL.md", &clean), ("run.sh", "other\n")], &[]),
            ];
            let run = store.begin_run("folder:/x", time(0)).await.expect("a run starts");
            store.apply(run, seen, time(1)).await.expect("it is stored");
            let status = async |text: &str| {
                store.skills_with_content(Sha256Digest::of(text.as_bytes())).await.expect("read")[0].verdict.status
            };
            assert_eq!(status(&text).await, SafetyStatus::Dangerous);
            assert_ne!(status(&clean).await, SafetyStatus::Dangerous);
        }

        #[tokio::test]
        async fn threats_are_found_by_digest_and_package_listed_and_followed() {
            let (_guard, store) = $open().await;
            let digests: Vec<Sha256Digest> = (0..3_u8).map(|number| Sha256Digest::of(&[number])).collect();
            let low = threat(&digests[..2]);
            let worse = Threat::new(ThreatParts {
                severity: ThreatSeverity::Critical,
                packages: vec![package("evil", Some("1.0.0")), package("vile", None)],
                references: vec!["https://example.com/a".to_owned()],
                ..parts(&digests[2..])
            })
            .expect("a threat");
            for known in [&low, &worse] {
                store.put_threat(known, &entry("threat.add"), time(1)).await.expect("put");
            }
            let found = store.threats_of(&digests).await.expect("read");
            assert_eq!(
                found.iter().map(|known| known.threat.clone()).collect::<Vec<_>>(),
                [worse.clone(), low.clone()]
            );
            assert!(store.threats_of(&[Sha256Digest::of(b"none")]).await.expect("read").is_empty());
            for (name, version, count) in [
                ("evil", Some("1.0.0"), 1),
                ("evil", Some("1.0.1"), 0),
                ("evil", None, 0),
                ("vile", Some("9"), 1),
                ("vile", None, 1),
            ] {
                let found =
                    store.threats_of_packages(&[package("other", None), package(name, version)]).await.expect("read");
                assert_eq!(found.len(), count, "{name} {version:?}");
            }
            let all = ThreatFilter::default();
            let rows = [
                (all.clone(), 2),
                (ThreatFilter { least_severity: Some(ThreatSeverity::Critical), ..all.clone() }, 1),
                (ThreatFilter { ecosystem: Some(crate::threat::Ecosystem::Npm), ..all.clone() }, 1),
                (ThreatFilter { category: Some(crate::threat::ThreatCategory::Other), ..all.clone() }, 0),
                (ThreatFilter { search: Some("VIL".to_owned()), ..all.clone() }, 1),
                (ThreatFilter { search: Some("%".to_owned()), ..all.clone() }, 0),
            ];
            for (filter, total) in rows {
                assert_eq!(store.threats(&filter, 0, 10).await.expect("read").total, total, "{filter:?}");
            }
            let page = store.threats(&all, 1, 1).await.expect("read");
            assert_eq!((page.total, page.threats[0].threat.id()), (2, low.id()));
            store.withdraw_threat(low.id(), &entry("threat.withdraw"), time(9)).await.expect("done");
            let changes = store.threat_changes(1, 10).await.expect("read");
            let told: Vec<_> = changes.iter().map(|known| (known.threat.id(), known.status)).collect();
            assert_eq!(told, [(worse.id(), ThreatStatus::Active), (low.id(), ThreatStatus::Withdrawn)]);
            let last = changes.last().expect("a change");
            assert_eq!(store.threat_sequence().await.expect("read"), (last.sequence, Some(time(9))));
            assert_eq!(store.threats(&all, 0, 10).await.expect("read").total, 1);
            assert_eq!(store.threats_of(&digests[..2]).await.expect("read"), []);
        }

        #[tokio::test]
        async fn an_account_reports_a_thing_once_and_ten_things_an_hour() {
            let (_guard, store) = $open().await;
            let (user, other) = (UserId::draw().expect("an id"), UserId::draw().expect("an id"));
            let by = entry("report.submit");
            let report = async |user: &UserId, name: &str, at: i64| {
                let report = new_report(user, name);
                store.report_threat(&report, 2, time(at - 3_600), &by, time(at)).await.expect("asked")
            };
            assert_eq!(report(&user, "a", 0).await, ReportOutcome::Kept);
            assert_eq!(report(&user, "b", 10).await, ReportOutcome::Kept);
            let ReportOutcome::Known(known) = report(&user, "a", 20).await else { panic!("it is known") };
            assert_eq!((known.created_at, known.status), (time(0), ReportStatus::Submitted));
            assert_eq!(report(&user, "c", 30).await, ReportOutcome::TooMany(time(3_600)));
            assert_eq!(report(&other, "a", 30).await, ReportOutcome::Kept);
            assert_eq!(report(&user, "c", 3_601).await, ReportOutcome::Kept);
            assert_eq!(store.threat_reports(Some(ReportStatus::Submitted), 10).await.expect("read").len(), 4);
        }

        #[tokio::test]
        async fn a_report_is_judged_once_and_an_accepted_one_is_a_threat() {
            let (_guard, store) = $open().await;
            let user = UserId::draw().expect("an id");
            let reports = ["a", "b"].map(|name| new_report(&user, name));
            for report in &reports {
                store.report_threat(report, 10, time(-3_600), &entry("report.submit"), time(0)).await.expect("kept");
            }
            let threat = threat(&[reports[0].digest.expect("a digest")]);
            let accepted = ReportVerdict::Accepted(Box::new(threat.clone()));
            let review = async |id, verdict: &ReportVerdict| {
                let by = entry("report.review");
                store.review_report(id, verdict, Some("seen"), &by, time(1)).await.expect("asked")
            };
            assert!(review(&reports[0].id, &accepted).await);
            assert!(!review(&reports[0].id, &ReportVerdict::Rejected).await, "it was judged");
            assert!(review(&reports[1].id, &ReportVerdict::Rejected).await);
            let stored = store.threat_report(&reports[0].id).await.expect("read").expect("a report");
            assert_eq!((stored.status, stored.threat.as_ref()), (ReportStatus::Accepted, Some(threat.id())));
            assert_eq!(stored.report, reports[0]);
            assert_eq!(store.threats_of(&threat.parts().digests).await.expect("read").len(), 1);
            let unknown = crate::account::ReportId::draw().expect("an id");
            let nothing =
                ReportVerdict::Accepted(Box::new(crate::store::threats::suite::threat(&[Sha256Digest::of(b"z")])));
            assert!(!review(&unknown, &nothing).await);
            assert!(store.threats_of(&[Sha256Digest::of(b"z")]).await.expect("read").is_empty());
        }

        #[tokio::test]
        async fn a_pack_is_all_that_its_issuer_says_and_never_goes_back() {
            let (_guard, store) = $open().await;
            let own = threat(&[Sha256Digest::of(b"1")]);
            store.put_threat(&own, &entry("threat.add"), time(0)).await.expect("put");
            let of_pack = |text: &[u8]| {
                let source = ThreatSource::Pack("other".to_owned());
                Threat::new(ThreatParts { source, ..parts(&[Sha256Digest::of(text)]) }).expect("a threat")
            };
            let pack = |version: u64, bytes: &[u8]| TakenPack {
                issuer: "other".to_owned(),
                version,
                digest: Sha256Digest::of(bytes),
                key_id: "k1".to_owned(),
                issued_at: time(0),
                expires_at: time(100),
                taken_at: time(5),
            };
            let take = async |pack: &TakenPack, threats: &[Threat]| {
                store.take_over_pack(pack, threats, &entry("pack.take"), time(5)).await.expect("asked")
            };
            let (one, two) = (of_pack(b"1"), of_pack(b"2"));
            let taken = |added, changed, withdrawn| PackOutcome::Taken { added, changed, withdrawn };
            assert_eq!(take(&pack(3, b"x"), &[one.clone(), two.clone()]).await, taken(2, 0, 0));
            assert_eq!(take(&pack(3, b"x"), &[one.clone(), two.clone()]).await, taken(0, 0, 0));
            assert_eq!(take(&pack(3, b"y"), std::slice::from_ref(&one)).await, PackOutcome::Differs);
            assert_eq!(take(&pack(2, b"x"), std::slice::from_ref(&one)).await, PackOutcome::Older(3));
            assert_eq!(take(&pack(4, b"z"), std::slice::from_ref(&two)).await, taken(0, 0, 1));
            let found = store.threats_of(&[Sha256Digest::of(b"1")]).await.expect("read");
            assert_eq!(found.len(), 1, "what the operator said stays");
            assert_eq!(store.taken_packs().await.expect("read"), [pack(4, b"z")]);
        }
    };
}

pub(in crate::store) use threat_suite;
