//! Paths as relative references (RFC 3986).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but what may stand in a segment of a path as it is, and the slash.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Returns a path as a URI: relative, or `file://` where it is absolute.
pub fn of_path(path: &str) -> String {
    let encoded = utf8_percent_encode(path.trim_start_matches("./"), SEGMENT).to_string();
    if path.starts_with('/') { format!("file://{encoded}") } else { encoded }
}

/// Tells whether [`of_path`] gives a reference that is relative to the root of the sources.
pub fn is_relative(path: &str) -> bool {
    !path.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_encoded_segment_by_segment() {
        for (path, uri) in [
            ("skills/a b/run#1.sh", "skills/a%20b/run%231.sh"),
            ("./SKILL.md", "SKILL.md"),
            ("/srv/skills/é.md", "file:///srv/skills/%C3%A9.md"),
            ("a:b/c", "a%3Ab/c"),
            ("x%y?z", "x%25y%3Fz"),
        ] {
            assert_eq!(of_path(path), uri);
        }
    }
}
