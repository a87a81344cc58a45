//! From the files of a release to what was found in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::package::{Attestation, DistributionKind, FileSet, PackageBundle, PackageSpec};
use crate::scan::{Finding, Ruleset, SafetyStatus, ScannedBundle, scan_bundle_with};
use crate::skill::{FileContent, NoInstructions, Sha256Digest, SkillBundle, UnreadFile, limits, sanitise_line};

use super::ground::{Ground, ground_of, is_prose};
use super::{AnalysisType, CouncilVerdict, SecurityLevel};

/// A file of a release that was fetched and checked.
#[derive(Debug, Clone)]
pub struct ReviewedFile {
    /// Its name, sanitised.
    pub file_name: String,
    /// What it is.
    pub kind: DistributionKind,
    /// The digest of its bytes.
    pub sha256: Sha256Digest,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// The digest of what is in it, however it was packed.
    pub file_set_hash: Sha256Digest,
    /// How many files are in it.
    pub file_count: u64,
    /// What is attested of where it comes from.
    pub attestations: Vec<Attestation>,
    /// The keys with which the registry says that it signed it, sanitised; not checked.
    pub signature_keys: Vec<String>,
}

impl ReviewedFile {
    /// Describes a file whose bytes have this digest and unpack to these files.
    pub fn of(file_name: String, kind: DistributionKind, sha256: Sha256Digest, size_bytes: u64, set: &FileSet) -> Self {
        let file_count = (set.files.len() + set.unread.len()) as u64;
        let (file_set_hash, attestations, signature_keys) = (set.digest(), Vec::new(), Vec::new());
        Self { file_name, kind, sha256, size_bytes, file_set_hash, file_count, attestations, signature_keys }
    }

    /// Adds what is attested of it, and the keys with which it is said to be signed.
    #[must_use]
    pub fn attested(self, attestations: Vec<Attestation>, signature_keys: Vec<String>) -> Self {
        Self { attestations, signature_keys, ..self }
    }
}

/// What was found in a release.
#[derive(Debug, Clone)]
pub struct PackageReview {
    /// The release.
    pub spec: PackageSpec,
    /// The files that were looked at; never empty. The first is what an installer takes where
    /// it has the choice, and what the certificate is bound to.
    pub files: Vec<ReviewedFile>,
    /// How far the analysis went.
    pub analysis: AnalysisType,
    /// What was scanned and what was found; findings in what never runs do not count.
    pub scanned: ScannedBundle,
    /// What the maintainers say against using it, sanitised.
    pub maintainer_warning: Option<String>,
    /// Code of a wheel that its source does not have, by its sanitised path; nothing where there
    /// is no source to compare with.
    pub only_in_wheel: Vec<String>,
    /// What of the registry could not be read beside the files, sanitised.
    pub registry_notes: Vec<String>,
}

/// Why files cannot be reviewed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// There are none.
    #[error("the release has no file that could be looked at")]
    Nothing,
    /// What stands for the instructions cannot be read.
    #[error(transparent)]
    Instructions(#[from] NoInstructions),
}

impl PackageReview {
    /// Scans the files of a release, the one first to which a certificate is to be bound.
    /// `not_fetched` names files that belong to it and could not be looked at, with the reason.
    ///
    /// # Errors
    /// Fails where there is no file.
    pub fn of(
        spec: PackageSpec,
        files: Vec<(ReviewedFile, FileSet)>,
        not_fetched: Vec<UnreadFile>,
        maintainer_warning: Option<String>,
        ruleset: &Ruleset,
    ) -> Result<Self, ReviewError> {
        if files.is_empty() {
            return Err(ReviewError::Nothing);
        }
        let (files, sets): (Vec<ReviewedFile>, Vec<FileSet>) = files.into_iter().unzip();
        let (mut set, only_in_wheel) = together(&files, sets);
        let is_whole = not_fetched.is_empty();
        set.unread.extend(not_fetched);
        let PackageBundle { raw, has_own_instructions } = set.into_bundle(&spec.to_string());
        let (bundle, mut issues) = SkillBundle::parse(raw, Some(spec.name.as_str()))?;
        if has_own_instructions {
            // What is odd about instructions that are ours says nothing about the package.
            issues.retain(|issue| issue.path != "SKILL.md");
        }
        let mut scanned = scan_bundle_with(bundle, issues, ruleset);
        let running = Running::of(&scanned.bundle);
        scanned.report.set_aside(|finding| running.is_aside(finding));
        let is_complete = is_whole && scanned.report.completeness.unread.is_empty();
        let analysis = AnalysisType::of(&files, is_complete);
        Ok(Self { spec, files, analysis, scanned, maintainer_warning, only_in_wheel, registry_notes: Vec::new() })
    }

    /// Returns the verdict of the scan.
    pub fn status(&self) -> SafetyStatus {
        self.scanned.report.status
    }

    /// Returns the worst that was found.
    pub fn security_level(&self) -> SecurityLevel {
        SecurityLevel::of(self.status())
    }

