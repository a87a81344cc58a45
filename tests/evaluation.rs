//! `touchmark eval` as a person and a script see it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use touchmark::skill::Sha256Digest;

/// A folder with an index of a few skills and the files of a judged set.
struct Workshop {
    root: TempDir,
}

fn content(name: &str, description: &str) -> String {
    format!("---\nname: {name}\ndescription: {description}\n---\n# {name}\n\n{description}\n")
}

fn id(content: &str) -> String {
    Sha256Digest::of(content.as_bytes()).to_hex()[..16].to_owned()
}

impl Workshop {
    /// Three skills that are near each other; the name of the first is hostile.
    fn new() -> Self {
        let workshop = Self { root: tempfile::tempdir().expect("a temporary folder") };
        let skills = workshop.skills();
        for (folder, content) in ["one", "two", "three"].iter().zip(&skills) {
            let folder = workshop.path("skills").join(folder);
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join("SKILL.md"), content).expect("a file");
        }
        let (out, err, code) = workshop.run(&["ingest", "skills"]);
        assert_eq!(code, 0, "{out}{err}");
        workshop.write(
            "queries.jsonl",
            "{\"_id\":\"q1\",\"text\":\"rotate the pages of quarterly ledgers\\u001b[2J\\u202e\",\"family\":\"office\"}\n\
             {\"_id\":\"q2\",\"text\":\"ledgers\",\"lang\":\"de\"}\n",
        );
        workshop.judge(&[("q1", 0), ("q2", 1)]);
        workshop
    }

    fn skills(&self) -> [String; 3] {
        [
            content("\"ledger\\e[31m\\u202erotate\"", "Rotate the pages of quarterly ledgers."),
            content("ledger-sums", "Sum the columns of ledgers, and check ledgers against ledgers."),
            content("ledger-print", "Print quarterly reports of pages."),
        ]
    }

    /// Writes judgements: for each query, the place of its answer in [`Self::skills`].
    fn judge(&self, answers: &[(&str, usize)]) {
        let rows = answers.iter().map(|(query, place)| format!("{query}\t{}\t1\n", id(&self.skills()[*place])));
        self.write("qrels.tsv", &format!("query-id\tcorpus-id\tscore\n{}", rows.collect::<String>()));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    /// Runs the program; returns its standard output and error, and its code.
    fn run(&self, arguments: &[&str]) -> (String, String, i32) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_touchmark"));
        command.env("TOUCHMARK_DATA_DIR", self.path("data")).current_dir(self.root.path()).args(arguments);
        for variable in ["TOUCHMARK_URL", "TOUCHMARK_LOG", "TOUCHMARK_PUBLIC_URL", "TOUCHMARK_LISTEN", "CLICOLOR_FORCE"]
        {
            command.env_remove(variable);
        }
        let output = command.output().expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the output is UTF-8");
        (text(&output.stdout), text(&output.stderr), output.status.code().expect("it ends by itself"))
    }

    fn eval(&self, options: &[&str]) -> (String, String, i32) {
        self.run(&[&["eval", "queries.jsonl", "qrels.tsv"], options].concat())
    }

    fn json(&self, options: &[&str]) -> Value {
        let (out, err, code) = self.eval(&[&["--json"], options].concat());
        assert_eq!(code, 0, "{out}{err}");
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    }
}

#[test]
fn every_ranking_is_measured_over_all_queries_and_by_family() {
    let workshop = Workshop::new();
    let report = workshop.json(&[]);
    let rankings = report["rankings"].as_array().expect("rankings");
    assert_eq!(
        rankings.iter().map(|ranking| ranking["ranking"].as_str()).collect::<Vec<_>>(),
        [Some("lexical"), Some("semantic"), Some("hybrid")]
    );
    let groups = rankings[0]["groups"].as_array().expect("groups");
    assert_eq!(
        groups.iter().map(|group| (group["group"].as_str(), group["family"].as_str())).collect::<Vec<_>>(),
        [(Some("all"), None), (Some("macro"), None), (Some("family"), Some("office")), (Some("family"), Some("de"))]
    );
    let figure = &groups[0]["measures"][0];
    assert_eq!((figure["measure"].as_str(), figure["mean"].as_f64()), (Some("ndcg_at_10"), Some(1.0)));
    let (out, _, _) = workshop.eval(&[]);
    for expected in
        ["all queries (2)", "mean over families (2)", "family office (1)", "nDCG@10", "1.000 [1.000, 1.000]"]
    {
        assert!(out.contains(expected), "{expected}\n{out}");
    }
    let (_, err, code) = workshop.eval(&["--macro-families", "office,nowhere"]);
    assert!(code == 1 && err.contains("no query is of the family `nowhere`; there are: office, de"), "{err}");
}

