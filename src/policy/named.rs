//! The policies that everybody has.

/// A policy that everybody has, by its name.
#[derive(Debug, Clone, Copy)]
pub struct NamedPolicy {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub summary: &'static str,
    /// Its text, as in `touchmark.toml`.
    pub text: &'static str,
}

/// The policies that everybody has. Their names are nobody else's.
pub const NAMED: [NamedPolicy; 2] = [
    NamedPolicy {
        name: "default",
        summary: "Keeps out what is dangerous, by the index or by the scan.",
        text: include_str!("named/default.toml"),
    },
    NamedPolicy {
        name: "strict",
        summary: "Lets in only what the index knows, was wholly scanned of late, and is safe.",
        text: include_str!("named/strict.toml"),
    },
];

impl NamedPolicy {
    /// Finds one by its name.
    pub fn find(name: &str) -> Option<&'static Self> {
        NAMED.iter().find(|policy| policy.name == name)
    }
}
