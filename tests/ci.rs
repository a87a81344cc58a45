//! The files for CI hold to the options that the program really has, and let no input become
//! a command.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use touchmark::surfaces::cli::help_pages;

fn read(path: &str) -> String {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the options of a text, as `--format` of `"--format=$CHECK_FORMAT"`.
fn options(text: &str) -> BTreeSet<String> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '-';
    text.match_indices("--")
        .filter(|(at, _)| !text[..*at].ends_with(is_part))
        .map(|(at, _)| text[at..].chars().take_while(|character| is_part(*character)).collect::<String>())
        .filter(|option| option.len() > 2)
        .collect()
}

fn has_option(command: &str, option: &str) -> bool {
    let pages = help_pages();
    let help = pages.split(&format!("\n## touchmark {command}\n")).nth(1).unwrap_or_else(|| panic!("no `{command}`"));
    let help = help.split("\n## touchmark ").next().unwrap_or_default();
    // An option stands at the beginning of its line, perhaps after its short form.
    help.lines().any(|line| {
        let line = line.trim_start();
        let line = line.split_once(", ").filter(|(short, _)| short.len() == 2).map_or(line, |(_, long)| long);
        line.split([' ', '=']).next() == Some(option)
    })
}

fn assert_has(command: &str, text: &str, place: &str) {
    for option in options(text) {
        assert!(has_option(command, &option), "{place}: `touchmark {command}` has no {option}");
    }
}

/// Checks a line such as `touchmark check --offline > report`.
fn assert_line(line: &str, place: &str) {
    let mut words = line.split_whitespace();
    assert_eq!(words.next(), Some("touchmark"), "{place}: {line}");
    let command = words.next().unwrap_or_else(|| panic!("{place}: {line}"));
    assert_has(command, line, place);
}

#[test]
fn an_option_that_is_not_there_is_not_found() {
    assert!(has_option("scan", "--format") && has_option("check", "--json") && !has_option("scan", "--candy"));
}

#[test]
fn the_action_lets_no_input_become_a_command() {
    let action = yaml("action.yml");
    assert_eq!(action["runs"]["using"], "composite");
    let steps = action["runs"]["steps"].as_array().expect("steps");
    let mut used = BTreeSet::new();
    for step in steps {
        if let Some(run) = step["run"].as_str() {
            assert!(!run.contains("${{"), "an expression in a shell line: {run}");
            assert_eq!(step["shell"], "bash", "{step}");
            assert!(!run.contains("eval") && !run.contains("sh -c"), "{run}");
        }
        used.extend(step.to_string().match_indices("inputs.").map(|(at, word)| {
            let text = step.to_string();
            text[at + word.len()..]
                .chars()
                .take_while(|character| character.is_ascii_lowercase() || *character == '-')
                .collect::<String>()
        }));
    }
    let inputs: BTreeSet<String> = action["inputs"].as_object().expect("inputs").keys().cloned().collect();
    assert_eq!(used, inputs, "an input that is not used, or is not there");
    assert_eq!(action["outputs"].as_object().expect("outputs").keys().collect::<Vec<_>>(), ["exit-code", "report"]);
    let page = read("docs/ci.md");
    for name in inputs.iter().map(String::as_str).chain(["exit-code", "report"]) {
        assert!(page.contains(&format!("| `{name}` |")), "docs/ci.md does not name {name}");
    }
}

#[test]
fn the_action_uses_options_that_the_command_has() {
    let action = yaml("action.yml");
    let steps = action["runs"]["steps"].as_array().expect("steps");
    let check = steps.iter().find(|step| step["id"] == "check").and_then(|step| step["run"].as_str()).expect("a check");
    let lines: Vec<&str> = check.lines().filter(|line| line.contains("arguments")).collect();
    assert!(lines[0].contains("arguments=(check ") && lines.len() > 4, "{lines:?}");
    lines.iter().for_each(|line| assert_has("check", line, "action.yml"));
    // Every variable of a shell line stands between quotation marks.
    for line in check.lines().filter(|line| line.contains("CHECK_")) {
        for (at, _) in line.match_indices("$CHECK_") {
            let quotes = line[..at].matches('"').count();
            assert_eq!(quotes % 2, 1, "{line}");
        }
    }
}

#[test]
fn the_hooks_and_the_example_for_gitlab_use_options_that_the_commands_have() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks = hooks.as_array().expect("hooks");
    let ids: Vec<&str> = hooks.iter().filter_map(|hook| hook["id"].as_str()).collect();
    assert_eq!(ids, ["touchmark-check", "touchmark-scan"]);
    let page = read("docs/ci.md");
    for hook in hooks {
        assert_line(hook["entry"].as_str().expect("an entry"), ".pre-commit-hooks.yaml");
        assert_eq!((&hook["pass_filenames"], &hook["language"]), (&Value::from(false), &Value::from("rust")));
        assert!(page.contains(&format!("id: {}", hook["id"].as_str().expect("an id"))));
    }
    let gitlab = yaml("docs/gitlab-ci.yml");
    let script = gitlab["skills"]["script"].as_array().expect("a script");
    assert!(!script.is_empty());
    script.iter().for_each(|line| assert_line(line.as_str().expect("a line"), "docs/gitlab-ci.yml"));
}

