//! Which packages a bundle has an agent install or run: commands in prose, blocks of code and
//! scripts. What manifests list is in the manifests.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use super::evidence::installed_package::{Registry, commanded_packages};
use super::evidence::setting::{is_code, is_shown_code};
use super::evidence::{Pattern, pattern};
use super::layer::open_layers;
use super::{BundleView, Ruleset, TextView};
use crate::skill::{ParseIssue, SkillBundle};

/// Packages of a bundle that are told.
const PACKAGES: usize = 500;
/// Commands of one kind in one text.
const COMMANDS: usize = 200;
/// Characters of a name or version; what is longer is neither.
const WORD_CHARACTERS: usize = 214;

/// Where a package comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PackageSource {
    /// PyPI.
    Pypi,
    /// npm.
    Npm,
    /// A module of Go, by its path.
    Go,
    /// A crate of Rust.
    Cargo,
    /// A formula or cask of Homebrew.
    Homebrew,
}

impl PackageSource {
    /// Returns the type of its package URLs.
    pub fn purl_type(self) -> &'static str {
        match self {
            Self::Pypi => "pypi",
            Self::Npm => "npm",
            Self::Go => "golang",
            Self::Cargo => "cargo",
            Self::Homebrew => "brew",
        }
    }
}

/// A package that a bundle has installed or run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageUse {
    /// Where it comes from.
    pub source: PackageSource,
    /// Its name as it is written; author-controlled.
    pub name: String,
    /// The version that is asked for, as it is written: `2.31.0`, `^1.0`, `latest`. None where
    /// the newest is taken.
    pub version: Option<String>,
    /// The file, by its path in the bundle.
    pub path: String,
    /// The line, from 1; none inside of what has no lines.
    pub line: Option<u64>,
}

static GO_COMMAND: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"\bgo\s+(?:install|run|get)((?:[ \t]+[^\s;|&`)#]+)+)"));
static CARGO_COMMAND: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"\bcargo\s+(?:install|binstall|add)((?:[ \t]+[^\s;|&`)#]+)+)"));
static BREW_COMMAND: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"\bbrew\s+(?:install|upgrade|reinstall)((?:[ \t]+[^\s;|&`)#]+)+)"));

/// Returns the packages that a bundle has installed or run, each name and version once, at the
/// first place. What a text shows as an example of what not to do is left out.
pub fn package_uses(bundle: &SkillBundle, issues: &[ParseIssue]) -> Vec<PackageUse> {
    let opened = open_layers(bundle);
    let view = BundleView::new(bundle, &opened, issues, Ruleset::builtin().signatures());
    let mut uses = Vec::new();
    let mut seen = BTreeSet::new();
    for text in view.files.iter().filter_map(|file| file.text.as_ref()) {
        let mut found = named(text);
        found.sort_by_key(|(place, ..)| place.start);
        for (place, source, name, version) in found {
            if uses.len() == PACKAGES {
                return uses;
            }
            if seen.insert((source, name.clone(), version.clone())) && !is_shown_code(text, &place) {
                let location = text.location(place.start);
                uses.push(PackageUse {
                    source,
                    name,
                    version,
                    path: text.path().to_owned(),
                    line: location.line.map(u64::from),
                });
            }
        }
    }
    uses
}

type Named = (Range<usize>, PackageSource, String, Option<String>);

fn named(text: &TextView<'_>) -> Vec<Named> {
    let mut named = Vec::new();
    for (place, name, registry) in commanded_packages(text) {
        let word = text.text()[place.clone()].trim_matches(['"', '\'', ',']);
        let (source, version) = match registry {
            Registry::PyPi => (PackageSource::Pypi, python_version(word)),
            Registry::Npm => (PackageSource::Npm, version_behind(word)),
        };
        named.push((place, source, name, version));
    }
    let commands = [
        (&*GO_COMMAND, PackageSource::Go),
        (&*CARGO_COMMAND, PackageSource::Cargo),
        (&*BREW_COMMAND, PackageSource::Homebrew),
    ];
    for (command, source) in commands {
        for found in command.captures_iter(text.text()).take(COMMANDS) {
            if let Some(words) = found.get(1).filter(|words| is_code(text, words.start())) {
                add_words(&mut named, words.as_str(), words.start(), source);
            }
        }
    }
    named.retain(|(_, _, name, version)| {
        // The value of an option that names a file.
        let is_file =
            |word: &str| [".txt", ".toml", ".whl", ".tgz", ".gz", ".zip"].iter().any(|end| word.ends_with(end));
        let is_word = |word: &str| {
            !is_file(word) && word.chars().count() <= WORD_CHARACTERS && !word.contains(['$', '<', '{', '*'])
        };
        is_word(name) && version.as_deref().is_none_or(|version| version.chars().count() <= WORD_CHARACTERS)
    });
    named
}

fn add_words(named: &mut Vec<Named>, words: &str, start: usize, source: PackageSource) {
    let mut at = 0;
    let mut is_value = false;
    let mut version = None;
    let first = named.len();
    for word in words.split([' ', '\t']) {
        let place = start + at..start + at + word.len();
        at += word.len() + 1;
        let plain = word.trim_matches(['"', '\'', ',']);
        if is_value {
            is_value = false;
            version = version.or_else(|| Some(plain.to_owned()));
        } else if plain.starts_with('-') {
            // Of the options with a value, that of the version counts; the others have paths
            // and addresses, which are no names.
            is_value = matches!(plain, "--version" | "--vers");
            version = version.or_else(|| plain.strip_prefix("--version=").map(str::to_owned));
        } else if is_name(plain, source) {
            let name = plain.split('@').next().unwrap_or_default().to_owned();
            named.push((place, source, name, version_behind(plain)));
        }
    }
    if let (Some(version), [one]) = (version, &mut named[first..]) {
        one.3.get_or_insert(version);
    }
}

