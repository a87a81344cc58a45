//! What came to a package since the version before.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::beside::inner_path;
use super::capability::is_native;
use super::evidence::install_code::{InstallHook, install_hooks};
use super::evidence::setting::is_specimen_path;
use super::evidence::url::{HostKind, urls};
use super::layer::Layers;
use super::{BundleView, Counterpart, Ruleset};
use crate::skill::{BundleFile, FileClass, SkillBundle, limits, sanitise_line};

/// Names of each list that are kept; the rest is counted.
const NAMES: usize = 50;
/// Texts of one bundle in which hosts are looked for, in bytes.
const TEXT_BYTES: usize = 32 * 1024 * 1024;

/// How far two versions are apart, by the first number that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VersionStep {
    /// The first number.
    Major,
    /// The second.
    Minor,
    /// A later one, or what stands behind the numbers.
    Patch,
}

impl VersionStep {
    /// Tells how far two versions are apart.
    pub fn between(before: &str, after: &str) -> Self {
        let numbers = |text: &str| -> Vec<String> {
            // The epoch of PyPI comes before everything.
            let text = text.rsplit('!').next().unwrap_or(text);
            text.split(['.', '-', '+']).take(2).map(str::to_owned).collect()
        };
        let (before, after) = (numbers(before), numbers(after));
        match before.iter().zip(&after).position(|(left, right)| left != right) {
            Some(0) => Self::Major,
            Some(1) => Self::Minor,
            _ => Self::Patch,
        }
    }

    /// Returns the name that answers use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Major => "major",
            Self::Minor => "minor",
            Self::Patch => "patch",
        }
    }
}

/// What came to a package since the version before: facts, which make no verdict. Lists are
/// sorted and hold at most fifty names, sanitised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionJump {
    /// The version before.
    pub before: String,
    /// How far the two are apart.
    pub step: VersionStep,
    /// Files of code that are new, by path.
    pub code_added: Vec<String>,
    /// How many files of code are new.
    pub code_added_count: u64,
    /// How many files of code have other bytes.
    pub code_changed_count: u64,
    /// What is run at installation and was not, or is another command now.
    pub hooks_added: Vec<String>,
    /// Hosts that code names and did not.
    pub hosts_added: Vec<String>,
    /// Compiled programs that are new, by path.
    pub binaries_added: Vec<String>,
    /// Bytes of all files before.
    pub size_before: u64,
    /// Bytes of all files now.
    pub size_after: u64,
}

impl VersionJump {
    /// Compares a package with its version before.
    pub fn between(before: &Counterpart, version: &str, after: &SkillBundle) -> Self {
        let old = BundleSides::of(&before.bundle);
        let new = BundleSides::of(after);
        let mut code_added: Vec<String> = new
            .code
            .iter()
            .filter(|(path, digest)| !old.code.contains_key(*path) && !old.digests.contains(*digest))
            .map(|(path, _)| shown(path))
            .collect();
        let changed = new.code.iter().filter(|(path, digest)| {
            old.code.get(*path).is_some_and(|known| known != *digest) && !old.digests.contains(*digest)
        });
        let added = |new: &BTreeSet<String>, old: &BTreeSet<String>| -> Vec<String> {
            new.difference(old).take(NAMES).map(|name| shown(name)).collect()
        };
        let code_added_count = code_added.len() as u64;
        let code_changed_count = changed.count() as u64;
        code_added.truncate(NAMES);
        let layers = Layers::default();
        let hooks = |bundle: &SkillBundle| -> BTreeSet<String> {
            let view = BundleView::new(bundle, &layers, &[], Ruleset::builtin().signatures());
            install_hooks(&view).into_iter().map(|hook| hook_words(&hook)).collect()
        };
        Self {
            before: shown(&before.name),
            step: VersionStep::between(&before.name, version),
            code_added,
            code_added_count,
            code_changed_count,
            hooks_added: added(&hooks(after), &hooks(&before.bundle)),
            hosts_added: added(&new.hosts, &old.hosts),
            binaries_added: added(&new.binaries, &old.binaries),
            size_before: old.size_bytes,
            size_after: new.size_bytes,
        }
    }

    /// Says it in one line.
    pub fn words(&self) -> String {
        let names = |what: &str, names: &[String]| match names {
            [] => String::new(),
            [first] => format!(", {what} new: {first}"),
            [first, ..] => format!(", {} {what}s new, as {first}", names.len()),
        };
        format!(
            "since {}: {} files of code new, {} changed, {} bytes before and {} now{}{}{}",
            self.before,
            self.code_added_count,
            self.code_changed_count,
            self.size_before,
            self.size_after,
            names("hook", &self.hooks_added),
            names("host", &self.hosts_added),
            names("program", &self.binaries_added),
        )
    }
}

/// Names a hook so that another command makes another name; other bytes of a file that was run
/// before do not.
fn hook_words(hook: &InstallHook) -> String {
    let is_command = !hook.name.contains('.');
    if is_command { format!("{}: {}", hook.name, hook.content) } else { hook.name.clone() }
}

fn shown(text: &str) -> String {
    sanitise_line(text, limits::NAME_BYTES)
}

/// What of a bundle is compared.
struct BundleSides {
    /// Digests of files of code, by their path in the distribution.
    code: BTreeMap<String, String>,
    digests: BTreeSet<String>,
    hosts: BTreeSet<String>,
    binaries: BTreeSet<String>,
    size_bytes: u64,
}

impl BundleSides {
    fn of(bundle: &SkillBundle) -> Self {
        let mut sides = Self {
            code: BTreeMap::new(),
            digests: BTreeSet::new(),
            hosts: BTreeSet::new(),
            binaries: BTreeSet::new(),
            size_bytes: 0,
        };
        let mut bytes_left = TEXT_BYTES;
        for file in &bundle.files {
            let Some(bytes) = file.bytes() else { continue };
            sides.size_bytes += bytes.len() as u64;
            let path = inner_path(file.path.as_str());
            if is_native(Some(bytes)) {
                sides.binaries.insert(path.to_owned());
            }
            if !is_code(file) || is_specimen_path(path) {
                continue;
            }
            let digest = file.sha256.to_string();
            sides.digests.insert(digest.clone());
            sides.code.insert(path.to_owned(), digest);
            let Some(text) = file.text.as_ref().filter(|text| text.text.len() <= bytes_left) else { continue };
            bytes_left -= text.text.len();
            let is_somebody = |kind| !matches!(kind, HostKind::Local | HostKind::Placeholder);
            let hosts = urls(&text.text).filter(|url| is_somebody(url.host_kind()));
            sides.hosts.extend(hosts.map(|url| url.host.to_ascii_lowercase()));
        }
        sides
    }
}

/// Tells whether a file of a package is code: a script, or what Python reads at its start.
pub(super) fn is_code(file: &BundleFile) -> bool {
    file.class == FileClass::Script || file.language.is_some() || file.path.as_str().ends_with(".pth")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_that_differs_says_how_far_versions_are_apart() {
        let rows = [
            ("1.2.3", "2.0.0", VersionStep::Major),
            ("1.2.3", "1.3.0", VersionStep::Minor),
            ("1.2.3", "1.2.4", VersionStep::Patch),
            ("1.2.3", "1.2.3-1", VersionStep::Patch),
            ("1!1.2", "1!1.2.post1", VersionStep::Patch),
            ("2024.1", "2025.1", VersionStep::Major),
        ];
        for (before, after, expected) in rows {
            assert_eq!(VersionStep::between(before, after), expected, "{before} {after}");
        }
    }
}
