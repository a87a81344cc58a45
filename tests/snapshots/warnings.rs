use serde_json::json;
use touchmark::app;
use touchmark::operations::Declined;
use touchmark::skill::Sha256Digest;
use touchmark::snapshot::{Followed, PartKind};
use touchmark::store::{
    AuditEntry, SqliteStore, Store, Takedown, TakedownOrigin, TakedownReason, TakedownTarget, Takedowns, Threats,
};
use touchmark::threat::{Threat, ThreatCategory, ThreatParts, ThreatSeverity, ThreatSource};
use touchmark::trust::PublisherStatement;

use super::file::Opened;
use super::world::{World, export, import, open, storage, time};

/// The script of a skill of the origin.
const SCRIPT: &[u8] = b"print(\"Does thing 1.\")\n";

async fn store(world: &World, name: &str) -> SqliteStore {
    SqliteStore::open(&storage(&world.path(name)).database()).await.expect("the store opens")
}

fn entry() -> AuditEntry {
    AuditEntry {
        actor: "test".to_owned(),
        team: None,
        action: "threat.add",
        subject: "x".to_owned(),
        detail: json!({}),
    }
}

fn threat(bytes: &[u8]) -> Threat {
    Threat::new(ThreatParts {
        digests: vec![Sha256Digest::of(bytes)],
        packages: Vec::new(),
        category: ThreatCategory::Backdoor,
        severity: ThreatSeverity::High,
        description: "Opens a shell".to_owned(),
        references: Vec::new(),
        source: ThreatSource::Operator,
        first_seen: time(0),
        last_seen: time(0),
        report_count: 0,
    })
    .expect("a threat")
}

fn takedown(owner: &str) -> Takedown {
    Takedown {
        target: TakedownTarget::owner(owner).expect("an owner"),
        reason: TakedownReason::Malware,
        reference: Some("case 7".to_owned()),
        note: None,
        since: time(0),
    }
}

fn statement(seconds: i64) -> PublisherStatement {
    let bytes = br#"{"version":1,"repositories":["github.com/example/skills"]}"#;
    PublisherStatement::parse("example.com".parse().expect("a domain"), bytes, time(seconds)).expect("a statement")
}

/// An origin that takes down, knows a threat, and has heard of a domain.
async fn warned() -> World {
    let world = World::with_skills(2).await;
    let origin = store(&world, "origin").await;
    origin.take_down(&takedown("github.com/evil"), "test", time(0)).await.expect("taken down");
    origin.put_threat(&threat(SCRIPT), &entry(), time(0)).await.expect("put");
    origin.put_publisher_statement(&statement(0)).await.expect("put");
    origin.close().await;
    world
}

async fn followed_targets(store: &SqliteStore) -> Vec<String> {
    let all = store.takedowns().await.expect("read");
    let followed = all.iter().filter(|stored| stored.origin == TakedownOrigin::Followed);
    followed.map(|stored| stored.takedown.target.to_string()).filter(|target| target.contains("evil")).collect()
}

#[tokio::test]
async fn what_an_origin_takes_down_and_knows_and_heard_is_taken_over_and_given_up_with_it() {
    let world = warned().await;
    let (report, bytes) = export(&world.services, None).await;
    assert_eq!((report.manifest.counts.threats, report.manifest.counts.statements), (1, 1));
    let data = world.path("copy");
    import(&data, &bytes, false).await.expect("it is taken over");
    let copy = store(&world, "copy").await;
    assert_eq!(followed_targets(&copy).await, ["owner:github.com/evil"]);
    let threats = copy.threats_of(&[Sha256Digest::of(SCRIPT)]).await.expect("read");
    let identity = report.manifest.index.to_string();
    assert_eq!(threats[0].threat.parts().source, ThreatSource::Pack(format!("index-{identity}")));
    let domain = "example.com".parse().expect("a domain");
    assert_eq!(copy.publisher_statements(&[domain]).await.expect("read"), [statement(0)]);
    copy.close().await;
    assert_eq!(export(&open(&data).await, None).await.1, bytes, "what came is what went");

    let origin = store(&world, "origin").await;
    let target = takedown("github.com/evil").target;
    origin.lift_takedown(&target, "test", time(1)).await.expect("lifted");
    let known = threat(SCRIPT);
    origin.withdraw_threat(known.id(), &entry(), time(1)).await.expect("withdrawn");
    origin.close().await;
    let followed = app::followed(&storage(&data)).await.expect("it is read").expect("it follows");
    let since = Followed { sequence: followed.sequence, root: followed.root };
    let (_, delta) = export(&world.services, Some(since)).await;
    import(&data, &delta, false).await.expect("the delta is taken over");
    let copy = store(&world, "copy").await;
    assert!(followed_targets(&copy).await.is_empty());
    assert!(copy.threats_of(&known.parts().digests).await.expect("read").is_empty());
    copy.close().await;
    assert_eq!(export(&open(&data).await, None).await.1, export(&world.services, None).await.1);
}

