//! The report of a scan on its way out: text and JSON skill by skill, the other formats whole.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::failure::Failure;
use super::findings::{Detail, count};
use super::json;
use super::output::Output;
use super::paint::{self, line, paint};
use super::scan_arguments::ReportFormat;
use super::{scan, scan_page};
use crate::config::ScanConfig;
use crate::operations::{LocalScan, ScanFailure};
use crate::scan::SafetyStatus;
use crate::scan::format::{Notice, Run, ScannedSkill, annotations, html, sarif, step_summary};
use crate::surfaces::docs::DEFAULT_URL;

/// A report that is being written.
pub(super) struct Report<'a> {
    format: ReportFormat,
    detail: Detail,
    is_one_path: bool,
    /// The file to write, and what goes into it.
    file: Option<(&'a Path, String)>,
    output: &'a Output,
    verdicts: BTreeMap<SafetyStatus, u64>,
    failure_count: u64,
    /// What is counted in the end.
    noun: &'static str,
    /// The first answer in JSON, which is laid out over lines if no second one comes.
    waiting: Option<String>,
    /// What the formats need that are written at the end.
    run: Run,
    /// The folder in which the scan was started, as it is called and as it is; paths below it
    /// are shown relative to it.
    start: Vec<PathBuf>,
}

impl<'a> Report<'a> {
    /// Starts a report, into a file or to the standard output.
    pub fn new(
        format: ReportFormat,
        detail: Detail,
        is_one_path: bool,
        file: Option<&'a Path>,
        output: &'a Output,
    ) -> Self {
        Self {
            format,
            detail,
            is_one_path,
            file: file.map(|path| (path, String::new())),
            output,
            verdicts: BTreeMap::new(),
            failure_count: 0,
            noun: "skill",
            waiting: None,
            run: Run::default(),
            start: std::env::current_dir()
                .map(|folder| folder.canonicalize().into_iter().chain([folder]).collect())
                .unwrap_or_default(),
        }
    }

    /// Takes up a skill that was scanned and reviewed.
    pub fn skill(&mut self, scan: &LocalScan) -> io::Result<()> {
        *self.verdicts.entry(scan.scanned.report.status).or_default() += 1;
        match self.format {
            ReportFormat::Text => {
                let width = if self.file.is_some() { None } else { self.output.width };
                let text = scan_page::show(&scan.response(), width, self.detail);
                self.text(&text)
            }
            ReportFormat::Json => self.json(serde_json::to_string(&scan.response())?),
            _ => {
                let folder = self.relative(&scan.folder);
                self.run.skills.push(ScannedSkill::new(line(&folder, 1_000), &scan.scanned));
                Ok(())
            }
        }
    }

    /// Takes up a package that was looked at: what stands before its findings, and its answer in
    /// JSON.
    pub fn package(&mut self, scan: &LocalScan, summary: &str, body: &serde_json::Value) -> io::Result<()> {
        self.noun = "package";
        match self.format {
            ReportFormat::Text => {
                self.text(summary)?;
                self.skill(scan)
            }
            ReportFormat::Json => self.json(body.to_string()),
            _ => self.skill(scan),
        }
    }

    /// Takes up what could not be scanned.
    pub fn failure(&mut self, failure: &ScanFailure) -> io::Result<()> {
        self.failure_count += 1;
        match self.format {
            ReportFormat::Text => Ok(()),
            ReportFormat::Json => {
                self.is_one_path = false;
                self.json(json!({ "path": failure.path, "error": failure.reason }).to_string())
            }
            _ => {
                let text = line(&format!("{}: {}", failure.path, failure.reason), 600);
                self.run.notices.push(Notice { is_failure: true, text });
                Ok(())
            }
        }
    }

    /// Writes what is left, and the file if there is one.
    ///
    /// # Errors
    /// Fails where the report cannot be delivered.
    pub fn finish(mut self, notices: &[String], config: &ScanConfig) -> Result<(), Failure> {
        let notices = notices.iter().map(|text| Notice { is_failure: false, text: line(text, 600) });
        self.run.notices.extend(notices);
        self.run.documents_url = config.documents_url.clone().unwrap_or_else(|| DEFAULT_URL.to_owned());
        match self.format {
            ReportFormat::Text => self.total()?,
            ReportFormat::Json => {
                if let Some(only) = self.waiting.take() {
                    self.bytes(&format!("{}\n", json::pretty(&only)))?;
                }
            }
            ReportFormat::Sarif => self.bytes(&(json::compact(sarif(&self.run).trim_end()) + "\n"))?,
            ReportFormat::Html => self.bytes(&html(&self.run))?,
            ReportFormat::Github => {
                self.bytes(&annotations(&self.run))?;
                if let Some(path) = &config.step_summary {
                    append(path, &step_summary(&self.run))?;
                }
            }
        }
        match self.file {
            Some((path, text)) => scan::write(path, &text),
            None => Ok(()),
        }
    }

    fn json(&mut self, body: String) -> io::Result<()> {
        if self.is_one_path && self.waiting.is_none() {
            self.waiting = Some(body);
            return Ok(());
        }
        self.is_one_path = false;
        if let Some(first) = self.waiting.take() {
            self.bytes(&format!("{}\n", json::compact(&first)))?;
        }
        self.bytes(&format!("{}\n", json::compact(&body)))
    }

    fn total(&mut self) -> io::Result<()> {
        let total: u64 = self.verdicts.values().sum();
        if total + self.failure_count < 2 {
            return Ok(());
        }
        let mut parts: Vec<String> = self
            .verdicts
            .iter()
            .map(|(status, number)| paint(paint::verdict(*status), &format!("{number} {}", status.as_str())))
            .collect();
        if self.failure_count > 0 {
            parts.push(paint(paint::ERROR, &format!("{} not scanned", self.failure_count)));
        }
        self.text(&format!("\n{}: {}\n", count(total, self.noun), parts.join(", ")))
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        match &mut self.file {
            Some((_, written)) => {
                written.push_str(&anstream::adapter::strip_str(text).to_string());
                Ok(())
            }
            None => self.output.text(text),
        }
    }

    fn bytes(&mut self, text: &str) -> io::Result<()> {
        match &mut self.file {
            Some((_, written)) => {
                written.push_str(text);
                Ok(())
            }
            None => self.output.bytes(text.as_bytes()),
        }
    }

    /// Returns a folder as other programs find it: relative to where the scan was started,
    /// where it lies below.
    fn relative(&self, folder: &Path) -> String {
        let below = self.start.iter().find_map(|start| folder.strip_prefix(start).ok());
        below.unwrap_or(folder).to_string_lossy().into_owned()
    }
}

/// Adds to a file that others add to as well.
fn append(path: &Path, text: &str) -> Result<(), Failure> {
    let written =
        OpenOptions::new().append(true).create(true).open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|source| Failure::Write { path: line(&path.display().to_string(), 300), source })
}
