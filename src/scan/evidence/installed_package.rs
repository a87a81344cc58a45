//! Names of packages that a command installs or a manifest lists.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::TextView;
use crate::scan::evidence::setting::is_code;
use crate::scan::evidence::{Pattern, pattern};

/// Packages of one text that are looked at.
const PACKAGES: usize = 500;

/// A registry of packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scan) enum Registry {
    PyPi,
    Npm,
}

/// Packages that many people install, one a line, below a heading for each registry.
const POPULAR: &str = include_str!("popular_packages.txt");

static POPULAR_NAMES: LazyLock<Vec<(Registry, &'static str)>> = LazyLock::new(|| {
    let mut registry = Registry::PyPi;
    let mut names = Vec::new();
    for line in POPULAR.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line {
            "[pypi]" => registry = Registry::PyPi,
            "[npm]" => registry = Registry::Npm,
            line => names.extend(line.split_whitespace().map(|name| (registry, name))),
        }
    }
    names
});

/// Returns the popular packages of a registry.
pub(in crate::scan) fn popular(registry: Registry) -> impl Iterator<Item = &'static str> {
    POPULAR_NAMES.iter().filter(move |(of, _)| *of == registry).map(|(_, name)| *name)
}

/// Tells whether a name is one of the popular packages of any registry.
pub(in crate::scan) fn is_popular(name: &str) -> bool {
    POPULAR_NAMES.iter().any(|(_, known)| *known == name)
}

static PYTHON_COMMAND: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:pip3?(?:\.\d+)?\s+install|pipx\s+(?:install|run)|uv\s+(?:add|pip\s+install|tool\s+(?:install|run))|uvx|poetry\s+add|easy_install)((?:[ \t]+[^\s;|&`)#]+)+)",
    )
});

static NODE_COMMAND: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:npm\s+(?:i|install|add|exec)|npx|yarn\s+(?:add|dlx)|pnpm\s+(?:i|install|add|dlx)|bun\s+(?:add|install|x)|bunx)((?:[ \t]+[^\s;|&`)#]+)+)",
    )
});

/// A requirement at the start of a line, or a quoted one in a list.
static REQUIREMENT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?m)(?:^[ \t]*|^[^\n#]{0,200}?["'])([A-Za-z][\w.-]{2,80})(?:\[[^\]\n]*\])?[ \t]*(?:[=<>~!]=?=?[ \t]*[\d*]|$|["'])"#,
    )
});

static DEPENDENCY: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r#""(@?[\w./-]{3,100})"\s*:\s*"(?:[\^~><=v]*\d|\*|latest|x\b)[^"]{0,60}""#));

/// Returns the packages that a text installs or lists, each with its place.
pub(in crate::scan) fn installed_packages(view: &TextView<'_>) -> Vec<(Range<usize>, String, Registry)> {
    let mut packages = commanded_packages(view);
    add_listed(&mut packages, view);
    packages
}

/// Returns the packages that commands in a text install, each with its place.
pub(in crate::scan) fn commanded_packages(view: &TextView<'_>) -> Vec<(Range<usize>, String, Registry)> {
    let mut packages = Vec::new();
    for (command, registry) in [(&*PYTHON_COMMAND, Registry::PyPi), (&*NODE_COMMAND, Registry::Npm)] {
        for found in command.captures_iter(view.text()).take(200) {
            let Some(words) = found.get(1).filter(|words| is_code(view, words.start())) else { continue };
            let only_first = found
                .get(0)
                .is_some_and(|whole| whole.as_str().starts_with("npx") || whole.as_str().starts_with("uvx"));
            add_words(&mut packages, words.as_str(), words.start(), registry, only_first);
        }
    }
    packages
}

fn add_words(
    packages: &mut Vec<(Range<usize>, String, Registry)>,
    words: &str,
    start: usize,
    registry: Registry,
    only_first: bool,
) {
    let mut at = 0;
    for word in words.split([' ', '\t']) {
        let place = start + at..start + at + word.len();
        at += word.len() + 1;
        // Options, paths and addresses are no names.
        if word.is_empty() || word.starts_with('-') {
            continue;
        }
        if packages.len() >= PACKAGES {
            return;
        }
        let name = package_name(word.trim_matches(['"', '\'', ',']), registry);
        let is_name = !name.is_empty()
            && !word.contains("://")
            && !name.starts_with(['.', '/', '$', '<', '{', '['])
            && !name.contains(['/', '=', '\\', ':']) | name.starts_with('@');
        if is_name {
            packages.push((place, name.to_ascii_lowercase(), registry));
        }
        if only_first {
            return;
        }
    }
}

/// Cuts version, extras and markers off a requirement.
fn package_name(word: &str, registry: Registry) -> &str {
    let end = match registry {
        Registry::PyPi => word.find(['[', '=', '<', '>', '~', '!', ';', '@']),
        Registry::Npm => word.get(1..).and_then(|rest| rest.find('@')).map(|at| at + 1),
    };
    &word[..end.unwrap_or(word.len())]
}

fn add_listed(packages: &mut Vec<(Range<usize>, String, Registry)>, view: &TextView<'_>) {
    let name = view.file().path.file_name().to_ascii_lowercase();
    let is_requirements = name.starts_with("requirements") && name.ends_with(".txt") || name == "pipfile";
    let (list, registry) = if is_requirements
        || matches!(name.as_str(), "pyproject.toml" | "setup.py" | "setup.cfg" | "environment.yml")
    {
        (&*REQUIREMENT, Registry::PyPi)
    } else if name == "package.json" {
        (&*DEPENDENCY, Registry::Npm)
    } else {
        return;
    };
    for found in list.captures_iter(view.text()).take(500) {
        if let Some(name) = found.get(1) {
            packages.push((name.range(), name.as_str().to_ascii_lowercase(), registry));
        }
    }
}
