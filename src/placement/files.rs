//! The files that are put in place, checked before the first is written.

use std::collections::HashMap;

use super::PlacementError;
use crate::skill::{BundlePath, FileContent, SkillBundle, fold_case, sanitise_line};

/// Names that no digest covers, so that nobody would see what is in them.
const LEFT_OUT: [&str; 2] = [".git", ".sigildex"];

/// A file that is put in place.
#[derive(Debug, Clone, Copy)]
pub struct FileToPlace<'a> {
    /// Where, below the folder of the skill.
    pub path: &'a BundlePath,
    /// What.
    pub bytes: &'a [u8],
    /// Whether it may be executed; nothing is.
    pub is_executable: bool,
}

/// The files of a skill, all of them: regular, each at a place of its own on every file system.
#[derive(Debug, Clone)]
pub struct FilesToPlace<'a> {
    files: Vec<FileToPlace<'a>>,
}

impl<'a> FilesToPlace<'a> {
    /// Takes all files of a bundle.
    ///
    /// # Errors
    /// Fails where a file was not read, is a symbolic link, has a name that no digest covers, or
    /// takes the place of another where case or composition of names is ignored.
    pub fn of(bundle: &'a SkillBundle) -> Result<Self, PlacementError> {
        if let Some(unread) = bundle.unread.first() {
            let reason = format!("it could not be read ({})", unread.reason);
            return Err(PlacementError::File { path: unread.path.clone(), reason });
        }
        // Each part of each path by its folded form: what is equal there must be the same name,
        // and a file is nothing that another path goes through.
        let mut places: HashMap<String, (&str, bool)> = HashMap::new();
        let mut files = Vec::with_capacity(bundle.files.len());
        for file in &bundle.files {
            let text = file.path.as_str();
            let refused = |reason: String| {
                Err(PlacementError::File { path: sanitise_line(text, 300), reason: sanitise_line(&reason, 400) })
            };
            let FileContent::Bytes(bytes) = &file.content else {
                return refused("it is a symbolic link".to_owned());
            };
            if let Some(name) = text.split('/').find(|name| LEFT_OUT.contains(name)) {
                return refused(format!("no digest covers `{name}`"));
            }
            let ends = text.match_indices('/').map(|(end, _)| end).chain([text.len()]);
            for end in ends {
                let (part, is_file) = (&text[..end], end == text.len());
                let known = *places.entry(fold_case(part)).or_insert((part, is_file));
                let is_taken_twice = is_file && !std::ptr::eq(known.0, part);
                if known != (part, is_file) || is_taken_twice {
                    return refused(format!("it takes the place of `{}` on some file systems", known.0));
                }
            }
            files.push(FileToPlace { path: &file.path, bytes, is_executable: file.is_executable });
        }
        Ok(Self { files })
    }

    /// Returns the files.
    pub fn files(&self) -> &[FileToPlace<'a>] {
        &self.files
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skill::{RawBundle, RawFile, UnreadFile};

    fn bundle(paths: &[&str]) -> SkillBundle {
        let file = |path: &&str| RawFile {
            path: (*path).to_owned(),
            content: match path.strip_prefix("link ") {
                Some(_) => FileContent::Symlink("/etc/passwd".to_owned()),
                None => FileContent::Bytes(b"x".to_vec()),
            },
            is_executable: false,
        };
        let files = ["SKILL.md"].iter().chain(paths).map(file).collect();
        SkillBundle::parse(RawBundle { files, unread: Vec::new() }, None).expect("a skill").0
    }

    #[test]
    fn what_cannot_be_put_anywhere_is_refused_before_anything_is_written() {
        for (paths, expected) in [
            (&["a", "b/c", "b/d", "B2/x"][..], None),
            (&["../x"], Some("could not be read")),
            (&["/etc/passwd"], Some("could not be read")),
            (&["a\\..\\b"], Some("could not be read")),
            (&["link x"], Some("symbolic link")),
            (&["skill.MD"], Some("takes the place")),
            (&["a/b", "A/c"], Some("takes the place")),
            (&["caf\u{e9}", "cafe\u{301}"], Some("takes the place")),
            (&["a", "a/b"], Some("takes the place")),
            (&["a/b", "a"], Some("takes the place")),
            (&["a", "a"], Some("takes the place")),
            (&[".git/hooks/x"], Some("no digest covers")),
            (&["sub/.sigildex"], Some("no digest covers")),
        ] {
            let bundle = bundle(paths);
            let told = FilesToPlace::of(&bundle).map(|files| files.files().len()).map_err(|error| error.to_string());
            match expected {
                None => assert_eq!(told, Ok(paths.len() + 1), "{paths:?}"),
                Some(part) => assert!(told.as_ref().is_err_and(|text| text.contains(part)), "{paths:?} {told:?}"),
            }
        }
        let mut partly = bundle(&[]);
        partly.unread.push(UnreadFile { path: "x".to_owned(), size_bytes: None, reason: "too large".to_owned() });
        assert!(FilesToPlace::of(&partly).is_err());
    }
}
