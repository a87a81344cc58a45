//! Reads the policy of a project.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::policy::{Policy, PolicyError};

/// Bytes that are read: one more than a policy may have is refused by its reader.
const READ_BYTES: u64 = 2 * 1024 * 1024;

/// Why a policy that is there does not say what passes. Nothing passes then.
#[derive(Debug, thiserror::Error)]
pub enum ProjectPolicyError {
    /// It cannot be read.
    #[error("cannot read `touchmark.toml`: {0}")]
    Unreadable(#[from] io::Error),
    /// It was read, and is none.
    #[error("`touchmark.toml` is not a policy: {0}")]
    Invalid(#[from] PolicyError),
}

/// Reads `touchmark.toml` in a project; nothing where there is none.
///
/// # Errors
/// Fails where something is there that cannot be read, such as a link that leads nowhere, or
/// that is no policy.
pub fn read_project_policy(project: &Path) -> Result<Option<Policy>, ProjectPolicyError> {
    let path = project.join(Policy::FILE);
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
        Ok(_) => {}
    }
    let project = if project.as_os_str().is_empty() { Path::new(".") } else { project };
    let path = path.canonicalize()?;
    if !path.starts_with(project.canonicalize()?) {
        return Err(io::Error::other("it leads out of the project, through a link").into());
    }
    // A FIFO would hold the reader.
    if !fs::metadata(&path)?.is_file() {
        return Err(io::Error::other("it is not a regular file").into());
    }
    let mut text = String::new();
    File::open(&path)?.take(READ_BYTES).read_to_string(&mut text)?;
    Ok(Some(Policy::parse(&text)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_that_is_not_there_is_no_policy() {
        let project = tempfile::tempdir().expect("a folder");
        let path = project.path().join(Policy::FILE);
        assert!(matches!(read_project_policy(project.path()), Ok(None)));
        fs::write(&path, "[policy]\nverdicts = [\"safe\"]\n").expect("a file");
        assert!(matches!(read_project_policy(project.path()), Ok(Some(_))));
        for text in [&b"[policy]\nverdict = []\n"[..], b"[[exception]]\n", b"nonsense"] {
            fs::write(&path, text).expect("a file");
            assert!(matches!(read_project_policy(project.path()), Err(ProjectPolicyError::Invalid(_))));
        }
        fs::write(&path, b"\xff").expect("a file");
        assert!(matches!(read_project_policy(project.path()), Err(ProjectPolicyError::Unreadable(_))));
        fs::remove_file(&path).expect("it was there");
        fs::create_dir(&path).expect("a folder");
        assert!(matches!(read_project_policy(project.path()), Err(ProjectPolicyError::Unreadable(_))));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_an_error() {
        let project = tempfile::tempdir().expect("a folder");
        let path = project.path().join(Policy::FILE);
        std::os::unix::fs::symlink("nowhere", &path).expect("a link");
        assert!(matches!(read_project_policy(project.path()), Err(ProjectPolicyError::Unreadable(_))));
        // Nor is what lies elsewhere read, or anything of it shown.
        let outside = tempfile::tempdir().expect("a folder");
        fs::write(outside.path().join("secret"), "secret-key = 1\n").expect("a file");
        fs::remove_file(&path).expect("it was there");
        std::os::unix::fs::symlink(outside.path().join("secret"), &path).expect("a link");
        let error = read_project_policy(project.path()).expect_err("it leads out").to_string();
        assert!(error.contains("leads out of the project") && !error.contains("secret"), "{error}");
    }
}
