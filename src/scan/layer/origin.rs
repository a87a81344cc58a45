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

/// The steps that decode a text, as they stand in a chain.
const DECODING_STEPS: [&str; 15] = [
    "backslash escapes",
    "base32",
    "base64",
    "base85",
    "character codes",
    "character references",
    "gzip",
    "hex",
    "percent encoding",
    "reversed text",
    "rot13",
    "tag characters",
    "variation selectors",
    "zero-width characters as bits",
    "zlib",
];

impl Origin {
    /// Tells whether the last step decoded a text, rather than opened a container or looked at
    /// the same text as it is drawn.
    pub(in crate::scan) fn is_decoded(&self) -> bool {
        self.chain.last().is_some_and(|step| DECODING_STEPS.contains(&step.as_str()))
    }
}
