//! The packages that skills use, through the command line: inspection, certificate, bill of
//! materials, and what an advisory of malice does.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

const SKILL: &str = "---\nname: demo-report\ndescription: Draws reports from tables with demo tools.\n---\n# Demo\n\n\
    Run `pip install demo-lib==1.2.3` and `npx -y demo-server`.\n\n```bash\nuvx reqests\npip install <your-package>\n```\n";

struct Place {
    root: TempDir,
}

impl Place {
    /// A data folder with one skill in it.
    fn new() -> Self {
        let place = Self { root: tempfile::tempdir().expect("a folder") };
        let folder = place.root.path().join("skills/demo-report");
        fs::create_dir_all(&folder).expect("a folder is made");
        fs::write(folder.join("SKILL.md"), SKILL).expect("a file is written");
        fs::write(folder.join("package.json"), "{\"dependencies\": {\"demo-web\": \"^1.0.0\"}}").expect("written");
        let source = format!("folder:{}", place.root.path().join("skills").display());
        let output = place.run(&["ingest", &source]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        place
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_touchmark"))
            .args(["--json", "--data-dir"])
            .arg(self.root.path().join("data"))
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

    fn import(&self, record: &Value) {
        let path = self.root.path().join("advisories.json");
        fs::write(&path, record.to_string()).expect("a file is written");
        let output = self.run(&["advisories", "import", &path.display().to_string()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn record(id: &str, ecosystem: &str, name: &str) -> Value {
    json!({
        "id": id, "modified": "2026-02-03T04:05:06Z", "summary": "A flaw\u{1b}[31m",
        "database_specific": { "severity": "HIGH" },
        "affected": [{
            "package": { "ecosystem": ecosystem, "name": name },
            "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }] }],
        }],
    })
}

fn digest() -> String {
    touchmark::skill::Sha256Digest::of(SKILL.as_bytes()).to_string()
}

#[test]
fn inspection_shows_what_is_known_of_each_package_and_reproaches_nothing_unknown() {
    let place = Place::new();
    place.import(&record("GHSA-0000", "PyPI", "Demo_Lib"));
    let (code, seen) = place.answer(&["inspect", "--content-hash", &digest()]);
    assert_eq!(code, Some(0));
    assert_ne!(seen["safety"]["status"], "dangerous", "an advisory of a flaw makes no skill dangerous");
    let told: Vec<String> = seen["packages"]["uses"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| {
            let word = |name: &str| one[name].as_str().unwrap_or("-").to_owned();
            format!("{}:{} {} {} {}", word("registry"), word("name"), word("standing"), one["pinned"], one["line"])
        })
        .collect();
    assert_eq!(
        told,
        [
            "pypi:reqests misspelt false 10",
            "pypi:demo-lib advised true 7",
            "npm:demo-server unknown false 7",
            "npm:demo-web unknown false 1",
        ]
    );
    assert_eq!(seen["packages"]["uses"][0]["misspells"], "requests");
    assert_eq!(seen["packages"]["uses"][1]["advisories"][0]["severity"], "high");
    assert!(!seen["packages"].to_string().contains("u001b"));
    assert_eq!(seen["packages"]["summary"]["total"], 4);
    assert_eq!(seen["packages"]["summary"]["pinned"], 1);
}

#[test]
fn a_malicious_package_makes_the_skill_dangerous_at_every_door_until_it_is_taken_back() {
    let place = Place::new();
    let hash = digest();
    let status = |place: &Place| {
        let (_, verified) = place.answer(&["verify", "--content-hash", &hash]);
        let (_, inspected) = place.answer(&["inspect", "--content-hash", &hash]);
        let (code, certificate) = place.answer(&["certificate", &hash]);
        let is_bad = [&verified, &inspected].map(|answer| answer["safety"]["status"] == "dangerous");
        (is_bad, code, certificate["councilVerdict"].as_str().unwrap_or_default().to_owned())
    };
    let before = status(&place);
    assert_eq!((before.0, before.1), ([false, false], Some(0)));
    place.import(&record("MAL-2026-7", "npm", "demo-server"));
    assert_eq!(status(&place), ([true, true], Some(2), "REJECTED".to_owned()));
    let (_, inspected) = place.answer(&["inspect", "--content-hash", &hash]);
    assert!(inspected["safety"]["threat"]["description"].as_str().expect("text").contains("npm:demo-server"));
    assert_eq!(inspected["packages"]["uses"][0]["standing"], "known_bad");
    let mut back = record("MAL-2026-7", "npm", "demo-server");
    back["modified"] = json!("2026-03-03T04:05:06Z");
    back["withdrawn"] = json!("2026-03-03T04:05:06Z");
    place.import(&back);
    assert_eq!(status(&place), before);
}

#[test]
fn a_bill_of_materials_is_the_same_every_time_and_names_files_packages_and_flaws() {
    let place = Place::new();
    place.import(&record("GHSA-0000", "PyPI", "demo-lib"));
    let (first, second) = (place.run(&["sbom", &digest()]).stdout, place.run(&["sbom", &digest()]).stdout);
    assert_eq!(first, second);
    let bom: Value = serde_json::from_slice(&first).expect("JSON");
    assert_eq!((&bom["bomFormat"], &bom["specVersion"]), (&json!("CycloneDX"), &json!("1.6")));
    let files = bom["metadata"]["component"]["components"].as_array().expect("files");
    assert_eq!(
        files.iter().map(|file| file["name"].as_str()).collect::<Vec<_>>(),
        [Some("SKILL.md"), Some("package.json")]
    );
    let purls: Vec<_> =
        bom["components"].as_array().expect("packages").iter().filter_map(|one| one["purl"].as_str()).collect();
    assert_eq!(purls, ["pkg:npm/demo-server", "pkg:npm/demo-web", "pkg:pypi/demo-lib@1.2.3", "pkg:pypi/reqests"]);
    assert_eq!(bom["vulnerabilities"][0]["affects"], json!([{ "ref": "pkg:pypi/demo-lib@1.2.3" }]));
    let output = place.run(&["sbom", "nobody"]);
    assert_eq!(output.status.code(), Some(1));
}
