//! To be written.

/// Placeholder until merge.
pub fn help_pages() -> String {
    String::new()
}
