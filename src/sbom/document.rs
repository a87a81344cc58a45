//! The document, as far as it is used here (CycloneDX 1.6, ECMA-424).
//!
//! The crate `cyclonedx-bom` stops at version 1.5, in which evidence has no lines.

use serde::Serialize;

/// A bill of materials.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bom {
    /// Where its schema is.
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    /// `CycloneDX`.
    pub bom_format: &'static str,
    /// Version of the format.
    pub spec_version: &'static str,
    /// Names the bundle: a UUIDv5 of its root digest, so that equal bundles have equal numbers.
    pub serial_number: String,
    /// Always 1: what is known of a package changes without the bundle.
    pub version: u32,
    /// What it is about.
    pub metadata: Metadata,
    /// The packages.
    pub components: Vec<Component>,
    /// Which component needs which.
    pub dependencies: Vec<Dependency>,
    /// What is known to be wrong with the packages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vulnerabilities: Vec<Vulnerability>,
}

/// What the document is about.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct Metadata {
    /// What made it.
    pub tools: Tools,
    /// The skill, with its files.
    pub component: Component,
}

/// What made the document.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct Tools {
    /// This program.
    pub components: Vec<Component>,
}

/// A skill, a file or a package.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Component {
    /// `application` for the skill, `file` for a file, `library` for a package.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// How the document refers to it.
    #[serde(rename = "bom-ref", skip_serializing_if = "Option::is_none")]
    pub bom_ref: Option<String>,
    /// Its name.
    pub name: String,
    /// Its version, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What it is, in the words of its author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `required` where a command, script or manifest of the skill uses it, `optional` where
    /// another document mentions it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'static str>,
    /// Digests of its bytes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hashes: Vec<Hash>,
    /// Package URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purl: Option<String>,
    /// Where it comes from.
    #[serde(rename = "externalReferences", skip_serializing_if = "Vec::is_empty")]
    pub external_references: Vec<ExternalReference>,
    /// What the format has no field for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
    /// What is in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
    /// Where it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// A digest.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct Hash {
    /// `SHA-256`.
    pub alg: &'static str,
    /// In hex digits.
    pub content: String,
}

/// A place elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ExternalReference {
    /// What is there.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its address.
    pub url: String,
}

/// Something that the format has no field for.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct Property {
    /// Its name, which begins with `touchmark:`.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// Where a component was found.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct Evidence {
    /// The places.
    pub occurrences: Vec<Occurrence>,
}

/// A place in the bundle.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct Occurrence {
    /// The file.
    pub location: String,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

/// Which component needs which.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "camelCase")]
pub struct Dependency {
    /// The component.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What it needs.
    pub depends_on: Vec<String>,
}

/// Something that is known to be wrong with packages.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct Vulnerability {
    /// How the document refers to it.
    #[serde(rename = "bom-ref")]
    pub bom_ref: String,
    /// Its id.
    pub id: String,
    /// Where more is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<VulnerabilitySource>,
    /// How bad it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ratings: Vec<Rating>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The packages that it concerns.
    pub affects: Vec<Affects>,
    /// What the format has no field for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
}

/// Where more is said.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct VulnerabilitySource {
    /// The address.
    pub url: String,
}

/// How bad something is.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct Rating {
    /// `critical`, `high`, `medium` or `low`.
    pub severity: &'static str,
}

/// A package that something concerns.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct Affects {
    /// The component.
    #[serde(rename = "ref")]
    pub reference: String,
}
