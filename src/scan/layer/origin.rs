//! Where a layer was found.

use crate::scan::Location;

/// The place of a layer in the bundle, and the steps that opened it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The place in the file of the bundle that holds the layer.
    pub location: Location,
    /// The steps, outermost first: `base64`, `zip member run.sh`.
    pub chain: Vec<String>,
    /// Whether the place that holds the layer shows it rather than uses it: a quoted example,
    /// a test, a list of patterns. What a rule demotes for its own text, it demotes for this.
    pub is_shown: bool,
}
