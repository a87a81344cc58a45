//! Whether a source looks like the place where a skill was written.

use crate::skill::SkillSource;

/// Words of a repository's name which say that it gathers what others wrote.
const GATHERING_WORDS: [&str; 9] =
    ["awesome", "mirror", "mirrors", "collection", "collections", "backup", "backups", "archive", "marketplace"];
/// Folders for what comes from elsewhere.
const GATHERING_FOLDERS: [&str; 12] = [
    "mirror",
    "mirrors",
    "vendor",
    "vendored",
    "third_party",
    "third-party",
    "external",
    "upstream",
    "backups",
    "plugin-backups",
    "node_modules",
    "cache",
];

/// Whether a source looks like the place where a skill was written, the likeliest first. It
/// decides between copies of one skill and about nothing else: a source that hides that it
/// copies is no worse off than one that does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Originality {
    /// Nothing speaks against it.
    Own,
    /// A folder that starts with a dot, such as `.claude/skills`: where tools put what they install.
    Installed,
    /// A repository or a folder that says by its name that it gathers what others wrote.
    Gathered,
    /// It names another repository as its origin.
    Mirror,
}

impl Originality {
    /// All, in their order.
    pub(in crate::search) const ALL: [Self; 4] = [Self::Own, Self::Installed, Self::Gathered, Self::Mirror];

    /// Reads the originality off a source.
    pub fn of(source: &SkillSource) -> Self {
        let identity = &source.identity;
        let own = format!("{}/{}", identity.owner(), identity.repository());
        if source.upstream.as_ref().is_some_and(|upstream| !upstream.eq_ignore_ascii_case(&own)) {
            return Self::Mirror;
        }
        let is_one_of = |word: &str, words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
        let gathers = identity.repository().split(['-', '_', '.']).any(|word| is_one_of(word, &GATHERING_WORDS))
            || identity.directory().split('/').any(|folder| is_one_of(folder, &GATHERING_FOLDERS));
        if gathers {
            return Self::Gathered;
        }
        let is_hidden = |folder: &str| folder.len() > 1 && folder.starts_with('.');
        if identity.directory().split('/').any(is_hidden) { Self::Installed } else { Self::Own }
    }
}
