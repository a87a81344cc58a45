//! Advisories from files, through the operations and the command line.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

fn record(id: &str, ecosystem: &str, name: &str, fixed: &str) -> Value {
    json!({
        "schema_version": "1.7.0", "id": id, "modified": "2026-02-03T04:05:06Z", "summary": format!("About {name}\n\u{1b}[31mred"),
        "affected": [{
            "package": { "ecosystem": ecosystem, "name": name },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": fixed }] }],
        }],
    })
}

fn records() -> Vec<Value> {
    vec![
        record("TEST-2026-1", "npm", "left-demo", "1.2.0"),
        record("TEST-2026-2", "PyPI", "Demo_Tool", "2.0"),
        record("MAL-2026-3", "npm", "demo-steals", "99.0.0"),
        record("TEST-2026-4", "Go", "example.com/demo", "1.0.0"),
        json!({ "id": "no record" }),
    ]
}

struct Place {
    root: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { root: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.root.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_touchmark"))
            .args(["--json", "--data-dir"])
            .arg(self.path("data"))
            .arg("advisories")
            .args(arguments)
            .output()
            .expect("the program runs")
    }

    fn answer(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let output = self.run(arguments);
        let text = String::from_utf8_lossy(&output.stdout);
        let body = serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{text} {}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code(), body)
    }

    fn import(&self, file: &Path) -> (Option<i32>, Value) {
        self.answer(&["import", file.to_str().expect("a path")])
    }
}

fn zip(records: &[Value]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (number, record) in records.iter().enumerate() {
        archive.start_file(format!("{number}.json"), zip::write::SimpleFileOptions::default()).expect("an entry");
        archive.write_all(record.to_string().as_bytes()).expect("memory");
    }
    archive.start_file("README.md", zip::write::SimpleFileOptions::default()).expect("an entry");
    archive.finish().expect("memory").into_inner()
}

#[test]
fn every_form_of_file_brings_the_same_advisories() {
    let place = Place::new();
    let records = records();
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    let folder = place.path("folder");
    fs::create_dir_all(folder.join("npm")).expect("a folder");
    for (number, record) in records.iter().enumerate() {
        fs::write(folder.join(format!("npm/{number}.json")), record.to_string()).expect("a file");
    }
    fs::write(folder.join("notes.txt"), "nothing").expect("a file");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(lines.as_bytes()).expect("memory");
    let files: [(&str, Vec<u8>); 5] = [
        ("all.zip", zip(&records)),
        ("all.jsonl", lines.clone().into_bytes()),
        ("all.jsonl.gz", packed.finish().expect("memory")),
        ("all.jsonl.zst", zstd::encode_all(lines.as_bytes(), 1).expect("memory")),
        ("all.json", json!(records).to_string().into_bytes()),
    ];
    let mut paths = vec![folder];
    for (name, bytes) in files {
        fs::write(place.path(name), bytes).expect("a file");
        paths.push(place.path(name));
    }
    for (number, path) in paths.iter().enumerate() {
        let (code, body) = place.import(path);
        let (added, unchanged) = if number == 0 { (3, 0) } else { (0, 3) };
        assert_eq!(code, Some(0), "{body}");
        let told = [&body["added"], &body["unchanged"], &body["elsewhere"], &body["failed"]];
        assert_eq!(told, [&json!(added), &json!(unchanged), &json!(1), &json!(1)], "{}", path.display());
    }
    let (_, counts) = place.answer(&["status"]);
    assert_eq!([&counts["advisories"], &counts["malicious"], &counts["packages"]], [&json!(3), &json!(1), &json!(3)]);
}

#[test]
fn what_is_known_of_a_package_depends_on_its_version_and_malice_is_an_exit_code() {
    let place = Place::new();
    fs::write(place.path("all.zip"), zip(&records())).expect("a file");
    assert_eq!(place.import(&place.path("all.zip")).0, Some(0));
    let rows = [
        ("npm:left-demo@1.1.9", 0, &["TEST-2026-1"][..]),
        ("npm:left-demo@1.2.0", 0, &[]),
        ("npm:left-demo", 0, &["TEST-2026-1"]),
        ("pypi:demo.tool==1.9", 0, &["TEST-2026-2"]),
        ("pkg:pypi/demo-tool@2.0", 0, &[]),
        ("npm:demo-steals@1.0.0", 2, &["MAL-2026-3"]),
        ("pypi:demo-steals==1.0.0", 0, &[]),
    ];
    for (package, code, expected) in rows {
        let (exit, body) = place.answer(&["of", package]);
        let ids: Vec<&str> =
            body["advisories"].as_array().expect("a list").iter().filter_map(|row| row["id"].as_str()).collect();
        assert_eq!((exit, ids.as_slice()), (Some(code), expected), "{package}");
    }
    let (_, body) = place.answer(&["of", "npm:left-demo@1.0.0"]);
    assert_eq!(body["advisories"][0]["fixed_in"], "1.2.0");
    // A page shows no control of an author.
    let page = Command::new(env!("CARGO_BIN_EXE_touchmark"))
        .args(["advisories", "of", "npm:left-demo@1.0.0", "--data-dir"])
        .arg(place.path("data"))
        .output()
        .expect("the program runs");
    let page = String::from_utf8(page.stdout).expect("UTF-8");
    assert!(page.contains("About left-demo \\u{1b}[31mred") && page.contains("mended in 1.2.0"), "{page}");
}

