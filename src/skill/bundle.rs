//! From the raw files of a folder to a skill.

use std::collections::BTreeMap;

use super::fold::fold_case;
use super::frontmatter;
use super::limits;
use super::manifest::script_language;
use super::{
    BundlePath, DecodedText, FileClass, Frontmatter, IssueKind, Manifest, ManifestFile, ManifestSummary, ParseIssue,
    Sha256Digest, decode_text, root_digest, sanitise_line,
};

/// The files of one skill as a source handed them over; nothing is checked yet.
#[derive(Debug, Clone, Default)]
pub struct RawBundle {
    /// Files in any order.
    pub files: Vec<RawFile>,
    /// Files that exist and were not handed over, with the reason.
    pub unread: Vec<UnreadFile>,
}

impl RawBundle {
    /// Returns the bytes of all files that were handed over.
    pub fn size_bytes(&self) -> usize {
        let size = |file: &RawFile| match &file.content {
            FileContent::Bytes(bytes) => bytes.len(),
            FileContent::Symlink(target) => target.len(),
        };
        self.files.iter().map(size).sum()
    }
}

/// One file as a source handed it over.
#[derive(Debug, Clone)]
pub struct RawFile {
    /// The path below the skill's folder, `/` between parts; not checked.
    pub path: String,
    /// What the file is.
    pub content: FileContent,
    /// Whether any execute bit is set.
    pub is_executable: bool,
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    /// A regular file with its bytes.
    Bytes(Vec<u8>),
    /// A symbolic link, which is never followed, with its target.
    Symlink(String),
}

/// A file that is part of the skill and was not read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct UnreadFile {
    /// The path as the source gave it, sanitised.
    pub path: String,
    /// The size in bytes, where the source knows it.
    pub size_bytes: Option<u64>,
    /// Why it was not read.
    pub reason: String,
}

/// A file of a parsed bundle.
#[derive(Debug, Clone)]
pub struct BundleFile {
    /// The checked path.
    pub path: BundlePath,
    /// The bytes, or the target of a link.
    pub content: FileContent,
    /// Whether any execute bit is set.
    pub is_executable: bool,
    /// The class by path.
    pub class: FileClass,
    /// The programming language, for scripts.
    pub language: Option<&'static str>,
    /// The digest of the bytes; of the target for a link.
    pub sha256: Sha256Digest,
    /// The text, unless the content is binary.
    pub text: Option<DecodedText>,
}

/// A skill: what could be read of a folder, with checked paths, digests and frontmatter.
#[derive(Debug, Clone)]
pub struct SkillBundle {
    /// The display name: from the frontmatter, or the folder; sanitised, one line, never empty.
    pub name: String,
    /// The description, sanitised, one line; empty where there is none.
    pub description: String,
    /// The frontmatter as it was read.
    pub frontmatter: Frontmatter,
    /// Files in byte order of their paths.
    pub files: Vec<BundleFile>,
    /// What was not read.
    pub unread: Vec<UnreadFile>,
    /// The digest of the raw bytes of SKILL.md.
    pub content_hash: Sha256Digest,
    /// The root digest v1 over all regular files.
    pub package_hash: Sha256Digest,
    /// Index into `files` of the instructions.
    instructions: usize,
    /// Where the body starts in the instructions' text.
    body_start: usize,
}

/// A folder that holds no SKILL.md is not a skill.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the folder holds no readable SKILL.md")]
pub struct NoInstructions;

impl SkillBundle {
    /// Parses a raw bundle; `folder_name` is the name that the frontmatter should repeat.
    ///
    /// Parsing fails only where there is no SKILL.md at all. Everything else that is odd is
    /// in the list of issues, and the parts that could be read are in the bundle.
    ///
    /// # Errors
    /// [`NoInstructions`] where no file at the root is called SKILL.md, in any case.
    pub fn parse(raw: RawBundle, folder_name: Option<&str>) -> Result<(Self, Vec<ParseIssue>), NoInstructions> {
        let mut issues = Vec::new();
        let mut unread = raw.unread;
        let mut files = check_files(raw.files, &mut unread, &mut issues);
        files.sort_by(|left, right| left.path.as_str().as_bytes().cmp(right.path.as_str().as_bytes()));
        let instructions = find_instructions(&files).ok_or(NoInstructions)?;
        let path = files[instructions].path.as_str().to_owned();
        if path != "SKILL.md" {
            issues.push(ParseIssue::new(IssueKind::NonCanonicalFileName, &path, "the file is not called SKILL.md"));
        }
        let content_hash = files[instructions].sha256;
        let text = files[instructions].text.as_ref().map_or("", |decoded| decoded.text.as_str());
        if text.trim().is_empty() {
            issues.push(ParseIssue::new(IssueKind::EmptyInstructions, &path, "SKILL.md holds no text"));
        }
        let cut = frontmatter::cut(text, &mut issues, &path);
        let body_start = text.len() - cut.body.len();
        let frontmatter = Frontmatter::parse(cut.yaml, folder_name, &mut issues, &path);
        note_encodings(&files, &mut issues);
        for file in &unread {
            issues.push(ParseIssue::new(IssueKind::UnreadFile, &file.path, &file.reason));
        }
        let name = [frontmatter.name.as_deref(), folder_name]
            .into_iter()
            .flatten()
            .map(|name| sanitise_line(name, limits::NAME_CHARACTERS))
            .find(|name| !name.is_empty())
            .unwrap_or_else(|| "unnamed".to_owned());
        let description =
            sanitise_line(frontmatter.description.as_deref().unwrap_or_default(), limits::DESCRIPTION_CHARACTERS);
        let package_hash = package_hash(&files);
        unread.sort_by(|left, right| left.path.cmp(&right.path));
        let bundle = Self {
            name,
            description,
            frontmatter,
            files,
            unread,
            content_hash,
            package_hash,
            instructions,
            body_start,
        };
        Ok((bundle, issues))
    }