#[test]
fn the_pages_show_commands_with_options_that_they_have() {
    for page in ["docs/ci.md", "docs/install.md", "docs/lock.md", "docs/lockfiles.md", "docs/policy.md"] {
        let text = read(page);
        let commands = text.split("```bash\n").skip(1).filter_map(|rest| rest.split("```").next());
        for line in commands.flat_map(str::lines).filter(|line| line.starts_with("touchmark ")) {
            assert_line(line.split(" #").next().unwrap_or(line), page);
        }
    }
}

/// A server or an index on the runner is needed by whoever asks for verdicts.
#[test]
fn every_example_that_asks_for_verdicts_says_who_is_asked() {
    let gitlab = yaml("docs/gitlab-ci.yml");
    let script = gitlab["skills"]["script"].as_array().expect("a script");
    let lines: Vec<&str> = script.iter().filter_map(Value::as_str).collect();
    let asks = |text: &str, key: &str| text.contains(&format!("{key} warning"));
    for line in lines.iter().filter(|line| asks(line, "--fail-on")) {
        assert!(line.contains("--url") || lines.iter().any(|line| line.contains("touchmark ingest")), "{line}");
    }
    assert!(gitlab["skills"]["before_script"].to_string().contains("--rev"), "the example installs whatever is newest");
    for block in read("docs/ci.md").split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        let is_answered =
            ["url: https", "offline: \"true\"", "touchmark ingest"].iter().any(|word| block.contains(word));
        assert!(!asks(block, "fail-on:") || is_answered, "{block}");
    }
    let hooks = yaml(".pre-commit-hooks.yaml");
    assert!(hooks[0]["entry"].as_str().is_some_and(|entry| entry.contains("--no-global")), "{hooks}");
}

/// Runs the shell of the step that checks, with a program that prints its arguments.
#[cfg(unix)]
#[test]
fn what_stands_in_an_input_stays_one_word() {
    use std::os::unix::fs::PermissionsExt;

    let place = tempfile::tempdir().expect("a temporary folder");
    let program = place.path().join("program");
    fs::write(
        &program,
        "#!/bin/sh\nfor word in \"$@\"; do echo \"[$word]\"; done\n\
                          printf '::error::by an author' >&2\nexit 2\n",
    )
    .expect("a program");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a mode");
    let folder = place.path().join("a folder; touch x");
    fs::create_dir(&folder).expect("a folder");
    let action = yaml("action.yml");
    let steps = action["runs"]["steps"].as_array().expect("steps");
    let check = steps.iter().find(|step| step["id"] == "check").and_then(|step| step["run"].as_str()).expect("a check");
    let hostile = "$(touch owned) `touch owned`; touch owned #";
    let outputs = place.path().join("outputs");
    let run = std::process::Command::new("bash")
        .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", check])
        .current_dir(place.path())
        .env("PROGRAM", &program)
        .env("REPORTS", place.path())
        .env("CHECK_PATH", &folder)
        .env("CHECK_FAIL_ON", hostile)
        .env("CHECK_OFFLINE", "true")
        .env("CHECK_FORMAT", "text")
        .env("CHECK_URL", hostile)
        .env("GITHUB_OUTPUT", &outputs)
        .output()
        .expect("bash starts");
    let out = String::from_utf8(run.stdout).expect("text");
    assert!(run.status.success(), "{out}{}", String::from_utf8_lossy(&run.stderr));
    let words =
        ["[check]", "[--format=text]", &format!("[--fail-on={hostile}]"), "[--offline]", &format!("[--url={hostile}]")]
            .join("\n");
    assert!(out.starts_with("::stop-commands::") && out.contains(&words), "{out}");
    // Nor is a message a command: it stands between the token and its end.
    let token = out.lines().next().and_then(|line| line.strip_prefix("::stop-commands::")).expect("a token");
    assert!(out.contains("\n::error::by an author\n") && out.ends_with(&format!("\n::{token}::\n")), "{out}");
    assert_eq!((out.matches(token).count(), &run.stderr[..]), (2, &b""[..]), "{out}");
    let outputs = fs::read_to_string(outputs).expect("outputs");
    assert!(outputs.starts_with("exit-code=2\nreport=/"), "{outputs}");
    assert!(![place.path(), folder.as_path()].iter().any(|folder| folder.join("owned").exists()), "an input was run");
}
