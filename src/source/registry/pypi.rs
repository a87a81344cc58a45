//! PyPI: the simple index in JSON (PEP 691, PEP 700), else its JSON API, else the index in HTML
//! (PEP 503).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::client::{Asked, Metadata};
use super::npm::status_error;
use super::pypi_html;
use super::resolve::Choice;
use super::{Distribution, PackageFetchError, PackageRelease, ResolvedPackage};
use crate::package::{DistributionKind, PackageRegistry, PackageSpec, PackageVersion, PublishedDigest, WheelTarget};
use crate::package::{Manifest, PackageName, Requirement};
use crate::skill::{limits, sanitise_line};

const SIMPLE: &str = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";
const JSON: &str = "application/json";
/// Characters of a reason that are kept.
const REASON_CHARACTERS: usize = 500;

/// A file of a package, from whichever of the two protocols.
#[derive(Debug, Default, Deserialize)]
pub(super) struct File {
    pub(super) filename: String,
    pub(super) url: String,
    /// Digests by algorithm: `hashes` of the index, `digests` of the JSON API.
    #[serde(default, alias = "digests")]
    pub(super) hashes: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) size: Option<u64>,
    /// `true`, or the reason.
    #[serde(default)]
    pub(super) yanked: Value,
    #[serde(default)]
    pub(super) yanked_reason: Option<String>,
    #[serde(default)]
    pub(super) provenance: Option<String>,
    /// Whether the metadata of the file stand beside it (PEP 658, PEP 714): `true`, or digests.
    #[serde(default, rename = "core-metadata", alias = "data-dist-info-metadata")]
    pub(super) core_metadata: Value,
    #[serde(default, rename = "upload-time", alias = "upload_time_iso_8601")]
    pub(super) uploaded_at: Option<String>,
}

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    meta: Meta,
    name: String,
    files: Vec<File>,
}

#[derive(Default, Deserialize)]
struct Meta {
    #[serde(default, rename = "api-version")]
    api_version: String,
}

