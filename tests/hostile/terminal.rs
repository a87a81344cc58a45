//! The same attacks, in what a person sees in a terminal and what a workflow reads of a scan.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::attacks::attacks;
use crate::clean::{assert_html, assert_json, assert_text, deceptive};
use crate::skills::{HostileSkill, hostile_skills};

struct Workshop {
    root: TempDir,
    skills: Vec<HostileSkill>,
}

impl Workshop {
    /// Writes the skills as folders and brings them into an index.
    fn new() -> Self {
        let workshop = Self { root: tempfile::tempdir().expect("a temporary folder"), skills: hostile_skills() };
        for (skill, (_, words)) in workshop.skills.iter().zip(attacks()) {
            skill.write(&workshop.folder(), &words);
        }
        workshop
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("skills")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_touchmark"));
        command.env("TOUCHMARK_DATA_DIR", self.root.path().join("data")).current_dir(self.root.path());
        for variable in ["TOUCHMARK_URL", "TOUCHMARK_LOG", "TOUCHMARK_CONFIG", "GITHUB_STEP_SUMMARY", "CLICOLOR_FORCE"]
        {
            command.env_remove(variable);
        }
        command.args(arguments).output().expect("the program starts")
    }

    /// Runs the program and checks both of its streams.
    fn check(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_text(&format!("{arguments:?}"), &out);
        assert_text(&format!("{arguments:?}, its errors"), &err);
        out
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is UTF-8")
}

fn shown(path: &Path) -> &str {
    path.to_str().expect("a path of ours")
}

#[test]
fn no_command_lets_an_author_begin_a_line_or_steer_the_terminal() {
    let workshop = Workshop::new();
    workshop.check(&["ingest", "skills"]);
    workshop.check(&["scan", "skills"]);
    workshop.check(&["search", "sorts tables", "--limit", "30"]);
    for skill in &workshop.skills {
        let folder = workshop.folder().join(&skill.word);
        let out = workshop.check(&["inspect", "--content-hash", &hash(skill)]);
        assert!(out.contains(&skill.word), "{}: {out:.300}", skill.attack);
        // The path is ours up to the folder, so that the files are named.
        workshop.check(&["verify", shown(&folder)]);
    }
}

fn hash(skill: &HostileSkill) -> String {
    touchmark::skill::Sha256Digest::of(skill.text.as_bytes()).to_string()
}

#[test]
fn no_report_of_a_scan_carries_an_attack() {
    let workshop = Workshop::new();
    assert_html("scan --format html", &text(&workshop.run(&["scan", "skills", "--format", "html"]).stdout));
    for format in ["json", "sarif"] {
        let report = text(&workshop.run(&["scan", "skills", "--format", format]).stdout);
        assert_eq!(deceptive(&report), None, "{format}");
        for line in report.lines().filter(|_| format == "json") {
            let skill: Value = serde_json::from_str(line).expect("a skill a line");
            assert_json("scan --format json", &skill);
        }
    }
    // A workflow reads every line that begins with two colons as a command.
    let commands = text(&workshop.run(&["scan", "skills", "--format", "github"]).stdout);
    assert_text("scan --format github", &commands);
    let ours = ["::error ", "::warning ", "::notice ", "::group::", "::endgroup::"];
    for line in commands.lines().filter(|line| line.starts_with("::")) {
        assert!(ours.iter().any(|command| line.starts_with(command)), "{line:.200}");
    }
}
