//! What is found, what is not, and in which order.

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

#[test]
fn a_query_finds_by_name_stem_part_and_other_scripts() {
    let (_folder, index) = filled(&corpus());
    let rows = [
        ("pdf-merge", "pdf-merge"),
        ("pdfMerge", "pdf-merge"),
        ("how do I deploy to kubernetes?", "k8s-deploy"),
        ("advertisement copies", "ad-copy"),
        ("please help me with helm", "helm-charts"),
        ("帮我审查代码", "代码审查"),
        ("SEO", "seo-audit"),
        // One letter mistyped.
        ("dockre-compose", "docker-compose"),
        // Other languages, with the words that requests in them are made of.
        ("hallo, kannst du mir bitte mit docker compose helfen", "docker-compose"),
        ("por favor necesito ayuda para Kubernetes rollouts", "k8s-deploy"),
        ("docker composeを使いたい", "docker-compose"),
        ("помоги мне сделать helm", "helm-charts"),
    ];
    for (query, name) in rows {
        assert_eq!(first(&index, query), Some(id(name)), "{query}");
    }
}

#[test]
fn words_that_stand_side_by_side_in_the_request_do_so_in_what_comes_first() {
    // The same words in each, so that nothing else tells them apart.
    let apart = "Review branches and say who wrote the slow code.";
    let rows = [
        ("code review", "Code review: branches, and say who wrote the slow."),
        // In either order, and over words that only hold a sentence together.
        ("code review", "Say who wrote slow branches, and the review of the code."),
        ("review the slow code", "Branches and who wrote: review the slow code, say."),
    ];
    for (query, near) in rows {
        // Whichever of two equals comes first.
        for names in [["first", "second"], ["second", "first"]] {
            let (_folder, index) = filled(&[record(names[0], near), record(names[1], apart)]);
            let lexical = SearchRequest { ranking: Ranking::Lexical, ..request(query) };
            assert_eq!(hits(&index, &lexical), names.map(id), "{query}: {near}");
        }
    }
}

#[test]
fn a_neighbour_in_meaning_is_found_without_a_common_word() {
    let (_folder, index) = filled(&corpus());
    for (query, name) in [("kubernetes", "container-scan"), ("kubectl", "k8s-deploy")] {
        let answer = index.search(&request(query)).expect("an answer");
        assert!(!answer.is_degraded);
        let neighbour = answer.hits.iter().find(|hit| hit.skill_id == id(name));
        let ranks = neighbour.map(|hit| (hit.breakdown.fts_rank, hit.breakdown.semantic_rank.is_some()));
        assert_eq!(ranks, Some((None, true)), "{query}: {name}");
    }
}

#[test]
fn dangerous_and_copied_skills_never_appear_and_leave_when_they_become_so() {
    let mut records = corpus();
    records[0].status = SafetyStatus::Dangerous;
    records[1].is_canonical = false;
    let (_folder, index) = filled(&records);
    assert_eq!(index.record_count(), records.len() as u64 - 2);
    let hidden = [id("pdf-forms"), id("pdf-merge")];
    assert!(hits(&index, &request("pdf forms merge documents")).iter().all(|hit| !hidden.contains(hit)));
    records[3].status = SafetyStatus::Dangerous;
    write(&index, &records[3..4], 2);
    assert!(!hits(&index, &request("document ocr scanned")).contains(&id("document-ocr")));
    let mut writer = index.writer().expect("a writer");
    writer.remove(id("page-extractor")).expect("removed");
    writer.commit(3).expect("committed");
    assert!(!hits(&index, &request("page extractor")).contains(&id("page-extractor")));
}

#[test]
fn filters_hold_for_full_text_and_for_meaning() {
    let mut records = corpus();
    for (place, record) in records.iter_mut().enumerate() {
        record.stars = (place % 2 == 0).then_some(place as u64 * 10);
        record.updated_at = (place % 3 == 0).then(|| time(if place % 2 == 0 { "2026-01-01" } else { "2020-01-01" }));
        record.registry = if place % 4 == 0 { Registry::Clawhub } else { Registry::Github };
    }
    let (_folder, index) = filled(&records);
    let query = request("documents pages containers campaigns");
    type IsWanted = fn(&IndexRecord) -> bool;
    let rows: [(SearchRequest, IsWanted); 4] = [
        (SearchRequest { min_stars: Some(40), ..query.clone() }, |record| {
            record.stars.is_some_and(|stars| stars >= 40)
        }),
        (SearchRequest { updated_after: Some(time("2025-01-01")), ..query.clone() }, |record| {
            record.updated_at.is_some_and(|updated_at| updated_at >= time("2025-01-01"))
        }),
        (SearchRequest { registry: Some(Registry::Clawhub), ..query.clone() }, |record| {
            record.registry == Registry::Clawhub
        }),
        (SearchRequest { min_stars: Some(u64::MAX), ..query.clone() }, |_| false),
    ];
    for (request, is_wanted) in rows {
        let found = hits(&index, &request);
        assert_eq!(found.is_empty(), request.min_stars == Some(u64::MAX), "{request:?}");
        for hit in found {
            let record = records.iter().find(|record| record.skill_id == hit).expect("a known skill");
            assert!(is_wanted(record), "{} for {request:?}", record.name);
        }
    }
    assert_eq!(hits(&index, &SearchRequest { limit: 2, ..query.clone() }).len(), 2);
    assert!(hits(&index, &SearchRequest { limit: 0, ..query }).is_empty());
}

