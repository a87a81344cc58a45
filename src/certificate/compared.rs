//! What a release is compared with: the repository that it names, and the version before.

use crate::package::{FileSet, PackageRegistry, PackageSpec, PackageVersion};
use crate::scan::{Counterpart, PackageIdentity, PackageRegistryKind};
use crate::skill::SkillBundle;

use super::{ReviewError, ReviewedFile};

/// What a release is compared with, and what else is known of it.
#[derive(Debug)]
pub struct Compared {
    /// Whether the package is one of the most used, which imitates nobody.
    pub is_well_known: bool,
    /// The files of the repository at the commit of this version, with a name for a reader.
    pub repository: Option<(String, FileSet)>,
    /// The version before, with its files.
    pub before: Option<(PackageVersion, Vec<(ReviewedFile, FileSet)>)>,
    /// Why something that was asked for was not compared, one sanitised line each.
    pub notes: Vec<String>,
}

impl Compared {
    /// Compares with nothing, and knows nothing more of the package.
    pub fn with_nothing() -> Self {
        Self { is_well_known: false, repository: None, before: None, notes: Vec::new() }
    }
}

/// Says to the scanner which package it looks at.
pub(super) fn identity(spec: &PackageSpec, files: &[ReviewedFile], is_well_known: bool) -> PackageIdentity {
    PackageIdentity {
        registry: match spec.registry {
            PackageRegistry::Pypi => PackageRegistryKind::Pypi,
            PackageRegistry::Npm => PackageRegistryKind::Npm,
        },
        name: spec.name.to_string(),
        version: spec.version.as_ref().map(ToString::to_string).unwrap_or_default(),
        is_well_known,
        files: files.iter().map(|file| file.file_name.clone()).collect(),
    }
}

/// Makes of files what the scanner compares with.
pub(super) fn counterpart(name: String, set: FileSet) -> Result<Counterpart, ReviewError> {
    let (bundle, _) = SkillBundle::parse(set.into_bundle(&name).raw, Some(&name))?;
    Ok(Counterpart { name, bundle })
}
