//! Records as documents, and back.

use tantivy::schema::{TantivyDocument, Term, Value};
use tantivy::{DocId, SegmentReader};

use super::Fields;
use super::likeness::{add_likeness, originality, publisher_standing};
use crate::scan::SafetyStatus;
use crate::search::IndexRecord;
use crate::search::semantic::DocumentText;
use crate::skill::{CanonicalStanding, Originality, PublisherStanding, Registry, SkillId, Timestamp};

/// Registries by their number in the index.
const REGISTRIES: [Registry; 6] =
    [Registry::Github, Registry::Clawhub, Registry::Git, Registry::Local, Registry::WellKnown, Registry::Mcp];
/// Verdicts by their number in the index.
const STATUSES: [SafetyStatus; 5] = [
    SafetyStatus::Safe,
    SafetyStatus::Unaudited,
    SafetyStatus::Caution,
    SafetyStatus::Warning,
    SafetyStatus::Dangerous,
];

/// How often the name and the description are in the text of a document. Terms of several
/// fields counted together with weights, before the saturation of BM25, rank better than one
/// BM25 score for each field (S. Robertson, H. Zaragoza, M. Taylor: *Simple BM25 extension to
/// multiple weighted fields*, CIKM 2004), and leave one list of postings to read.
const DESCRIPTION_COPIES_IN_TEXT: usize = 2;
const NAME_COPIES_IN_LEAD: usize = 2;

/// What is kept in memory of a document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::search) struct Row {
    pub(in crate::search) skill_id: SkillId,
    pub(in crate::search) fingerprint: u64,
    pub(in crate::search) stars: Option<u64>,
    pub(in crate::search) updated_at: Option<Timestamp>,
    pub(in crate::search) registry: Registry,
    pub(in crate::search) status: SafetyStatus,
    pub(in crate::search) quality_flag_count: u32,
    pub(in crate::search) is_complete: bool,
    pub(in crate::search) has_findings: bool,
    pub(in crate::search) file_count: u32,
    pub(in crate::search) body_bytes: u32,
    pub(in crate::search) copy_count: u32,
    pub(in crate::search) executes_code: bool,
    pub(in crate::search) originality: Originality,
    pub(in crate::search) is_aggregator: bool,
    pub(in crate::search) publisher_standing: PublisherStanding,
    pub(in crate::search) first_committed_at: Option<Timestamp>,
    pub(in crate::search) copy_key: u64,
    pub(in crate::search) name_key: u64,
    pub(in crate::search) publisher_key: u64,
    pub(in crate::search) license_key: Option<u64>,
}

impl Row {
    /// Returns what decides whether the skill stands for its copies.
    pub(in crate::search) fn standing(&self) -> CanonicalStanding {
        CanonicalStanding {
            skill_id: self.skill_id,
            is_dangerous: self.status == SafetyStatus::Dangerous,
            publisher: self.publisher_standing,
            originality: self.originality,
            is_aggregator: self.is_aggregator,
            is_complete: self.is_complete,
            is_warned_of: matches!(self.status, SafetyStatus::Warning | SafetyStatus::Dangerous),
            first_committed_at: self.first_committed_at,
            stars: self.stars,
        }
    }
}

/// Returns the document of a record.
pub(in crate::search) fn document(fields: &Fields, record: &IndexRecord) -> TantivyDocument {
    let text = DocumentText::new(&record.name, &record.description, &record.headings, &record.body);
    let id = u128::from_be_bytes(*record.skill_id.as_bytes());
    let mut document = TantivyDocument::default();
    document.add_bytes(fields.id, record.skill_id.as_bytes());
    document.add_u64(fields.id_high, (id >> 64) as u64);
    document.add_u64(fields.id_low, id as u64);
    document.add_text(fields.name, &record.name);
    for _ in 0..NAME_COPIES_IN_LEAD {
        document.add_text(fields.lead, &record.name);
    }
    document.add_text(fields.text, &record.name);
    document.add_text(fields.lead, &record.description);
    for _ in 0..DESCRIPTION_COPIES_IN_TEXT {
        document.add_text(fields.text, &record.description);
    }
    document.add_text(fields.text, &record.body);
    document.add_text(fields.description, &record.description);
    document.add_text(fields.headings, &text.headings);
    document.add_text(fields.repository, &record.repository);
    document.add_text(fields.files, &record.file_paths);
    document.add_bool(fields.has_findings, record.has_findings);
    document.add_u64(fields.file_count, u64::from(record.file_count));
    document.add_u64(fields.body_bytes, record.body.len() as u64);
    document.add_u64(fields.copy_count, u64::from(record.copy_count));
    document.add_u64(fields.fingerprint, text.fingerprint());
    document.add_text(fields.body_start, text.body_start);
    if let Some(stars) = record.stars {
        document.add_u64(fields.stars, stars);
    }
    if let Some(updated_at) = record.updated_at {
        document.add_i64(fields.updated_at, updated_at.as_milliseconds());
    }
    document.add_u64(fields.registry, registry_number(record.registry));
    document.add_u64(
        fields.status,
        STATUSES.iter().position(|status| *status == record.status).unwrap_or(STATUSES.len() - 1) as u64,
    );
    document.add_u64(fields.quality_flag_count, u64::from(record.quality_flag_count));
    document.add_bool(fields.is_complete, record.is_complete);
    add_likeness(fields, record, &mut document);
    document
}

