//! What files may say, and what is told of those that say something else.

use super::*;

#[test]
fn a_row_that_is_wrong_is_told_with_file_line_and_reason() {
    let good_query = "{\"_id\":\"q\",\"text\":\"t\"}\n";
    let good_judgement = format!("query-id\tcorpus-id\tscore\nq\t{}\t1\n", id("a"));
    let full = digest("a").to_hex();
    let rows: [(&str, String, &str); 17] = [
        ("queries", format!("{good_query}\nnot json\n"), "queries, line 3: expected ident"),
        ("queries", format!("{good_query}{{\"_id\":\"p\"}}\n"), "queries, line 2: missing field `text`"),
        ("queries", "{\"_id\":\"q\",\"text\":\" \"}\n".to_owned(), "queries, line 1: `text` is empty"),
        ("queries", good_query.repeat(2), "queries, line 2: the query `q` came before"),
        ("queries", "\n\n".to_owned(), "queries holds no queries"),
        ("queries", "{\"_id\":\"other\",\"text\":\"t\"}\n".to_owned(), "query `other` has no relevant skill in "),
        ("judgements", "q\t1\n".to_owned(), "judgements, line 1: expected 3 fields with tabs between them, found 2"),
        ("judgements", format!("q\t{full}\t1\n"), "is not an id: expected the first 16 hexadecimal digits"),
        ("judgements", format!("q\t{}\thigh\n", id("a")), "line 1: the score `high` is not a whole number from 0"),
        ("judgements", format!("q\t{}\t-1\n", id("a")), "line 1: the score `-1` is not a whole number from 0"),
        ("judgements", format!("q\t{}\t0\n", id("a")), "query `q` has no relevant skill in "),
        ("judgements", format!("{good_judgement}q\t{}\t2\n", id("a")), "line 3: "),
        ("clusters", format!("{{\"_id\":\"{}\",\"members\":[\"abc\"]}}\n", id("a")), "line 1: `members`: `abc` is not"),
        (
            "clusters",
            format!(
                "{{\"_id\":\"{}\",\"members\":[\"{full}\"]}}\n{{\"_id\":\"{}\",\"members\":[\"{full}\"]}}\n",
                id("a"),
                id("b")
            ),
            "line 2: `members`: ",
        ),
        ("pool", format!("{}\nrow 7\n", id("a")), "pool, line 2: `row 7` is not an id"),
        ("pool", "\n".to_owned(), "pool holds no ids"),
        ("negatives", "{\"_id\":\"n\",\"text\":\"t\",\"corpus_ids\":[]}\n".to_owned(), "line 1: `corpus_ids` is empty"),
    ];
    for (file, text, expected) in rows {
        let mut set = Set::new(&[("q", None, &["a"])]);
        let path = set.file(file, &text);
        match file {
            "queries" => set.files.queries = path,
            "judgements" => set.files.judgements = path,
            "clusters" => set.files.clusters = Some(path),
            "pool" => set.files.pool = Some(path),
            _ => set.files.negatives = Some(path),
        }
        let told = Judged::read(&set.files).expect_err(&text).to_string();
        assert!(told.contains(expected), "{text:?}\n{told}");
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let mut set = Set::new(&[("q", None, &["a"])]);
    set.files.pool = Some(set.folder.path().join("nowhere.txt"));
    let told = Judged::read(&set.files).expect_err("no file").to_string();
    assert!(told.contains("nowhere.txt"), "{told}");
}

#[test]
fn a_family_is_the_field_family_and_else_the_language() {
    let mut set = Set::new(&[("q", None, &["a"])]);
    let rows = [("q", r#""family":"x","lang":"zh""#), ("r", r#""lang":"zh""#), ("s", r#""family":" ""#)];
    let text: String =
        rows.iter().map(|(id, field)| format!("{{\"_id\":\"{id}\",\"text\":\"t\",{field}}}\n")).collect();
    let judgements: String = rows.iter().map(|(query, _)| format!("{query}\t{}\t1\n", id("a"))).collect();
    set.files.queries = set.file("families.jsonl", &text);
    // A heading is not needed, and a file may begin with a mark of its byte order.
    set.files.judgements = set.file("families.tsv", &format!("\u{feff}{judgements}"));
    let families: Vec<_> = set.read().queries.into_iter().map(|query| query.family).collect();
    assert_eq!(families, [Some("x".to_owned()), Some("zh".to_owned()), None]);
}

#[test]
fn clusters_are_read_plain_and_compressed_and_a_file_in_none_is_alone() {
    let set = Set::new(&[("q", None, &["a"])]);
    let row = format!(
        "{{\"_id\":\"{}\",\"members\":[\"{}\",\"{}\"]}}\n",
        id("a"),
        digest("a").to_hex(),
        digest("b").to_hex()
    );
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, row.as_bytes()).expect("compressed");
    let compressed = set.folder.path().join("clusters.jsonl.gz");
    fs::write(&compressed, encoder.finish().expect("compressed")).expect("a file");
    for path in [set.file("clusters.jsonl", &row), compressed] {
        let clusters = Clusters::read(&path).expect("clusters");
        assert_eq!(
            [clusters.of(digest("a")), clusters.of(digest("b")), clusters.of(digest("c"))],
            [id("a"), id("a"), id("c")]
        );
    }
}
