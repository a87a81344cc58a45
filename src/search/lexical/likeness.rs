//! What copies are recognised by and facets count, in a document and back.

use tantivy::SegmentReader;
use tantivy::schema::TantivyDocument;

use super::Fields;
use super::document::Row;
use super::fields::SIGNATURE_FIELD;
use crate::search::IndexRecord;
use crate::search::copies::{Likeness, Member, SIGNATURE_WORDS, Signature, text_key};
use crate::skill::{Originality, PublisherStanding};

/// Adds what a record is compared by.
pub(super) fn add_likeness(fields: &Fields, record: &IndexRecord, document: &mut TantivyDocument) {
    let likeness = Likeness::of(&record.name, &record.description, &record.body);
    document.add_u64(fields.name_key, likeness.name_key);
    if let Some(lead_key) = likeness.lead_key {
        document.add_u64(fields.lead_key, lead_key);
    }
    for word in likeness.signature.iter().flat_map(Signature::words) {
        document.add_u64(fields.signature, *word);
    }
    document.add_bool(fields.executes_code, record.executes_code);
    document.add_u64(fields.originality, record.originality as u64);
    document.add_bool(fields.is_aggregator, record.is_aggregator);
    document.add_u64(fields.publisher_standing, record.publisher_standing as u64);
    if let Some(date) = record.first_committed_at {
        document.add_i64(fields.first_committed_at, date.as_milliseconds());
    }
    document.add_u64(fields.copy_key, record.copy_key);
    document.add_u64(fields.publisher_key, text_key(&record.publisher));
    if let Some(license) = &record.license {
        document.add_u64(fields.license_key, text_key(license));
    }
}

/// Reads an originality by its number in the index.
pub(super) fn originality(number: u64) -> Option<Originality> {
    Originality::ALL.get(usize::try_from(number).ok()?).copied()
}

/// Reads what is known of a publisher by its number in the index.
pub(super) fn publisher_standing(number: u64) -> Option<PublisherStanding> {
    PublisherStanding::ALL.get(usize::try_from(number).ok()?).copied()
}

/// Reads the skills of a segment that may have copies, without the deleted ones; `rows` are
/// all rows of the segment.
pub(in crate::search) fn members(segment: &SegmentReader, rows: &[Row]) -> tantivy::Result<Vec<Member>> {
    let columns = segment.fast_fields();
    let (lead_key, signature) = (columns.column_opt::<u64>("lead_key")?, columns.column_opt::<u64>(SIGNATURE_FIELD)?);
    let member = |document: u32| {
        let row = &rows[document as usize];
        let mut words = [0; SIGNATURE_WORDS];
        let mut word_count = 0;
        for (place, word) in words.iter_mut().zip(signature.iter().flat_map(|column| column.values_for_doc(document))) {
            *place = word;
            word_count += 1;
        }
        let likeness = Likeness {
            name_key: row.name_key,
            lead_key: lead_key.as_ref().and_then(|column| column.first(document)),
            signature: (word_count == SIGNATURE_WORDS).then(|| Signature::from_words(words)),
        };
        Member { standing: row.standing(), copy_key: row.copy_key, likeness }
    };
    Ok(segment.doc_ids_alive().map(member).collect())
}
