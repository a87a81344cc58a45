//! Files that say which packages a project needs: what is asked for, and what a lock file fixed.
//!
//! Nothing is resolved and nothing is run: a `setup.py` says what it needs only when it is
//! executed, so it is not read. Start at [`Manifest::parse`].

mod node;
mod node_lock;
mod project;
mod python;
mod python_lock;
mod requirement;
mod requirements;
#[cfg(test)]
mod tests;
mod yarn;

pub use project::Project;
pub use requirement::Requirement;

use super::{PackageName, PackageRegistry};

/// Bytes of a manifest; the longest lock files have some ten megabytes.
const MANIFEST_BYTES: usize = 32 * 1024 * 1024;
/// Dependencies of one.
const DEPENDENCIES: usize = 20_000;
/// Things in one that could not be read, which are told.
const UNREAD: usize = 100;

/// Which kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ManifestKind {
    /// `requirements.txt` and files like it (pip).
    Requirements,
    /// `pyproject.toml` (PEP 621, PEP 735, Poetry).
    Pyproject,
    /// `poetry.lock`, `uv.lock` or `pdm.lock`.
    PythonLock,
    /// `package.json`.
    PackageJson,
    /// `package-lock.json` or `npm-shrinkwrap.json`.
    PackageLock,
    /// `pnpm-lock.yaml`.
    PnpmLock,
    /// `yarn.lock`, of any version of Yarn.
    YarnLock,
}

impl ManifestKind {
    /// Tells by the name of a file what kind it is.
    pub fn of_name(file_name: &str) -> Option<Self> {
        let name = file_name.to_ascii_lowercase();
        Some(match name.as_str() {
            "pyproject.toml" => Self::Pyproject,
            "poetry.lock" | "uv.lock" | "pdm.lock" => Self::PythonLock,
            "package.json" => Self::PackageJson,
            "package-lock.json" | "npm-shrinkwrap.json" => Self::PackageLock,
            "pnpm-lock.yaml" => Self::PnpmLock,
            "yarn.lock" => Self::YarnLock,
            _ if name.ends_with(".txt") && (name.contains("requirement") || name.starts_with("constraints")) => {
                Self::Requirements
            }
            _ => return None,
        })
    }

    /// Returns the registry of whose packages it tells.
    pub fn registry(self) -> PackageRegistry {
        match self {
            Self::Requirements | Self::Pyproject | Self::PythonLock => PackageRegistry::Pypi,
            Self::PackageJson | Self::PackageLock | Self::PnpmLock | Self::YarnLock => PackageRegistry::Npm,
        }
    }

    /// Tells whether it fixes versions, of what is needed indirectly as well.
    pub fn is_lock(self) -> bool {
        match self {
            Self::PythonLock | Self::PackageLock | Self::PnpmLock | Self::YarnLock => true,
            Self::Requirements | Self::Pyproject | Self::PackageJson => false,
        }
    }
}

/// One package that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The registry by whose rules it is named.
    pub registry: PackageRegistry,
    /// The package.
    pub name: PackageName,
    /// Which of its versions, or where else it comes from.
    pub requirement: Requirement,
    /// Whether the project itself names it; otherwise something that it needs does.
    pub is_direct: bool,
}

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Which kind of file it is.
    pub kind: ManifestKind,
    /// What is needed, each package in each form once, in the order of names.
    pub dependencies: Vec<Dependency>,
    /// What could not be read, in words; author-controlled, bounded, not sanitised.
    pub unread: Vec<String>,
}

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Its name is none that is known.
    #[error(
        "not a manifest that is read; expected requirements.txt, pyproject.toml, poetry.lock, uv.lock, package.json, package-lock.json, pnpm-lock.yaml or yarn.lock"
    )]
    Kind,
    /// It is too long.
    #[error("the file has more than {0} bytes")]
    TooLong(usize),
    /// It names too many packages.
    #[error("the file names more than {0} packages")]
    TooMany(usize),
    /// It is not of its form.
    #[error("the file cannot be read: {0}")]
    Form(String),
}

impl Manifest {
    /// Reads what a release says that it needs, as its registry writes it: requirements of PEP 508
    /// for PyPI, names and ranges for npm. What is needed only for an extra is left out.
    pub fn of_metadata<'a>(
        registry: PackageRegistry,
        needs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Vec<Dependency> {
        let mut found = Found::default();
        for (name, rest) in needs {
            match registry {
                PackageRegistry::Npm => node::add(name, rest, false, &mut found),
                PackageRegistry::Pypi => requirements::read_needed(name, &mut found),
            }
        }
        in_order(&mut found.dependencies);
        found.dependencies
    }

    /// Reads a file, whose name says what it is.
    ///
    /// # Errors
    /// Fails where it is no manifest, or not of its form as a whole. A single entry that cannot
    /// be read is told in `unread`.
    pub fn parse(file_name: &str, bytes: &[u8]) -> Result<Self, ManifestError> {
        let kind = ManifestKind::of_name(file_name).ok_or(ManifestError::Kind)?;
        if bytes.len() > MANIFEST_BYTES {
            return Err(ManifestError::TooLong(MANIFEST_BYTES));
        }
        let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
        let mut found = Found::default();
        match kind {
            ManifestKind::Requirements => requirements::read(&text, &mut found),
            ManifestKind::Pyproject => python::read(&text, &mut found)?,
            ManifestKind::PythonLock => python_lock::read(&text, &mut found)?,
            ManifestKind::PackageJson => node::read(&text, &mut found)?,
            ManifestKind::PackageLock => node_lock::read_npm(&text, &mut found)?,
            ManifestKind::PnpmLock => node_lock::read_pnpm(&text, &mut found)?,
            ManifestKind::YarnLock => yarn::read(&text, &mut found),
        }
        found.into_manifest(kind)
    }
}

/// What was found so far.
#[derive(Debug, Default)]
struct Found {
    dependencies: Vec<Dependency>,
    unread: Vec<String>,
    is_over: bool,
}

impl Found {
    /// Notes a dependency by its name as it is written.
    fn add(&mut self, registry: PackageRegistry, name: &str, requirement: Requirement, is_direct: bool) {
        // Twice as many, for those that are written more than once.
        if self.dependencies.len() >= 2 * DEPENDENCIES {
            self.is_over = true;
            return;
        }
        match PackageName::parse(registry, name) {
            Ok(name) => self.dependencies.push(Dependency { registry, name, requirement, is_direct }),
            Err(error) => self.skip(name, &error.to_string()),
        }
    }

    /// Notes something that could not be read.
    fn skip(&mut self, what: &str, why: &str) {
        if self.unread.len() < UNREAD {
            let what: String = what.chars().take(100).collect();
            self.unread.push(format!("`{what}`: {why}"));
        }
    }

    fn into_manifest(mut self, kind: ManifestKind) -> Result<Manifest, ManifestError> {
        in_order(&mut self.dependencies);
        if self.is_over || self.dependencies.len() > DEPENDENCIES {
            return Err(ManifestError::TooMany(DEPENDENCIES));
        }
        Ok(Manifest { kind, dependencies: self.dependencies, unread: self.unread })
    }
}

/// Brings dependencies into the order of names, each once. What is named directly stands before
/// the same thing named indirectly, and stays.
fn in_order(dependencies: &mut Vec<Dependency>) {
    dependencies
        .sort_by_cached_key(|one| (one.registry, one.name.clone(), one.requirement.to_string(), !one.is_direct));
    dependencies.dedup_by(|later, first| {
        (later.registry, &later.name, &later.requirement) == (first.registry, &first.name, &first.requirement)
    });
}
