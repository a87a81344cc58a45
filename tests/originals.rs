//! Originals and copies at the door: what /discover and /inspect say of clusters, aggregators
//! and imitations.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use touchmark::api::{DiscoverRequest, InspectRequest};
use touchmark::app;
use touchmark::config::StorageConfig;
use touchmark::operations::{
    DiscoverSkills, IngestProgress, IngestStage, InspectSkill, Operation, Services, ingest_source,
};
use touchmark::skill::{SkillId, SourceIdentity};

struct Silent;

impl IngestProgress for Silent {
    fn report(&self, _: IngestStage) {}
}

struct Station {
    folder: TempDir,
    services: Services,
}

/// A row of a corpus file.
struct Found {
    repository: String,
    name: String,
    day: u32,
    text: String,
}

impl Found {
    fn new(repository: &str, name: &str, day: u32, text: &str) -> Self {
        Self { repository: repository.to_owned(), name: name.to_owned(), day, text: text.to_owned() }
    }

    fn id(&self) -> SkillId {
        let (owner, repository) = self.repository.split_once('/').expect("owner/repository");
        SkillId::of(&SourceIdentity::new("github.com", owner, repository, &format!("skills/{}", self.name)))
    }
}

/// Instructions of words that no other number has.
fn steps(number: usize) -> String {
    (0..80).map(|step| format!("{step}. Adjust gauge s{number}w{step} of the theodolite.\n")).collect()
}

impl Station {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = StorageConfig { data_folder: folder.path().join("data") };
        fs::create_dir_all(&storage.data_folder).expect("a folder");
        let services = app::open(&storage, "http://localhost".to_owned()).await.expect("it opens");
        Self { folder, services }
    }

    async fn ingest(&self, found: &[Found]) {
        let row = |found: &Found| {
            let Found { repository, name, day, text } = found;
            let content = format!("---\nname: {name}\ndescription: Adjusts theodolites.\n---\n{text}");
            json!({ "repo": repository, "path": format!("skills/{name}/SKILL.md"), "content": content,
                "commit": "0123456789abcdef0123456789abcdef01234567", "commit_date": format!("2026-01-{day:02}T00:00:00Z") })
            .to_string()
        };
        let corpus = self.folder.path().join("corpus.jsonl");
        fs::write(&corpus, found.iter().map(row).collect::<Vec<_>>().join("\n")).expect("written");
        ingest_source(&self.services, &corpus.display().to_string(), Arc::new(Silent)).await.expect("it is ingested");
    }

    async fn discover(&self, query: &str, limit: u32) -> Vec<Value> {
        let request = DiscoverRequest { query: query.to_owned(), limit: Some(limit), ..DiscoverRequest::default() };
        let answer = DiscoverSkills::run(&self.services, request).await.expect("an answer");
        serde_json::to_value(answer.results).expect("JSON").as_array().expect("results").clone()
    }

    async fn inspect(&self, id: SkillId) -> Value {
        let request = InspectRequest { skill_id: Some(id.to_string()), ..InspectRequest::default() };
        serde_json::to_value(InspectSkill::run(&self.services, request).await.expect("an answer")).expect("JSON")
    }
}

