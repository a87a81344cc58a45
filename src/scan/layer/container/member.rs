//! The names of members: what they say about where a member would be written.

use std::collections::HashMap;

use super::{FactKind, Host, Opener};
use crate::skill::{BundlePath, limits, sanitise_line};

/// The names of one archive, as they are met.
#[derive(Debug, Default)]
pub(super) struct Names {
    folded: HashMap<String, String>,
    links: Vec<String>,
}

impl Names {
    /// Checks the name of a member, notes what is hostile about it, and returns the path under
    /// which the member is looked at.
    pub(super) fn check(&mut self, name: &str, step: &str, opener: &mut Opener<'_>, host: &Host) -> BundlePath {
        // Archives of Windows programs have backslashes between folders.
        let plain = name.replace('\\', "/");
        let is_absolute = plain.starts_with('/') || plain.as_bytes().get(1) == Some(&b':');
        if is_absolute || plain.split('/').any(|part| part == "..") {
            opener.fact(host, step, FactKind::HostilePath, name);
        }
        if self.links.iter().any(|link| plain.strip_prefix(link.as_str()).is_some_and(|rest| rest.starts_with('/'))) {
            opener.fact(host, step, FactKind::ThroughLink, name);
        }
        if let Some(other) = self.folded.insert(plain.to_lowercase(), plain.clone()) {
            opener.fact(host, step, FactKind::Ambiguous, format!("{other} and {name} are one file to many readers"));
        }
        checked_path(&plain)
    }

    /// Remembers that the member of this name is a link.
    pub(super) fn note_link(&mut self, name: &str) {
        if self.links.len() < 100 {
            self.links.push(name.trim_end_matches('/').to_owned());
        }
    }
}

/// Turns any name into a path inside of a container.
pub(super) fn checked_path(name: &str) -> BundlePath {
    let clean: Vec<String> = name
        .split('/')
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .map(|part| part.chars().filter(|character| !character.is_ascii_control() && *character != '\\').collect())
        .filter(|part: &String| !part.is_empty())
        .collect();
    let path = BundlePath::try_from(clean.join("/").as_str());
    path.or_else(|_| {
        BundlePath::try_from(
            sanitise_line(clean.last().map_or("", String::as_str), limits::NAME_BYTES / 16)
                .replace(['/', '\\'], "_")
                .as_str(),
        )
    })
    .unwrap_or_else(|_| BundlePath::try_from("unnamed").expect("a plain word is a path"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_becomes_a_path_inside() {
        let rows = [
            ("a/b.sh", "a/b.sh"),
            ("../../etc/passwd", "etc/passwd"),
            ("/etc/passwd", "etc/passwd"),
            ("./a//b", "a/b"),
            ("", "unnamed"),
            ("..", "unnamed"),
            ("a\u{1}b", "ab"),
        ];
        for (name, expected) in rows {
            assert_eq!(checked_path(name).as_str(), expected, "{name:?}");
        }
        assert!(checked_path(&"x".repeat(5_000)).as_str().len() < 300);
    }
}
