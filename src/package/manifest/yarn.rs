//! `yarn.lock`: the format of version 1, and the YAML of later ones, which looks almost the same.

use super::Found;
use super::node::add;
use crate::package::PackageRegistry;
use crate::package::manifest::Requirement;

/// Reads entries: a line of names at the margin, then fields below it.
pub(super) fn read(text: &str, found: &mut Found) {
    let mut entry: Option<(String, Option<String>)> = None;
    for line in text.lines() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let field = line.trim().split_once([' ', ':']).map(|(name, value)| (name, plain(value)));
        if !line.starts_with([' ', '\t']) {
            finish(entry.take(), found);
            // Of several requests of one package any has its name.
            let first = plain(line.trim_end_matches(':').split(", ").next().unwrap_or_default());
            entry = (!first.is_empty() && first != "__metadata").then(|| (first.to_owned(), None));
        } else if let (Some((_, version)), Some(("version", value))) = (&mut entry, field) {
            // The fields of an entry stand two blanks deep; deeper is what it needs.
            if line.starts_with("  ") && !line.starts_with("   ") {
                *version = Some(value.to_owned());
            }
        }
    }
    finish(entry, found);
}

fn plain(text: &str) -> &str {
    text.trim_matches([' ', ':', '"', '\''])
}

fn finish(entry: Option<(String, Option<String>)>, found: &mut Found) {
    let Some((request, version)) = entry else { return };
    let at = request.char_indices().skip(1).find(|(_, character)| *character == '@').map(|(at, _)| at);
    let (name, range) = at.map_or((request.as_str(), ""), |at| (&request[..at], &request[at + 1..]));
    // Yarn writes the protocol before every range; an alias names another package.
    let range = range.strip_prefix("npm:").map_or(range, |rest| rest);
    let (name, range) = match range.char_indices().skip(1).find(|(_, character)| *character == '@') {
        Some((at, _)) if !range.contains([':', '/']) || range.starts_with('@') => (&range[..at], &range[at + 1..]),
        _ => (name, range),
    };
    match version {
        // The project itself and its parts.
        Some(_) if range.starts_with("workspace:") => {}
        Some(_) if range.contains(':') || range.contains('/') => {
            found.add(PackageRegistry::Npm, name, Requirement::elsewhere(range), false);
        }
        Some(version) => add(name, &version, false, found),
        None => found.skip(&request, "it has no version"),
    }
}
