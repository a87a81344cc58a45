//! Whether a place that holds an encoded text shows it or uses it.

use std::ops::Range;

use crate::scan::evidence::decoding;
use crate::scan::evidence::setting::{is_comment, is_specimen, teaches_security};
use crate::scan::view::{Region, TextView};

/// Tells whether the encoded text at `span` is shown: in a test or a list of patterns, under a
/// heading about attacks, after a word that turns it round, or in a document that teaches.
///
/// Quotation marks and backticks say nothing here, since that is how an encoded text is given
/// to whatever decodes it. And what is decoded and run on the spot is used, whatever words
/// stand around it.
pub(super) fn is_shown(view: &TextView<'_>, span: &Range<usize>) -> bool {
    if is_specimen(view) || view.is_under_teaching_heading(span.start) {
        return true;
    }
    match view.region(span.start) {
        Region::Comment | Region::Frontmatter => false,
        Region::Code => is_comment(view.line(span.start)) && !decoding::is_run(view, span),
        Region::Table => true,
        _ => !decoding::is_run(view, span) && (view.is_negated(span) || teaches_security(view)),
    }
}