    /// Returns the instructions file.
    pub fn instructions(&self) -> &BundleFile {
        &self.files[self.instructions]
    }

    /// Returns the whole text of SKILL.md, empty where it is binary.
    pub fn instructions_text(&self) -> &str {
        self.instructions().text.as_ref().map_or("", |decoded| decoded.text.as_str())
    }

    /// Returns the text of SKILL.md after its frontmatter.
    pub fn body(&self) -> &str {
        &self.instructions_text()[self.body_start..]
    }

    /// Tells whether every file that the skill ships was read.
    pub fn is_complete(&self) -> bool {
        self.unread.is_empty()
    }

    /// Lists what ships, at most [`limits::MANIFEST_FILES`] files.
    pub fn manifest(&self) -> Manifest {
        let regular = || self.files.iter().filter_map(|file| file.bytes().map(|bytes| (file, bytes)));
        let total = regular().count() as u64;
        let files: Vec<ManifestFile> = regular()
            .take(limits::MANIFEST_FILES)
            .map(|(file, bytes)| ManifestFile {
                path: file.path.as_str().to_owned(),
                class: file.class,
                language: file.language.map(str::to_owned),
                size_bytes: bytes.len() as u64,
                sha256: file.sha256,
                is_executable: file.is_executable,
            })
            .collect();
        let has = |class| regular().any(|(file, _)| file.class == class);
        let summary = ManifestSummary {
            total_files: total + self.unread.len() as u64,
            total_bytes: files.iter().map(|file| file.size_bytes).sum(),
            has_scripts: has(FileClass::Script),
            has_assets: has(FileClass::Asset),
            omitted_count: total + self.unread.len() as u64 - files.len() as u64,
        };
        Manifest { files, package_hash: self.package_hash, summary }
    }
}

impl BundleFile {
    /// Reads what stands at a checked path: its class, language, digest and text.
    pub fn new(path: BundlePath, content: FileContent, is_executable: bool) -> Self {
        let class = FileClass::of(&path, is_executable);
        let (sha256, text, language) = match &content {
            FileContent::Bytes(bytes) => {
                let language = script_language(&path, bytes);
                (Sha256Digest::of(bytes), decode_text(bytes), language)
            }
            FileContent::Symlink(target) => (Sha256Digest::of(target.as_bytes()), None, None),
        };
        Self { path, content, is_executable, class, language, sha256, text }
    }

    /// Returns the bytes of a regular file.
    pub fn bytes(&self) -> Option<&[u8]> {
        match &self.content {
            FileContent::Bytes(bytes) => Some(bytes),
            FileContent::Symlink(_) => None,
        }
    }
}

fn package_hash(files: &[BundleFile]) -> Sha256Digest {
    root_digest(files.iter().filter_map(|file| {
        file.bytes().map(|bytes| (file.path.as_str(), file.sha256, bytes.len() as u64, file.is_executable))
    }))
}

fn check_files(raw: Vec<RawFile>, unread: &mut Vec<UnreadFile>, issues: &mut Vec<ParseIssue>) -> Vec<BundleFile> {
    let mut files: Vec<BundleFile> = Vec::new();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut total_bytes = 0_u64;
    for raw_file in raw {
        let shown = sanitise_line(&raw_file.path, limits::NAME_BYTES);
        let path = match BundlePath::try_from(raw_file.path.as_str()) {
            Ok(path) => path,
            Err(error) => {
                issues.push(ParseIssue::new(IssueKind::InvalidPath, &shown, error.to_string()));
                unread.push(UnreadFile { path: shown, size_bytes: None, reason: error.to_string() });
                continue;
            }
        };
        if let Some(other) = seen.insert(fold_case(path.as_str()), shown.clone()) {
            issues.push(ParseIssue::new(
                IssueKind::ConflictingPath,
                &shown,
                format!("the path is equal to `{other}` on file systems that ignore case"),
            ));
        }
        let size_bytes = match &raw_file.content {
            FileContent::Bytes(bytes) => bytes.len() as u64,
            FileContent::Symlink(_) => 0,
        };
        let reason = if size_bytes > limits::FILE_BYTES {
            Some(format!("the file has {size_bytes} bytes, the limit is {}", limits::FILE_BYTES))
        } else if total_bytes + size_bytes > limits::BUNDLE_BYTES {
            Some(format!("the bundle has more than {} bytes", limits::BUNDLE_BYTES))
        } else if files.len() >= limits::BUNDLE_FILES {
            Some(format!("the bundle has more than {} files", limits::BUNDLE_FILES))
        } else {
            None
        };
        if let Some(reason) = reason {
            unread.push(UnreadFile { path: shown, size_bytes: Some(size_bytes), reason });
            continue;
        }
        total_bytes += size_bytes;
        files.push(BundleFile::new(path, raw_file.content, raw_file.is_executable));
    }
    files
}

