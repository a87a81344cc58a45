//! What is known beside the files of a bundle: which package they are, and what they are
//! compared with. A skill has nothing beside it.

use crate::skill::SkillBundle;

/// What is known beside the files of a bundle.
#[derive(Debug, Default)]
pub struct Beside {
    /// The package that the bundle is, where it is one.
    pub package: Option<PackageIdentity>,
    /// The repository that the package says it was made of, at the commit of this version.
    pub repository: Option<Counterpart>,
    /// The version before.
    pub before: Option<Counterpart>,
}

/// Nothing: what is beside a skill.
pub(super) static NOTHING: Beside = Beside { package: None, repository: None, before: None };

/// The package that a bundle is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageIdentity {
    /// The registry.
    pub registry: PackageRegistryKind,
    /// The name, as the registry compares it.
    pub name: String,
    /// The version, as it is written in its normal form.
    pub version: String,
    /// Whether the package is itself one of the most used, which imitates nobody.
    pub is_well_known: bool,
    /// Names of the files of the release that were looked at.
    pub files: Vec<String>,
}

/// A registry of packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageRegistryKind {
    /// The Python Package Index.
    Pypi,
    /// npm.
    Npm,
}

/// What a bundle is compared with.
#[derive(Debug)]
pub struct Counterpart {
    /// What it is, for a reader: a commit or tag, or a version; sanitised where it is shown.
    pub name: String,
    /// Its files.
    pub bundle: SkillBundle,
}

impl Counterpart {
    /// Tells whether everything of it was read: of what was not, nothing can be said to be missing.
    pub fn is_complete(&self) -> bool {
        self.bundle.unread.is_empty()
    }
}

/// Returns the path in the distribution: without the folder that tells which one it is of a
/// release that has a source and a wheel.
pub fn inner_path(path: &str) -> &str {
    [SOURCE_FOLDER, WHEEL_FOLDER].iter().find_map(|folder| path.strip_prefix(folder)).unwrap_or(path)
}

/// The folder of a bundle in which the source of a release lies that also has a wheel.
pub(super) const SOURCE_FOLDER: &str = "sdist/";
/// The folder in which the wheel lies, without what it repeats of the source.
pub(super) const WHEEL_FOLDER: &str = "wheel/";
