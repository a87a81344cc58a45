//! A data folder, repositories, and crawls over them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use touchmark::compute::Compute;
use touchmark::crawl::{CrawlPlan, CrawlProgress, CrawlReport, ListedSource, Pace, SourceList, Visited, crawl};
use touchmark::ingest::Pipeline;
use touchmark::search::{EmbedderChoice, SearchIndex};
use touchmark::skill::Timestamp;
use touchmark::store::{JobBounds, SqliteStore, Store};

use super::repositories::{GitFile, write};

/// Small bounds, so that little is too much.
pub const BOUNDS: JobBounds =
    JobBounds { time_ms: 600_000, fetch_bytes: 1 << 30, read_bytes: 256 * 1024, entries: 200, skills: 20 };

/// One job after the other, and no waiting.
pub const PACE: Pace =
    Pace { lanes: 1, readers: 1, patience: Duration::ZERO, index_interval: Duration::ZERO, ..Pace::USUAL };

pub struct Station {
    pub root: TempDir,
}

impl Station {
    pub fn new() -> Self {
        Self { root: tempfile::tempdir().expect("a folder") }
    }

    pub fn repository(&self, name: &str) -> PathBuf {
        self.root.path().join("repositories").join(name)
    }

    pub fn write(&self, name: &str, files: &[GitFile]) {
        write(&self.repository(name), files);
    }

    /// A list of these repositories, with what stands behind their names.
    pub fn list(&self, names: &[String]) -> SourceList {
        let listed = |name: &String| ListedSource {
            source: format!("git:{}", self.repository(name).display()),
            publisher: None,
            bounds: BOUNDS,
        };
        SourceList { publishers: Vec::new(), sources: names.iter().map(listed).collect() }
    }

    /// The same list as a file.
    pub fn list_file(&self, names: &[String]) -> PathBuf {
        let rows = names.iter().map(|name| {
            let source = format!("git:{}", self.repository(name).display());
            format!("[[source]]\nsource = {}\n", serde_json::to_string(&source).expect("a text is JSON"))
        });
        let path = self.root.path().join("sources.toml");
        std::fs::write(&path, format!("version = 1\n{}", rows.collect::<String>())).expect("the list is written");
        path
    }

    pub fn plan(&self, names: &[String]) -> CrawlPlan {
        CrawlPlan {
            list: self.list(names),
            since: Duration::from_secs(24 * 3_600),
            spares_quiet_sources: false,
            max_repositories: None,
            takes_up_poisoned: false,
            updates_index: true,
            worker_folder: self.root.path().join("workers"),
            github: None,
            pace: PACE,
        }
    }
}

pub struct Quiet;

impl CrawlProgress for Quiet {
    fn visited(&self, _: Visited<'_>) {}
}

/// Opens a data folder.
pub async fn open(data: &Path) -> Pipeline {
    std::fs::create_dir_all(data).expect("the data folder is made");
    Pipeline {
        store: Arc::new(SqliteStore::open(&data.join("touchmark.db")).await.expect("the store opens")),
        search: SearchIndex::open(&data.join("index"), EmbedderChoice::None).expect("the index opens"),
        compute: Compute::new(),
        clock: Timestamp::now,
    }
}

pub async fn run(pipeline: &Pipeline, plan: &CrawlPlan) -> CrawlReport {
    crawl(pipeline, plan, Arc::new(Quiet)).await.expect("the crawl ends")
}

/// Everything that is listed, digest by digest, in one order.
pub async fn digests(store: &dyn Store) -> Vec<String> {
    let changes = store.changes_since(0, 1_000_000).await.expect("the store is read");
    let row = |change: touchmark::store::SkillChange| {
        let skill = change.record;
        format!(
            "{} {} {} {} listed:{} canonical:{} copies:{} {} {:?} {}",
            skill.source.identity.canonical(),
            skill.source.commit_sha.as_deref().unwrap_or_default(),
            skill.content_hash,
            skill.package_hash,
            skill.is_listed,
            skill.is_canonical,
            skill.copy_count,
            skill.verdict.status.as_str(),
            skill.verdict.safety_flags,
            skill.name,
        )
    };
    let mut rows: Vec<String> = changes.into_iter().map(row).collect();
    rows.sort();
    rows
}

pub fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{prefix}{number:02}")).collect()
}