#[tokio::test]
async fn what_is_declined_is_not_taken_over() {
    let world = warned().await;
    let (_, bytes) = export(&world.services, None).await;
    let data = world.path("copy");
    let snapshot = touchmark::operations::open_snapshot(Box::new(std::io::Cursor::new(bytes)), None).expect("opened");
    let declined = Declined { takedowns: true, threats: true, statements: true };
    app::import(&storage(&data), snapshot, false, declined, time(1)).await.expect("it is taken over");
    let copy = store(&world, "copy").await;
    assert!(followed_targets(&copy).await.is_empty());
    assert!(copy.threats_of(&[Sha256Digest::of(SCRIPT)]).await.expect("read").is_empty());
    let domain = "example.com".parse().expect("a domain");
    assert!(copy.publisher_statements(&[domain]).await.expect("read").is_empty());
}

#[tokio::test]
async fn a_statement_that_was_heard_here_is_not_overruled_while_it_holds() {
    let world = warned().await;
    let data = world.path("copy");
    import(&data, &export(&world.services, None).await.1, false).await.expect("it is taken over");
    let copy = store(&world, "copy").await;
    let own = PublisherStatement::nothing("example.com".parse().expect("a domain"), time(0));
    copy.put_publisher_statement(&own).await.expect("put");
    copy.close().await;
    import(&data, &export(&world.services, None).await.1, false).await.expect("it is taken over again");
    let copy = store(&world, "copy").await;
    assert_eq!(copy.publisher_statements(std::slice::from_ref(&own.domain)).await.expect("read"), [own]);
}

#[tokio::test]
async fn what_is_no_takedown_threat_or_statement_is_refused() {
    let world = warned().await;
    let (_, bytes) = export(&world.services, None).await;
    let line = |kind, change: fn(&mut serde_json::Value)| Opened::of(&bytes).line(kind, 0, change).sealed();
    let lies = [
        ("a target of no kind", line(PartKind::Takedowns, |row| row["target"] = json!("host:github.com")), "nothing"),
        ("another spelling", line(PartKind::Takedowns, |row| row["target"] = json!("owner:GitHub.com/x")), "nothing"),
        ("a note with an escape", line(PartKind::Takedowns, |row| row["note"] = json!("\u{1b}[2J")), "no line"),
        ("a reason of no kind", line(PartKind::Takedowns, |row| row["reason"] = json!("envy")), "cannot be read"),
        ("a field more", line(PartKind::Takedowns, |row| row["by"] = json!("me")), "unknown field"),
        ("a threat of nothing", line(PartKind::Threats, |row| row["digests"] = json!([])), "recognised by"),
        (
            "a description with an escape",
            line(PartKind::Threats, |row| row["description"] = json!("\u{1b}x")),
            "written",
        ),
        ("a reference without https", line(PartKind::Threats, |row| row["references"] = json!(["http://x"])), "https"),
        ("reports beyond counting", line(PartKind::Threats, |row| row["report_count"] = json!(u64::MAX)), "written"),
        (
            "a domain of everybody",
            line(PartKind::Statements, |row| row["domain"] = json!("github.io")),
            "cannot be read",
        ),
        ("an entry of everything", line(PartKind::Statements, |row| row["entries"] = json!(["*"])), "neither"),
        ("of the future", line(PartKind::Statements, |row| row["fetched_at"] = json!(time(1_000_000))), "future"),
    ];
    for (number, (what, lie, reason)) in lies.into_iter().enumerate() {
        let data = world.path(&format!("empty-{number}"));
        let refused = import(&data, &lie, false).await.map(|_| ()).expect_err(what).to_string();
        assert!(refused.contains(reason), "{what}: {refused}");
    }
}
