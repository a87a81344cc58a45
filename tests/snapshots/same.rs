use proptest::prelude::*;
use touchmark::app;
use touchmark::snapshot::Followed;

use super::world::{World, export, import, open, storage};

/// What happens to a source between two deltas: skills by number, written or removed.
type Step = Vec<(u8, Option<u8>)>;

async fn follow(steps: &[Step]) {
    let world = World::with_skills(2).await;
    let data = world.path("copy");
    import(&data, &export(&world.services, None).await.1, false).await.expect("the whole index is taken over");
    for step in steps {
        for (skill, content) in step {
            match content {
                // Few contents, so that skills become copies of each other's scripts.
                Some(content) => world.write(&format!("s{skill}"), &format!("Does {content}.")),
                None => world.remove(&format!("s{skill}")),
            }
        }
        world.ingest().await;
        let followed = app::followed(&storage(&data)).await.expect("it is read").expect("it follows");
        let since = Followed { sequence: followed.sequence, root: followed.root };
        let (_, delta) = export(&world.services, Some(since)).await;
        import(&data, &delta, false).await.expect("the delta is taken over");
        let copy = open(&data).await;
        assert!(export(&copy, None).await.1 == export(&world.services, None).await.1, "follower and origin differ");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn a_follower_holds_what_its_origin_holds(
        steps in prop::collection::vec(prop::collection::vec((0_u8..5, prop::option::of(0_u8..3)), 0..4), 1..4)
    ) {
        tokio::runtime::Runtime::new().expect("a runtime").block_on(follow(&steps));
    }
}
