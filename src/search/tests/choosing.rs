//! What an answer shows of what was found.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// A body of words that no other `topic` has, with the words that are asked for.
fn body(topic: usize) -> String {
    let own = (0..120).map(|number| format!("t{topic}w{number}")).collect::<Vec<_>>().join(" ");
    format!("Rotate zeppelins safely. {own}")
}

fn skill(number: usize, name: &str, body: &str) -> IndexRecord {
    IndexRecord { skill_id: id(&format!("skill-{number}")), body: body.to_owned(), ..record(name, "Rotate zeppelins.") }
}

fn without_embedder(records: &[IndexRecord]) -> (TempDir, SearchIndex) {
    let folder = tempfile::tempdir().expect("a folder");
    let index = SearchIndex::open(folder.path(), EmbedderChoice::None).expect("the index opens");
    write(&index, records, 1);
    (folder, index)
}

#[test]
fn near_copies_are_one_result_that_counts_them() {
    let copy = |number: usize, originality, edit: &str| IndexRecord {
        originality,
        ..skill(number, "zeppelin", &format!("{} {edit}", body(1)))
    };
    let mut records = vec![
        copy(0, Originality::Mirror, "mirrored zeppelins zeppelins"),
        copy(1, Originality::Own, ""),
        copy(2, Originality::Gathered, "gathered"),
        skill(3, "balloon", &body(2)),
    ];
    let (folder, index) = without_embedder(&records);
    let answer = index.search(&request("zeppelins")).expect("an answer");
    let shown: Vec<_> =
        answer.hits.iter().map(|hit| (hit.skill_id, hit.copies.map(|copies| copies.member_count))).collect();
    assert_eq!(shown.len(), 2);
    assert!(shown.contains(&(id("skill-1"), Some(3))) && shown.contains(&(id("skill-3"), None)), "{shown:?}");
    assert!(answer.hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
    assert_eq!(index.copies_of(id("skill-0")), index.copies_of(id("skill-2")));

    // The same after a restart, and without the canonical one after its removal.
    drop(index);
    let index = SearchIndex::open(folder.path(), EmbedderChoice::None).expect("the index opens");
    assert_eq!(index.search(&request("zeppelins")).expect("an answer"), answer);
    records[1].status = SafetyStatus::Dangerous;
    write(&index, &records[1..2], 2);
    let copies = index.copies_of(id("skill-0")).expect("two are left");
    assert_eq!((copies.canonical, copies.member_count), (id("skill-2"), 2));
    assert_eq!(hits(&index, &request("zeppelins")).len(), 2);
}

#[test]
fn a_filter_shows_the_copy_that_passes_it() {
    let mut records = [skill(0, "zeppelin", &body(1)), skill(1, "zeppelin", &body(1))];
    records[0].originality = Originality::Mirror;
    records[0].stars = Some(10);
    let (_folder, index) = without_embedder(&records);
    assert_eq!(hits(&index, &request("zeppelins")), [id("skill-1")]);
    let filtered = SearchRequest { min_stars: Some(5), ..request("zeppelins") };
    assert_eq!(hits(&index, &filtered), [id("skill-0")]);
}

#[test]
fn empty_and_tiny_texts_are_not_copies_of_each_other() {
    let records: Vec<IndexRecord> = ["", "TODO", "zeppelins", "修复"]
        .iter()
        .enumerate()
        .map(|(n, text)| skill(n, &format!("zeppelin {n}"), text))
        .collect();
    let (_folder, index) = without_embedder(&records);
    assert_eq!(hits(&index, &request("zeppelins")).len(), records.len());
}

#[test]
fn names_that_look_alike_are_one_name() {
    let names = [
        "Zeppelin-Tools",
        "zeppelin_tools",
        "ＺＥＰＰＥＬＩＮ tools",
        "zeppelin.tools",
        "zeppelintools",
        "zeppelin tool",
    ];
    let records: Vec<IndexRecord> =
        names.iter().enumerate().map(|(number, name)| skill(number, name, &body(number))).collect();
    let (_folder, index) = without_embedder(&records);
    let found = hits(&index, &request("rotate zeppelins"));
    assert_eq!(found.len(), 4, "three of one name and the other one");
    assert!(found.contains(&id("skill-5")));
}

#[test]
fn an_aggregator_leaves_room_for_others_while_there_are_any() {
    // The aggregator's match best: they say it more often.
    let mut records: Vec<IndexRecord> = (0..30)
        .map(|number| IndexRecord {
            publisher: "gatherer".to_owned(),
            is_aggregator: true,
            ..skill(number, &format!("gathered {number}"), &format!("zeppelins zeppelins {}", body(number)))
        })
        .collect();
    records.extend((30..38).map(|number| skill(number, &format!("own {number}"), &body(number))));
    let (_folder, index) = without_embedder(&records);
    let page = |limit: usize| {
        let hits = hits(&index, &SearchRequest { limit, ..request("zeppelins") });
        let gathered = hits.iter().filter(|hit| records[..30].iter().any(|record| record.skill_id == **hit)).count();
        (hits.len(), gathered)
    };
    // Seven of each ten, and the rest where nobody else has anything.
    for (limit, expected) in [(3, (3, 3)), (5, (5, 5)), (10, (10, 7)), (20, (20, 14)), (100, (38, 30))] {
        assert_eq!(page(limit), expected, "{limit}");
    }
    // The same of an index that holds nothing else.
    let (_folder, index) = without_embedder(&records[..30]);
    assert_eq!(hits(&index, &request("zeppelins")).len(), 10);
}

#[test]
fn a_vendors_skill_is_imitated_by_who_is_no_copy() {
    let vendors = IndexRecord { publisher_standing: PublisherStanding::Vendor, ..skill(0, "zeppelin-maker", &body(1)) };
    let records = [
        vendors,
        skill(1, "zeppelin-maker", &body(2)),
        skill(2, "zeppelin-maker-official", &body(3)),
        skill(3, "official-zeppelin-maker", &body(1)),
    ];
    let (_folder, index) = without_embedder(&records);
    let imitated = |record: &IndexRecord| index.imitated_by(&record.name, record.skill_id).map(|found| found.skill_id);
    assert_eq!(records.each_ref().map(imitated), [None, None, Some(id("skill-0")), None]);
}

#[test]
fn a_filter_that_leaves_one_of_a_thousand_finds_it_by_word_and_by_meaning() {
    // A thousand match better, in words and in meaning, and do not pass.
    let mut records = corpus();
    let wanted = records.iter().position(|record| record.name == "container-scan").expect("it is there");
    for number in 0..1_000 {
        let text = format!("Containers, containers, containers: a cluster of containers in a cluster, {number}.");
        records.push(record(&format!("container-cluster-{number}"), &text));
    }
    for (number, record) in records.iter_mut().enumerate() {
        let is_wanted = number == wanted;
        record.stars = Some(if is_wanted { 500 } else { 3 });
        record.updated_at = Some(time(if is_wanted { "2026-05-01" } else { "2020-01-01" }));
        record.registry = if is_wanted { Registry::Clawhub } else { Registry::Github };
    }
    let (_folder, index) = filled(&records);
    let query = request("containers in a cluster");
    let unfiltered = index.search(&SearchRequest { limit: 2_000, ..query.clone() }).expect("an answer");
    let buried = unfiltered.hits.iter().find(|hit| hit.skill_id == id("container-scan")).expect("among all").breakdown;
    assert!(
        buried.fts_rank.is_some_and(|rank| rank > 200) && buried.semantic_rank.is_none_or(|rank| rank > 200),
        "{buried:?}"
    );
    let filters = [
        SearchRequest { min_stars: Some(500), ..query.clone() },
        SearchRequest { updated_after: Some(time("2026-01-01")), ..query.clone() },
        SearchRequest { registry: Some(Registry::Clawhub), ..query },
    ];
    for filtered in filters {
        let answer = index.search(&filtered).expect("an answer");
        assert_eq!(
            answer.hits.iter().map(|hit| hit.skill_id).collect::<Vec<_>>(),
            [id("container-scan")],
            "{filtered:?}"
        );
        let breakdown = answer.hits[0].breakdown;
        assert_eq!((breakdown.fts_rank, breakdown.semantic_rank), (Some(1), Some(1)), "{filtered:?}");
    }
}

#[test]
fn an_empty_answer_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = SearchIndex::open(folder.path(), EmbedderChoice::None).expect("the index opens");
    let reason = |request: &SearchRequest| index.search(request).expect("an answer").empty_reason;
    assert_eq!(reason(&request("zeppelins")), Some(EmptyReason::IndexEmpty));
    write(&index, &[skill(0, "zeppelin", &body(1))], 1);
    let rows = [
        (request("zeppelins"), None),
        (SearchRequest { limit: 0, ..request("zeppelins") }, None),
        (request("submarines"), Some(EmptyReason::NoMatch)),
        (request("?!"), Some(EmptyReason::NoMatch)),
        (request(""), Some(EmptyReason::NoMatch)),
        (SearchRequest { min_stars: Some(1), ..request("zeppelins") }, Some(EmptyReason::FilteredOut)),
        (SearchRequest { min_stars: Some(1), ..request("submarines") }, Some(EmptyReason::NoMatch)),
    ];
    for (request, expected) in rows {
        assert_eq!(reason(&request), expected, "{request:?}");
    }
}

