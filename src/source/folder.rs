//! Skills in a folder on this machine.

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::skill::{BundlePath, FileContent, RawBundle, Registry, SkillSource, SourceIdentity, limits};

use super::error::shown_path;
use super::file::{is_executable, read_file};
use super::gather::{Gathering, is_instructions, is_left_out, is_not_searched};
use super::plugin;
use super::{FoundSkill, SkillStream, SourceError, SourceFailure, SourceItem};

/// The skills at or below a folder, each with everything below it.
pub(super) struct FolderStream {
    root: PathBuf,
    walk: walkdir::IntoIter,
    /// The folder whose instructions were met last; its other spellings are no other skill.
    last: Option<PathBuf>,
    skill_count: u64,
    is_ended: bool,
}

impl FolderStream {
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let root = fs::canonicalize(path).map_err(|error| SourceError::of_io(path, &error))?;
        fs::read_dir(&root).map_err(|error| SourceError::of_io(&root, &error))?;
        let walk = WalkDir::new(&root).follow_links(false).sort_by(instructions_first).into_iter();
        Ok(Self { root, walk, last: None, skill_count: 0, is_ended: false })
    }

    /// Looks at one entry; most are neither a skill nor a failure.
    fn visit(&mut self, entry: &DirEntry) -> Option<SourceItem> {
        if entry.file_type().is_dir() {
            return self.visit_folder(entry);
        }
        let folder = entry.path().parent()?;
        if !is_instructions(entry.file_name().as_encoded_bytes()) || self.last.as_deref() == Some(folder) {
            return None;
        }
        self.last = Some(folder.to_owned());
        Some(match self.read_skill(folder, entry) {
            Ok(skill) => {
                self.skill_count += 1;
                SourceItem::Skill(Box::new(skill))
            }
            Err(reason) => SourceItem::Failure(SourceFailure::new(&shown_path(entry.path()), reason)),
        })
    }

    fn visit_folder(&mut self, entry: &DirEntry) -> Option<SourceItem> {
        if entry.depth() == 0 {
            return None;
        }
        let is_skipped = is_not_searched(entry.file_name().as_encoded_bytes());
        let is_too_deep = entry.depth() > limits::FOLDER_DEPTH;
        if is_skipped || is_too_deep {
            self.walk.skip_current_dir();
        }
        (is_too_deep && !is_skipped).then(|| {
            let reason = format!("the folder lies deeper than {} folders and was not searched", limits::FOLDER_DEPTH);
            SourceItem::Failure(SourceFailure::new(&shown_path(entry.path()), reason))
        })
    }

    fn read_skill(&self, folder: &Path, instructions: &DirEntry) -> Result<FoundSkill, String> {
        if folder != self.root {
            let relative = path_below(&self.root, folder).ok_or("the folder's path is not UTF-8")?;
            BundlePath::try_from(relative.as_str()).map_err(|error| format!("the folder cannot be named: {error}"))?;
        }
        let identity = SourceIdentity::local(folder.to_str().ok_or("the folder's path is not UTF-8")?);
        let mut source = SkillSource::new(identity, Registry::Local);
        source.file_name = instructions.file_name().to_str().ok_or("the file's name is not UTF-8")?.to_owned();
        source.license = path_below(&self.root, folder).and_then(|folder| plugin_license(&self.root, &folder));
        let bundle = read_bundle(folder, instructions, &source.file_name)?;
        let folder_name = folder.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        Ok(FoundSkill { source, bundle, folder_name })
    }
}

impl Iterator for FolderStream {
    type Item = SourceItem;

    fn next(&mut self) -> Option<SourceItem> {
        loop {
            if self.is_ended {
                return None;
            }
            if self.skill_count >= limits::SOURCE_SKILLS as u64 {
                self.is_ended = true;
                let reason = format!("the folder holds {} skills; what follows was not read", limits::SOURCE_SKILLS);
                return Some(SourceItem::Failure(SourceFailure::new(&shown_path(&self.root), reason)));
            }
            let item = match self.walk.next()? {
                Ok(entry) => self.visit(&entry),
                Err(error) => {
                    let path = error.path().unwrap_or(&self.root);
                    Some(SourceItem::Failure(SourceFailure::new(&shown_path(path), walk_reason(&error))))
                }
            };
            if item.is_some() {
                return item;
            }
        }
    }
}

impl SkillStream for FolderStream {
    fn progress(&self) -> (u64, Option<u64>) {
        (self.skill_count, None)
    }
}

/// Returns the licence that the plugin of a skill names, where the skill is in one at or below
/// the source's root.
fn plugin_license(root: &Path, skill_folder: &str) -> Option<String> {
    let plugin = root.join(plugin::root_of(skill_folder)?);
    plugin::MANIFESTS.iter().find_map(|manifest| {
        let path = plugin.join(manifest);
        // A folder on the way that is a link would lead elsewhere.
        let is_real =
            path.parent().is_some_and(|parent| fs::symlink_metadata(parent).is_ok_and(|found| found.is_dir()));
        let listed = fs::symlink_metadata(&path).ok().filter(|_| is_real)?;
        let bytes = (listed.len() <= plugin::MANIFEST_BYTES).then(|| read_file(&path, &listed).ok())??;
        plugin::license_of(&bytes)
    })
}

