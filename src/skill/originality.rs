//! Whether a source looks like the place where a skill was written.

use super::SkillSource;

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
    /// It names another repository as its origin, or its host says that it is a fork.
    Mirror,
}

impl Originality {
    /// All, in their order.
    pub const ALL: [Self; 4] = [Self::Own, Self::Installed, Self::Gathered, Self::Mirror];

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skill::{Registry, SourceIdentity};

    #[test]
    fn a_source_is_original_until_something_speaks_against_it() {
        let rows = [
            ("skills", "pdf", None, Originality::Own),
            ("skills", "pdf", Some("Owner/Skills"), Originality::Own),
            ("app", ".claude/skills/pdf", None, Originality::Installed),
            ("awesome-skills", "pdf", None, Originality::Gathered),
            ("Skills_Collection", ".claude/skills/pdf", None, Originality::Gathered),
            ("app", "third_party/pdf", None, Originality::Gathered),
            ("mirroring", "vendors/pdf", None, Originality::Own),
            ("awesome-skills", "pdf", Some("other/skills"), Originality::Mirror),
        ];
        for (repository, directory, upstream, expected) in rows {
            let identity = SourceIdentity::new("github.com", "owner", repository, directory);
            let mut source = SkillSource::new(identity, Registry::Github);
            source.upstream = upstream.map(str::to_owned);
            assert_eq!(Originality::of(&source), expected, "{repository} {directory} {upstream:?}");
        }
    }
}
