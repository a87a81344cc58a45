//! Packages that manifests, lock files, headers of scripts and the frontmatter list.

use std::ops::Range;
use std::sync::LazyLock;

use super::PackageSource;
use super::name::Named;
use super::uses::{Found, UseKind};
use crate::package::{Dependency, Manifest, ManifestKind, Requirement};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Region, TextView};

/// Packages of one file that are looked at.
const PACKAGES: usize = 2_000;
/// Bytes of a manifest that is read; of longer ones, places are not worth the time.
const MANIFEST_BYTES: usize = 4 * 1024 * 1024;

/// Inline metadata of a script (PEP 723).
static SCRIPT_HEADER: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?m)^# /// script[ \t]*\r?\n((?:#(?: [^\n]*)?\r?\n){1,200}?)# ///[ \t]*\r?$"));

/// A quoted requirement in a list.
static QUOTED: LazyLock<Pattern> = LazyLock::new(|| pattern(r#"["']([^"'\n]{1,200})["']"#));

/// What installers of agents read in the frontmatter: a kind, and the name of a formula, package
/// or module behind it.
static INSTALL_ENTRY: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"\bkind["']?\s*:\s*["']?(brew|node|npm|uv|pip|go|cargo)["']?\s*[,\n][^{}]{0,300}?\b(?:formula|package|module)["']?\s*:\s*["']?([^"'\s,}\]]{1,200})"#,
    )
});

/// A line of a Brewfile or Gemfile.
static RUBY_LINE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r#"(?m)^[ \t]*(brew|cask|gem)[ \t]+["']([\w@./+-]{1,120})["'](?:[ \t]*,[ \t]*["']([^"'\n]{1,60})["'])?"#)
});

/// A requirement of a module of Go.
static GO_LINE: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?m)^(?:[ \t]+|require[ \t]+)([\w.-]+\.[\w.-]+/[\w./~-]+)[ \t]+(v\d[\w.+-]*)"));

/// An item of a list in YAML.
static YAML_ITEM: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r#"(?m)^[ \t]*-[ \t]+["']?([^"'\s#:]{1,120})["']?[ \t]*(?:#[^\n]*)?\r?$"#));

/// Returns what a text lists, each with how it is listed, in any order.
pub(super) fn declared(text: &TextView<'_>) -> Vec<(Found, UseKind)> {
    let content = text.text();
    let name = text.file().path.file_name();
    let mut found = Vec::new();
    if text.origin().is_none() && content.len() <= MANIFEST_BYTES {
        if let Some(kind) = ManifestKind::of_name(name) {
            let use_kind = if kind.is_lock() { UseKind::LockFile } else { UseKind::Manifest };
            found.extend(of_manifest(name, content).into_iter().map(|found| (found, use_kind)));
        } else {
            let listed = match name {
                "Cargo.toml" => of_tables(content, &["dependencies", "build-dependencies"], PackageSource::Cargo),
                "Pipfile" => of_tables(content, &["packages"], PackageSource::Pypi),
                "go.mod" => of_lines(content, &GO_LINE, |_| Some(PackageSource::Go)),
                "Brewfile" | "Gemfile" => of_ruby(content),
                "environment.yml" | "environment.yaml" => of_environment(content),
                _ => Vec::new(),
            };
            found.extend(listed.into_iter().map(|found| (found, UseKind::Manifest)));
        }
    }
    found.extend(of_script_headers(text).into_iter().map(|found| (found, UseKind::Manifest)));
    found.extend(of_frontmatter(text).into_iter().map(|found| (found, UseKind::Manifest)));
    found.truncate(PACKAGES);
    found
}

fn of_manifest(name: &str, content: &str) -> Vec<Found> {
    // One that cannot be read lists nothing; what is odd about it is not ours to tell.
    let Ok(manifest) = Manifest::parse(name, content.as_bytes()) else { return Vec::new() };
    let lines = Lines::of(content);
    manifest
        .dependencies
        .into_iter()
        .take(PACKAGES)
        .filter_map(|dependency| of_dependency(dependency, &lines))
        .collect()
}

fn of_dependency(dependency: Dependency, lines: &Lines) -> Option<Found> {
    let Dependency { registry, name, requirement, .. } = dependency;
    let (requirement, version) = match requirement {
        Requirement::Exact(version) => (Some(version.to_string()), Some(version.to_string())),
        Requirement::Range(text) => (Some(text).filter(|text| !text.is_empty()), None),
        // What comes from elsewhere is not the package of that name.
        Requirement::Elsewhere(_) => return None,
    };
    let place = lines.of_name(name.as_str());
    Some(Found { place, source: registry.into(), name: name.to_string(), requirement, version })
}

/// The lines of a manifest, so that a package is found where it stands.
struct Lines {
    /// The text in lower case with one separator: every place is as in the text.
    plain: String,
}

impl Lines {
    fn of(content: &str) -> Self {
        Self { plain: content.to_ascii_lowercase().replace(['_', '.'], "-") }
    }

    /// Returns the first place at which a name stands as a word, else the beginning.
    fn of_name(&self, name: &str) -> Range<usize> {
        let wanted = name.to_ascii_lowercase().replace(['_', '.'], "-");
        let is_letter =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-@".contains(byte));
        let bytes = self.plain.as_bytes();
        let is_whole = |at: &usize| {
            let after = bytes.get(at + wanted.len());
            !is_letter(at.checked_sub(1).and_then(|before| bytes.get(before)))
                && !after.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        };
        let at = memchr::memmem::find_iter(bytes, wanted.as_bytes()).take(50).find(is_whole).unwrap_or(0);
        at..at + if at == 0 { 0 } else { wanted.len() }
    }
}

