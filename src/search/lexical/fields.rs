//! The fields of a document.

use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions};

use crate::search::text::{CONTENT_TOKENIZER, NAME_TOKENIZER};

/// A new number makes older indexes foreign.
pub(super) const SIGNATURE_FIELD: &str = "signature_1";

/// The schema with its fields by name. A change of it makes older indexes foreign, and they
/// are built anew; so does a new number in the name of a tokenizer.
#[derive(Debug, Clone)]
pub(in crate::search) struct Fields {
    pub(in crate::search) schema: Schema,
    /// The 16 bytes of the id, to delete by.
    pub(super) id: Field,
    /// The two halves of the id, to read it back quickly.
    pub(super) id_high: Field,
    pub(super) id_low: Field,
    /// The name alone, with every word.
    pub(super) name: Field,
    /// What an author wrote to be found by: name and description. Its length does not count: a
    /// description that also says when to use the skill is not worse for being longer.
    pub(super) lead: Field,
    /// Everything: the lead and the body, with its headings. Where words stand is kept, to tell
    /// which stand side by side.
    pub(super) text: Field,
    /// The repository with its owner.
    pub(super) repository: Field,
    /// The names of the files.
    pub(super) files: Field,
    /// What is embedded beside the name, kept to be embedded again.
    pub(super) description: Field,
    pub(super) headings: Field,
    pub(super) body_start: Field,
    pub(super) fingerprint: Field,
    pub(super) stars: Field,
    pub(super) updated_at: Field,
    pub(super) registry: Field,
    pub(super) status: Field,
    pub(super) quality_flag_count: Field,
    pub(super) is_complete: Field,
    pub(super) has_findings: Field,
    /// How much of a skill there is.
    pub(super) file_count: Field,
    pub(super) body_bytes: Field,
    pub(super) copy_count: Field,
    pub(super) executes_code: Field,
    pub(super) originality: Field,
    pub(super) is_aggregator: Field,
    pub(super) publisher_standing: Field,
    pub(super) first_committed_at: Field,
    pub(super) copy_key: Field,
    /// What copies are recognised by (`search/copies`). The number in the signature's name is
    /// that of the way it is made.
    pub(super) name_key: Field,
    pub(super) lead_key: Field,
    pub(super) signature: Field,
    /// What facets count.
    pub(super) publisher_key: Field,
    pub(super) license_key: Field,
}

impl Fields {
    pub(in crate::search) fn new() -> Self {
        let mut schema = Schema::builder();
        Self {
            id: schema.add_bytes_field("id", INDEXED),
            id_high: schema.add_u64_field("id_high", FAST),
            id_low: schema.add_u64_field("id_low", FAST),
            name: schema.add_text_field("name", text(NAME_TOKENIZER).set_stored()),
            lead: schema.add_text_field("lead_2", text_without_length(CONTENT_TOKENIZER)),
            text: schema.add_text_field("text_3", text_with_positions(CONTENT_TOKENIZER)),
            repository: schema.add_text_field("repository", text(NAME_TOKENIZER)),
            files: schema.add_text_field("files", text(CONTENT_TOKENIZER)),
            description: schema.add_text_field("description", STORED),
            headings: schema.add_text_field("headings", STORED),
            body_start: schema.add_text_field("body_start", STORED),
            fingerprint: schema.add_u64_field("fingerprint", FAST),
            stars: schema.add_u64_field("stars", FAST),
            updated_at: schema.add_i64_field("updated_at", FAST),
            registry: schema.add_u64_field("registry", FAST),
            status: schema.add_u64_field("status", FAST),
            quality_flag_count: schema.add_u64_field("quality_flag_count", FAST),
            is_complete: schema.add_bool_field("is_complete", FAST),
            has_findings: schema.add_bool_field("has_findings", FAST),
            file_count: schema.add_u64_field("file_count", FAST),
            body_bytes: schema.add_u64_field("body_bytes", FAST),
            copy_count: schema.add_u64_field("copy_count", FAST),
            executes_code: schema.add_bool_field("executes_code", FAST),
            originality: schema.add_u64_field("originality", FAST),
            is_aggregator: schema.add_bool_field("is_aggregator", FAST),
            publisher_standing: schema.add_u64_field("publisher_standing", FAST),
            first_committed_at: schema.add_i64_field("first_committed_at", FAST),
            copy_key: schema.add_u64_field("copy_key", FAST),
            name_key: schema.add_u64_field("name_key", FAST),
            lead_key: schema.add_u64_field("lead_key", FAST),
            signature: schema.add_u64_field(SIGNATURE_FIELD, FAST),
            publisher_key: schema.add_u64_field("publisher_key", FAST),
            license_key: schema.add_u64_field("license_key", FAST),
            schema: schema.build(),
        }
    }
}

/// Frequencies without positions: where a word stands is asked of the whole text only, and
/// positions are as large as everything else.
fn text(tokenizer: &str) -> TextOptions {
    TextOptions::default().set_indexing_options(indexing(tokenizer))
}

fn text_with_positions(tokenizer: &str) -> TextOptions {
    TextOptions::default()
        .set_indexing_options(indexing(tokenizer).set_index_option(IndexRecordOption::WithFreqsAndPositions))
}

fn text_without_length(tokenizer: &str) -> TextOptions {
    TextOptions::default().set_indexing_options(indexing(tokenizer).set_fieldnorms(false))
}

fn indexing(tokenizer: &str) -> TextFieldIndexing {
    TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(IndexRecordOption::WithFreqs)
}