fn is_name(word: &str, source: PackageSource) -> bool {
    let is_plain = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_alphanumeric())
            && word.chars().all(|character| character.is_ascii_alphanumeric() || "-_./@+".contains(character))
    };
    let is_path = word.contains("://") || word.starts_with(['.', '/', '~']);
    match source {
        // A module begins with a host; what has no dot in its first part is a folder or a command.
        PackageSource::Go => {
            !is_path
                && is_plain(word)
                && word.split('/').next().is_some_and(|host| host.contains('.'))
                && word.contains('/')
        }
        PackageSource::Cargo => !is_path && is_plain(word) && !word.contains('/'),
        PackageSource::Homebrew => !is_path && is_plain(word),
        PackageSource::Pypi | PackageSource::Npm => false,
    }
}

/// Returns what stands behind the last `@` that is not the first character.
fn version_behind(word: &str) -> Option<String> {
    let at = word.rfind('@').filter(|at| *at > 0)?;
    let version = &word[at + 1..];
    (!version.is_empty() && !version.contains('/')).then(|| version.to_owned())
}

/// Returns the version clauses behind a name of PyPI, or what stands behind its `@` (uvx).
fn python_version(word: &str) -> Option<String> {
    let behind = word.find(['=', '<', '>', '~', '!']).map(|at| word[at..].split(';').next().unwrap_or_default());
    let exact = |clauses: &str| clauses.strip_prefix("==").map_or_else(|| clauses.to_owned(), str::to_owned);
    behind.map(exact).or_else(|| version_behind(word)).filter(|version| !version.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skill::{FileContent, RawBundle, RawFile};

    fn uses(files: &[(&str, &str)]) -> Vec<String> {
        let file = |(path, text): &(&str, &str)| RawFile {
            path: (*path).to_owned(),
            content: FileContent::Bytes(text.as_bytes().to_vec()),
            is_executable: false,
        };
        let raw = RawBundle { files: files.iter().map(file).collect(), unread: Vec::new() };
        let (bundle, issues) = SkillBundle::parse(raw, Some("demo")).expect("a skill");
        let line = |one: PackageUse| {
            let version = one.version.map_or_else(String::new, |version| format!(" {version}"));
            format!("{}:{} {}/{}{version}", one.path, one.line.unwrap_or_default(), one.source.purl_type(), one.name)
        };
        package_uses(&bundle, &issues).into_iter().map(line).collect()
    }

    #[test]
    fn commands_of_every_kind_are_found_with_their_versions() {
        let skill = "---\nname: demo\ndescription: Installs.\n---\n# Demo\n\nRun `pip install Requests==2.31.0 numpy` first.\n\n\
            ```bash\nnpx -y @scope/tool@1.2.3 --flag\nuvx ruff@0.5.0 check\ngo install example.com/cmd/tool@v1.2.3\ngo run main.go\n\
            cargo install ripgrep --version 14.1.0\ncargo install --git https://git.example/x.git\nbrew install jq ffmpeg@6\n\
            npm install -g left-demo\npip install -r requirements.txt\npip install $NAME\n```\n\nInstall pandas by hand with pip install pandas in your head.\n";
        let script = "#!/bin/sh\n# pip install commented==1.0\npip install 'flask>=2.0' \"numpy\"\n";
        let expected = [
            "SKILL.md:7 pypi/requests 2.31.0",
            "SKILL.md:7 pypi/numpy",
            "SKILL.md:10 npm/@scope/tool 1.2.3",
            "SKILL.md:11 pypi/ruff 0.5.0",
            "SKILL.md:12 golang/example.com/cmd/tool v1.2.3",
            "SKILL.md:14 cargo/ripgrep 14.1.0",
            "SKILL.md:16 brew/jq",
            "SKILL.md:16 brew/ffmpeg 6",
            "SKILL.md:17 npm/left-demo",
        ];
        let found = uses(&[("SKILL.md", skill), ("scripts/setup.sh", script)]);
        assert_eq!(found.iter().take(expected.len()).map(String::as_str).collect::<Vec<_>>(), expected, "{found:#?}");
        assert!(found.contains(&"scripts/setup.sh:3 pypi/flask >=2.0".to_owned()), "{found:#?}");
        assert!(!found.iter().any(|line| line.contains("pandas") || line.contains("$NAME")), "{found:#?}");
    }

    #[test]
    fn hostile_commands_are_bounded() {
        let many: String = (0..2_000).map(|number| format!("pip install package-{number}\n")).collect();
        let long = format!("pip install {}\nbrew install {}\n", "x".repeat(100_000), "y".repeat(100_000));
        let skill = "---\nname: demo\ndescription: Installs.\n---\n# Demo\n";
        assert!(uses(&[("SKILL.md", skill), ("a.sh", &many)]).len() <= PACKAGES);
        assert!(uses(&[("SKILL.md", skill), ("a.sh", &long)]).iter().all(|line| line.len() < 500));
    }
}