#[tokio::test]
async fn every_member_of_a_cluster_names_one_canonical_member_and_why() {
    let station = Station::new().await;
    let text = steps(1);
    let found = [
        Found::new("anthropics/skills", "theodolite", 9, &text),
        Found::new("somebody/skills", "theodolite", 1, &text),
        Found::new("awesome/awesome-skills", "theodolite", 1, &text),
        Found::new("other/skills", "theodolite", 2, &text.replacen("Adjust", "Turn", 4)),
        Found::new("alone/skills", "sextant", 3, &steps(2)),
    ];
    station.ingest(&found).await;
    let mut seen = Vec::new();
    for one in &found[..4] {
        seen.push(station.inspect(one.id()).await);
    }
    let canonical = found[0].id().to_string();
    for (one, answer) in found.iter().zip(&seen) {
        let cluster = &answer["cluster"];
        assert_eq!(cluster["canonical"]["skill_id"], canonical, "{cluster}");
        assert_eq!(cluster["is_canonical"], json!(one.id().to_string() == canonical));
        assert_eq!((&cluster["cluster_id"], &answer["cluster_id"]), (&seen[0]["cluster_id"], &seen[0]["cluster_id"]));
        assert_eq!(cluster["reasons"][0]["reason"], "known_publisher");
        assert_eq!(cluster["reasons"][0]["canonical"], "vendor");
    }
    assert!(seen[0]["cluster_id"].as_str().is_some_and(|id| id.starts_with("c_") && id.len() == 18));
    assert_eq!((&seen[0]["cluster"]["identical"], &seen[0]["cluster"]["near"]), (&json!(2), &json!(1)));
    assert_eq!(seen[2]["cluster"]["reasons"][1]["reason"], "own_repository");
    assert_eq!(seen[2]["cluster"]["reasons"][1]["other"], "gathered");
    let results = station.discover("theodolite", 10).await;
    let shown: Vec<&Value> = results.iter().filter(|result| result["name"] == "theodolite").collect();
    assert_eq!(shown.len(), 1);
    assert_eq!((&shown[0]["skill_id"], &shown[0]["cluster_id"]), (&json!(canonical), &seen[0]["cluster_id"]));
    let alone = station.inspect(found[4].id()).await;
    assert_eq!(
        (&alone["cluster_id"], &alone["cluster"], &alone["aggregator"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );

    // An index that is made anew from the same says the same, and so does one without the vendor.
    let again = Station::new().await;
    again.ingest(&found[1..]).await;
    let other = again.inspect(found[2].id()).await;
    assert_eq!(other["cluster_id"], seen[0]["cluster_id"]);
    assert_eq!(other["cluster"]["canonical"]["skill_id"], found[1].id().to_string());
    assert_eq!(other["cluster"]["reasons"][0]["reason"], "own_repository");
}

#[tokio::test]
async fn an_aggregator_is_named_and_leaves_room_for_others() {
    let station = Station::new().await;
    let name = |number: usize| format!("theodolite-{number}");
    let mut found: Vec<Found> =
        (0..60).map(|number| Found::new("gatherer/skills", &name(number), 9, &steps(number))).collect();
    found.extend((0..40).map(|number| Found::new(&format!("author{number}/skills"), &name(number), 1, &steps(number))));
    station.ingest(&found).await;
    let gathered = station.inspect(found[0].id()).await;
    assert_eq!(gathered["aggregator"], json!({ "skill_count": 60, "copy_count": 40 }));
    assert_eq!(gathered["cluster"]["canonical"]["skill_id"], found[60].id().to_string());
    assert_eq!(gathered["cluster"]["reasons"][0]["reason"], "not_aggregator");
    let results = station.discover("adjust theodolite gauge", 30).await;
    let publishers: Vec<&str> = results.iter().filter_map(|result| result["publisher"].as_str()).collect();
    for block in publishers.chunks(10) {
        assert!(block.iter().filter(|publisher| **publisher == "gatherer").count() <= 7, "{publishers:?}");
    }
    let own = station.discover("s50w3", 10).await;
    assert_eq!(own[0]["skill_id"], json!(found[50].id()), "what nobody else has is found");
}

#[tokio::test]
async fn at_most_three_results_have_one_name() {
    let station = Station::new().await;
    let found: Vec<Found> =
        (0..12).map(|number| Found::new(&format!("author{number}/skills"), "theodolite", 1, &steps(number))).collect();
    station.ingest(&found).await;
    let results = station.discover("theodolite", 30).await;
    assert_eq!(results.iter().filter(|result| result["name"] == "theodolite").count(), 3);
}

#[tokio::test]
async fn imitations_are_flagged_with_the_evidence_and_honest_names_are_not() {
    let station = Station::new().await;
    let found = [
        Found::new("anthropics/skills", "theodolite", 9, &steps(1)),
        Found::new("somebody/skills", "theodolite-official", 1, &steps(2)),
        Found::new("anthropic-s/skills", "sextant", 1, &steps(3)),
        Found::new("honest/skills", "theodolite", 1, &steps(4)),
        Found::new("honest/skills", "theodolite-tools", 1, &steps(5)),
        Found::new("copier/skills", "official-theodolite", 1, &steps(1)),
        // Hostile names are names like any other.
        Found::new("hostile/skills", "审查", 1, &steps(6)),
        Found::new("hostile/skills", "theod\u{43e}lite", 1, &steps(7)),
    ];
    station.ingest(&found).await;
    let rows = [
        Value::Null,
        json!("name_claims_official"),
        json!("account_drawn_alike"),
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Null,
        json!("name_drawn_alike"),
    ];
    for (one, expected) in found.iter().zip(rows) {
        let answer = station.inspect(one.id()).await;
        assert_eq!(answer["imitation"]["kind"], expected, "{}", one.name);
        let flags = answer["selection_flags"].as_array().expect("flags");
        assert_eq!(flags.contains(&json!("imitates_publisher")), !expected.is_null(), "{}", one.name);
    }
    let imitation = &station.inspect(found[1].id()).await["imitation"];
    assert_eq!((&imitation["publisher"], &imitation["skill_id"]), (&json!("anthropics"), &json!(found[0].id())));
    let results = station.discover("theodolite", 30).await;
    let flagged: BTreeSet<&str> = results
        .iter()
        .filter(|result| {
            result["selection_flags"].as_array().is_some_and(|flags| flags.contains(&json!("imitates_publisher")))
        })
        .filter_map(|result| result["source"]["url"].as_str())
        .map(|url| url.split('/').nth(3).unwrap_or_default())
        .collect();
    assert_eq!(flagged, BTreeSet::from(["anthropic-s", "hostile", "somebody"]));
}
