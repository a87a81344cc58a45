//! Makes the document of a bundle and of what is known.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::document::{
    Affects, Bom, Component, Dependency, Evidence, ExternalReference, Hash, Metadata, Occurrence, Property, Rating,
    Tools, Vulnerability, VulnerabilitySource,
};
use crate::advisory::{Advisory, AdvisorySeverity};
use crate::scan::{PackageUse, UseKind};
use crate::skill::{Sha256Digest, limits, sanitise_line};

/// The schema of the version that is written.
const SCHEMA: &str = "http://cyclonedx.org/schema/bom-1.6.schema.json";
/// Characters of what an author or a database wrote.
const TEXT_CHARACTERS: usize = 1_000;
/// How the document refers to the skill.
const SUBJECT: &str = "skill";

/// The skill that a document is about.
#[derive(Debug, Clone)]
pub struct BomSubject {
    /// Its name, sanitised.
    pub name: String,
    /// Its description, sanitised.
    pub description: String,
    /// Where its SKILL.md is, where anybody knows; an `https` URL.
    pub source_url: Option<String>,
    /// The commit at which it was read.
    pub commit_sha: Option<String>,
    /// Root digest of the bundle.
    pub package_hash: Sha256Digest,
    /// Its verdict in a word.
    pub verdict: String,
    /// Its files, in the order of the bundle.
    pub files: Vec<BomFile>,
}

/// A file of the skill.
#[derive(Debug, Clone)]
pub struct BomFile {
    /// Its path; author-controlled.
    pub path: String,
    /// The digest of its bytes.
    pub sha256: Sha256Digest,
}

/// A package that the skill uses, with what is known of it.
#[derive(Debug, Clone)]
pub struct BomPackage {
    /// The package, and where it is used.
    pub used: PackageUse,
    /// What is known of it, in a word.
    pub standing: &'static str,
    /// The digest of the distribution that is certified.
    pub distribution: Option<Sha256Digest>,
    /// Advisories that concern it.
    pub advisories: Vec<Advisory>,
}

impl Bom {
    /// Makes the document.
    pub fn of(subject: &BomSubject, packages: &[BomPackage]) -> Self {
        let grouped = grouped(packages);
        let components: Vec<Component> = grouped.iter().map(|(reference, uses)| library(reference, uses)).collect();
        let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"https://touchmark.example/ns/sbom");
        let serial = Uuid::new_v5(&namespace, subject.package_hash.to_string().as_bytes());
        Self {
            schema: SCHEMA,
            bom_format: "CycloneDX",
            spec_version: "1.6",
            serial_number: format!("urn:uuid:{serial}"),
            version: 1,
            metadata: Metadata {
                tools: Tools {
                    components: vec![Component {
                        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
                        ..Component::new("application", None, "touchmark")
                    }],
                },
                component: skill(subject),
            },
            dependencies: vec![Dependency {
                reference: SUBJECT.to_owned(),
                depends_on: grouped.keys().cloned().collect(),
            }],
            vulnerabilities: vulnerabilities(&grouped),
            components,
        }
    }
}

impl Component {
    fn new(kind: &'static str, bom_ref: Option<String>, name: &str) -> Self {
        Self {
            kind,
            bom_ref,
            name: name.to_owned(),
            version: None,
            description: None,
            scope: None,
            hashes: Vec::new(),
            purl: None,
            external_references: Vec::new(),
            properties: Vec::new(),
            components: Vec::new(),
            evidence: None,
        }
    }
}

/// Puts uses of one package in one version together, by how the document refers to them.
fn grouped(packages: &[BomPackage]) -> BTreeMap<String, Vec<&BomPackage>> {
    let mut grouped: BTreeMap<String, Vec<&BomPackage>> = BTreeMap::new();
    for package in packages {
        let used = &package.used;
        let version = used.version.as_ref().map_or_else(String::new, |version| format!("@{version}"));
        let reference = used.purl().unwrap_or_else(|| format!("{}:{}{version}", used.source, used.name));
        grouped.entry(reference).or_default().push(package);
    }
    grouped
}

