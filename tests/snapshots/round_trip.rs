use touchmark::api::{DiscoverRequest, VerifyRequest};
use touchmark::app;
use touchmark::operations::{DiscoverSkills, Operation, Services, VerifySkill};

use super::world::{World, export, import, open, storage};

/// What search and verify say of a world.
async fn answers(services: &Services, world: &World) -> Vec<String> {
    services.follow().await.expect("search follows");
    let mut answers = Vec::new();
    for query in ["does thing 3", "run a script", "skill", "pdf"] {
        let request: DiscoverRequest =
            serde_json::from_value(serde_json::json!({ "query": query })).expect("a request");
        let found = DiscoverSkills::run(services, request).await.expect("an answer");
        let mut found = serde_json::to_value(found).expect("JSON");
        // Each answer has an id and a time of its own.
        for hit in found["results"].as_array_mut().into_iter().flatten() {
            let kept = ["skill_id", "name", "score", "content_hash"].map(|key| hit[key].clone());
            *hit = serde_json::Value::from(kept.to_vec());
        }
        answers.push(found["results"].to_string());
    }
    for entry in std::fs::read_dir(world.path("skills")).expect("the folder is read").flatten() {
        let bytes = std::fs::read(entry.path().join("SKILL.md")).expect("a skill is read");
        let digest = touchmark::skill::Sha256Digest::of(&bytes).to_string();
        let request = VerifyRequest { content_hash: Some(digest), source_url: None };
        let answer = VerifySkill::run(services, request).await.expect("an answer");
        let mut answer = serde_json::to_value(answer).expect("JSON");
        // Of a verdict that was taken over, it is said from where; the rest is the same.
        answer["safety"].as_object_mut().map(|safety| safety.remove("taken_over_from"));
        answers.push(format!("{} {} {}", answer["matched"], answer["skill"], answer["safety"]));
    }
    answers.sort();
    answers
}

#[tokio::test]
async fn an_index_that_moved_answers_alike_and_is_written_alike() {
    let world = World::with_skills(12).await;
    let (report, first) = export(&world.services, None).await;
    assert_eq!(export(&world.services, None).await.1, first, "the same state and time give the same bytes");
    assert!(report.manifest.counts.skills >= 13 && report.manifest.counts.verdicts >= 13);
    let data = world.path("copy");
    let taken = import(&data, &first, false).await.expect("it is taken over");
    assert_eq!((taken.taken.skills, taken.digest), (report.manifest.counts.skills, report.digest));
    let copy = open(&data).await;
    assert_eq!(export(&copy, None).await.1, first, "what came is what went");
    assert_eq!(answers(&copy, &world).await, answers(&world.services, &world).await);
    let followed = app::followed(&storage(&data)).await.expect("it is read").expect("it follows");
    assert_eq!((followed.sequence, followed.root), (report.manifest.sequence, report.manifest.root));
}

#[tokio::test]
async fn a_folder_with_another_index_is_left_alone_unless_it_is_given_up() {
    let (world, other) = (World::with_skills(3).await, World::with_skills(2).await);
    let (_, bytes) = export(&world.services, None).await;
    let data = other.path("origin");
    let (_, before) = export(&other.services, None).await;
    let refused = import(&data, &bytes, false).await.expect_err("it is another index");
    assert!(refused.to_string().contains("--replace"), "{refused}");
    assert_eq!(export(&other.services, None).await.1, before);
    // The services have the database open; what would take its place under them is refused.
    let refused = import(&data, &bytes, true).await.expect_err("somebody uses it");
    assert!(refused.to_string().contains("another process uses"), "{refused}");
    let copy = other.path("copy");
    import(&copy, &before, false).await.expect("it is taken over");
    import(&copy, &bytes, true).await.expect("the other takes its place");
    assert_eq!(export(&open(&copy).await, None).await.1, bytes);
}

#[tokio::test]
async fn only_the_expected_snapshot_is_opened() {
    let world = World::with_skills(2).await;
    let (report, bytes) = export(&world.services, None).await;
    let open =
        |digest| touchmark::operations::open_snapshot(Box::new(std::io::Cursor::new(bytes.clone())), Some(digest));
    assert!(open(report.digest).is_ok());
    let refused = open(touchmark::skill::Sha256Digest::of(b"another")).expect_err("it is another");
    assert!(refused.to_string().contains("expected sha256:"), "{refused}");
}

#[tokio::test]
async fn an_older_state_and_changes_of_its_own_are_refused() {
    let world = World::with_skills(2).await;
    let (_, old) = export(&world.services, None).await;
    world.write("new", "Does what is new.");
    world.ingest().await;
    let (_, new) = export(&world.services, None).await;
    let data = world.path("copy");
    import(&data, &new, false).await.expect("it is taken over");
    let refused = import(&data, &old, false).await.expect_err("it is older");
    assert!(refused.to_string().contains("old state"), "{refused}");
    import(&data, &new, false).await.expect("the same state once more changes nothing");
    assert_eq!(export(&open(&data).await, None).await.1, new);
    let copy = open(&data).await;
    let own = World { root: tempfile::tempdir().expect("a folder"), services: copy };
    std::fs::create_dir(own.path("skills")).expect("a folder is made");
    own.write("own", "Is not of the origin.");
    own.ingest().await;
    let refused = import(&data, &new, false).await.expect_err("it has changes of its own");
    assert!(refused.to_string().contains("changes of its own"), "{refused}");
    let (forked, _) = export(&own.services, None).await;
    assert_ne!(forked.manifest.index.to_string(), export(&world.services, None).await.0.manifest.index.to_string());
}
