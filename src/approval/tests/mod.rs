//! Claims about approvals at the door of the room, on folders that are made for them.

mod changing;
mod identity;
mod odd_folders;
mod records;
mod reference;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{MeasuredFolder, measure};

/// A SKILL.md that is as it should be.
const SKILL: &str = "---\nname: demo-skill\ndescription: Demo.\n---\nHello\n";

/// A folder for a test.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A folder with a SKILL.md.
    fn skill() -> Self {
        let place = Self::new();
        place.file("SKILL.md", SKILL);
        place
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    fn folder(&self, name: &str) {
        fs::create_dir_all(self.at(name)).expect("a folder");
    }

    fn mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.at(name), fs::Permissions::from_mode(mode)).expect("a mode");
    }

    fn link(&self, name: &str, target: &str) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("a folder");
        symlink(target, path).expect("a link");
    }

    fn fifo(&self, name: &str) {
        rustix::fs::mknodat(
            rustix::fs::CWD,
            self.at(name),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o644),
            0,
        )
        .expect("a FIFO");
    }

    fn measured(&self) -> MeasuredFolder {
        measure(self.path()).expect("the folder is measured")
    }

    fn digest(&self) -> String {
        self.measured().manifest.root_digest().to_string()
    }

    /// Measures what must not be measured, and returns why it was not.
    fn refused(&self) -> String {
        measure(self.path()).expect_err("the folder is refused").to_string()
    }
}