fn sha256(digest: Sha256Digest) -> Hash {
    Hash { alg: "SHA-256", content: digest.to_hex() }
}

fn skill(subject: &BomSubject) -> Component {
    let file = |file: &BomFile| Component {
        hashes: vec![sha256(file.sha256)],
        ..Component::new("file", None, &sanitise_line(&file.path, limits::NAME_BYTES))
    };
    let description = sanitise_line(&subject.description, TEXT_CHARACTERS);
    let is_address = |url: &&String| url.bytes().all(|byte| byte.is_ascii_graphic());
    let references =
        subject.source_url.as_ref().filter(is_address).map(|url| ExternalReference { kind: "vcs", url: url.clone() });
    Component {
        version: subject.commit_sha.clone(),
        description: (!description.is_empty()).then_some(description),
        external_references: references.into_iter().collect(),
        properties: vec![
            Property { name: "touchmark:package_hash", value: subject.package_hash.to_string() },
            Property { name: "touchmark:verdict", value: subject.verdict.clone() },
        ],
        components: subject.files.iter().map(file).collect(),
        ..Component::new("application", Some(SUBJECT.to_owned()), &sanitise_line(&subject.name, limits::NAME_BYTES))
    }
}

fn library(reference: &str, uses: &[&BomPackage]) -> Component {
    let first = uses[0];
    let used = &first.used;
    let mut properties = vec![
        Property { name: "touchmark:registry", value: used.source.as_str().to_owned() },
        Property { name: "touchmark:standing", value: first.standing.to_owned() },
    ];
    for one in uses {
        properties.push(Property { name: "touchmark:kind", value: one.used.kind.as_str().to_owned() });
        let requirement = one.used.requirement.as_deref().map(|text| sanitise_line(text, TEXT_CHARACTERS));
        properties.extend(requirement.map(|value| Property { name: "touchmark:requirement", value }));
    }
    properties.dedup();
    let mut occurrences: Vec<Occurrence> = uses
        .iter()
        .map(|one| Occurrence { location: sanitise_line(&one.used.path, limits::NAME_BYTES), line: one.used.line })
        .collect();
    occurrences.dedup();
    let is_mention = uses.iter().all(|one| one.used.kind == UseKind::Mention);
    Component {
        version: used.version.clone(),
        scope: Some(if is_mention { "optional" } else { "required" }),
        hashes: first.distribution.map(sha256).into_iter().collect(),
        purl: used.purl(),
        properties,
        evidence: Some(Evidence { occurrences }),
        ..Component::new("library", Some(reference.to_owned()), &sanitise_line(&used.name, limits::NAME_BYTES))
    }
}

fn vulnerabilities(grouped: &BTreeMap<String, Vec<&BomPackage>>) -> Vec<Vulnerability> {
    let mut found: BTreeMap<&str, (&Advisory, Vec<Affects>)> = BTreeMap::new();
    for (reference, uses) in grouped {
        for advisory in &uses[0].advisories {
            let (_, affects) = found.entry(&advisory.id).or_insert_with(|| (advisory, Vec::new()));
            affects.push(Affects { reference: reference.clone() });
        }
    }
    let vulnerability = |(id, (advisory, affects)): (&str, (&Advisory, Vec<Affects>))| Vulnerability {
        bom_ref: format!("advisory:{id}"),
        id: id.to_owned(),
        source: advisory.url.clone().map(|url| VulnerabilitySource { url }),
        ratings: advisory.severity.map(|severity| Rating { severity: rating(severity) }).into_iter().collect(),
        description: advisory.summary.as_deref().map(|text| sanitise_line(text, TEXT_CHARACTERS)),
        affects,
        properties: match advisory.is_malicious {
            true => vec![Property { name: "touchmark:malicious", value: "true".to_owned() }],
            false => Vec::new(),
        },
    };
    found.into_iter().map(vulnerability).collect()
}

fn rating(severity: AdvisorySeverity) -> &'static str {
    match severity {
        AdvisorySeverity::Low => "low",
        AdvisorySeverity::Moderate => "medium",
        AdvisorySeverity::High => "high",
        AdvisorySeverity::Critical => "critical",
    }
}
