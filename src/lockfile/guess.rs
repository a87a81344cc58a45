//! Tells the format of a lockfile of which only the text is there.

use super::LockfileKind;

impl LockfileKind {
    /// Guesses the format by words that only one format writes; nothing where there is none.
    ///
    /// Words are looked for rather than keys, because a file with the marks of a merge in it is
    /// neither JSON nor YAML, and is read all the same.
    pub fn guess(text: &str) -> Option<Self> {
        let has = |word: &str| text.contains(word);
        let start = text.trim_start();
        if start.starts_with("---") && has("github-") {
            return Some(Self::GitHub);
        }
        if start.starts_with('{') || start.starts_with("<<<<<<<") {
            let rows = [
                ("\"root_digest\"", Self::Touchmark),
                ("\"computedHash\"", Self::SkillsLock),
                ("\"skillFolderHash\"", Self::GlobalSkillLock),
                ("\"lastSelectedAgents\"", Self::GlobalSkillLock),
                ("\"installedAt\"", Self::ClawHub),
            ];
            return rows.into_iter().find(|(word, _)| has(word)).map(|(_, kind)| kind);
        }
        if has("lockfile_version") {
            return Some(Self::Apm);
        }
        has("[metadata]").then_some(Self::Fastskill)
    }

    /// Returns the format with this word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_told_by_what_only_it_writes() {
        let rows = [
            (r#"{"version":1,"skills":{"a":{"path":"x","root_digest":"y"}}}"#, Some(LockfileKind::Touchmark)),
            (r#"{"version":1,"skills":{"a":{"computedHash":"y"}}}"#, Some(LockfileKind::SkillsLock)),
            (
                "{\n<<<<<<< ours\n\"a\":{\"computedHash\":\"y\"}\n=======\n>>>>>>> theirs\n}",
                Some(LockfileKind::SkillsLock),
            ),
            (
                r#"{"version":3,"skills":{"a":{"skillFolderHash":"y","installedAt":""}}}"#,
                Some(LockfileKind::GlobalSkillLock),
            ),
            (r#"{"version":1,"skills":{"a":{"version":"1.0.0","installedAt":1}}}"#, Some(LockfileKind::ClawHub)),
            ("lockfile_version: '1'\n", Some(LockfileKind::Apm)),
            ("[metadata]\nversion = \"3.0\"\n", Some(LockfileKind::Fastskill)),
            ("---\nname: a\nmetadata:\n  github-repo: o/r\n---\n", Some(LockfileKind::GitHub)),
            ("{}", None),
            ("", None),
            ("hello", None),
        ];
        for (text, expected) in rows {
            assert_eq!(LockfileKind::guess(text), expected, "{text}");
        }
        for kind in LockfileKind::ALL {
            assert_eq!(LockfileKind::from_name(kind.as_str()), Some(kind));
        }
    }
}