fn of_tables(content: &str, tables: &[&str], source: PackageSource) -> Vec<Found> {
    let Ok(file) = content.parse::<toml::Table>() else { return Vec::new() };
    let lines = Lines::of(content);
    let mut found = Vec::new();
    for (name, value) in tables.iter().filter_map(|table| file.get(*table)?.as_table()).flatten() {
        let field = |key: &str| value.get(key).and_then(toml::Value::as_str);
        if ["git", "path", "url", "file", "ref"].into_iter().any(|key| value.get(key).is_some()) {
            continue;
        }
        let requirement = value.as_str().or_else(|| field("version")).filter(|text| *text != "*");
        let Some(named) = Named::read(source, field("package").unwrap_or(name)) else { continue };
        // `1.2.3` is the range `^1.2.3` of a crate.
        let requirement = requirement.map(|text| match source {
            PackageSource::Cargo if text.starts_with(|first: char| first.is_ascii_digit()) => format!("^{text}"),
            _ => text.trim_start_matches("==").to_owned(),
        });
        let place = lines.of_name(&named.name);
        found.push(with_place(Named::new(source, named.name, requirement), source, place));
    }
    found
}

fn of_lines(content: &str, lines: &Pattern, source: fn(&str) -> Option<PackageSource>) -> Vec<Found> {
    let of = |line: crate::scan::evidence::Captures<'_>| {
        let (name, version) = (line.get(1)?, line.get(2)?);
        let source = source(name.as_str())?;
        let named = Named::new(source, name.as_str().to_owned(), Some(version.as_str().to_owned()));
        Some(with_place(named, source, name.range()))
    };
    lines.captures_iter(content).take(PACKAGES).filter_map(of).collect()
}

fn of_ruby(content: &str) -> Vec<Found> {
    let of = |line: crate::scan::evidence::Captures<'_>| {
        let (word, name) = (line.get(1)?, line.get(2)?);
        let source = if word.as_str() == "gem" { PackageSource::Gem } else { PackageSource::Homebrew };
        let named = Named::read(source, name.as_str())?;
        let requirement = line.get(3).map(|version| version.as_str().to_owned());
        Some(with_place(Named::new(source, named.name, requirement), source, name.range()))
    };
    RUBY_LINE.captures_iter(content).take(PACKAGES).filter_map(of).collect()
}

/// Reads the environment of Conda: packages of Conda up to `pip:`, and of PyPI behind it.
fn of_environment(content: &str) -> Vec<Found> {
    let Some(start) = content.find("dependencies:") else { return Vec::new() };
    let pip = memchr::memmem::find(&content.as_bytes()[start..], b"pip:").map(|at| start + at);
    let of = |item: crate::scan::evidence::Captures<'_>| {
        let word = item.get(1).filter(|word| word.start() > start)?;
        let source = match pip {
            Some(pip) if word.start() > pip => PackageSource::Pypi,
            _ => PackageSource::Conda,
        };
        Some(with_place(Named::read(source, word.as_str())?, source, word.range()))
    };
    YAML_ITEM.captures_iter(content).take(PACKAGES).filter_map(of).collect()
}

fn of_script_headers(text: &TextView<'_>) -> Vec<Found> {
    let content = text.text();
    if memchr::memmem::find(content.as_bytes(), b"# /// script").is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for header in SCRIPT_HEADER.captures_iter(content).take(20) {
        let Some(body) = header.get(1) else { continue };
        let Some(list) = body.as_str().find("dependencies").map(|at| (at, &body.as_str()[at..])) else { continue };
        // The list ends at the bracket that stands by itself; extras have theirs within marks.
        let end = list.1.find("\n# ]").or_else(|| list.1.find(']')).unwrap_or(list.1.len());
        for quoted in QUOTED.captures_iter(&list.1[..end]).take(PACKAGES).filter_map(|quoted| quoted.get(1)) {
            let start = body.start() + list.0 + quoted.start();
            let named = Named::read(PackageSource::Pypi, quoted.as_str());
            let place = start..start + quoted.as_str().len();
            found.extend(named.map(|named| with_place(named, PackageSource::Pypi, place)));
        }
    }
    found
}

fn of_frontmatter(text: &TextView<'_>) -> Vec<Found> {
    let content = text.text();
    if !content.starts_with("---") || memchr::memmem::find(content.as_bytes(), b"kind").is_none() {
        return Vec::new();
    }
    let of = |entry: crate::scan::evidence::Captures<'_>| {
        let (kind, name) = (entry.get(1)?, entry.get(2)?);
        let source = match kind.as_str() {
            "brew" => PackageSource::Homebrew,
            "node" | "npm" => PackageSource::Npm,
            "go" => PackageSource::Go,
            "cargo" => PackageSource::Cargo,
            _ => PackageSource::Pypi,
        };
        let is_head = text.region(name.start()) == Region::Frontmatter;
        let named = Named::read(source, name.as_str()).filter(|_| is_head)?;
        Some(with_place(named, source, name.range()))
    };
    INSTALL_ENTRY.captures_iter(content).take(100).filter_map(of).collect()
}

fn with_place(named: Named, source: PackageSource, place: Range<usize>) -> Found {
    let Named { name, requirement, version } = named;
    Found { place, source, name, requirement, version }
}
