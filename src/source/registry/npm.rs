//! npm: the metadata of one version, and of a package where a registry has none of a version.

use std::collections::BTreeMap;

use serde::Deserialize;
use url::Url;

use super::client::{Asked, Metadata};
use super::{Distribution, PackageFetchError, PackageRelease};
use crate::package::{DistributionKind, PackageSpec, PackageVersion, PublishedDigest};
use crate::skill::sanitise_line;

/// The whole document of a version or package.
const JSON: &str = "application/json";
/// The part of a package's document that an installer needs.
pub(super) const INSTALL: &str = "application/vnd.npm.install-v1+json, application/json;q=0.8";
/// Characters of a deprecation notice that are kept.
const NOTICE_CHARACTERS: usize = 500;

/// Signatures of one file that are told.
const SIGNATURES: usize = 10;
/// Characters of the name of a key.
const KEY_CHARACTERS: usize = 100;

/// A version as npm describes it; the rest of what it says is not asked about.
#[derive(Deserialize)]
struct Version {
    name: String,
    version: String,
    dist: Dist,
    /// A notice; `false` or an empty text in some registries.
    #[serde(default)]
    deprecated: serde_json::Value,
    /// The commit; whoever publishes may say anything.
    #[serde(default, rename = "gitHead")]
    git_head: serde_json::Value,
}

#[derive(Deserialize)]
struct Dist {
    tarball: String,
    integrity: Option<String>,
    shasum: Option<String>,
    #[serde(default)]
    attestations: Option<Attestations>,
    #[serde(default)]
    signatures: serde_json::Value,
}

#[derive(Deserialize)]
struct Attestations {
    url: Option<String>,
}

#[derive(Deserialize)]
struct Package {
    #[serde(default, rename = "dist-tags")]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    versions: BTreeMap<String, serde_json::Value>,
}

pub(super) fn release(asked: &mut Asked<'_>, spec: &PackageSpec) -> Result<PackageRelease, PackageFetchError> {
    let package = spec.to_string();
    let wanted = spec.version.as_ref().map_or("latest", PackageVersion::as_str);
    let url = asked.host.below([spec.name.as_str(), wanted]);
    let answer = asked.metadata(url, JSON, &package)?;
    let (version, base) = match answer.status {
        200 => (parse(&answer, &package)?, answer.url),
        // Some mirrors serve packages and no versions; and 404 does not say what there is not.
        404 | 405 => find_in_package(asked, spec, wanted)?,
        status => return Err(status_error(&package, status)),
    };
    describe(spec, version, &base)
}

fn find_in_package(
    asked: &mut Asked<'_>,
    spec: &PackageSpec,
    wanted: &str,
) -> Result<(Version, Url), PackageFetchError> {
    let package = spec.to_string();
    let answer = asked.metadata(asked.host.below([spec.name.as_str()]), INSTALL, &package)?;
    match answer.status {
        200 => {}
        404 | 410 => {
            return Err(PackageFetchError::NoSuchPackage { package: format!("{}:{}", spec.registry, spec.name) });
        }
        status => return Err(status_error(&package, status)),
    }
    let mut document: Package = parse(&answer, &package)?;
    let number = if spec.version.is_some() { wanted } else { document.tags.get("latest").map_or("", String::as_str) };
    let found = document.versions.remove(number);
    let found = found.ok_or_else(|| PackageFetchError::NoSuchVersion { package: package.clone() })?;
    let version =
        serde_json::from_value(found).map_err(|error| PackageFetchError::protocol(&package, error.to_string()))?;
    Ok((version, answer.url))
}

fn describe(spec: &PackageSpec, found: Version, base: &Url) -> Result<PackageRelease, PackageFetchError> {
    let package = spec.to_string();
    let wrong = |reason: &str| PackageFetchError::protocol(&package, reason);
    let answered = PackageSpec::of_parts(spec.registry, &found.name, Some(&found.version));
    let answered = answered.map_err(|error| wrong(&format!("it names a package or version that is none: {error}")))?;
    let is_asked_for = answered.name == spec.name && (spec.version.is_none() || answered.version == spec.version);
    if !is_asked_for {
        return Err(wrong("it describes another package or version"));
    }
    let Some(version) = answered.version.clone() else { return Err(wrong("it names no version")) };
    let url = base.join(&found.dist.tarball).map_err(|_| wrong("the address of its file is none"))?;
    let mut digests = Vec::new();
    if let Some(integrity) = found.dist.integrity.as_deref().filter(|integrity| !integrity.is_empty()) {
        digests.extend(PublishedDigest::of_integrity(integrity).map_err(|error| wrong(&error.to_string()))?);
    }
    if let Some(digits) = found.dist.shasum.as_deref().filter(|digits| !digits.is_empty()) {
        digests.push(PublishedDigest::of_hex("sha1", digits).map_err(|error| wrong(&error.to_string()))?);
    }
    if digests.is_empty() {
        return Err(wrong("it publishes no digest of its file"));
    }
    let file_name = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    let file_name = sanitise_line(file_name, crate::skill::limits::NAME_BYTES);
    let file_name = if file_name.is_empty() { format!("{version}.tgz") } else { file_name };
    let notice = found.deprecated.as_str().filter(|notice| !notice.is_empty());
    let provenance = found.dist.attestations.and_then(|attestations| base.join(&attestations.url?).ok());
    let signatures = found.dist.signatures.as_array().into_iter().flatten();
    let signature_keys = signatures
        .filter_map(|signature| signature.get("keyid")?.as_str())
        .take(SIGNATURES)
        .map(|key| sanitise_line(key, KEY_CHARACTERS))
        .collect();
    let is_commit = |text: &&str| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let commit = found.git_head.as_str().filter(is_commit).map(str::to_ascii_lowercase);
    let distribution = Distribution {
        file_name,
        kind: DistributionKind::Tarball,
        url,
        size_bytes: None,
        digests,
        yanked: None,
        provenance,
        signature_keys,
        uploaded_at: None,
    };
    Ok(PackageRelease {
        spec: answered,
        version,
        distributions: vec![distribution],
        other_files: Vec::new(),
        commit,
        warning: notice.map(|notice| format!("deprecated: {}", sanitise_line(notice, NOTICE_CHARACTERS))),
    })
}

/// Lists the versions of a package, in any order.
pub(super) fn versions(asked: &mut Asked<'_>, spec: &PackageSpec) -> Result<Vec<PackageVersion>, PackageFetchError> {
    let package = spec.to_string();
    let answer = asked.metadata(asked.host.below([spec.name.as_str()]), INSTALL, &package)?;
    if answer.status != 200 {
        return Err(status_error(&package, answer.status));
    }
    let document: Package = parse(&answer, &package)?;
    Ok(document.versions.keys().filter_map(|text| PackageVersion::parse(spec.registry, text).ok()).collect())
}

pub(super) fn parse<T: for<'de> Deserialize<'de>>(answer: &Metadata, package: &str) -> Result<T, PackageFetchError> {
    serde_json::from_slice(&answer.body).map_err(|error| PackageFetchError::protocol(&package, error.to_string()))
}

pub(super) fn status_error(package: &str, status: u16) -> PackageFetchError {
    PackageFetchError::of_web(package, &crate::source::web::WebError::Status(status))
}