#[derive(Deserialize)]
struct Api {
    info: Info,
    urls: Vec<File>,
    #[serde(default)]
    vulnerabilities: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct Info {
    name: String,
    version: String,
    #[serde(default)]
    requires_dist: Option<Vec<String>>,
}

pub(super) fn release(asked: &mut Asked<'_>, spec: &PackageSpec) -> Result<PackageRelease, PackageFetchError> {
    let (files, base) = files(asked, spec)?;
    choose(spec, files, &base)
}

/// Lists the versions of a package of which files are released and not withdrawn, in any order.
pub(super) fn versions(asked: &mut Asked<'_>, spec: &PackageSpec) -> Result<Vec<PackageVersion>, PackageFetchError> {
    let (files, _) = files(asked, spec)?;
    let is_there = |file: &&File| matches!(file.yanked, Value::Null | Value::Bool(false));
    let version =
        |file: &File| DistributionKind::of_python_file(&file.filename, &spec.name).map(|(_, version)| version);
    Ok(files.iter().filter(is_there).filter_map(version).collect())
}

/// Asks for the files of a package, of one version or of all.
fn files(asked: &mut Asked<'_>, spec: &PackageSpec) -> Result<(Vec<File>, Url), PackageFetchError> {
    let package = spec.to_string();
    // The index wants a slash at the end (PEP 503).
    let answer = asked.metadata(asked.host.below([spec.name.as_str(), ""]), SIMPLE, &package)?;
    Ok(match answer.status {
        200 if answer.is_html => match ask_api(asked, spec)? {
            Some(files) => files,
            None => (pypi_html::files(&answer.body), answer.url),
        },
        200 => (parse_index(&answer, spec)?, answer.url),
        404 | 410 => {
            return Err(PackageFetchError::NoSuchPackage { package: format!("{}:{}", spec.registry, spec.name) });
        }
        // The index is there, and does not speak the newer protocol.
        406 => ask_api(asked, spec)?.ok_or_else(|| PackageFetchError::protocol(&package, "it has no index in JSON"))?,
        status => return Err(status_error(&package, status)),
    })
}

/// Asks which release an installer would take, and what that one needs: by the metadata beside
/// its file, else by the JSON API.
pub(super) fn resolve(
    asked: &mut Asked<'_>,
    name: &PackageName,
    requirement: &Requirement,
) -> Result<ResolvedPackage, PackageFetchError> {
    let registry = PackageRegistry::Pypi;
    let package = PackageSpec { registry, name: name.clone(), version: None };
    let choice = Choice::of(registry, requirement);
    let (files, base) = files(asked, &package)?;
    let found = files.into_iter().filter_map(|file| {
        let (kind, version) = DistributionKind::of_python_file(&file.filename, name)?;
        choice.admits(&version).then_some((file, kind, version))
    });
    // As pip does: what is withdrawn only where it is asked for exactly; of one version, wheels.
    let found = found.filter(|(file, ..)| requirement.exact().is_some() || yanked(file).is_none());
    let best = found.max_by_key(|(file, kind, version)| {
        let is_anywhere = WheelTarget::of_file_name(&file.filename) == WheelTarget::Anywhere;
        (version.clone(), is_anywhere, *kind == DistributionKind::Wheel, file.filename.clone())
    });
    let (file, _, version) = best.ok_or_else(|| PackageFetchError::NoSuchVersion { package: package.to_string() })?;
    let spec = PackageSpec { version: Some(version), ..package };
    let has_metadata = !matches!(file.core_metadata, Value::Null | Value::Bool(false));
    let needs = match has_metadata.then(|| base.join(&format!("{}.metadata", without_fragment(&file.url)))) {
        Some(Ok(url)) => Some(core_metadata(asked, url, &spec)?),
        _ => api(asked, &spec)?.map(|(api, _)| api.info.requires_dist.unwrap_or_default()),
    };
    let needs = needs.map(|lines| Manifest::of_metadata(registry, lines.iter().map(|line| (line.as_str(), ""))));
    Ok(ResolvedPackage { spec, size_bytes: file.size, needs })
}

/// Asks the JSON API what is known of a release.
pub(super) fn vulnerabilities(asked: &mut Asked<'_>, spec: &PackageSpec) -> Result<Vec<Value>, PackageFetchError> {
    let missing = || PackageFetchError::protocol(spec, "it has no JSON API that tells of vulnerabilities");
    let (api, _) = api(asked, spec)?.ok_or_else(missing)?;
    api.vulnerabilities.ok_or_else(missing)
}

fn without_fragment(url: &str) -> &str {
    url.split('#').next().unwrap_or_default()
}

/// Reads what a release needs out of its metadata ("Core metadata specifications"). The digest
/// that the index may publish for them is not compared: nothing is certified by them.
fn core_metadata(asked: &mut Asked<'_>, url: Url, spec: &PackageSpec) -> Result<Vec<String>, PackageFetchError> {
    let package = spec.to_string();
    let answer = asked.metadata(url, "*/*", &package)?;
    if answer.status != 200 {
        return Err(status_error(&package, answer.status));
    }
    let text = String::from_utf8_lossy(&answer.body);
    // The description follows after an empty line.
    let headers = text.lines().take_while(|line| !line.trim_end().is_empty());
    Ok(headers.filter_map(|line| line.strip_prefix("Requires-Dist:")).map(|text| text.trim().to_owned()).collect())
}

fn parse_index(answer: &Metadata, spec: &PackageSpec) -> Result<Vec<File>, PackageFetchError> {
    let wrong = |reason: &str| PackageFetchError::protocol(spec, reason);
    let index: Index = serde_json::from_slice(&answer.body).map_err(|error| wrong(&error.to_string()))?;
    // A reader must not guess at another major version (PEP 629).
    if index.meta.api_version.split('.').next() != Some("1") {
        return Err(wrong("it speaks another version of the protocol"));
    }
    check_name(spec, &index.name)?;
    Ok(index.files)
}

fn ask_api(asked: &mut Asked<'_>, spec: &PackageSpec) -> Result<Option<(Vec<File>, Url)>, PackageFetchError> {
    Ok(api(asked, spec)?.map(|(api, base)| (api.urls, base)))
}

/// Asks the JSON API beside an index whose path ends in `/simple`; none where there is none.
fn api(asked: &mut Asked<'_>, spec: &PackageSpec) -> Result<Option<(Api, Url)>, PackageFetchError> {
    let mut url = asked.host.url().clone();
    let is_usual = url.path().trim_end_matches('/').ends_with("/simple");
    if !is_usual {
        return Ok(None);
    }
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().pop().extend(["pypi", spec.name.as_str()]);
        path.extend(spec.version.as_ref().map(PackageVersion::as_str)).push("json");
    }
    let answer = asked.metadata(url, JSON, &spec.to_string())?;
    match answer.status {
        200 if !answer.is_html => {}
        _ => return Ok(None),
    }
    let wrong = |reason: &str| PackageFetchError::protocol(spec, reason);
    let api: Api = serde_json::from_slice(&answer.body).map_err(|error| wrong(&error.to_string()))?;
    check_name(spec, &api.info.name)?;
    let version = PackageVersion::parse(PackageRegistry::Pypi, &api.info.version).ok();
    if spec.version.is_some() && version != spec.version {
        return Err(wrong("it describes another version"));
    }
    Ok(Some((api, answer.url)))
}

