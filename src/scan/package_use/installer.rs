//! What each installer takes: which of its words are packages.

use super::PackageSource;
use super::name::{Named, is_word};
use super::words::Word;

/// Which words of a command are packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Every word.
    All,
    /// The first word; what stands behind it is for the program.
    First,
    /// Those that an option names.
    Options,
    /// The first word, before which npm writes `create-`.
    Template,
}

/// Returns what the command that begins with `head` takes; its words are parted by single blanks.
pub(super) fn installer(head: &str) -> (PackageSource, Takes) {
    let (program, verb) = head.split_once(' ').unwrap_or((head, ""));
    let last = verb.rsplit(' ').next().unwrap_or_default();
    match program {
        "npx" | "bunx" => (PackageSource::Npm, Takes::First),
        "npm" | "pnpm" | "yarn" | "bun" => match last {
            "exec" | "x" | "dlx" => (PackageSource::Npm, Takes::First),
            "create" | "init" => (PackageSource::Npm, Takes::Template),
            _ => (PackageSource::Npm, Takes::All),
        },
        "uvx" => (PackageSource::Pypi, Takes::First),
        "uv" | "pipx" if last == "run" => {
            let takes = if verb == "run" && program == "uv" { Takes::Options } else { Takes::First };
            (PackageSource::Pypi, takes)
        }
        "go" => (PackageSource::Go, if last == "run" { Takes::First } else { Takes::All }),
        "cargo" => (PackageSource::Cargo, Takes::All),
        "brew" => (PackageSource::Homebrew, Takes::All),
        "gem" | "bundle" => (PackageSource::Gem, Takes::All),
        "conda" | "mamba" | "micromamba" => (PackageSource::Conda, Takes::All),
        "apt" | "apt-get" => (PackageSource::Apt, Takes::All),
        _ => (PackageSource::Pypi, Takes::All),
    }
}

/// Options whose value is a package.
fn is_package_option(source: PackageSource, option: &str, takes: Takes) -> bool {
    match source {
        PackageSource::Pypi => matches!(option, "--from" | "--with" | "--spec"),
        PackageSource::Npm => takes == Takes::First && matches!(option, "-p" | "--package"),
        _ => false,
    }
}

/// Options whose value is the version of the only package.
fn is_version_option(source: PackageSource, option: &str) -> bool {
    match source {
        PackageSource::Cargo => matches!(option, "--version" | "--vers"),
        PackageSource::Gem => matches!(option, "-v" | "--version"),
        _ => false,
    }
}

/// Options that say that the packages come from elsewhere.
fn is_elsewhere_option(source: PackageSource, option: &str) -> bool {
    source == PackageSource::Cargo && matches!(option, "--git" | "--path")
}

/// Options with a value that is nothing of ours: a path, an address, a name.
fn takes_value(source: PackageSource, option: &str) -> bool {
    if option.contains('=') {
        return false;
    }
    match source {
        PackageSource::Pypi => matches!(
            option,
            "-r" | "--requirement"
                | "-c"
                | "--constraint"
                | "-e"
                | "--editable"
                | "-t"
                | "--target"
                | "-i"
                | "-f"
                | "--index-url"
                | "--extra-index-url"
                | "--index"
                | "--default-index"
                | "--find-links"
                | "--python"
                | "-p"
                | "--platform"
                | "--prefix"
                | "--root"
                | "--cache-dir"
                | "--timeout"
                | "--proxy"
                | "--trusted-host"
                | "--only-binary"
                | "--no-binary"
                | "--python-version"
                | "--abi"
                | "--upgrade-strategy"
                | "--group"
                | "--optional"
                | "--extra"
                | "--retries"
                | "--src"
                | "--log"
                | "--env-file"
                | "--directory"
                | "--project"
                | "-C"
                | "-n"
                | "-G"
                | "--with-requirements"
                | "--with-editable"
                | "--source"
                | "--branch"
                | "--tag"
                | "--rev"
                | "--torch-backend"
        ),
        PackageSource::Npm => matches!(
            option,
            "--prefix"
                | "--registry"
                | "-w"
                | "--workspace"
                | "--cwd"
                | "--filter"
                | "-F"
                | "-C"
                | "--dir"
                | "--tag"
                | "-c"
                | "--call"
                | "--cache"
                | "--userconfig"
                | "--loglevel"
                | "--depth"
        ),
        PackageSource::Cargo => matches!(
            option,
            "--git"
                | "--path"
                | "--branch"
                | "--tag"
                | "--rev"
                | "--root"
                | "--index"
                | "--registry"
                | "--features"
                | "-F"
                | "--bin"
                | "--target"
                | "--profile"
                | "-j"
                | "--jobs"
                | "-p"
                | "--package"
                | "--rename"
                | "--manifest-path"
                | "--example"
        ),
        PackageSource::Go => matches!(option, "-ldflags" | "-tags" | "-o" | "-mod" | "-C" | "-modfile" | "-gcflags"),
        PackageSource::Gem => matches!(
            option,
            "-i" | "--install-dir"
                | "-n"
                | "--bindir"
                | "--source"
                | "-s"
                | "-P"
                | "--group"
                | "-g"
                | "--git"
                | "--path"
        ),
        PackageSource::Conda => {
            matches!(option, "-c" | "--channel" | "-n" | "--name" | "-p" | "--prefix" | "--file" | "-f")
        }
        PackageSource::Apt => matches!(option, "-t" | "-o" | "-c" | "--target-release"),
        PackageSource::Homebrew => false,
    }
}

