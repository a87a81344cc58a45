//! What registries themselves know of flaws in releases: npm's bulk advisories, and the
//! `vulnerabilities` of PyPI's JSON API.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::client::{Asked, METADATA_BYTES};
use super::npm::status_error;
use super::{PackageClient, PackageFetchError, pypi};
use crate::package::{PackageRegistry, PackageSpec, PackageVersion};
use crate::source::web::WebRequest;

/// Packages of one request to npm.
const BULK: usize = 100;
/// Records of one release that are read.
const RECORDS: usize = 1_000;

/// What a registry said of releases, each record as the registry writes it.
#[derive(Debug)]
pub struct SaidOfReleases {
    /// The releases of which it was asked and answered.
    pub answers: Vec<(PackageSpec, Vec<Value>)>,
    /// Why it was not asked about the rest.
    pub failure: Option<PackageFetchError>,
}

impl PackageClient {
    /// Asks a registry what it knows of releases of it, within one time, until something fails. It
    /// blocks.
    pub fn said_of(&self, registry: PackageRegistry, releases: &[PackageSpec], time: Duration) -> SaidOfReleases {
        let mut said = SaidOfReleases { answers: Vec::new(), failure: None };
        let outcome = self.ask_for(registry, registry.as_str(), time).and_then(|mut asked| match registry {
            PackageRegistry::Npm => npm(&mut asked, releases, &mut said.answers),
            PackageRegistry::Pypi => releases.iter().try_for_each(|spec| {
                let records = pypi::vulnerabilities(&mut asked, spec)?;
                said.answers.push((spec.clone(), bounded(records)));
                Ok(())
            }),
        });
        said.failure = outcome.err();
        said
    }
}

/// Asks npm by `POST …/-/npm/v1/security/advisories/bulk`: names with versions, each name once in
/// a request, so that it is clear of which version an answer is.
fn npm(
    asked: &mut Asked<'_>,
    releases: &[PackageSpec],
    answers: &mut Vec<(PackageSpec, Vec<Value>)>,
) -> Result<(), PackageFetchError> {
    let mut waiting: Vec<&PackageSpec> = releases.iter().collect();
    while !waiting.is_empty() {
        let mut bulk: BTreeMap<&str, &PackageSpec> = BTreeMap::new();
        waiting.retain(|spec| {
            let is_later = bulk.len() == BULK || bulk.contains_key(spec.name.as_str());
            if !is_later {
                bulk.insert(spec.name.as_str(), spec);
            }
            is_later
        });
        let version = |spec: &PackageSpec| spec.version.as_ref().map_or("", PackageVersion::as_str).to_owned();
        let body: BTreeMap<&str, [String; 1]> = bulk.iter().map(|(name, spec)| (*name, [version(spec)])).collect();
        let what = "the advisories of npm";
        let url = asked.host.below(["-", "npm", "v1", "security", "advisories", "bulk"]);
        let mut request = WebRequest::post_json(url, "application/json", json!(body).to_string().into_bytes());
        if let Some(authorization) = asked.host.authorization() {
            request = request.header(AUTHORIZATION, authorization);
        }
        let answer =
            asked.session.send(&request, METADATA_BYTES).map_err(|error| PackageFetchError::of_web(what, &error))?;
        if answer.status != 200 {
            return Err(status_error(what, answer.status));
        }
        let wrong = |reason: &str| PackageFetchError::protocol(&what, reason);
        let document: BTreeMap<String, Vec<Value>> =
            serde_json::from_slice(&answer.body).map_err(|error| wrong(&error.to_string()))?;
        if document.keys().any(|name| !bulk.contains_key(name.as_str())) {
            return Err(wrong("it answers about a package that was not asked for"));
        }
        let mut document = document;
        for (name, spec) in bulk {
            let records = document.remove(name).unwrap_or_default();
            answers.push((spec.clone(), bounded(records)));
        }
    }
    Ok(())
}

fn bounded(mut records: Vec<Value>) -> Vec<Value> {
    records.truncate(RECORDS);
    records
}
