//! How fresh an index is, from outside: what its answers say while the test breaks things.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;
use touchmark::api::{
    DiscoverRequest, Freshness, HealthResponse, HealthStatus, IndexStatus, InspectRequest, InspectResponse, Problem,
    SafetyView, VerifyBatchRequest, VerifyRequest, VerifyResponse,
};
use touchmark::app;
use touchmark::config::{SearchConfig, StorageConfig};
use touchmark::operations::{
    CheckHealth, DiscoverSkills, IngestProgress, IngestStage, InspectSkill, Operation, Services, TakedownRequest,
    VerifyPins, VerifySkill, ingest_source, keep_up, lift_takedown, list_takedowns, take_down, take_over_takedowns,
};
use touchmark::scan::{RecommendedAction, SafetyStatus};
use touchmark::skill::{Sha256Digest, Timestamp};
use touchmark::store::{Freshness as _, SqliteStore, VisitNote};

const SKILL: &str = "---\nname: zebra-tables\ndescription: Draws zebra striped tables from comma separated zebra data.\n---\n# Zebra tables\n\nRead the file and draw the table.\n";
const DAY: i64 = 24 * 3_600_000;

struct Silent;

impl IngestProgress for Silent {
    fn report(&self, _: IngestStage) {}
}

/// A data folder with one skill from a folder.
struct Place {
    skills: TempDir,
    data: TempDir,
    services: Services,
}

impl Place {
    async fn new() -> Self {
        Self::at(Timestamp::now).await
    }