/// Orders entries by the bytes of their paths, but instructions before everything else: regular
/// files first among them, and the canonical spelling first among those.
fn instructions_first(left: &DirEntry, right: &DirEntry) -> Ordering {
    let rank = |entry: &DirEntry| {
        let name = entry.file_name().as_encoded_bytes();
        match (is_instructions(name), entry.file_type()) {
            (true, kind) if kind.is_file() => u8::from(name != b"SKILL.md"),
            (true, kind) if !kind.is_dir() => 2,
            _ => 3,
        }
    };
    rank(left).cmp(&rank(right)).then_with(|| path_bytes(left).cmp(path_bytes(right)))
}

/// Returns the name as it stands in a path: a folder's goes on with a slash.
fn path_bytes(entry: &DirEntry) -> impl Iterator<Item = u8> + '_ {
    let slash = entry.file_type().is_dir().then_some(b'/');
    entry.file_name().as_encoded_bytes().iter().copied().chain(slash)
}

/// Reads everything below `folder`; the instructions first, so that no limit can hide them.
fn read_bundle(folder: &Path, instructions: &DirEntry, file_name: &str) -> Result<RawBundle, String> {
    let mut gathering = Gathering::default();
    read_instructions(&mut gathering, instructions, file_name)?;
    let mut walk = WalkDir::new(folder).min_depth(1).follow_links(false).sort_by(instructions_first).into_iter();
    while let Some(entry) = walk.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().map_or_else(String::new, |path| {
                    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned()
                });
                gathering.leave(&path, None, walk_reason(&error));
                if gathering.goes_on_at(&path) {
                    continue;
                }
                break;
            }
        };
        let is_folder = entry.file_type().is_dir();
        if is_left_out(entry.file_name().as_encoded_bytes()) {
            if is_folder {
                walk.skip_current_dir();
            }
            continue;
        }
        let shown = entry.path().strip_prefix(folder).unwrap_or(entry.path()).to_string_lossy();
        if entry.path() == instructions.path() {
            continue;
        }
        if !gathering.goes_on_at(&shown) {
            break;
        }
        let path = path_below(folder, entry.path());
        if is_folder && (path.is_none() || entry.depth() > limits::FOLDER_DEPTH) {
            let reason = if path.is_none() {
                "the name is not UTF-8".to_owned()
            } else {
                format!("the folder lies deeper than {} folders", limits::FOLDER_DEPTH)
            };
            gathering.leave(&shown, None, format!("{reason}; nothing below it was read"));
            walk.skip_current_dir();
        } else if !is_folder {
            match path {
                Some(path) => gather(&mut gathering, &entry, path),
                None => gathering.leave(&shown, None, "the name is not UTF-8"),
            }
        }
    }
    Ok(gathering.finish())
}

fn read_instructions(gathering: &mut Gathering, entry: &DirEntry, file_name: &str) -> Result<(), String> {
    if entry.path_is_symlink() {
        return Err("it is a symbolic link, which is not followed".to_owned());
    }
    let metadata = entry.metadata().map_err(|error| walk_reason(&error))?;
    if metadata.len() > limits::FILE_BYTES {
        return Err(format!("the file has {} bytes, the limit is {}", metadata.len(), limits::FILE_BYTES));
    }
    let bytes = read_file(entry.path(), &metadata)?;
    gathering.add(file_name.to_owned(), FileContent::Bytes(bytes), is_executable(&metadata));
    Ok(())
}

fn gather(gathering: &mut Gathering, entry: &DirEntry, path: String) {
    let metadata = match entry.metadata() {
        Ok(metadata) => metadata,
        Err(error) => return gathering.leave(&path, None, walk_reason(&error)),
    };
    if metadata.is_symlink() {
        match fs::read_link(entry.path()) {
            Ok(target) if gathering.admits(&path, 0) => {
                gathering.add(path, FileContent::Symlink(target.to_string_lossy().into_owned()), false)
            }
            Ok(_) => {}
            Err(error) => gathering.leave(&path, None, error.to_string()),
        }
    } else if !metadata.is_file() {
        gathering.leave(&path, None, "it is neither a file nor a folder nor a link");
    } else if gathering.admits(&path, metadata.len()) {
        match read_file(entry.path(), &metadata) {
            Ok(bytes) => gathering.add(path, FileContent::Bytes(bytes), is_executable(&metadata)),
            Err(reason) => gathering.leave(&path, Some(metadata.len()), reason),
        }
    }
}

/// Writes `path` relative to `folder` with `/` between parts, where it is UTF-8.
fn path_below(folder: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.strip_prefix(folder).ok()?.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

fn walk_reason(error: &walkdir::Error) -> String {
    error.io_error().map_or_else(|| "the folder cannot be listed".to_owned(), ToString::to_string)
}
