//! From text to terms: one way for documents and queries, so that both sides always agree.

mod abbreviations;
mod analyzer;
mod segment;
mod stem;
mod stop_words;
mod tokenizer;

pub(super) use abbreviations::Abbreviations;
pub(super) use analyzer::{Analyzer, TermRole};
pub(super) use stop_words::{is_function_word, is_request_word};
pub(super) use tokenizer::{CONTENT_TOKENIZER, NAME_TOKENIZER, SkillTokenizer};
