//! The skills that a person means by a path: a folder, or a SKILL.md.

use std::path::Path;

use super::folder::FolderStream;
use super::{FoundSkill, SourceError, SourceItem};
use crate::skill::{FileContent, RawBundle, RawFile, Registry, SkillSource, SourceIdentity, limits};

/// Reads the skill that `path` is: the bundle of a folder with a SKILL.md, else every skill
/// below the folder; a file is a bundle of that file alone.
///
/// # Errors
/// Fails where the path cannot be read.
pub fn skills_at(path: &Path) -> Result<Box<dyn Iterator<Item = SourceItem>>, SourceError> {
    let metadata = std::fs::metadata(path).map_err(|error| SourceError::of_io(path, &error))?;
    if !metadata.is_dir() {
        return Ok(Box::new(std::iter::once(SourceItem::Skill(Box::new(read_file(path, &metadata)?)))));
    }
    let root = std::fs::canonicalize(path).map_err(|error| SourceError::of_io(path, &error))?;
    let own = SourceIdentity::local(&root.to_string_lossy());
    let mut is_over = false;
    // The folder's own SKILL.md comes first; where there is one, what lies below is its bundle.
    Ok(Box::new(FolderStream::open(path)?.take_while(move |item| {
        let goes_on = !is_over;
        is_over |= matches!(item, SourceItem::Skill(skill) if skill.source.identity == own);
        goes_on
    })))
}

fn read_file(path: &Path, metadata: &std::fs::Metadata) -> Result<FoundSkill, SourceError> {
    if !metadata.is_file() {
        return Err(SourceError::unreadable(path, "it is neither a folder nor a regular file"));
    }
    if metadata.len() > limits::FILE_BYTES {
        return Err(SourceError::unreadable(
            path,
            format!("it has {} bytes, the limit is {}", metadata.len(), limits::FILE_BYTES),
        ));
    }
    let bytes = std::fs::read(path).map_err(|error| SourceError::of_io(path, &error))?;
    // Whatever the file is called, it was named as the instructions of a skill.
    let file = RawFile { path: "SKILL.md".to_owned(), content: FileContent::Bytes(bytes), is_executable: false };
    let absolute = std::fs::canonicalize(path).map_err(|error| SourceError::of_io(path, &error))?;
    let folder = absolute.parent().unwrap_or(&absolute);
    Ok(FoundSkill {
        source: SkillSource::new(SourceIdentity::local(&folder.to_string_lossy()), Registry::Local),
        bundle: RawBundle { files: vec![file], unread: Vec::new() },
        folder_name: folder.file_name().and_then(|name| name.to_str()).map(str::to_owned),
    })
}