#[test]
fn two_runs_are_compared_and_no_author_steers_the_terminal() {
    let workshop = Workshop::new();
    let (_, err, code) = workshop.eval(&["--save", "before.jsonl.gz"]);
    assert_eq!(code, 0, "{err}");
    let (out, _, _) = workshop.eval(&["--compare", "before.jsonl.gz"]);
    assert!(out.contains("no relevant result moved"), "{out}");

    // A better answer comes to the index, and the judgements stay.
    let folder = workshop.path("more/pages");
    fs::create_dir_all(&folder).expect("a folder");
    let rival = content("rotate-pages", "Rotate pages of quarterly ledgers: rotate ledgers, rotate quarterly pages.");
    fs::write(folder.join("SKILL.md"), rival).expect("a file");
    assert_eq!(workshop.run(&["ingest", "more"]).2, 0);
    let (out, _, code) = workshop.eval(&["--compare", "before.jsonl.gz"]);
    assert_eq!(code, 0, "{out}");
    for expected in ["0 queries better, 1 worse", "relevant 1 → 2", "rotate-pages", "rank – → 1", "safety_factor"]
    {
        assert!(out.contains(expected), "{expected}\n{out}");
    }
    assert!(out.contains("\\u{202e}") && out.contains("\\u{1b}"), "what deceives is escaped: {out}");
    assert!(!out.chars().any(|character| (character.is_control() && character != '\n') || character == '\u{202e}'));
    let moved = workshop.json(&["--compare", "before.jsonl.gz"])["comparison"]["rankings"][0]["moved"][0].clone();
    assert_eq!(
        (moved["query"].as_str(), moved["rank_before"].as_u64(), moved["rank_now"].as_u64()),
        (Some("q1"), Some(1), Some(2))
    );
}

#[test]
fn a_pool_closes_the_ranking_and_negatives_are_counted() {
    let workshop = Workshop::new();
    let skills = workshop.skills();
    workshop.judge(&[("q1", 2), ("q2", 1)]);
    let hit = |report: &Value| report["rankings"][0]["groups"][0]["measures"][4]["mean"].as_f64();
    assert_eq!(hit(&workshop.json(&[])), Some(0.5));
    workshop.write("pool.txt", &format!("{}\n{}\n", id(&skills[1]), id(&skills[2])));
    assert_eq!(hit(&workshop.json(&["--pool", "pool.txt"])), Some(1.0));
    let negative = |query: &str, place: usize| {
        format!("{{\"_id\":\"{query}\",\"text\":\"ledgers\",\"corpus_ids\":[\"{}\"]}}\n", id(&skills[place]))
    };
    workshop.write("negatives.jsonl", &format!("{}{}", negative("n1", 1), negative("n2", 2)));
    let report = workshop.json(&["--negatives", "negatives.jsonl"]);
    let figures = &report["rankings"][0]["negatives"];
    assert_eq!((figures["query_count"].as_u64(), figures["wrong_count"].as_u64()), (Some(2), Some(1)));
    assert!(workshop.eval(&["--negatives", "negatives.jsonl"]).0.contains("1 of 2"));
}

#[test]
fn a_broken_row_ends_the_command_with_its_place_and_a_server_is_no_choice() {
    let workshop = Workshop::new();
    workshop.write("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\trow-7\t1\n");
    let (out, err, code) = workshop.eval(&[]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("qrels.tsv, line 2: `row-7` is not an id"), "{err}");
    let (_, err, code) = workshop.eval(&["--url", "http://127.0.0.1:9"]);
    assert!(code == 1 && err.contains("`eval` works on this machine"), "{err}");
}