#[test]
fn equal_skills_are_ordered_by_id_and_factors_bury_nothing() {
    let copies: Vec<IndexRecord> = (0..8)
        .map(|place| IndexRecord {
            skill_id: id(&format!("copy-{place}")),
            // Words that no vector knows, so that nothing tells them apart but the id.
            ..record(&format!("same qqzxv{place}"), "The same text.")
        })
        .collect();
    let (_folder, index) = filled(&copies);
    let found = hits(&index, &request("same text"));
    let mut sorted = found.clone();
    sorted.sort_unstable();
    assert_eq!((found.len(), &found), (8, &sorted));

    let mut records = corpus();
    records[1].status = SafetyStatus::Warning;
    records[1].quality_flag_count = 9;
    let (_folder, index) = filled(&records);
    let answer = index.search(&request("merge and split pdf")).expect("an answer");
    let place = answer.hits.iter().position(|hit| hit.skill_id == id("pdf-merge")).expect("it is found");
    assert!(place < 5, "place {place}");
    let best = answer.hits[place];
    assert_eq!(best.breakdown.fts_rank, Some(1));
    assert!(best.breakdown.safety_factor < 1.0 && best.breakdown.quality_factor < 1.0);
    assert_eq!(best.score, best.breakdown.final_score);
}

#[test]
fn the_same_records_in_another_order_give_the_same_answers() {
    let records = corpus();
    let reversed: Vec<IndexRecord> = records.iter().rev().cloned().collect();
    let ((_one, one), (_other, other)) = (filled(&records), filled(&reversed));
    for query in ["pdf documents", "cluster", "keywords for campaigns", "审查"] {
        assert_eq!(
            one.search(&request(query)).expect("an answer"),
            other.search(&request(query)).expect("an answer"),
            "{query}"
        );
    }
}

#[test]
fn an_empty_index_answers_and_a_tiny_one_needs_no_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = open(folder.path());
    assert_eq!((index.sequence(), index.record_count(), first(&index, "pdf")), (0, 0, None));
    write(&index, &corpus()[..2], 4);
    let answer = index.search(&request("pdf merge")).expect("an answer");
    assert_eq!((answer.is_degraded, answer.hits[0].skill_id), (false, id("pdf-merge")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_query_text_is_an_error(queries in prop::collection::vec(any::<String>(), 1..20), syntax in "[\"+:()\\[\\]{}*?~^ANDORT\\\\/ -]{0,60}") {
        static INDEX: std::sync::LazyLock<(TempDir, SearchIndex)> = std::sync::LazyLock::new(|| filled(&corpus()));
        for query in queries.iter().chain([&syntax]) {
            prop_assert!(INDEX.1.search(&request(query)).is_ok());
        }
    }
}

#[test]
fn each_side_can_be_asked_alone() {
    let mut doubtful = record("k8s-rollout", "Deploying containers to a Kubernetes cluster with rollouts.");
    doubtful.status = SafetyStatus::Warning;
    let (_folder, index) = filled(&[corpus(), vec![doubtful]].concat());
    let ask = |ranking| {
        let request = SearchRequest { ranking, ..request("kubernetes rollouts of containers") };
        index.search(&request).expect("an answer").hits
    };
    let (lexical, semantic, hybrid) = (ask(Ranking::Lexical), ask(Ranking::Semantic), ask(Ranking::Hybrid));
    for (hits, of_side) in [
        (&lexical, (|hit| (hit.breakdown.fts_rank, hit.breakdown.fts_score)) as fn(&Hit) -> (Option<u32>, Option<f64>)),
        (&semantic, |hit| (hit.breakdown.semantic_rank, hit.breakdown.semantic_score)),
    ] {
        assert!(!hits.is_empty());
        for (rank, hit) in (1_u32..).zip(hits) {
            assert_eq!(of_side(hit), (Some(rank), Some(hit.score)));
        }
    }
    // No factor is applied to one side alone, and the whole keeps the ranks of both.
    assert!(lexical.iter().chain(&semantic).all(|hit| hit.breakdown.safety_factor == 1.0));
    assert!(hybrid.iter().any(|hit| hit.breakdown.safety_factor < 1.0));
    for hit in &hybrid {
        let rank = lexical.iter().position(|other| other.skill_id == hit.skill_id).map(|place| place as u32 + 1);
        assert!(rank.is_none() || rank == hit.breakdown.fts_rank);
    }
}