    async fn at(clock: fn() -> Timestamp) -> Self {
        let (skills, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let services = open(data.path(), clock).await;
        let place = Self { skills, data, services };
        place.write(SKILL);
        place.ingest().await;
        place
    }

    fn write(&self, text: &str) {
        let folder = self.skills.path().join("zebra-tables");
        fs::create_dir_all(&folder).expect("the folder is made");
        fs::write(folder.join("SKILL.md"), text).expect("the file is written");
    }

    fn source(&self) -> String {
        format!("folder:{}", self.skills.path().display())
    }

    async fn ingest(&self) {
        ingest_source(&self.services, &self.source(), Arc::new(Silent)).await.expect("the folder is ingested");
    }

    /// Changes the database behind everybody's back.
    async fn execute(&self, statements: &[&'static str]) {
        let options = SqliteConnectOptions::new().filename(self.data.path().join("touchmark.db"));
        let mut connection = SqliteConnection::connect_with(&options).await.expect("the database opens");
        for statement in statements {
            sqlx::query(*statement).execute(&mut connection).await.expect(statement);
        }
        connection.close().await.expect("it closes");
    }

    async fn store(&self) -> SqliteStore {
        SqliteStore::open(&self.data.path().join("touchmark.db")).await.expect("the database opens")
    }

    async fn url(&self) -> String {
        let answer = verify_hash(&self.services, SKILL).await;
        let VerifyResponse::Hit(hit) = answer else { panic!("{answer:?}") };
        hit.skill.source_url
    }
}

async fn open(data: &Path, clock: fn() -> Timestamp) -> Services {
    let storage = StorageConfig::read(Some(data)).expect("the data folder is made");
    app::open_at(&storage, &SearchConfig::builtin(), "http://localhost".to_owned(), clock).await.expect("it opens")
}

fn hash(text: &str) -> String {
    Sha256Digest::of(text.as_bytes()).to_string()
}

async fn verify(services: &Services, content_hash: Option<String>, source_url: Option<String>) -> VerifyResponse {
    VerifySkill::run(services, VerifyRequest { content_hash, source_url }).await.expect("an answer")
}

async fn verify_hash(services: &Services, text: &str) -> VerifyResponse {
    verify(services, Some(hash(text)), None).await
}

async fn inspect(services: &Services, url: &str) -> Result<InspectResponse, Problem> {
    let request = InspectRequest { source_url: Some(url.to_owned()), ..InspectRequest::default() };
    InspectSkill::run(services, request).await
}

async fn health(services: &Services) -> HealthResponse {
    CheckHealth::run(services, Default::default()).await.expect("an answer")
}

/// Names what search finds, and what it says of the index.
async fn discover(services: &Services) -> (Vec<String>, IndexStatus) {
    let request = DiscoverRequest { query: "zebra striped tables".to_owned(), ..DiscoverRequest::default() };
    let answer = DiscoverSkills::run(services, request).await.expect("an answer");
    let names = answer.results.into_iter().map(|result| result.name).filter(|name| name.starts_with("zebra"));
    (names.collect(), answer.meta.index_status)
}

fn safety(answer: VerifyResponse) -> SafetyView {
    match answer {
        VerifyResponse::Hit(hit) => hit.safety,
        VerifyResponse::Miss(miss) => panic!("{miss:?}"),
    }
}

/// Asks at every door.
async fn at_every_door(place: &Place, text: &str, url: &str) -> Vec<SafetyView> {
    let services = &place.services;
    let pins = vec![serde_json::json!({ "content_hash": hash(text) })];
    let batch = VerifyPins::run(services, VerifyBatchRequest { pins }).await.expect("an answer");
    let batch = serde_json::to_value(&batch.results[0]).expect("JSON");
    vec![
        inspect(services, url).await.expect("an answer").safety,
        safety(verify_hash(services, text).await),
        safety(verify(services, None, Some(url.to_owned())).await),
        safety(verify(services, Some(hash(text)), Some(url.to_owned())).await),
        serde_json::from_value(batch["safety"].clone()).expect("a verdict"),
    ]
}

static CLOCK: AtomicI64 = AtomicI64::new(0);

fn moved_clock() -> Timestamp {
    Timestamp::from_milliseconds(Timestamp::now().as_milliseconds() + CLOCK.load(Ordering::SeqCst))
}

#[tokio::test]
async fn every_value_of_freshness_is_told_at_every_door_and_a_rescan_makes_what_it_can_fresh() {
    const OLD_RULES: &[&str] = &[
        "DROP TRIGGER verdicts_are_not_changed",
        "UPDATE verdicts SET ruleset_version = '1-old', summary = json_set(summary, '$.ruleset_version', '1-old')",
    ];
    const NO_VERDICT: &[&str] = &["DROP TRIGGER verdicts_are_not_deleted", "DELETE FROM verdicts"];
    const NEWEST_WITHOUT_VERDICT: &[&str] = &[
        "DROP TRIGGER verdicts_are_not_deleted",
        "DELETE FROM verdicts WHERE verdict_id = (SELECT max(verdict_id) FROM verdicts)",
    ];
    let changed = SKILL.replace("draw the table", "draw the whole table");
    let rows: [(&str, &str, &[&str], Freshness); 4] = [
        ("as it was audited", SKILL, &[], Freshness::Fresh),
        ("audited by older rules", SKILL, OLD_RULES, Freshness::StaleScannerVersion),
        ("stored without a verdict", SKILL, NO_VERDICT, Freshness::NeverAudited),
        ("changed, and only the earlier one audited", &changed, NEWEST_WITHOUT_VERDICT, Freshness::StaleContentDrift),
    ];
    for (what, text, statements, expected) in rows {
        let place = Place::new().await;
        let url = place.url().await;
        if text != SKILL {
            place.write(text);
            place.ingest().await;
        }
        place.execute(statements).await;
        for safety in at_every_door(&place, text, &url).await {
            assert_eq!(safety.freshness, expected, "{what}");
            assert_eq!(safety.analyzed_at.is_none(), expected == Freshness::NeverAudited, "{what}");
            assert_eq!(safety.status == SafetyStatus::Unaudited, expected == Freshness::NeverAudited, "{what}");
            let is_judged = matches!(expected, Freshness::Fresh | Freshness::StaleScannerVersion);
            assert_eq!(safety.recommended_action == RecommendedAction::SafeToInstall, is_judged, "{what}");
        }
        let scanned = place.services.rescan_outdated().await.expect("it is scanned again");
        assert_eq!(scanned > 0, expected != Freshness::Fresh, "{what}");
        for safety in at_every_door(&place, text, &url).await {
            assert_eq!((safety.freshness, safety.status), (Freshness::Fresh, SafetyStatus::Safe), "{what}");
        }
        assert_eq!(place.services.rescan_outdated().await.expect("nothing is left"), 0);
    }
}

#[tokio::test]
async fn what_nobody_has_seen_for_long_cannot_be_verified_and_is_again_when_it_is_seen() {
    let place = Place::at(moved_clock).await;
    let url = place.url().await;
    for (days, freshness, fault) in [(44, Freshness::Fresh, None), (46, Freshness::StaleUnverifiable, Some("unseen"))] {
        CLOCK.store(days * DAY, Ordering::SeqCst);
        for safety in at_every_door(&place, SKILL, &url).await {
            assert_eq!(safety.freshness, freshness, "{days}");
        }
        let shown = inspect(&place.services, &url).await.expect("an answer").source_state;
        assert_eq!(shown.map(|state| state.state.as_str()), fault);
    }
    place.ingest().await;
    assert_eq!(inspect(&place.services, &url).await.expect("an answer").safety.freshness, Freshness::Fresh);
    // The clock is set back: what was seen lies in its future.
    CLOCK.store(0, Ordering::SeqCst);
    let answer = inspect(&place.services, &url).await.expect("an answer");
    assert_eq!(answer.safety.freshness, Freshness::StaleUnverifiable);
    assert_eq!(answer.source_state.map(|state| state.state.as_str()), Some("clock"));
}

#[tokio::test]
async fn a_source_that_is_gone_is_unlisted_its_verdict_stays_and_it_comes_back() {
    let place = Place::new().await;
    let (url, store) = (place.url().await, place.store().await);
    let now = Timestamp::now();
    let day_ago = Timestamp::from_milliseconds(now.as_milliseconds() - DAY);
    let hear = async |confirmed_by| {
        store.note_visit(&place.source(), VisitNote::Gone { confirmed_by }, now).await.expect("it is noted")
    };
    assert_eq!(hear(day_ago).await.unlisted, 0, "heard once");
    assert_eq!(discover(&place.services).await.0, ["zebra-tables"]);
    assert_eq!(
        inspect(&place.services, &url).await.expect("it is listed").safety.freshness,
        Freshness::StaleUnverifiable
    );
    assert_eq!(hear(now).await.unlisted, 1, "confirmed");
    place.services.follow().await.expect("search follows");
    assert!(discover(&place.services).await.0.is_empty());
    let problem = inspect(&place.services, &url).await.expect_err("it is not listed");
    let details = problem.details.expect("details");
    assert_eq!((problem.status, &details["source_state"]["state"]), (404, &serde_json::json!("gone")));
    for answer in [verify_hash(&place.services, SKILL).await, verify(&place.services, None, Some(url.clone())).await] {
        let VerifyResponse::Hit(hit) = answer else { panic!("{answer:?}") };
        assert_eq!((hit.safety.freshness, hit.safety.status), (Freshness::StaleUnverifiable, SafetyStatus::Safe));
        let state = hit.source_state.expect("a state");
        assert_eq!((state.state.as_str(), state.is_listed, state.since), ("gone", false, Some(now)));
    }
    let back =
        store.note_visit(&place.source(), VisitNote::Seen { is_changed: false }, now).await.expect("it is noted");
    assert_eq!(back.listed, 1);
    place.services.follow().await.expect("search follows");
    assert_eq!(discover(&place.services).await.0, ["zebra-tables"]);
    assert_eq!(inspect(&place.services, &url).await.expect("it is listed").safety.freshness, Freshness::Fresh);
}

fn request(kind: &'static str, name: &str, reason: &str) -> TakedownRequest {
    TakedownRequest {
        kind,
        name: name.to_owned(),
        reason: reason.to_owned(),
        reference: Some("https://example.com/case/7".to_owned()),
        note: None,
        since: None,
        actor: "somebody".to_owned(),
    }
}

#[tokio::test]
async fn a_takedown_acts_on_the_next_answer_of_a_service_and_survives_a_crawl() {
    for (reason, blocks) in [("malware", true), ("legal", false)] {
        let place = Place::new().await;
        let url = place.url().await;
        // As another process does it.
        let operator = open(place.data.path(), Timestamp::now).await;
        let skill_id = inspect(&place.services, &url).await.expect("it is there").skill_id.to_string();
        let rows = [("skill_id", skill_id), ("source", url.clone()), ("content_hash", hash(SKILL))];
        for (kind, name) in rows {
            take_down(&operator, request(kind, &name, reason)).await.expect("it is taken down");
            for attempt in ["at once", "after it was read again"] {
                let what = format!("{reason} by {kind}, {attempt}");
                assert!(discover(&place.services).await.0.is_empty(), "{what}");
                let problem = inspect(&place.services, &url).await.expect_err("it is not given out");
                let details = problem.details.expect("details");
                assert_eq!((problem.status, &details["kind"]), (404, &serde_json::json!("taken_down")), "{what}");
                assert_eq!(details["takedown"]["reason"], reason, "{what}");
                for answer in
                    [verify_hash(&place.services, SKILL).await, verify(&place.services, None, Some(url.clone())).await]
                {
                    let VerifyResponse::Hit(hit) = answer else { panic!("{answer:?}") };
                    let is_blocked = hit.safety.recommended_action == RecommendedAction::Block;
                    assert_eq!((is_blocked, hit.safety.status == SafetyStatus::Dangerous), (blocks, blocks), "{what}");
                    assert_eq!(hit.takedown.map(|takedown| takedown.reason).as_deref(), Some(reason), "{what}");
                }
                place.write(&SKILL.replace("Zebra tables\n", "Zebra tables \n"));
                place.ingest().await;
                place.write(SKILL);
                place.ingest().await;
            }
            lift_takedown(&operator, kind, &name, "somebody else").await.expect("it is lifted");
            place.services.follow().await.expect("search follows");
            assert_eq!(discover(&place.services).await.0, ["zebra-tables"], "{reason} by {kind}, lifted");
            assert!(safety(verify_hash(&place.services, SKILL).await).recommended_action != RecommendedAction::Block);
        }
        let report = list_takedowns(&operator).await.expect("they are listed");
        assert!(report.takedowns.is_empty());
        let trail: Vec<_> = report.events.iter().map(|event| (event.act.as_str(), event.actor.as_str())).collect();
        assert_eq!(trail, [("lifted", "somebody else"), ("added", "somebody")].repeat(3));
        assert!(lift_takedown(&operator, "owner", "github.com/nobody", "x").await.is_err());
    }
}

#[tokio::test]
async fn bytes_that_were_never_indexed_can_be_taken_down() {
    let place = Place::new().await;
    let answer = |answer: VerifyResponse| match answer {
        VerifyResponse::Miss(miss) => miss.takedown.map(|takedown| takedown.blocks),
        VerifyResponse::Hit(hit) => panic!("{hit:?}"),
    };
    assert_eq!(answer(verify_hash(&place.services, "never seen").await), None);
    take_down(&place.services, request("content_hash", &hash("never seen"), "malware"))
        .await
        .expect("it is taken down");
    take_down(&place.services, request("owner", "github.com/evil", "policy")).await.expect("it is taken down");
    assert_eq!(answer(verify_hash(&place.services, "never seen").await), Some(true));
    let url = "https://github.com/Evil/skills/tree/main/a".to_owned();
    assert_eq!(answer(verify(&place.services, None, Some(url)).await), Some(false));
    assert_eq!(health(&place.services).await.status, HealthStatus::Ok, "nothing is left for search to follow");
}

#[tokio::test]
async fn a_list_in_the_data_folder_is_taken_over_while_a_service_runs() {
    let place = Place::new().await;
    let url = place.url().await;
    let service = place.services.clone();
    let (changes, mut changed) = tokio::sync::mpsc::unbounded_channel();
    let serving = tokio::spawn(async move {
        keep_up(service, move || {
            let _ = changes.send(());
        })
        .await
    });
    let list = place.data.path().join("takedowns.toml");
    let entry =
        format!("version = 1\n[[takedown]]\nsource = {url:?}\nreason = \"compromised\"\nsince = \"2026-11-21\"\n");
    fs::write(&list, &entry).expect("the list is written");
    // Each change of the store is told; the test ends with the one that it waits for.
    while inspect(&place.services, &url).await.is_ok() {
        changed.recv().await.expect("the service runs");
    }
    serving.abort();
    // Half of a list, and none, take nothing back.
    fs::write(&list, "version = 1\n[[takedown]]\n").expect("the list is written");
    assert!(!take_over_takedowns(&place.services).await.expect("the store answers"));
    fs::remove_file(&list).expect("the list goes");
    assert!(!take_over_takedowns(&place.services).await.expect("the store answers"));
    assert!(inspect(&place.services, &url).await.is_err());
    fs::write(&list, "version = 1\n").expect("the list is written");
    assert!(take_over_takedowns(&place.services).await.expect("the store answers"));
    assert!(inspect(&place.services, &url).await.is_ok());
}

#[tokio::test]
async fn no_answer_says_that_the_index_is_well_when_it_is_not() {
    use HealthStatus::{Degraded, Error};
    let rows = ["behind", "rebuilding", "files", "truncated", "store"];
    for what in rows {
        let place = Place::new().await;
        let services = &place.services;
        let before = health(services).await;
        assert_eq!((before.status, before.index_fresh, before.faults.len()), (HealthStatus::Ok, true, 0), "{what}");
        assert_eq!(discover(services).await.1, IndexStatus::Ok, "{what}");
        let lexical = place.data.path().join("index/lexical");
        let (fault, status, index_status) = match what {
            "behind" => {
                let store = place.store().await;
                let now = Timestamp::now();
                let gone = VisitNote::Gone { confirmed_by: now };
                assert_eq!(store.note_visit(&place.source(), gone, now).await.expect("it is noted").unlisted, 1);
                ("behind", Degraded, IndexStatus::Degraded)
            }
            "rebuilding" => {
                // Somebody opens the index without what it held.
                fs::remove_dir_all(&lexical).expect("the index goes");
                let anew = open(place.data.path(), Timestamp::now).await;
                let told = health(&anew).await;
                assert_eq!((told.status, told.faults.as_slice()), (Degraded, &["rebuilding".to_owned()][..]));
                assert_eq!(discover(&anew).await.1, IndexStatus::Rebuilding);
                anew.follow().await.expect("it is built anew");
                assert_eq!(health(&anew).await.status, HealthStatus::Ok);
                assert_eq!(discover(&anew).await.0, ["zebra-tables"]);
                continue;
            }
            "files" => {
                fs::remove_dir_all(&lexical).expect("the index goes");
                ("files", Degraded, IndexStatus::Degraded)
            }
            "truncated" => {
                let store_files = fs::read_dir(&lexical).expect("the folder is read").flatten();
                let file = store_files
                    .map(|entry| entry.path())
                    .find(|path| path.extension().is_some_and(|end| end == "store"));
                let file = file.expect("a file of the index");
                let bytes = fs::read(&file).expect("it is read");
                // In its place, as a disk that was restored: the old one stays mapped.
                fs::remove_file(&file).expect("it goes");
                fs::write(&file, &bytes[..bytes.len() / 2]).expect("it is written");
                ("files", Degraded, IndexStatus::Degraded)
            }
            _ => {
                place.execute(&["ALTER TABLE meta RENAME TO lost"]).await;
                let told = health(services).await;
                assert_eq!((told.status, told.index_fresh, told.skills_indexed), (Error, false, 0));
                continue;
            }
        };
        let told = health(services).await;
        assert_eq!((told.status, told.index_fresh), (status, false), "{what}");
        assert_eq!(told.faults, [fault], "{what}");
        assert_eq!(discover(services).await.1, index_status, "{what}");
    }
}

#[tokio::test]
async fn a_database_that_somebody_else_is_writing_answers_readers() {
    let place = Place::new().await;
    let url = place.url().await;
    let (before, found) = (health(&place.services).await, discover(&place.services).await.0);
    let options = SqliteConnectOptions::new().filename(place.data.path().join("touchmark.db"));
    let mut writer = SqliteConnection::connect_with(&options).await.expect("the database opens");
    let begun = ["BEGIN IMMEDIATE", "UPDATE skills SET is_listed = 0"];
    for statement in begun {
        sqlx::query(statement).execute(&mut writer).await.expect(statement);
    }
    let told = health(&place.services).await;
    assert_eq!((told.status, told.skills_indexed), (HealthStatus::Ok, before.skills_indexed));
    assert!(inspect(&place.services, &url).await.is_ok());
    assert!(found.contains(&"zebra-tables".to_owned()), "{found:?}");
    assert_eq!(discover(&place.services).await.0, found);
    writer.close().await.expect("it is taken back");
}

#[tokio::test]
async fn a_model_that_is_not_there_is_told() {
    let data = tempfile::tempdir().expect("a folder");
    let storage = StorageConfig::read(Some(data.path())).expect("the data folder is made");
    let config = SearchConfig { embedder: "fastembed:/nowhere/at/all".to_owned(), ..SearchConfig::builtin() };
    let services = app::open_with(&storage, &config, "http://localhost".to_owned()).await.expect("it opens");
    let told = health(&services).await;
    assert_eq!((told.status, told.index_fresh, told.faults), (HealthStatus::Degraded, true, vec!["model".to_owned()]));
}
