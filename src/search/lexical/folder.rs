//! The index's files: opened, made, or moved aside.

use std::fs;
use std::path::Path;

use tantivy::directory::error::OpenReadError;
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{Index, IndexReader, ReloadPolicy, TantivyError};

use super::Fields;
use crate::search::SearchError;
use crate::search::text::{CONTENT_TOKENIZER, NAME_TOKENIZER, SkillTokenizer};

/// What is known of an index before it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::search) enum Found {
    /// Nothing speaks against it.
    Usable,
    /// It was opened before and could not be read.
    Damaged,
}

/// Opens the index in `folder`, or makes an empty one where there is none. A damaged index, or
/// one with other fields, is moved aside to `folder` with `.broken` at its end, where it takes
/// the place of an earlier one.
///
/// # Errors
/// Fails where the folder cannot be read or written.
pub(in crate::search) fn open_or_rebuild(
    folder: &Path,
    fields: &Fields,
    found: Found,
) -> Result<(Index, IndexReader), SearchError> {
    let failed = |source| SearchError::Folder { folder: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    if found == Found::Usable {
        match open(folder, fields) {
            Ok(opened) => return Ok(opened),
            Err(error) if is_of_the_system(&error) => return Err(error.into()),
            Err(_) => {}
        }
    }
    let aside = folder.with_extension("broken");
    if aside.exists() {
        fs::remove_dir_all(&aside).map_err(failed)?;
    }
    fs::rename(folder, &aside).map_err(failed)?;
    fs::create_dir_all(folder).map_err(failed)?;
    Ok(open(folder, fields)?)
}

fn open(folder: &Path, fields: &Fields) -> tantivy::Result<(Index, IndexReader)> {
    let index = match Index::create_in_dir(folder, fields.schema.clone()) {
        Err(TantivyError::IndexAlreadyExists) => Index::open_in_dir(folder)?,
        created => created?,
    };
    if index.schema() != fields.schema {
        return Err(TantivyError::SchemaError("the index has other fields".to_owned()));
    }
    index.tokenizers().register(NAME_TOKENIZER, TextAnalyzer::from(SkillTokenizer::for_names()));
    index.tokenizers().register(CONTENT_TOKENIZER, TextAnalyzer::from(SkillTokenizer::for_content()));
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    Ok((index, reader))
}

/// Tells whether the system refused, rather than the files being wrong: then nothing is moved.
fn is_of_the_system(error: &TantivyError) -> bool {
    let error = match error {
        TantivyError::IoError(error) | TantivyError::OpenReadError(OpenReadError::IoError { io_error: error, .. }) => {
            error
        }
        TantivyError::OpenDirectoryError(_) | TantivyError::OpenWriteError(_) | TantivyError::SystemError(_) => {
            return true;
        }
        _ => return false,
    };
    !matches!(
        error.kind(),
        std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidData | std::io::ErrorKind::NotFound
    )
}
