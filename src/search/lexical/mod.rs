//! The full-text index: its fields, its documents, its queries.

mod document;
mod fields;
mod folder;
mod likeness;
mod nearness;
mod query;
mod reader;
mod scored_field;
mod synonyms;

pub(super) use document::{Row, document, document_text, id_term, rows};
pub(super) use fields::Fields;
pub(super) use folder::{Found, open_or_rebuild};
pub(super) use likeness::members;
pub(super) use query::LexicalQuery;
pub(super) use reader::LexicalReader;
