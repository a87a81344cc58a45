//! From the files of a release to what was found in them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::package::{Attestation, DistributionKind, FileSet, PackageBundle, PackageSpec};
use crate::scan::{
    Beside, Finding, NativeProgram, Phase, Ruleset, SafetyStatus, ScannedBundle, VersionJump, inner_path,
    native_programs, scan_bundle_beside,
};
use crate::skill::{
    FileClass, FileContent, NoInstructions, Sha256Digest, SkillBundle, UnreadFile, limits, sanitise_line,
};

use super::compared::{Compared, counterpart, identity};
use super::ground::{Ground, ground_of, is_of_authors, is_prose};
use super::{AnalysisType, CompiledCode, CouncilVerdict, SecurityLevel};

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
    /// The compiled programs in it.
    pub programs: Vec<NativeProgram>,
    /// What came since the version before, where that was asked.
    pub jump: Option<VersionJump>,
    /// What it was compared with, one sanitised line each, or why it was not.
    pub compared_with: Vec<String>,
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
        Self::compared(spec, files, not_fetched, maintainer_warning, ruleset, Compared::with_nothing())
    }

    /// Scans the files of a release as [`PackageReview::of`], together with what they are compared
    /// with.
    ///
    /// # Errors
    /// Fails where there is no file.
    pub fn compared(
        spec: PackageSpec,
        files: Vec<(ReviewedFile, FileSet)>,
        not_fetched: Vec<UnreadFile>,
        maintainer_warning: Option<String>,
        ruleset: &Ruleset,
        compared: Compared,
    ) -> Result<Self, ReviewError> {
        if files.is_empty() {
            return Err(ReviewError::Nothing);
        }
        let (files, sets): (Vec<ReviewedFile>, Vec<FileSet>) = files.into_iter().unzip();
        let (mut set, only_in_wheel) = together(&files, sets);
        let is_whole = not_fetched.is_empty();
        set.unread.extend(not_fetched);
        // The name alone: that of the registry would make the tokens of its users the package's own.
        let PackageBundle { raw, has_own_instructions } = set.into_bundle(spec.name.as_str());
        let (bundle, mut issues) = SkillBundle::parse(raw, Some(spec.name.as_str()))?;
        if has_own_instructions {
            // What is odd about instructions that are ours says nothing about the package.
            issues.retain(|issue| issue.path != "SKILL.md");
        }
        let Compared { is_well_known, repository, before, notes } = compared;
        let mut beside = Beside { package: Some(identity(&spec, &files, is_well_known)), ..Beside::default() };
        let mut compared_with = notes;
        if let Some((name, set)) = repository {
            compared_with.push(sanitise_line(&format!("repository at {name}"), LINE_CHARACTERS));
            beside.repository = Some(counterpart(name, set)?);
        }
        if let Some((version, files)) = before {
            compared_with.push(format!("version {version}"));
            let (files, sets): (Vec<ReviewedFile>, Vec<FileSet>) = files.into_iter().unzip();
            beside.before = Some(counterpart(version.to_string(), together(&files, sets).0)?);
        }
        let version = spec.version.as_ref().map(ToString::to_string).unwrap_or_default();
        let jump = beside.before.as_ref().map(|before| VersionJump::between(before, &version, &bundle));
        let mut scanned = scan_bundle_beside(bundle, issues, ruleset, &beside);
        let running = Running::of(&scanned.bundle, spec.name.as_str());
        scanned.report.set_aside(|finding| running.is_aside(finding));
        let is_complete = is_whole && scanned.report.completeness.unread.is_empty();
        let names: Vec<String> = files.iter().map(|file| file.file_name.clone()).collect();
        let programs = native_programs(&scanned.bundle, &names);
        let has_code = scanned.bundle.files.iter().any(|file| file.class == FileClass::Script && file.text.is_some());
        let analysis = AnalysisType::of(&files, is_complete, CompiledCode::of(&programs, has_code));
        Ok(Self {
            spec,
            files,
            analysis,
            scanned,
            maintainer_warning,
            only_in_wheel,
            registry_notes: Vec::new(),
            programs,
            jump,
            compared_with,
        })
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
                LINE_CHARACTERS,
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
                LINE_CHARACTERS,
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
/// Characters of a line for a reader.
const LINE_CHARACTERS: usize = 500;

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
    /// What is run at installation: the text of setup.py, and the lines of lifecycle scripts.
    installers: Vec<&'a str>,
    /// The lines of the manifest of npm that list what only the authors install.
    of_authors: Range<u32>,
    /// The folder that is called like the package: whatever its name, it is what is used.
    own: String,
}