/// Returns the term by which the document of a skill is deleted.
pub(in crate::search) fn id_term(fields: &Fields, id: SkillId) -> Term {
    Term::from_field_bytes(fields.id, id.as_bytes())
}

pub(super) fn registry_number(registry: Registry) -> u64 {
    REGISTRIES.iter().position(|known| *known == registry).unwrap_or(REGISTRIES.len()) as u64
}

/// Reads the text of a stored document that is embedded.
pub(in crate::search) fn document_text(fields: &Fields, document: &TantivyDocument) -> DocumentText {
    let text = |field| document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default();
    DocumentText::new(text(fields.name), text(fields.description), text(fields.headings), text(fields.body_start))
}

/// Reads the rows of all documents of a segment, deleted ones included.
pub(in crate::search) fn rows(segment: &SegmentReader) -> tantivy::Result<Vec<Row>> {
    let columns = segment.fast_fields();
    let (id_high, id_low, fingerprint) = (columns.u64("id_high")?, columns.u64("id_low")?, columns.u64("fingerprint")?);
    let stars = columns.column_opt::<u64>("stars")?;
    let updated_at = columns.column_opt::<i64>("updated_at")?;
    let (registry, status) = (columns.u64("registry")?, columns.u64("status")?);
    let (flags, is_complete) = (columns.u64("quality_flag_count")?, columns.bool("is_complete")?);
    let (has_findings, file_count) = (columns.bool("has_findings")?, columns.u64("file_count")?);
    let (body_bytes, copy_count) = (columns.u64("body_bytes")?, columns.u64("copy_count")?);
    let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    let (executes_code, originality_number) = (columns.bool("executes_code")?, columns.u64("originality")?);
    let is_aggregator = columns.bool("is_aggregator")?;
    let (standing_number, copy_key) = (columns.u64("publisher_standing")?, columns.u64("copy_key")?);
    let first_committed_at = columns.column_opt::<i64>("first_committed_at")?;
    let (name_key, publisher_key) = (columns.u64("name_key")?, columns.u64("publisher_key")?);
    let license_key = columns.column_opt::<u64>("license_key")?;
    let row = |document: DocId| {
        let id = (u128::from(id_high.first(document)?) << 64) | u128::from(id_low.first(document)?);
        Some(Row {
            skill_id: SkillId::from_bytes(id.to_be_bytes()),
            fingerprint: fingerprint.first(document)?,
            stars: stars.as_ref().and_then(|column| column.first(document)),
            updated_at: updated_at.as_ref().and_then(|column| column.first(document)).map(Timestamp::from_milliseconds),
            registry: *REGISTRIES.get(registry.first(document)? as usize)?,
            status: *STATUSES.get(status.first(document)? as usize)?,
            quality_flag_count: number(flags.first(document)?),
            is_complete: is_complete.first(document)?,
            has_findings: has_findings.first(document)?,
            file_count: number(file_count.first(document)?),
            body_bytes: number(body_bytes.first(document)?),
            copy_count: number(copy_count.first(document)?),
            executes_code: executes_code.first(document)?,
            originality: originality(originality_number.first(document)?)?,
            is_aggregator: is_aggregator.first(document)?,
            publisher_standing: publisher_standing(standing_number.first(document)?)?,
            first_committed_at: first_committed_at
                .as_ref()
                .and_then(|column| column.first(document))
                .map(Timestamp::from_milliseconds),
            copy_key: copy_key.first(document)?,
            name_key: name_key.first(document)?,
            publisher_key: publisher_key.first(document)?,
            license_key: license_key.as_ref().and_then(|column| column.first(document)),
        })
    };
    let damaged = || tantivy::TantivyError::InternalError("a document of the search index lacks a field".to_owned());
    (0..segment.max_doc()).map(|document| row(document).ok_or_else(damaged)).collect()
}