    /// Returns whether the package is to be certified.
    pub fn verdict(&self) -> CouncilVerdict {
        CouncilVerdict::of(self.security_level())
    }

    /// Returns what a reader should know, the worst first: one line each, sanitised.
    pub fn warnings(&self) -> Vec<String> {
        let counted = self.scanned.report.findings.iter().filter(|finding| finding.counts() && !finding.is_note());
        let line = |finding: &Finding| {
            let place = match finding.location.line {
                Some(line) => format!("{}:{line}", finding.location.path),
                None => finding.location.path.clone(),
            };
            sanitise_line(
                &format!("{} ({}) in {place}: {}", finding.rule_id, finding.severity.as_str(), finding.reason),
                500,
            )
        };
        let mut met = BTreeMap::<&str, usize>::new();
        let mut lines: Vec<String> = Vec::new();
        for finding in counted {
            let count = met.entry(&finding.rule_id).or_default();
            *count += 1;
            if *count <= PLACES {
                lines.push(line(finding));
            }
        }
        if !self.only_in_wheel.is_empty() {
            let shown = self.only_in_wheel.iter().take(PLACES).map(String::as_str).collect::<Vec<_>>().join(", ");
            let count = self.only_in_wheel.len();
            lines.push(sanitise_line(
                &format!("{count} files of code in the wheel are not in the source: {shown}"),
                500,
            ));
        }
        lines.extend(self.maintainer_warning.clone());
        lines.extend(self.registry_notes.iter().cloned());
        let unread = self.scanned.report.completeness.unread.len();
        if unread > 0 {
            lines.push(format!("{unread} files or parts were not looked at"));
        }
        lines
    }
}

/// Places that are told of one rule.
const PLACES: usize = 5;

/// Puts the files of all distributions together. What a wheel repeats of its source is left
/// out: it was looked at there, and what remains is what the source does not have.
fn together(files: &[ReviewedFile], sets: Vec<FileSet>) -> (FileSet, Vec<String>) {
    if sets.len() == 1 {
        return (sets.into_iter().next().unwrap_or_default(), Vec::new());
    }
    let source: BTreeSet<Sha256Digest> = files
        .iter()
        .zip(&sets)
        .filter(|(file, _)| file.kind == DistributionKind::Sdist)
        .flat_map(|(_, set)| &set.files)
        .filter_map(|file| digest(&file.content))
        .collect();
    let mut only_in_wheel = Vec::new();
    let mut together = FileSet::default();
    for (file, set) in files.iter().zip(sets) {
        let folder = file.kind.as_str();
        let is_source = file.kind == DistributionKind::Sdist;
        for mut inner in set.files {
            let is_repeated = !is_source && digest(&inner.content).is_some_and(|digest| source.contains(&digest));
            let is_code = [".py", ".pth", ".sh"].iter().any(|ending| inner.path.ends_with(ending));
            if !is_repeated && !is_source && is_code && !source.is_empty() {
                only_in_wheel.push(sanitise_line(&inner.path, limits::NAME_BYTES));
            }
            if !is_repeated {
                inner.path = format!("{folder}/{}", inner.path);
                together.files.push(inner);
            }
        }
        together.unread.extend(
            set.unread.into_iter().map(|inner| UnreadFile { path: format!("{folder}/{}", inner.path), ..inner }),
        );
    }
    (together, only_in_wheel)
}

fn digest(content: &FileContent) -> Option<Sha256Digest> {
    match content {
        FileContent::Bytes(bytes) => Some(Sha256Digest::of(bytes)),
        FileContent::Symlink(_) => None,
    }
}

/// What of a package runs.
struct Running<'a> {
    texts: Vec<&'a str>,
}

impl<'a> Running<'a> {
    fn of(bundle: &'a SkillBundle) -> Self {
        let runs = bundle.files.iter().filter(|file| ground_of(inner_path(file.path.as_str())) != Ground::Aside);
        Self { texts: runs.filter_map(|file| file.text.as_ref()).map(|decoded| decoded.text.as_str()).collect() }
    }

    /// Tells whether a finding lies in what never runs: by its place, unless something that runs
    /// names the file.
    fn is_aside(&self, finding: &Finding) -> bool {
        let path = inner_path(&finding.location.path);
        if ground_of(path) != Ground::Aside {
            return false;
        }
        if is_prose(path) {
            return true;
        }
        let mut parts = path.rsplit('/');
        let name = parts.next().unwrap_or_default();
        let stem = name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or(name);
        let Some(folder) = parts.next() else { return !self.names(name) };
        !["/", ".", "\\"].iter().any(|sign| self.names(&format!("{folder}{sign}{stem}")))
    }

    fn names(&self, needle: &str) -> bool {
        self.texts.iter().any(|text| memchr::memmem::find(text.as_bytes(), needle.as_bytes()).is_some())
    }
}

/// Returns the path in the distribution: without the folder that tells which one it is.
fn inner_path(path: &str) -> &str {
    ["sdist/", "wheel/"].iter().find_map(|folder| path.strip_prefix(folder)).unwrap_or(path)
}
