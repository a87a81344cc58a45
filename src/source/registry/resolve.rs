//! Which release a project would get of a package, and what that one needs.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::client::Asked;
use super::npm::{INSTALL, parse, status_error};
use super::{PackageClient, PackageFetchError, pypi};
use crate::package::{Dependency, Manifest, PackageRegistry, PackageSpec, PackageVersion, Requirement};
use crate::package::{PackageName, VersionRequest};

/// A release that satisfies what was asked for.
#[derive(Debug, Clone)]
pub struct ResolvedPackage {
    /// The release.
    pub spec: PackageSpec,
    /// How large it is: of PyPI the file that an installer takes, of npm what it unpacks to.
    pub size_bytes: Option<u64>,
    /// What it needs itself; none where the registry does not tell without its files.
    pub needs: Option<Vec<Dependency>>,
}

/// Asks one registry for many packages, within one time. It blocks.
pub struct PackageResolver<'a> {
    asked: Asked<'a>,
    registry: PackageRegistry,
}

impl PackageClient {
    /// Begins to ask a registry for many packages, within one time.
    ///
    /// # Errors
    /// Fails where no host is configured.
    pub fn resolver(
        &self,
        registry: PackageRegistry,
        time: Duration,
    ) -> Result<PackageResolver<'_>, PackageFetchError> {
        Ok(PackageResolver { asked: self.ask_for(registry, registry.as_str(), time)?, registry })
    }
}

impl PackageResolver<'_> {
    /// Asks which release an installer would take today, and what that one needs.
    ///
    /// # Errors
    /// Fails where there is none, what is asked for cannot be read or comes from elsewhere, or the
    /// registry does not answer, in time and as its protocol says.
    pub fn resolve(
        &mut self,
        name: &PackageName,
        requirement: &Requirement,
    ) -> Result<ResolvedPackage, PackageFetchError> {
        match self.registry {
            PackageRegistry::Npm => npm(&mut self.asked, name, requirement),
            PackageRegistry::Pypi => pypi::resolve(&mut self.asked, name, requirement),
        }
    }

    /// Tells whether the time is over.
    pub fn is_over(&self) -> bool {
        self.asked.session.is_over()
    }
}

/// What is taken of versions.
pub(super) struct Choice<'a> {
    exact: Option<&'a PackageVersion>,
    request: Option<VersionRequest>,
}

impl<'a> Choice<'a> {
    pub(super) fn of(registry: PackageRegistry, requirement: &'a Requirement) -> Self {
        Self { exact: requirement.exact(), request: requirement.request(registry) }
    }

    pub(super) fn admits(&self, version: &PackageVersion) -> bool {
        self.exact
            .map_or_else(|| self.request.as_ref().is_some_and(|request| request.contains(version)), |it| it == version)
    }
}

#[derive(Deserialize)]
struct Document {
    #[serde(default, rename = "dist-tags")]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    versions: BTreeMap<String, Value>,
}

fn npm(
    asked: &mut Asked<'_>,
    name: &PackageName,
    requirement: &Requirement,
) -> Result<ResolvedPackage, PackageFetchError> {
    let registry = PackageRegistry::Npm;
    let package = PackageSpec { registry, name: name.clone(), version: None }.to_string();
    let answer = asked.metadata(asked.host.below([name.as_str()]), INSTALL, &package)?;
    match answer.status {
        200 => {}
        404 | 410 => return Err(PackageFetchError::NoSuchPackage { package }),
        status => return Err(status_error(&package, status)),
    }
    let document: Document = parse(&answer, &package)?;
    let tagged = |tag: &str| {
        let text = document.tags.get(tag)?;
        PackageVersion::parse(registry, text).ok().filter(|_| document.versions.contains_key(text))
    };
    let choice = Choice::of(registry, requirement);
    // As npm does: the tag `latest` where it fits, else the highest.
    let version = match requirement {
        Requirement::Range(text) if choice.request.is_none() => tagged(text),
        _ => tagged("latest").filter(|version| choice.admits(version)).or_else(|| {
            let versions = document.versions.keys().filter_map(|text| PackageVersion::parse(registry, text).ok());
            versions.filter(|version| choice.admits(version)).max()
        }),
    };
    let found = version.and_then(|version| Some((document.versions.get(version.as_str())?, version)));
    let (found, version) = found.ok_or(PackageFetchError::NoSuchVersion { package })?;
    let table = |name: &str| found.get(name).and_then(Value::as_object).into_iter().flatten();
    let needs = ["dependencies", "optionalDependencies"]
        .into_iter()
        .flat_map(table)
        .filter_map(|(name, range)| Some((name.as_str(), range.as_str()?)));
    Ok(ResolvedPackage {
        size_bytes: found.pointer("/dist/unpackedSize").and_then(Value::as_u64),
        needs: Some(Manifest::of_metadata(registry, needs)),
        spec: PackageSpec { registry, name: name.clone(), version: Some(version) },
    })
}