/// Prefers the exact name, as the specification's own reader does.
fn find_instructions(files: &[BundleFile]) -> Option<usize> {
    let is_regular = |file: &BundleFile| file.bytes().is_some();
    files
        .iter()
        .position(|file| file.path.as_str() == "SKILL.md" && is_regular(file))
        .or_else(|| files.iter().position(|file| file.class == FileClass::Instructions && is_regular(file)))
}

fn note_encodings(files: &[BundleFile], issues: &mut Vec<ParseIssue>) {
    for file in files {
        for kind in file.text.iter().flat_map(|decoded| decoded.issues.iter().copied()) {
            let message = match kind {
                IssueKind::NulBytes => "the text holds NUL bytes",
                IssueKind::ByteOrderMark => "the text starts with a byte order mark",
                _ => "the text is not UTF-8",
            };
            issues.push(ParseIssue::new(kind, sanitise_line(file.path.as_str(), limits::NAME_BYTES), message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, content: &[u8]) -> RawFile {
        RawFile { path: path.to_owned(), content: FileContent::Bytes(content.to_vec()), is_executable: false }
    }

    fn parse(files: Vec<RawFile>) -> (SkillBundle, Vec<IssueKind>) {
        let (bundle, issues) =
            SkillBundle::parse(RawBundle { files, unread: Vec::new() }, Some("demo")).expect("a skill");
        (bundle, issues.into_iter().map(|issue| issue.kind).collect())
    }

    const SKILL: &[u8] = b"---\nname: demo\ndescription: Does it.\n---\n# Demo\n";

    #[test]
    fn a_skill_is_read_with_its_manifest() {
        let (bundle, issues) = parse(vec![
            file("scripts/run.py", b"print(1)\n"),
            file("SKILL.md", SKILL),
            file("logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\x0d\xff\xfe\xfa\0\0\0"),
        ]);
        assert_eq!(issues, []);
        assert_eq!(
            (bundle.name.as_str(), bundle.description.as_str(), bundle.body()),
            ("demo", "Does it.", "# Demo\n")
        );
        let manifest = bundle.manifest();
        assert_eq!(
            manifest.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(),
            ["SKILL.md", "logo.png", "scripts/run.py"]
        );
        assert!(manifest.summary.has_scripts && manifest.summary.has_assets);
        assert_eq!(manifest.files[2].language.as_deref(), Some("python"));
    }

    #[test]
    fn broken_bundles_yield_what_can_be_read() {
        let (bundle, issues) =
            parse(vec![file("skill.md", b""), file("../x", b"x"), file("A.txt", b"1"), file("a.txt", b"2")]);
        assert_eq!(bundle.name, "demo");
        for kind in [
            IssueKind::NonCanonicalFileName,
            IssueKind::EmptyInstructions,
            IssueKind::InvalidPath,
            IssueKind::ConflictingPath,
            IssueKind::UnreadFile,
        ] {
            assert!(issues.contains(&kind), "{kind:?} in {issues:?}");
        }
        assert!(!bundle.is_complete());
        assert_eq!(bundle.manifest().summary.total_files, 4);
    }

    #[test]
    fn a_folder_without_instructions_is_no_skill() {
        let link = RawFile {
            path: "SKILL.md".to_owned(),
            content: FileContent::Symlink("/etc/passwd".to_owned()),
            is_executable: false,
        };
        for files in [vec![], vec![file("README.md", b"x")], vec![file("sub/SKILL.md", SKILL)], vec![link]] {
            assert_eq!(SkillBundle::parse(RawBundle { files, unread: Vec::new() }, None).err(), Some(NoInstructions));
        }
    }

    #[test]
    fn files_over_the_limits_are_listed_and_not_read() {
        let large = vec![b'x'; limits::FILE_BYTES as usize + 1];
        let (bundle, issues) = parse(vec![file("SKILL.md", SKILL), file("big.bin", &large)]);
        assert_eq!(issues, [IssueKind::UnreadFile]);
        assert_eq!(bundle.unread[0].size_bytes, Some(limits::FILE_BYTES + 1));
    }

    #[test]
    fn the_order_of_the_files_does_not_matter() {
        let forwards = parse(vec![file("SKILL.md", SKILL), file("a", b"1"), file("b", b"2")]).0;
        let backwards = parse(vec![file("b", b"2"), file("a", b"1"), file("SKILL.md", SKILL)]).0;
        assert_eq!(forwards.package_hash, backwards.package_hash);
        assert_eq!(forwards.manifest(), backwards.manifest());
    }
}
