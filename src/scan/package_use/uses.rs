//! What a bundle installs, each package once.

use std::collections::BTreeSet;
use std::ops::Range;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::PackageSource;
use super::command::commanded;
use super::declared::declared;
use crate::scan::evidence::setting::{is_comment, is_data, is_specimen, teaches_security};
use crate::scan::layer::open_layers;
use crate::scan::{BundleView, Region, Ruleset, TextView};
use crate::skill::{FileClass, ParseIssue, SkillBundle};

/// Packages of a bundle that are told: a lock file may name thousands.
const PACKAGES: usize = 2_000;

/// What stands as it is in a part of a purl (Package URL specification, "characters").
const PURL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a bundle comes to use a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum UseKind {
    /// A command in its instructions, a script, or the configuration of a tool installs or runs it.
    Command,
    /// A command in another document does.
    Mention,
    /// A manifest, or the header of a script, lists it.
    Manifest,
    /// A lock file fixes it.
    LockFile,
}

impl UseKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Command, Self::Mention, Self::Manifest, Self::LockFile];

    /// Returns the word for it, which is also how it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Mention => "mention",
            Self::Manifest => "manifest",
            Self::LockFile => "lock_file",
        }
    }
}

/// A package that a bundle has installed or run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageUse {
    /// Where it comes from.
    pub source: PackageSource,
    /// Its name as its source compares names. It has no character that could be mistaken for
    /// anything but a name; which name it is, the author chose.
    pub name: String,
    /// What is asked for, as it is written: `2.31.0`, `^1.0`, `>=2`, `latest`; bounded. None
    /// where the newest is taken. Author-controlled.
    pub requirement: Option<String>,
    /// The one version that is asked for, in its normal form, where it is one.
    pub version: Option<String>,
    /// How it is used.
    pub kind: UseKind,
    /// The file, by its path in the bundle; author-controlled.
    pub path: String,
    /// The line, from 1; none inside of what has no lines.
    pub line: Option<u64>,
}

impl PackageUse {
    /// Returns the package URL; none for what has no type of its own.
    pub fn purl(&self) -> Option<String> {
        let kind = self.source.purl_type()?;
        let encoded = |text: &str| utf8_percent_encode(text, PURL).to_string();
        let path: Vec<String> = self.name.split('/').map(encoded).collect();
        let version = self.version.as_ref().map_or_else(String::new, |version| format!("@{}", encoded(version)));
        Some(format!("pkg:{kind}/{}{version}", path.join("/")))
    }
}

/// A package as it was found in a text.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) place: Range<usize>,
    pub(super) source: PackageSource,
    pub(super) name: String,
    pub(super) requirement: Option<String>,
    pub(super) version: Option<String>,
}

/// Returns the packages that a bundle has installed or run, each name and version once, at the
/// first place. What a text shows as an example of what not to do is left out.
pub fn package_uses(bundle: &SkillBundle, issues: &[ParseIssue]) -> Vec<PackageUse> {
    let opened = open_layers(bundle);
    uses_in(&BundleView::new(bundle, &opened, issues, Ruleset::builtin().signatures()))
}

/// Returns what the texts of a bundle use: the instructions first, whose place counts where
/// others repeat it.
pub(in crate::scan) fn uses_in(view: &BundleView<'_>) -> Vec<PackageUse> {
    let instructions = view.bundle.instructions().path.as_str();
    let (first, others): (Vec<_>, Vec<_>) = view.texts().partition(|text| text.path() == instructions);
    let mut uses: Vec<PackageUse> = Vec::new();
    let mut seen = BTreeSet::new();
    for text in first.into_iter().chain(others).filter(|text| !is_specimen(text)) {
        let is_instructions = text.path() == instructions;
        let mut found: Vec<(Found, UseKind)> = Vec::new();
        let kind = match is_instructions || text.file().class != FileClass::Reference || !text.is_markdown() {
            true => UseKind::Command,
            false => UseKind::Mention,
        };
        if !is_data(text) && !teaches_security(text) {
            let told = commanded(text).into_iter().filter(|found| !is_shown(text, &found.place));
            found.extend(told.map(|found| (found, kind)));
        }
        found.extend(declared(text));
        found.sort_by_key(|(found, _)| found.place.start);
        for (found, kind) in found {
            if uses.len() == PACKAGES {
                return uses;
            }
            let Found { place, source, name, requirement, version } = found;
            if seen.insert((source, name.clone(), requirement.clone())) {
                let line = text.location(place.start).line.map(u64::from);
                let path = text.path().to_owned();
                uses.push(PackageUse { source, name, requirement, version, kind, path, line });
            }
        }
    }
    uses
}

/// Tells whether a command is shown rather than told: commented out, quoted in a sentence about
/// it, or below a heading about attacks.
fn is_shown(text: &TextView<'_>, place: &Range<usize>) -> bool {
    let is_in_code = matches!(text.region(place.start), Region::Code | Region::CodeBlock(_));
    text.is_under_teaching(place.start)
        || is_in_code && is_comment(text.line(place.start))
        || !is_in_code && text.is_mention(place)
}
