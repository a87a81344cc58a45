//! What a skill claims so that it is chosen, instead of saying what it does.

use super::document::Document;
use super::{Sign, Subject};
use crate::skill::selection_claims;

/// Returns the claims of name and description, by flag.
pub(super) fn signs(subject: &Subject<'_>, document: &Document<'_>) -> Vec<Sign> {
    selection_claims(subject.name, subject.description)
        .into_iter()
        .map(|claim| {
            let key = if claim.is_in_name { "name" } else { "description" };
            Sign::at(claim.flag, document.text, document.key(key), claim.phrase)
        })
        .collect()
}
