//! What a registry shows about where a file comes from: attestations of PEP 740 and of npm.
//!
//! Each is an in-toto statement in a signed envelope. Read are what it says and about which bytes;
//! the signature, the certificate behind it and the entry of the log are not checked here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::PublishedDigest;
use crate::skill::{Sha256Digest, sanitise_line};

/// Attestations of one file that are read.
const ATTESTATIONS: usize = 50;
/// Subjects of one statement that are compared.
const SUBJECTS: usize = 1_000;
/// Characters of a text in a statement that are kept.
const TEXT_CHARACTERS: usize = 300;

/// One statement about a file, whose subject are the bytes that were served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// What kind of statement it is: a URI, sanitised.
    pub predicate_type: String,
    /// Who published the file, as the index says: `GitHub`, sanitised.
    pub publisher: Option<String>,
    /// The source repository that is named, sanitised.
    pub source_repository: Option<String>,
    /// The workflow that is named, sanitised.
    pub workflow: Option<String>,
    /// The number of the entry in a transparency log.
    pub log_index: Option<u64>,
}

/// Why attestations are not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttestationError {
    /// They are not of their form.
    #[error("its attestations cannot be read: {0}")]
    Form(&'static str),
    /// One is about something else than the file that was served.
    #[error("an attestation of it is about other bytes")]
    OtherBytes,
}

/// The digests of a file that was served.
#[derive(Debug, Clone)]
pub struct AttestedBytes {
    sha256: String,
    sha512: Option<String>,
}

impl AttestedBytes {
    /// Takes the digest of a file, and those that were published and that it has.
    pub fn new(sha256: Sha256Digest, published: &[PublishedDigest]) -> Self {
        let sha512 = published.iter().find_map(|digest| match digest {
            PublishedDigest::Sha512(bytes) => Some(hex::encode(bytes)),
            PublishedDigest::Sha256(_) | PublishedDigest::Sha1(_) => None,
        });
        Self { sha256: sha256.to_hex(), sha512 }
    }

    fn are(&self, digest: &Value) -> bool {
        let is = |name: &str, own: Option<&str>| {
            digest.get(name).and_then(Value::as_str).zip(own).map(|(found, own)| found.eq_ignore_ascii_case(own))
        };
        let found = [is("sha256", Some(&self.sha256)), is("sha512", self.sha512.as_deref())];
        // Every digest that can be compared has to be right.
        found.iter().flatten().next().is_some() && found.iter().flatten().all(|is_right| *is_right)
    }
}

impl Attestation {
    /// Reads what an index serves as the provenance of a file (PEP 740, "Provenance objects").
    ///
    /// # Errors
    /// Fails where it is not of its form, or about other bytes.
    pub fn read_pypi(document: &[u8], bytes: &AttestedBytes) -> Result<Vec<Self>, AttestationError> {
        let document = parse(document)?;
        let mut found = Vec::new();
        for bundle in list(&document, "attestation_bundles")? {
            let publisher = |name: &str| text(bundle.pointer(&format!("/publisher/{name}")));
            for attestation in list(bundle, "attestations")? {
                let envelope = attestation.pointer("/envelope/statement");
                let log = attestation.pointer("/verification_material/transparency_entries/0/logIndex");
                let read = Self::read(envelope, log, bytes)?;
                let repository = publisher("repository").or(read.source_repository);
                found.push(Self {
                    publisher: publisher("kind"),
                    source_repository: repository,
                    workflow: publisher("workflow").or(read.workflow),
                    ..read
                });
                check_count(&found)?;
            }
        }
        Ok(found)
    }

    /// Reads what npm's registry serves as the attestations of a version.
    ///
    /// # Errors
    /// Fails where it is not of its form, or about other bytes.
    pub fn read_npm(document: &[u8], bytes: &AttestedBytes) -> Result<Vec<Self>, AttestationError> {
        let document = parse(document)?;
        let mut found = Vec::new();
        for attestation in list(&document, "attestations")? {
            let envelope = attestation.pointer("/bundle/dsseEnvelope/payload");
            let log = attestation.pointer("/bundle/verificationMaterial/tlogEntries/0/logIndex");
            found.push(Self::read(envelope, log, bytes)?);
            check_count(&found)?;
        }
        Ok(found)
    }

    fn read(envelope: Option<&Value>, log: Option<&Value>, bytes: &AttestedBytes) -> Result<Self, AttestationError> {
        let envelope = envelope.and_then(Value::as_str).ok_or(AttestationError::Form("one has no statement"))?;
        let statement = STANDARD.decode(envelope).map_err(|_| AttestationError::Form("a statement is no Base64"))?;
        let statement = parse(&statement)?;
        let subjects = list(&statement, "subject")?;
        if !subjects.iter().take(SUBJECTS).any(|subject| subject.get("digest").is_some_and(|digest| bytes.are(digest)))
        {
            return Err(AttestationError::OtherBytes);
        }
        let predicate = |path: &str| text(statement.pointer(&format!("/predicate{path}")));
        // SLSA 1.0 names the workflow by itself, 0.2 as an entry point.
        let source = ["/buildDefinition/externalParameters/workflow/repository", "/invocation/configSource/uri"];
        let workflow = ["/buildDefinition/externalParameters/workflow/path", "/invocation/configSource/entryPoint"];
        Ok(Self {
            predicate_type: text(statement.get("predicateType")).ok_or(AttestationError::Form("one has no type"))?,
            publisher: None,
            source_repository: source.into_iter().find_map(predicate),
            workflow: workflow.into_iter().find_map(predicate),
            log_index: log.and_then(|index| index.as_u64().or_else(|| index.as_str()?.parse().ok())),
        })
    }
}

fn parse(bytes: &[u8]) -> Result<Value, AttestationError> {
    serde_json::from_slice(bytes).map_err(|_| AttestationError::Form("they are no JSON"))
}

fn list<'a>(value: &'a Value, name: &str) -> Result<&'a Vec<Value>, AttestationError> {
    value.get(name).and_then(Value::as_array).ok_or(AttestationError::Form("a list is missing"))
}

fn check_count(found: &[Attestation]) -> Result<(), AttestationError> {
    if found.len() > ATTESTATIONS { Err(AttestationError::Form("there are too many")) } else { Ok(()) }
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(|text| sanitise_line(text, TEXT_CHARACTERS))
}
