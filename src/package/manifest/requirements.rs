//! `requirements.txt` (pip, "Requirements File Format"), and single requirements (PEP 508).

use super::{Found, Requirement};
use crate::package::PackageRegistry;

/// Reads a file of requirements. Options are no packages; what `-r` and `-c` name are other
/// files, which are told.
pub(super) fn read(text: &str, found: &mut Found) {
    let mut whole = String::new();
    for line in text.lines() {
        // A backslash at the end goes on with the next line.
        if let Some(part) = line.strip_suffix('\\') {
            whole.push_str(part);
            whole.push(' ');
            continue;
        }
        whole.push_str(line);
        read_line(&whole, found);
        whole.clear();
    }
    read_line(&whole, found);
}

fn read_line(line: &str, found: &mut Found) {
    let line = without_comment(line).trim();
    if line.is_empty() {
        return;
    }
    if line.starts_with('-') {
        let other = ["-r", "--requirement", "-c", "--constraint", "-e", "--editable"];
        let option = line.split([' ', '=']).next().unwrap_or_default();
        if other.contains(&option) {
            found.skip(line, "another file or folder, which was not read");
        }
        return;
    }
    // Hashes and other options of a single requirement stand behind it.
    let requirement = line.find(" --").map_or(line, |at| &line[..at]);
    read_requirement(requirement, true, found);
}

/// Cuts a comment off: `#` at the start or after a blank, so that a fragment of a URL stays.
fn without_comment(line: &str) -> &str {
    let starts = |(at, _): &(usize, &str)| *at == 0 || line[..*at].ends_with([' ', '\t']);
    line.match_indices('#').find(starts).map_or(line, |(at, _)| &line[..at])
}

/// Reads a requirement of a release, unless it is one of an extra.
pub(super) fn read_needed(text: &str, found: &mut Found) {
    let marker = text.split_once(';').map_or("", |(_, marker)| marker);
    let is_of_extra =
        marker.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').any(|word| word == "extra");
    if !is_of_extra {
        read_requirement(text, false, found);
    }
}

/// Reads one requirement: `name[extra] >=1.0 ; marker`, or `name @ URL`.
pub(super) fn read_requirement(text: &str, is_direct: bool, found: &mut Found) {
    let text = text.trim();
    if text.contains("://") && !text.contains(" @") && !text.contains("@ ") {
        found.skip(text, "an address without the name of a package");
        return;
    }
    let is_name = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    let end = text.find(|character| !is_name(character)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() || rest.starts_with(['/', '\\', ':']) {
        found.skip(text, "no requirement that can be read");
        return;
    }
    let mut rest = rest.trim_start();
    if let Some(extras) = rest.strip_prefix('[') {
        let Some(end) = extras.find(']') else {
            found.skip(text, "the list of extras does not end");
            return;
        };
        rest = extras[end + 1..].trim_start();
    }
    let requirement = match rest.strip_prefix('@') {
        Some(address) => Requirement::elsewhere(address.split(" ;").next().unwrap_or_default().trim()),
        None => Requirement::of_python(rest.split(';').next().unwrap_or_default()),
    };
    found.add(PackageRegistry::Pypi, name, requirement, is_direct);
}