fn check_name(spec: &PackageSpec, name: &str) -> Result<(), PackageFetchError> {
    let found = PackageSpec::of_parts(PackageRegistry::Pypi, name, None);
    if found.is_ok_and(|found| found.name == spec.name) {
        Ok(())
    } else {
        Err(PackageFetchError::protocol(spec, "it describes another package"))
    }
}

/// Takes the files of the version that is asked for, or of the latest.
fn choose(spec: &PackageSpec, files: Vec<File>, base: &Url) -> Result<PackageRelease, PackageFetchError> {
    let read: Vec<(File, Option<(DistributionKind, PackageVersion)>)> = files
        .into_iter()
        .map(|file| {
            let read = DistributionKind::of_python_file(&file.filename, &spec.name);
            (file, read)
        })
        .collect();
    let known = || read.iter().filter_map(|(file, read)| Some((file, read.as_ref()?)));
    let version = match &spec.version {
        Some(version) => Some(version.clone()),
        // As pip does: what is withdrawn or not released yet only where there is nothing else.
        None => known()
            .max_by_key(|(file, (_, version))| (yanked(file).is_none(), !version.is_before_release(), version.clone()))
            .map(|(_, (_, version))| version.clone()),
    };
    let found = PackageSpec { version, ..spec.clone() };
    let package = found.to_string();
    let Some(version) = found.version.clone() else { return Err(PackageFetchError::NoDistribution { package }) };
    // A file of another kind says its version where its name has it: `name-1.0.exe`.
    let other_files: Vec<String> = read
        .iter()
        .filter(|(file, read)| read.is_none() && file.filename.contains(version.as_str()))
        .map(|(file, _)| sanitise_line(&file.filename, limits::NAME_BYTES))
        .collect();
    let mut distributions = Vec::new();
    for (file, read) in read {
        let Some((kind, _)) = read.filter(|(_, found)| *found == version) else { continue };
        distributions.push(describe(spec, file, kind, base)?);
    }
    if distributions.is_empty() {
        return Err(match other_files.is_empty() {
            true => PackageFetchError::NoSuchVersion { package },
            false => PackageFetchError::NoDistribution { package },
        });
    }
    distributions.sort_by_key(|file| {
        let rank = match (file.kind, WheelTarget::of_file_name(&file.file_name)) {
            (DistributionKind::Wheel, WheelTarget::Anywhere) => 0,
            (DistributionKind::Sdist | DistributionKind::Tarball, _) => 1,
            (DistributionKind::Wheel, WheelTarget::Compiled) => 2,
        };
        (rank, file.file_name.clone())
    });
    let warning = distributions
        .iter()
        .find_map(|file| file.yanked.as_deref())
        .map(|reason| if reason.is_empty() { "yanked".to_owned() } else { format!("yanked: {reason}") });
    Ok(PackageRelease { spec: found, version, distributions, other_files, warning, commit: None })
}

fn describe(
    spec: &PackageSpec,
    file: File,
    kind: DistributionKind,
    base: &Url,
) -> Result<Distribution, PackageFetchError> {
    let wrong = |reason: &str| PackageFetchError::protocol(spec, reason);
    let url = base.join(&file.url).map_err(|_| wrong("the address of a file is none"))?;
    let digest = file.hashes.get("sha256").ok_or_else(|| wrong("it publishes no SHA-256 digest of a file"))?;
    let digest = PublishedDigest::of_hex("sha256", digest).map_err(|error| wrong(&error.to_string()))?;
    Ok(Distribution {
        yanked: yanked(&file),
        file_name: sanitise_line(&file.filename, limits::NAME_BYTES),
        kind,
        url,
        size_bytes: file.size,
        digests: vec![digest],
        signature_keys: Vec::new(),
        provenance: file.provenance.as_deref().and_then(|provenance| base.join(provenance).ok()),
        uploaded_at: file.uploaded_at.as_deref().map(|time| sanitise_line(time, 64)),
    })
}

/// Returns why a file was withdrawn, empty where no reason was given; nothing where it was not.
fn yanked(file: &File) -> Option<String> {
    let reason = match &file.yanked {
        Value::Bool(true) => file.yanked_reason.as_deref().unwrap_or_default(),
        Value::String(reason) => reason,
        _ => return None,
    };
    Some(sanitise_line(reason, REASON_CHARACTERS))
}
