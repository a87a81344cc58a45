use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::repositories::skills;
use super::station::{Station, names};

/// `touchmark crawl run` over a list.
pub fn crawl(data: &Path, list: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_touchmark"));
    command.args(["crawl", "run", "--json", "--embedder", "none", "--sources"]).arg(list).arg("--data-dir").arg(data);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Runs a command that ends well, and returns what it prints.
pub fn answer(command: &mut Command) -> Value {
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).expect("the answer is JSON")
}

/// Every file of a folder with its bytes, but those of the database.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.to_string_lossy().contains("touchmark.db") {
                let bytes = std::fs::read(&path).expect("a file is read");
                found.push((path, bytes));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_dry_run_tells_what_a_run_would_do_and_writes_nothing() {
    let station = Station::new();
    let repositories = names("r", 3);
    for name in &repositories {
        station.write(name, &skills(&names(&format!("{name}-"), 2), 1));
    }
    let data = station.root.path().join("data");
    let dry = |list: &Path| answer(crawl(&data, list).arg("--dry-run"));
    let figures = |answer: &Value| {
        ["read", "unchanged", "failed", "remaining", "skills", "added", "changed", "removed"]
            .map(|key| answer[key].as_u64().unwrap_or(u64::MAX))
    };
    let list = station.list_file(&repositories);
    let first = dry(&list);
    assert_eq!(figures(&first), [3, 0, 0, 0, 6, 6, 0, 0]);
    assert!(!data.exists(), "nothing is made where nothing was");
    assert_eq!(figures(&answer(&mut crawl(&data, &list))), figures(&first));
    station.write("r01", &skills(&names("r01-", 2), 2));
    let before = files(&data);
    let second = answer(crawl(&data, &list).args(["--dry-run", "--since", "0s"]));
    assert_eq!(figures(&second), [1, 2, 0, 0, 2, 0, 2, 0]);
    let after = files(&data);
    let paths = |files: &[(PathBuf, Vec<u8>)]| files.iter().map(|file| file.0.clone()).collect::<Vec<_>>();
    assert_eq!(paths(&after), paths(&before));
    assert!(before == after, "a dry run leaves every byte of the index as it is");
    // The database may tidy up after whoever used it last; what it holds is what it was.
    assert_eq!(figures(&answer(crawl(&data, &list).args(["--since", "0s"]))), figures(&second));
    let status = Command::new(env!("CARGO_BIN_EXE_touchmark"))
        .args(["crawl", "status", "--json", "--data-dir"])
        .arg(&data)
        .output()
        .expect("the program runs");
    let status: Value = serde_json::from_slice(&status.stdout).expect("the status is JSON");
    assert_eq!((&status["jobs"]["done"], &status["remaining"]), (&Value::from(3), &Value::from(0)));
}
