//! The pipeline from outside: what a run adds, changes, keeps, removes and refuses.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use touchmark::app;
use touchmark::config::StorageConfig;
use touchmark::operations::{IngestProgress, IngestReport, IngestStage, Services, ingest_source};

struct Silent;

impl IngestProgress for Silent {
    fn report(&self, _: IngestStage) {}
}

async fn open(data: &TempDir) -> Services {
    let storage = StorageConfig::read(Some(data.path())).expect("the data folder is made");
    app::open(&storage, "http://127.0.0.1:7080".to_owned()).await.expect("the data folder opens")
}

async fn ingest(services: &Services, source: &Path) -> IngestReport {
    ingest_source(services, &source.display().to_string(), Arc::new(Silent)).await.expect("the source is read")
}

fn counts(report: &IngestReport) -> (u64, u64, u64, u64, u64) {
    (report.added, report.changed, report.unchanged, report.removed, report.failure_count)
}

fn row(repository: &str, path: &str, content: &str, siblings: &str) -> String {
    let content = serde_json::to_string(content).expect("a text is JSON");
    format!(
        "{{\"repo\":\"{repository}\",\"path\":\"{path}\",\"commit\":\"0123456789abcdef0123456789abcdef01234567\",\"commit_date\":\"2026-04-01T00:00:00Z\",\"content\":{content},\"siblings\":{siblings}}}\n"
    )
}

fn skill(name: &str) -> String {
    format!("---\nname: {name}\ndescription: Does what {name} does, carefully.\n---\n# {name}\n")
}

#[tokio::test]
async fn a_corpus_of_broken_rows_loses_none_of_the_good_ones() {
    let (data, folder) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let deep = format!("---\nname: deep\ndescription: d\na: {}\n---\n", "[".repeat(50_000));
    let rows = [
        row("o/r", "good/SKILL.md", &skill("good"), "[]"),
        "not json\n".to_owned(),
        "{\"repo\":\"o/r\"}\n".to_owned(),
        row("o/r", "empty/SKILL.md", "", "[]"),
        row("o/r", "nul/SKILL.md", "---\nname: nul\0\n---\n\0\0", "[]"),
        row("o/r", "yaml/SKILL.md", "---\nname: yaml: broken: [\n---\nx", "[]"),
        row("o/r", "deep/SKILL.md", &deep, "[]"),
        row("o/r", "chinese/SKILL.md", "---\nname: 翻译\ndescription: 翻译技术文档。\n---\n# 翻译\n", "[]"),
        row("o/r", "partial/SKILL.md", &skill("partial"), "[{\"path\":\"scripts/run.sh\",\"size\":10}]"),
        row("o/r", "large/SKILL.md", &format!("{}{}", skill("large"), "x".repeat(10_000_000)), "[]"),
        row("O/R", "good/SKILL.md", &skill("good"), "[]"),
    ];
    let file = folder.path().join("corpus.jsonl");
    fs::write(&file, rows.concat()).expect("the corpus is written");
    let services = open(&data).await;
    let first = ingest(&services, &file).await;
    assert_eq!((first.skills(), first.failure_count, first.incomplete), (9, 2, 1), "{:?}", first.failures);
    assert!(first.failures.iter().all(|failure| failure.location.starts_with("line ") && !failure.reason.is_empty()));
    let second = ingest(&services, &file).await;
    assert_eq!((second.added, second.removed, second.is_finished), (0, 0, true));
}

#[tokio::test]
async fn running_again_changes_nothing_and_what_vanishes_is_removed() {
    let (data, folder) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for name in ["alpha", "beta", "gamma"] {
        fs::create_dir_all(folder.path().join(name)).expect("a folder is made");
        fs::write(folder.path().join(name).join("SKILL.md"), skill(name)).expect("a skill is written");
    }
    let services = open(&data).await;
    assert_eq!(counts(&ingest(&services, folder.path()).await), (3, 0, 0, 0, 0));
    assert_eq!(counts(&ingest(&services, folder.path()).await), (0, 0, 3, 0, 0));
    fs::write(folder.path().join("beta/extra.md"), "more").expect("a file is written");
    fs::remove_dir_all(folder.path().join("gamma")).expect("a folder goes");
    assert_eq!(counts(&ingest(&services, folder.path()).await), (0, 1, 1, 1, 0));
    drop(services);
    // The same data in another process.
    let services = open(&data).await;
    assert_eq!(counts(&ingest(&services, folder.path()).await), (0, 0, 2, 0, 0));
}

#[tokio::test]
async fn a_source_that_breaks_off_unlists_nothing() {
    let (data, folder) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let rows: String =
        (0..400).map(|index| row("o/r", &format!("s{index}/SKILL.md"), &skill(&format!("s{index}")), "[]")).collect();
    let file = folder.path().join("corpus.jsonl.zst");
    let whole = zstd::encode_all(rows.as_bytes(), 3).expect("it compresses");
    fs::write(&file, &whole).expect("the corpus is written");
    let services = open(&data).await;
    assert_eq!(ingest(&services, &file).await.added, 400);
    fs::write(&file, &whole[..whole.len() / 2]).expect("half of the corpus is written");
    let broken = ingest(&services, &file).await;
    assert_eq!((broken.removed, broken.is_finished), (0, false));
    assert!(broken.failure_count > 0);
}

#[tokio::test]
async fn the_starter_catalogue_is_good_but_for_its_bad_examples() {
    let data = tempfile::tempdir().expect("a folder");
    let services = open(&data).await;
    let report = ingest_source(&services, "starter", Arc::new(Silent)).await.expect("the catalogue is read");
    assert_eq!(
        (report.added, report.changed, report.failure_count),
        (0, 0, 0),
        "a first start has ingested it already"
    );
    assert!(report.unchanged >= 16, "{}", report.unchanged);
    let root = Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("index/starter");
    for entry in fs::read_dir(root).expect("the catalogue is a folder") {
        let path = entry.expect("an entry").path();
        let Some(name) = path.is_dir().then(|| path.file_name().expect("a name").to_string_lossy().into_owned()) else {
            continue;
        };
        touchmark::operations::scan_folder(&path, touchmark::scan::Ruleset::builtin(), |result| {
            let status = result.expect("it is scanned").response().safety.status.as_str();
            assert_eq!(status, if name.starts_with("bad-example-") { "dangerous" } else { "safe" }, "{name}");
        });
    }
}
