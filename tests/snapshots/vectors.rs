use touchmark::snapshot::{EmbedderMark, Manifest, PartKind};

use super::file::Opened;
use super::world::{World, export, export_whole, import, open};

/// Changes the rows of the vectors: a fingerprint of eight bytes, and a byte a dimension.
fn rows(mut opened: Opened, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let row_bytes = opened.manifest.embedder.as_ref().expect("an embedder").row_bytes() as usize;
    let part = opened.part(PartKind::Vectors);
    let mut rows: Vec<Vec<u8>> = part.chunks(row_bytes).map(<[u8]>::to_vec).collect();
    change(&mut rows);
    *part = rows.concat();
    opened.sealed()
}

#[tokio::test]
async fn who_has_the_same_embedder_takes_vectors_over_and_who_has_another_does_not() {
    let world = World::with_skills(8).await;
    let (report, bytes) = export_whole(&world.services, None).await;
    assert_eq!(export_whole(&world.services, None).await.1, bytes, "the same state gives the same bytes");
    assert!(report.manifest.counts.vectors >= 8, "{:?}", report.manifest.counts);
    let data = world.path("copy");
    let taken = import(&data, &bytes, false).await.expect("it is taken over");
    let vectors = taken.vectors.expect("they came");
    let services = open(&data).await;
    assert_eq!(services.take_over_vectors(vectors.clone()).await.expect("taken"), report.manifest.counts.vectors);
    assert_eq!(services.take_over_vectors(vectors).await.expect("taken"), 0, "they are there");
    services.follow().await.expect("search follows");
    assert_eq!(export_whole(&services, None).await.1, bytes, "what came is what went");

    let mut other = Opened::of(&bytes);
    other.manifest.embedder.as_mut().expect("an embedder").version = "another".to_owned();
    let data = world.path("other");
    let taken = import(&data, &other.sealed(), false).await.expect("the index is taken over");
    let services = open(&data).await;
    assert_eq!(services.take_over_vectors(taken.vectors.expect("they came")).await.expect("nothing fails"), 0);
    services.follow().await.expect("search follows");
    assert_eq!(export_whole(&services, None).await.1, bytes, "they are embedded here");
}

#[tokio::test]
async fn vectors_of_other_texts_are_not_taken_and_the_index_is() {
    let world = World::new().await;
    let texts = [
        ("garden", "Plan a vegetable garden for the seasons."),
        ("deploy", "Deploy applications to a Kubernetes cluster."),
        ("invoices", "Write invoices for clients and track payments."),
        ("transcripts", "Transcribe audio recordings into text."),
        ("poems", "Translate French poems and explain their metre."),
    ];
    texts.into_iter().for_each(|(name, text)| world.write(name, text));
    world.ingest().await;
    let (_, bytes) = export_whole(&world.services, None).await;
    // Each skill has the vector of the next one.
    let moved = rows(Opened::of(&bytes), |rows| {
        let values: Vec<Vec<u8>> = rows.iter().map(|row| row[8..].to_vec()).collect();
        let next = values.iter().cycle().skip(1);
        rows.iter_mut().zip(next).for_each(|(row, values)| row.splice(8.., values.iter().copied()).for_each(drop));
    });
    let data = world.path("copy");
    let taken = import(&data, &moved, false).await.expect("the index is taken over");
    let services = open(&data).await;
    assert_eq!(services.take_over_vectors(taken.vectors.expect("they came")).await.expect("nothing fails"), 0);
    services.follow().await.expect("search follows");
    assert_eq!(export_whole(&services, None).await.1, bytes, "they are embedded here");
}

#[tokio::test]
async fn vectors_that_are_none_are_refused_with_the_whole_snapshot() {
    let world = World::with_skills(4).await;
    let (_, bytes) = export_whole(&world.services, None).await;
    let good = || Opened::of(&bytes);
    let manifest = |change: fn(&mut Manifest)| {
        let mut opened = good();
        change(&mut opened.manifest);
        opened.to_bytes()
    };
    fn mark(manifest: &mut Manifest) -> &mut EmbedderMark {
        manifest.embedder.as_mut().expect("an embedder")
    }
    let lies = [
        ("a vector twice", rows(good(), |rows| rows[1] = rows[0].clone()), "comes twice"),
        ("another order", rows(good(), |rows| rows.reverse()), "out of order"),
        // What a byte a dimension makes of a number that is none is a vector of another scale.
        ("no number", rows(good(), |rows| rows[0][8..].fill(0x80)), "no vector has"),
        ("a small vector", rows(good(), |rows| rows[0][8..].fill(1)), "no vector has"),
        ("too short", manifest(|manifest| mark(manifest).dimensions -= 1), "another length"),
        ("no length", manifest(|manifest| mark(manifest).dimensions = 0), "no length"),
        ("an absurd length", manifest(|manifest| mark(manifest).dimensions = u32::MAX), "no length"),
        ("nobody's", manifest(|manifest| manifest.embedder = None), "nobody is named"),
        ("a name with a bell", manifest(|manifest| mark(manifest).name = "\u{7}".to_owned()), "version"),
        ("another count", manifest(|manifest| manifest.counts.vectors -= 1), "counts"),
        (
            "more vectors than skills",
            rows(good(), |rows| {
                let last = rows[rows.len() - 1].clone();
                for number in 0..100_u8 {
                    let mut row = last.clone();
                    row[..8].copy_from_slice(&[number, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
                    rows.push(row);
                }
            }),
            "more vectors than skills",
        ),
        ("cut off", bytes[..bytes.len() - 40].to_vec(), "cut off"),
    ];
    for (number, (what, lie, reason)) in lies.into_iter().enumerate() {
        let data = world.path(&format!("empty-{number}"));
        let refused = import(&data, &lie, false).await.map(|_| ()).expect_err(what).to_string();
        assert!(refused.contains(reason), "{what}: {refused}");
        let left = touchmark::app::standing(&super::world::storage(&data)).await.expect("it is read");
        assert!(left.is_none(), "{what}: something is there");
    }
    assert!(export(&world.services, None).await.0.manifest.embedder.is_none(), "they can be left out");
}