/// Reads the packages off the words behind the head of a command.
pub(super) fn packages(source: PackageSource, takes: Takes, words: &[Word]) -> Vec<(Named, std::ops::Range<usize>)> {
    let mut packages: Vec<(Named, std::ops::Range<usize>)> = Vec::new();
    let mut version = None;
    let mut has_named = false;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let plain = word.text.trim_end_matches(',');
        if plain == "--" {
            // What follows is for the program, unless nothing was named yet.
            if has_named || takes == Takes::All { break } else { continue }
        }
        if let Some(option) = plain.strip_prefix('-').map(|_| plain) {
            let (name, inner) = option.split_once('=').map_or((option, None), |(name, value)| (name, Some(value)));
            if is_elsewhere_option(source, name) {
                return Vec::new();
            }
            let is_package = is_package_option(source, name, takes);
            let is_version = is_version_option(source, name);
            if !is_package && !is_version {
                if takes_value(source, option) {
                    words.next();
                }
                continue;
            }
            let value = match inner {
                Some(inner) => Some(inner.to_owned()),
                None => words.next().map(|word| word.text.clone()),
            };
            let Some(value) = value else { break };
            if is_version {
                version = Some(value);
                continue;
            }
            // `uvx --from package program`: the word behind it is a program of the package.
            has_named |= matches!(name, "--from" | "--spec" | "-p" | "--package");
            for one in value.split(',') {
                packages.extend(Named::read(source, one.trim()).map(|named| (named, word.place.clone())));
            }
            continue;
        }
        match takes {
            Takes::Options => break,
            Takes::First | Takes::Template if has_named => break,
            _ => {}
        }
        // A sign alone parts what is written about: `npm install + npm run build`.
        let is_sign = !plain.contains(|sign: char| sign.is_alphanumeric()) && plain != ".";
        if !plain.is_ascii() || is_word(plain) || is_sign {
            break;
        }
        let named = match takes {
            Takes::Template => Named::read(source, plain).map(template),
            _ => Named::read(source, plain),
        };
        packages.extend(named.map(|named| (named, word.place.clone())));
        if matches!(takes, Takes::First | Takes::Template) {
            break;
        }
    }
    if let (Some(version), [(one, _)]) = (version, packages.as_mut_slice())
        && one.requirement.is_none()
    {
        *one = Named::new(source, one.name.clone(), Some(version));
    }
    packages
}

/// Returns the package that `npm create NAME` runs.
fn template(named: Named) -> Named {
    let name = match named.name.strip_prefix('@').and_then(|rest| rest.split_once('/')) {
        Some((scope, name)) => format!("@{scope}/create-{name}"),
        None => format!("create-{}", named.name),
    };
    Named { name, ..named }
}