impl<'a> Running<'a> {
    fn of(bundle: &'a SkillBundle, name: &str) -> Self {
        let own = format!("{}/", name.to_ascii_lowercase().replace(['-', '.'], "_"));
        let runs = bundle.files.iter().filter(|file| ground_in(file.path.as_str(), &own) != Ground::Aside);
        let texts = runs.filter_map(|file| file.text.as_ref()).map(|decoded| decoded.text.as_str()).collect();
        let manifest = bundle.files.iter().find(|file| file.path.as_str() == MANIFEST);
        let of_authors = manifest.and_then(|file| Some(author_lines(&file.text.as_ref()?.text))).unwrap_or(0..0);
        let at_root = |name: &str| bundle.files.iter().find(|file| inner_path(file.path.as_str()) == name);
        let text = |name: &str| Some(at_root(name)?.text.as_ref()?.text.as_str());
        let is_lifecycle = |line: &&str| LIFECYCLE.iter().any(|name| line.contains(name));
        let lines = text(MANIFEST).into_iter().flat_map(str::lines).filter(is_lifecycle);
        let installers = lines.chain(text("setup.py")).collect();
        Self { texts, installers, of_authors, own }
    }

    /// Tells whether a finding lies in what never runs: by its place, unless something that runs
    /// names the file.
    fn is_aside(&self, finding: &Finding) -> bool {
        let path = inner_path(&finding.location.path);
        if path == MANIFEST && finding.location.line.is_some_and(|line| self.of_authors.contains(&line)) {
            return true;
        }
        // Words to an agent count where an agent looks for them, and not in data or in code.
        if finding.phase == Phase::PromptInjection && !is_read_by_agents(path) {
            return true;
        }
        if ground_in(path, &self.own) != Ground::Aside {
            return false;
        }
        if is_prose(path) {
            return true;
        }
        let mut parts = path.rsplit('/');
        let name = parts.next().unwrap_or_default();
        let stem = name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or(name);
        let Some(folder) = parts.next() else {
            return if is_of_authors(name) { !self.is_installed_with(name) } else { !self.names(name) };
        };
        // An import leaves the ending out; what is no code is opened by its whole name.
        let is_code = CODE_ENDINGS.iter().any(|ending| name.ends_with(ending));
        let stem = if is_code { stem } else { name };
        // A folder is loaded by its own name.
        let (folder, stem) = match stem {
            "__init__" | "index" => (parts.next().unwrap_or_default(), folder),
            _ => (folder, stem),
        };
        !["/", ".", "\\"].iter().any(|sign| self.names(&format!("{folder}{sign}{stem}")))
    }

    /// Tells whether what is run at installation names a file of the authors, or the tool that
    /// reads it.
    fn is_installed_with(&self, name: &str) -> bool {
        let is_make = name.to_ascii_lowercase().ends_with("makefile");
        let starts_make = |line: &str| STARTS_MAKE.iter().any(|call| line.contains(call));
        self.installers.iter().any(|line| line.contains(name) || is_make && starts_make(line))
    }

    fn names(&self, needle: &str) -> bool {
        self.texts.iter().any(|text| memchr::memmem::find(text.as_bytes(), needle.as_bytes()).is_some())
    }
}

/// How a command or a list of its words starts `make`.
const STARTS_MAKE: &[&str] = &["\"make\"", "'make'", "\"make ", "'make ", "&& make", "; make"];

/// Tells whether an agent reads a file for what it should do.
fn is_read_by_agents(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    AGENT_FILES.contains(&name.as_str()) || path.contains(".cursor/") || path.contains(".claude/")
}

/// Files that agents read for what they should do.
const AGENT_FILES: &[&str] = &[
    "skill.md",
    "agents.md",
    "agent.md",
    "claude.md",
    "gemini.md",
    "copilot-instructions.md",
    ".cursorrules",
    ".windsurfrules",
    ".clinerules",
];
/// Endings that an import leaves out.
const CODE_ENDINGS: &[&str] = &[".py", ".js", ".cjs", ".mjs", ".ts", ".jsx", ".tsx", ".json", ".node", ".so", ".pyd"];
/// What npm runs of a package that comes from a registry, as it stands in its manifest.
const LIFECYCLE: &[&str] = &["\"preinstall\"", "\"install\"", "\"postinstall\""];
/// The manifest of a package of npm.
const MANIFEST: &str = "package.json";

/// Returns the lines, counted from 1, between the braces of `devDependencies`, which nobody
/// installs who installs the package. Only where they stand alone: another key on one of these
/// lines is told as ever.
fn author_lines(manifest: &str) -> Range<u32> {
    let mut lines = manifest.lines().zip(1_u32..);
    let Some((_, first)) = lines.find(|(line, _)| line.trim() == "\"devDependencies\": {") else { return 0..0 };
    let entry = |line: &str| line.starts_with('"') && !line.contains(['{', '}']);
    match lines.find(|(line, _)| !entry(line.trim())) {
        Some((line, last)) if matches!(line.trim(), "}" | "},") => first + 1..last,
        _ => 0..0,
    }
}

/// Returns what a file is for, where the folder `own` is that of the package.
fn ground_in(path: &str, own: &str) -> Ground {
    let path = inner_path(path);
    let below_source = path.strip_prefix("src/").unwrap_or(path);
    ground_of(below_source.strip_prefix(own).unwrap_or(path))
}