#[test]
fn facets_count_what_was_found_and_not_what_is_shown() {
    let records: Vec<IndexRecord> = (0..40)
        .map(|number| IndexRecord {
            publisher: if number < 15 { format!("Publisher{}", number % 2) } else { format!("publisher {number}") },
            license: (number % 4 != 0).then(|| ["MIT", "mit", "Apache-2.0"][number % 3].to_owned()),
            executes_code: number % 5 == 0,
            status: if number == 7 { SafetyStatus::Warning } else { SafetyStatus::Safe },
            ..skill(number, &format!("zeppelin {number}"), &body(number))
        })
        .collect();
    let (_folder, index) = without_embedder(&records);
    let asked = SearchRequest { limit: 2, wants_facets: true, ..request("zeppelins") };
    let answer = index.search(&asked).expect("an answer");
    let facets = answer.facets.expect("they were asked for");
    assert_eq!((answer.hits.len(), facets.candidate_count), (2, 40));
    assert_eq!(facets.executes_code.values, [(false, 32), (true, 8)]);
    assert_eq!(facets.verdicts.values, [(SafetyStatus::Safe, 39), (SafetyStatus::Warning, 1)]);
    assert_eq!((facets.licenses.values.len(), facets.licenses.unknown_count), (2, 10));
    assert_eq!(facets.publishers.values[..2].iter().map(|(_, count)| *count).collect::<Vec<_>>(), [8, 7]);
    assert_eq!((facets.publishers.values.len(), facets.publishers.other_count), (10, 40 - 8 - 7 - 8));
    assert_eq!(index.search(&request("zeppelins")).expect("an answer").facets, None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_indexed_three_of_a_name_are_shown_and_facets_add_up(skills in prop::collection::vec((0_usize..6, 0_usize..12, 0_usize..14, any::<bool>()), 1..60), limit in 1_usize..40) {
        let records: Vec<IndexRecord> = skills.iter().enumerate().map(|(number, (name, topic, publisher, is_licensed))| IndexRecord {
            publisher: format!("publisher {publisher}"),
            license: is_licensed.then(|| "MIT".to_owned()),
            ..skill(number, ["Alpha-1", "alpha 1", "ALPHA_1", "beta", "贝塔", "\u{202e}beta"][*name], &body(*topic))
        }).collect();
        let (_folder, index) = without_embedder(&records);
        let asked = SearchRequest { limit, wants_facets: true, ..request("zeppelins") };
        let answer = index.search(&asked).expect("an answer");
        let mut names: HashMap<String, usize> = HashMap::new();
        for hit in &answer.hits {
            let record = records.iter().find(|record| record.skill_id == hit.skill_id).expect("it was indexed");
            *names.entry(record.name.to_lowercase().chars().filter(|character| character.is_alphanumeric()).collect()).or_default() += 1;
        }
        prop_assert!(names.values().all(|count| *count <= 3), "{:?}", names);
        prop_assert!(answer.hits.len() <= limit && !answer.hits.is_empty());
        let clusters: Vec<_> = answer.hits.iter().filter_map(|hit| hit.copies).map(|copies| copies.canonical).collect();
        prop_assert_eq!(clusters.iter().collect::<std::collections::HashSet<_>>().len(), clusters.len());
        let facets = answer.facets.expect("they were asked for");
        prop_assert!(facets.candidate_count as usize >= answer.hits.len());
        let sum = |values: &[(SkillId, u32)]| values.iter().map(|(_, count)| count).sum::<u32>();
        for facet in [&facets.publishers, &facets.licenses] {
            prop_assert_eq!(sum(&facet.values) + facet.other_count + facet.unknown_count, facets.candidate_count);
            prop_assert!(facet.values.len() <= 10);
        }
        prop_assert_eq!(facets.verdicts.values.iter().map(|(_, count)| count).sum::<u32>(), facets.candidate_count);
    }
}
