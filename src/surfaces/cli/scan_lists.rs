//! The lists that steer a scan: signatures, suppressions, a baseline.
//!
//! They belong to whoever scans. A list that lies inside of a skill was written by its author,
//! who would excuse himself: it is refused where it was named, and left alone where it was
//! only found.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::paint::line;
use super::scan_arguments::ScanArguments;
use crate::config::ScanConfig;
use crate::operations::LocalScan;
use crate::scan::{
    Baseline, BaselineError, Review, ReviewOutcome, Ruleset, SignatureError, SignaturePack, Suppressions,
    SuppressionsError,
};
use crate::skill::Timestamp;

/// Where suppressions are looked for, below the folder in which the scan is started.
const DEFAULT_SUPPRESSIONS: &str = ".touchmark/suppressions.toml";
/// Bytes of a list that are read; each kind of list has its own, lower or equal limit.
const LIST_BYTES: u64 = 64 * 1024 * 1024 + 1;

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScanListError {
    /// It cannot be read.
    #[error("cannot read {path}: {reason}")]
    Read {
        /// The file.
        path: String,
        /// What failed.
        reason: String,
    },
    /// It lies inside of a skill.
    #[error(
        "{path} lies inside of the skill in {skill}: a skill does not decide about itself; keep the list elsewhere"
    )]
    InsideSkill {
        /// The file.
        path: String,
        /// The folder of the skill.
        skill: String,
    },
    /// The signatures cannot be used.
    #[error("{path}: {source}")]
    Signatures {
        /// The file.
        path: String,
        /// What is wrong.
        source: SignatureError,
    },
    /// The suppressions cannot be used.
    #[error("{path}: {source}")]
    Suppressions {
        /// The file.
        path: String,
        /// What is wrong.
        source: SuppressionsError,
    },
    /// The baseline cannot be used.
    #[error("{path}: {source}")]
    Baseline {
        /// The file.
        path: String,
        /// What is wrong.
        source: BaselineError,
    },
}

/// The lists of one scan.
#[derive(Debug)]
pub(super) struct ScanLists {
    /// The rules with the operator's signatures; absent where there are only the built-in ones.
    pub ruleset: Option<Ruleset>,
    suppressions: Suppressions,
    baseline: Option<Baseline>,
    include_critical: bool,
    now: Timestamp,
    used: BTreeSet<usize>,
    /// What is to say of the lists before anything is scanned.
    pub notices: Vec<String>,
}

impl ScanLists {
    /// Reads the lists that the arguments or the environment name.
    ///
    /// # Errors
    /// Fails where a list that was named cannot be used.
    pub fn read(arguments: &ScanArguments, config: &ScanConfig) -> Result<Self, ScanListError> {
        let mut notices = Vec::new();
        let ruleset = match arguments.signatures.as_ref().or(config.signatures.as_ref()) {
            Some(path) => Some(signatures(path)?),
            None => None,
        };
        let suppressions = match suppressions_file(arguments, config, &mut notices)? {
            Some(path) => Suppressions::parse(&text(&path)?)
                .map_err(|source| ScanListError::Suppressions { path: shown(&path), source })?,
            None => Suppressions::default(),
        };
        let baseline = match &arguments.baseline {
            Some(path) => {
                refuse_inside(path)?;
                let known = Baseline::parse(&text(path)?);
                Some(known.map_err(|source| ScanListError::Baseline { path: shown(path), source })?)
            }
            None => None,
        };
        let include_critical = arguments.include_critical;
        let now = Timestamp::now();
        Ok(Self { ruleset, suppressions, baseline, include_critical, now, used: BTreeSet::new(), notices })
    }

    /// Applies what was decided to a report.
    pub fn review(&mut self, scan: &mut LocalScan) {
        if self.suppressions.is_empty() && self.baseline.is_none() {
            return;
        }
        let review = Review {
            suppressions: &self.suppressions,
            baseline: self.baseline.as_ref(),
            include_critical: self.include_critical,
            now: self.now,
        };
        let ReviewOutcome { used, .. } = review.apply(&mut scan.scanned);
        self.used.extend(used);
    }

    /// Says of every suppression that held back nothing why.
    pub fn unused(&self) -> Vec<String> {
        self.suppressions.notices(&self.used, self.now)
    }
}

fn signatures(path: &Path) -> Result<Ruleset, ScanListError> {
    let refuse = |source| ScanListError::Signatures { path: shown(path), source };
    let pack = SignaturePack::parse(&text(path)?).map_err(refuse)?;
    Ruleset::with_signatures(&pack).map_err(refuse)
}

/// Returns the file of suppressions that was named, or the one that lies where it is expected.
fn suppressions_file(
    arguments: &ScanArguments,
    config: &ScanConfig,
    notices: &mut Vec<String>,
) -> Result<Option<PathBuf>, ScanListError> {
    if arguments.no_suppressions {
        return Ok(None);
    }
    if let Some(path) = arguments.suppressions.as_ref().or(config.suppressions.as_ref()) {
        refuse_inside(path)?;
        return Ok(Some(path.clone()));
    }
    let path = PathBuf::from(DEFAULT_SUPPRESSIONS);
    let Ok(place) = path.canonicalize() else { return Ok(None) };
    // What comes with a clone came from somebody else, until whoever scans names it.
    let is_scanned = arguments
        .paths
        .iter()
        .filter_map(|scanned| scanned.canonicalize().ok())
        .any(|scanned| place.starts_with(scanned));
    if is_scanned || refuse_inside(&path).is_err() {
        notices.push(format!(
            "{DEFAULT_SUPPRESSIONS} lies in what is scanned and is not honoured; if it is yours, name it with --suppressions"
        ));
        return Ok(None);
    }
    notices.push(format!("{DEFAULT_SUPPRESSIONS} is honoured; --no-suppressions leaves it out"));
    Ok(Some(path))
}

/// Refuses a list that lies in a folder with a SKILL.md, or below one.
fn refuse_inside(path: &Path) -> Result<(), ScanListError> {
    // What is not there is told when it is read.
    let Ok(place) = path.canonicalize() else { return Ok(()) };
    match place.ancestors().skip(1).find(|folder| holds_skill(folder)) {
        Some(skill) => Err(ScanListError::InsideSkill { path: shown(path), skill: shown(skill) }),
        None => Ok(()),
    }
}

fn holds_skill(folder: &Path) -> bool {
    let names = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.file_name());
    names.into_iter().any(|name| name.eq_ignore_ascii_case("SKILL.md"))
}

fn text(path: &Path) -> Result<String, ScanListError> {
    let refuse = |reason: String| ScanListError::Read { path: shown(path), reason };
    let file = File::open(path).map_err(|error| refuse(error.to_string()))?;
    let mut text = String::new();
    file.take(LIST_BYTES).read_to_string(&mut text).map_err(|error| refuse(error.to_string()))?;
    Ok(text)
}

fn shown(path: &Path) -> String {
    line(&path.display().to_string(), 300)
}
