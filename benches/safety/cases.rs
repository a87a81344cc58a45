//! Labelled bundles, and what the scanner says of each.

use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde::Deserialize;
use touchmark::scan::{SafetyStatus, ScanReport, scan_bundle};
use touchmark::skill::{FileContent, RawBundle, RawFile, SkillBundle};

/// What a label says of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    Malicious,
    Benign,
    /// Left out of every rate.
    Suspicious,
}

/// A labelled bundle after its scan.
pub struct Case {
    pub id: String,
    pub set: String,
    pub label: Label,
    pub family: String,
    pub categories: Vec<String>,
    pub is_semantic: bool,
    /// The clean bundle into which an attack was put.
    pub base: Option<String>,
    /// None where the bundle cannot be read as a skill at all.
    pub report: Option<ScanReport>,
    pub size_bytes: usize,
    pub scan_time: Duration,
}

impl Case {
    pub fn status(&self) -> SafetyStatus {
        self.report.as_ref().map_or(SafetyStatus::Unaudited, |report| report.status)
    }

    /// Flagged means `warning` or `dangerous`.
    pub fn is_flagged(&self) -> bool {
        self.status() >= SafetyStatus::Warning
    }
}

#[derive(Deserialize)]
struct Row {
    id: String,
    set: String,
    label: Label,
    #[serde(default)]
    categories: Vec<String>,
    family: Option<String>,
    base: Option<String>,
    detectability: Option<String>,
    files: Vec<RowFile>,
}

#[derive(Deserialize)]
struct RowFile {
    path: String,
    #[serde(default)]
    executable: bool,
    base64: Option<String>,
    symlink: Option<String>,
}

/// Decodes and scans every case, on as many threads as there are cores, in the file's order.
pub fn scan_all(path: &Path) -> io::Result<Vec<Case>> {
    let mut decoder = zstd::Decoder::new(std::fs::File::open(path)?)?;
    decoder.window_log_max(27)?;
    let lines = Mutex::new(BufReader::with_capacity(1 << 20, decoder).lines().enumerate());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = || lines.lock().ok()?.next();
    let scan_some = || -> io::Result<Vec<(usize, Case)>> {
        let mut cases = Vec::new();
        while let Some((index, line)) = next() {
            cases.push((index, scan(serde_json::from_str(&line?).map_err(io::Error::other)?)));
        }
        Ok(cases)
    };
    let mut cases = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(scan_some)).collect();
        let mut cases = Vec::new();
        for worker in workers {
            cases.extend(worker.join().map_err(|_| io::Error::other("a scan panicked"))??);
        }
        io::Result::Ok(cases)
    })?;
    cases.sort_by_key(|(index, _)| *index);
    Ok(cases.into_iter().map(|(_, case)| case).collect())
}

fn scan(row: Row) -> Case {
    let files: Vec<RawFile> = row.files.into_iter().map(raw_file).collect();
    let size_bytes =
        files.iter().map(|file| if let FileContent::Bytes(bytes) = &file.content { bytes.len() } else { 0 }).sum();
    let started = Instant::now();
    let parsed = SkillBundle::parse(RawBundle { files, unread: Vec::new() }, None);
    let report = parsed.ok().map(|(bundle, issues)| scan_bundle(bundle, issues).report);
    Case {
        family: row.family.unwrap_or_else(|| row.id.clone()),
        id: row.id,
        set: row.set,
        label: row.label,
        categories: row.categories,
        is_semantic: row.detectability.as_deref() == Some("semantic"),
        base: row.base,
        report,
        size_bytes,
        scan_time: started.elapsed(),
    }
}

fn raw_file(file: RowFile) -> RawFile {
    let content = match file.symlink {
        Some(target) => FileContent::Symlink(target),
        None => {
            let encoded = file.base64.unwrap_or_default();
            FileContent::Bytes(base64::engine::general_purpose::STANDARD.decode(encoded).unwrap_or_default())
        }
    };
    RawFile { path: file.path, content, is_executable: file.executable }
}
