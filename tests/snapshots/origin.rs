use std::io::Cursor;

use touchmark::api::FollowingState;
use touchmark::app;
use touchmark::config::SearchConfig;
use touchmark::operations::{
    CheckHealth, FollowTerms, Operation, Origin, OriginTrouble, PackSigningKey, Services, take_from_origin,
};
use touchmark::snapshot::Followed;

use super::world::{World, export, export_whole, storage};

async fn follower(world: &World, name: &str) -> (Services, Origin) {
    let url = "http://127.0.0.1:7080".to_owned();
    let storage = storage(&world.path(name));
    let services = app::open_to_follow(&storage, &SearchConfig::builtin(), url).await.expect("it opens");
    let origin = Origin::new("https://skills.example");
    (services.following(origin.clone()), origin)
}

async fn take(services: &Services, origin: &Origin, terms: &FollowTerms, bytes: &[u8]) -> Result<(), OriginTrouble> {
    let taken = take_from_origin(services, origin, terms, Box::new(Cursor::new(bytes.to_vec()))).await;
    let outcome = taken.map(|_| ()).map_err(|error| OriginTrouble::of(&error));
    if let Err(trouble) = outcome {
        origin.failed(trouble, "it was refused");
    }
    services.follow().await.expect("search follows");
    outcome
}

async fn health(services: &Services) -> (FollowingState, Option<String>, Vec<String>, u64) {
    let health = CheckHealth::run(services, Default::default()).await.expect("an answer");
    let following = health.following.expect("it follows");
    (following.state, following.trouble, health.faults, health.skills_indexed)
}

#[tokio::test]
async fn a_service_starts_from_an_origin_and_follows_it_and_tells_how_far_it_is() {
    let world = World::with_skills(4).await;
    let (services, origin) = follower(&world, "copy").await;
    let terms = FollowTerms::default();
    origin.holds(None);
    let (state, trouble, faults, skills) = health(&services).await;
    assert_eq!((state, trouble, skills), (FollowingState::Importing, None, 0));
    assert!(faults.contains(&"importing".to_owned()), "{faults:?}");
    let (report, whole) = export_whole(&world.services, None).await;
    assert_eq!(take(&services, &origin, &terms, &whole).await, Ok(()));
    assert_eq!(export(&services, None).await.1, export(&world.services, None).await.1);
    let before = health(&services).await;
    assert_eq!((before.0, before.1.as_deref(), &before.2), (FollowingState::Following, None, &Vec::new()));
    world.write("new", "Does what is new.");
    world.ingest().await;
    let since = Followed { sequence: report.manifest.sequence, root: report.manifest.root };
    let (_, delta) = export(&world.services, Some(since)).await;
    assert_eq!(take(&services, &origin, &terms, &delta).await, Ok(()));
    assert_eq!(health(&services).await.3, before.3 + 1);
}

#[tokio::test]
async fn whatever_an_origin_does_what_is_held_stays_and_health_says_what_is_wrong() {
    let (world, other) = (World::with_skills(3).await, World::with_skills(2).await);
    let old = export(&world.services, None).await.1;
    world.write("new", "Does what is new.");
    world.ingest().await;
    let (report, new) = export(&world.services, None).await;
    let (services, origin) = follower(&world, "copy").await;
    assert_eq!(take(&services, &origin, &FollowTerms::default(), &new).await, Ok(()));
    let held = export(&services, None).await.1;
    let mut lied = super::file::Opened::of(&new);
    lied.manifest.root = touchmark::skill::Sha256Digest::of(b"another");
    let mut elsewhere = super::file::Opened::of(&new);
    elsewhere.manifest.kind = touchmark::snapshot::SnapshotKind::Delta;
    elsewhere.manifest.follows = Some(Followed { sequence: report.manifest.sequence - 1, root: report.manifest.root });
    let key = PackSigningKey::draw().expect("a key").public();
    let signed = FollowTerms { keys: vec![key], ..FollowTerms::default() };
    let rows = [
        ("nothing", Vec::new(), FollowTerms::default(), OriginTrouble::Refused),
        ("a page", b"<html>".to_vec(), FollowTerms::default(), OriginTrouble::Refused),
        ("an older state", old, FollowTerms::default(), OriginTrouble::RolledBack),
        ("another root", lied.sealed(), FollowTerms::default(), OriginTrouble::OtherState),
        ("a delta from elsewhere", elsewhere.to_bytes(), FollowTerms::default(), OriginTrouble::OtherState),
        ("another index", export(&other.services, None).await.1, FollowTerms::default(), OriginTrouble::OtherIndex),
        ("unsigned", new.clone(), signed, OriginTrouble::Signature),
    ];
    for (what, bytes, terms, expected) in rows {
        assert_eq!(take(&services, &origin, &terms, &bytes).await, Err(expected), "{what}");
        let (state, trouble, faults, _) = health(&services).await;
        assert_eq!((state, trouble.as_deref()), (FollowingState::Troubled, Some(expected.as_str())), "{what}");
        assert_eq!(faults, ["origin"], "{what}");
        assert!(export(&services, None).await.1 == held, "{what}: what is held has changed");
    }
    assert_eq!(take(&services, &origin, &FollowTerms::default(), &new).await, Ok(()));
    assert_eq!(health(&services).await.2, Vec::<String>::new());
}

#[tokio::test]
async fn a_folder_with_nothing_but_the_starter_catalogue_is_followed_into() {
    let world = World::with_skills(2).await;
    drop(super::world::open(&world.path("copy")).await);
    let (services, origin) = follower(&world, "copy").await;
    let (report, bytes) = export(&world.services, None).await;
    assert_eq!(take(&services, &origin, &FollowTerms::default(), &bytes).await, Ok(()));
    let held = export(&services, None).await.0.manifest;
    assert_eq!((held.sequence, held.root), (report.manifest.sequence, report.manifest.root), "it is the same index");
}
