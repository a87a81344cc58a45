//! The files of a distribution, and what the scanner takes of them.

use std::collections::BTreeSet;

use crate::skill::{
    FileContent, RawBundle, RawFile, Sha256Digest, UnreadFile, fold_case, limits, root_digest, sanitise_line,
};

/// The files of one distribution after it was unpacked.
#[derive(Debug, Clone, Default)]
pub struct FileSet {
    /// Files and links; paths as the archive has them.
    pub files: Vec<RawFile>,
    /// What is listed and was not read.
    pub unread: Vec<UnreadFile>,
}

/// What the scanner takes: the files of a package, with a stand-in for the instructions that a
/// skill has and a package has not.
#[derive(Debug, Clone)]
pub struct PackageBundle {
    /// The files.
    pub raw: RawBundle,
    /// Tells whether the instructions are ours and no file of the package.
    pub has_own_instructions: bool,
}

impl FileSet {
    /// Returns the root digest v1 over the files that were read: the digest of what ships,
    /// however it was packed.
    pub fn digest(&self) -> Sha256Digest {
        root_digest(self.files.iter().filter_map(|file| match &file.content {
            FileContent::Bytes(bytes) => {
                Some((file.path.as_str(), Sha256Digest::of(bytes), bytes.len() as u64, file.is_executable))
            }
            FileContent::Symlink(_) => None,
        }))
    }

    /// Tells whether everything was read.
    pub fn is_complete(&self) -> bool {
        self.unread.is_empty()
    }

    /// Returns the bytes of a file.
    pub fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.files.iter().find(|file| file.path == path).and_then(|file| match &file.content {
            FileContent::Bytes(bytes) => Some(bytes.as_slice()),
            FileContent::Symlink(_) => None,
        })
    }

    /// Takes the first folder off every path.
    ///
    /// # Errors
    /// Fails where two files would then have one path.
    pub fn without_first_folder(mut self) -> Result<Self, String> {
        let mut met = BTreeSet::new();
        for file in &mut self.files {
            // A file beside the folder is left out by npm; here it is kept where it stands.
            if let Some((_, rest)) = file.path.split_once('/') {
                file.path = rest.to_owned();
            }
            if !met.insert(fold_case(&file.path)) {
                return Err(format!(
                    "two of its entries are `{}` without their first folder",
                    sanitise_line(&file.path, limits::NAME_BYTES)
                ));
            }
        }
        for file in &mut self.unread {
            if let Some((_, rest)) = file.path.split_once('/') {
                file.path = rest.to_owned();
            }
        }
        Ok(self)
    }

    /// Takes the first folder off every path, where all of them have the same one.
    #[must_use]
    pub fn without_shared_folder(mut self) -> Self {
        let first = |path: &str| path.split_once('/').map(|(folder, _)| folder.to_owned());
        let folders: BTreeSet<_> = self
            .files
            .iter()
            .map(|file| first(&file.path))
            .chain(self.unread.iter().map(|file| first(&file.path)))
            .collect();
        let [Some(folder)] = folders.into_iter().collect::<Vec<_>>().try_into().unwrap_or([None]) else { return self };
        let length = folder.len() + 1;
        self.files.iter_mut().for_each(|file| file.path.replace_range(..length, ""));
        self.unread.iter_mut().for_each(|file| file.path.replace_range(..length, ""));
        self
    }

    /// Makes what the scanner takes, with a stand-in for instructions where the package ships none.
    pub fn into_bundle(self, title: &str) -> PackageBundle {
        let has_own_instructions = !self.has_instructions();
        let mut raw = self.into_files();
        if has_own_instructions {
            let text = format!("# {}\n", sanitise_line(title, limits::NAME_CHARACTERS));
            let content = FileContent::Bytes(text.into_bytes());
            raw.files.insert(0, RawFile { path: "SKILL.md".to_owned(), content, is_executable: false });
        }
        PackageBundle { raw, has_own_instructions }
    }

    /// A package may ship instructions at its root, as a skill does; then those are read.
    fn has_instructions(&self) -> bool {
        self.files.iter().any(|file| file.path.eq_ignore_ascii_case("SKILL.md"))
    }

    /// Returns the files that the scanner takes. Those beyond the limits of a scan are listed as
    /// unread: code first, so that a package cannot push its code out with pictures.
    pub fn into_files(mut self) -> RawBundle {
        // One place is left for what stands in for the instructions.
        let file_limit = limits::BUNDLE_FILES - usize::from(!self.has_instructions());
        self.files.sort_by(|left, right| (rank(left), left.path.as_bytes()).cmp(&(rank(right), right.path.as_bytes())));
        let mut raw = RawBundle { files: Vec::new(), unread: self.unread };
        let mut size_bytes = 0_u64;
        for file in self.files {
            let length = match &file.content {
                FileContent::Bytes(bytes) => bytes.len() as u64,
                FileContent::Symlink(_) => 0,
            };
            let reason = if raw.files.len() >= file_limit {
                format!("the package has more than {} files", limits::BUNDLE_FILES)
            } else if size_bytes + length > limits::BUNDLE_BYTES {
                format!("the package has more than {} bytes", limits::BUNDLE_BYTES)
            } else {
                size_bytes += length;
                raw.files.push(file);
                continue;
            };
            let path = sanitise_line(&file.path, limits::NAME_BYTES);
            raw.unread.push(UnreadFile { path, size_bytes: Some(length), reason });
        }
        raw
    }
}

/// What is read first: what decides what runs, code, and then the rest.
fn rank(file: &RawFile) -> u8 {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let is_code =
        [".py", ".js", ".cjs", ".mjs", ".ts", ".sh", ".ps1", ".bat", ".cmd", ".pth", ".node", ".so", ".pyd", ".dll"]
            .iter()
            .any(|ending| name.ends_with(ending));
    match name {
        "package.json" | "setup.py" | "setup.cfg" | "pyproject.toml" | "METADATA" | "PKG-INFO" | "binding.gyp"
        | "SKILL.md" => 0,
        _ if is_code => 1,
        _ => 2,
    }
}