#[test]
fn what_holds_no_advisory_is_refused_with_the_reason() {
    let place = Place::new();
    let rows: [(&str, &[u8]); 6] = [
        ("empty.jsonl", b""),
        ("text.jsonl", b"this is\nno record\n"),
        ("nul.json", b"\0"),
        ("cut.zip", b"PK\x03\x04cut"),
        ("cut.jsonl.gz", b"\x1f\x8b\x08cut"),
        ("list.json", b"[]"),
    ];
    for (name, bytes) in rows {
        fs::write(place.path(name), bytes).expect("a file");
        let output = place.run(&["import", place.path(name).to_str().expect("a path")]);
        let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {told}");
        assert!(told.contains(name), "{name}: {told}");
    }
    assert_eq!(place.run(&["import", place.path("missing").to_str().expect("a path")]).status.code(), Some(1));
}

#[test]
fn a_preview_tells_what_is_rejected_and_what_nobody_can_say() {
    let place = Place::new();
    fs::write(place.path("all.zip"), zip(&records())).expect("a file");
    assert_eq!(place.import(&place.path("all.zip")).0, Some(0));
    let preview = |name: &str, text: &str| {
        fs::write(place.path(name), text).expect("a file");
        let output = Command::new(env!("CARGO_BIN_EXE_touchmark"))
            .args(["--json", "--data-dir"])
            .arg(place.path("data"))
            .args(["preview", "--offline"])
            .arg(place.path(name))
            .output()
            .expect("the program runs");
        (output.status.code(), serde_json::from_slice::<Value>(&output.stdout).unwrap_or(Value::Null))
    };
    let good =
        r#"{"dependencies": {"left-demo": "1.1.0", "other": "^1.0.0", "own": "git+https://git.example/own.git"}}"#;
    let (code, body) = preview("package.json", good);
    assert_eq!(code, Some(0), "{body}");
    let told = |body: &Value| -> Vec<String> {
        let list = |name: &str| body[name].as_array().expect("a list").clone();
        let items = list("items").into_iter().chain(list("transitiveItems"));
        let ids = |item: &Value| item["registryAdvisories"].as_array().expect("a list").len();
        items
            .map(|item| format!("{} {} {}", item["packageName"], item["status"], ids(&item)).replace('"', ""))
            .collect()
    };
    assert_eq!(told(&body), ["left-demo TO_AUDIT 1", "other UNCERTIFIED 0", "own UNCERTIFIED 0"]);
    assert_eq!([&body["packagesTotal"], &body["packagesToAudit"]], [&json!(3), &json!(1)]);
    let bad = r#"{"packages": {"": {"dependencies": {"left-demo": "1"}}, "node_modules/left-demo": {"version": "1.2.0"}, "node_modules/demo-steals": {"version": "1.0.0"}}}"#;
    let (code, body) = preview("package-lock.json", bad);
    assert_eq!(code, Some(2), "{body}");
    assert_eq!(told(&body), ["left-demo TO_AUDIT 0", "demo-steals REJECTED 1"]);
    assert_eq!(body["transitiveDependenciesRejected"], 1);
    // The same as a log for code scanning, by the file that names each package.
    let log = Command::new(env!("CARGO_BIN_EXE_touchmark"))
        .args(["preview", "--offline", "--format", "sarif", "package.json", "package-lock.json", "--data-dir"])
        .arg(place.path("data"))
        .current_dir(place.root.path())
        .output()
        .expect("the program runs");
    assert_eq!((log.status.code(), log.stderr.len()), (Some(2), 0), "no progress where nobody watches");
    let log: Value = serde_json::from_slice(&log.stdout).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("a list").iter();
    let told: Vec<String> = results
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            format!("{} {} {place}", result["ruleId"], result["level"]).replace('"', "")
        })
        .collect();
    assert_eq!(
        told,
        [
            "package-rejected error package-lock.json",
            "package-advisory warning package.json",
            "package-uncertified note package.json",
            "package-unpinned note package.json",
            "package-unpinned note package.json",
        ]
    );
    assert_eq!(preview("package.json", "{").0, Some(1));
    assert_eq!(preview("setup.py", "").0, Some(1));
}
