//! The order of JavaScript's `localeCompare`, which is that of ICU's root collation.

use std::cmp::Ordering;
use std::sync::LazyLock;

use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed};

/// The root collation is what `localeCompare` uses in English and most other locales; a tool
/// that ran in one that orders Latin letters otherwise (Danish, Estonian) computed another
/// hash, which nobody can tell from a changed file.
static ROOT: LazyLock<CollatorBorrowed<'static>> = LazyLock::new(|| {
    Collator::try_new(Default::default(), CollatorOptions::default()).expect("the root collation is compiled in")
});

/// Compares two paths as `localeCompare` does.
///
/// Paths that are equal to it (they differ in ignorable characters or in normalisation) stay
/// in the order in which a JavaScript program read them, which is any; here they are in the
/// order of their bytes.
pub fn compare(left: &str, right: &str) -> Ordering {
    ROOT.compare(left, right).then_with(|| left.as_bytes().cmp(right.as_bytes()))
}
