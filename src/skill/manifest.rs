//! The list of what a bundle ships.

use serde::{Deserialize, Serialize};

use super::{BundlePath, Sha256Digest};

/// The class of a file, by its path alone. It is information and not part of any digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum FileClass {
    /// SKILL.md at the root of the bundle.
    Instructions,
    /// A file that something can run.
    Script,
    /// A configuration file.
    Config,
    /// A document for the agent to read.
    Reference,
    /// A binary or media file.
    Asset,
    /// Anything else.
    Other,
}

impl FileClass {
    /// Classifies a path as the identity specification does: first match, case-insensitive.
    pub fn of(path: &BundlePath, is_executable: bool) -> Self {
        Self::of_text(path.as_str(), is_executable)
    }

    /// Classifies a path that was checked by other rules than those of a [`BundlePath`].
    pub fn of_text(path: &str, is_executable: bool) -> Self {
        if path.eq_ignore_ascii_case("skill.md") {
            return Self::Instructions;
        }
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        match extension.as_deref() {
            Some("md" | "mdx" | "txt") => return Self::Reference,
            Some("sh" | "bash" | "zsh" | "py" | "rb" | "js" | "mjs" | "cjs" | "ts" | "mts" | "cts" | "pl" | "ps1") => {
                return Self::Script;
            }
            _ if is_executable => return Self::Script,
            Some("json" | "yaml" | "yml" | "toml" | "ini" | "cfg" | "conf") => return Self::Config,
            Some("png" | "jpg" | "jpeg" | "gif" | "svg" | "webp" | "ico" | "pdf" | "woff" | "woff2") => {
                return Self::Asset;
            }
            _ => {}
        }
        if name.eq_ignore_ascii_case("makefile") || name.eq_ignore_ascii_case("dockerfile") {
            Self::Config
        } else {
            Self::Other
        }
    }
}

/// Names the programming language of a script by its extension or its first line.
pub(super) fn script_language(path: &BundlePath, content: &[u8]) -> Option<&'static str> {
    let by_extension = match path.extension().as_deref() {
        Some("sh" | "bash" | "zsh") => Some("shell"),
        Some("py" | "pyw") => Some("python"),
        Some("js" | "mjs" | "cjs" | "jsx") => Some("javascript"),
        Some("ts" | "mts" | "cts" | "tsx") => Some("typescript"),
        Some("rb") => Some("ruby"),
        Some("pl" | "pm") => Some("perl"),
        Some("ps1" | "psm1") => Some("powershell"),
        Some("bat" | "cmd") => Some("batch"),
        Some("php") => Some("php"),
        Some("lua") => Some("lua"),
        Some("go") => Some("go"),
        Some("rs") => Some("rust"),
        Some("r") => Some("r"),
        Some("swift") => Some("swift"),
        Some("applescript" | "scpt") => Some("applescript"),
        _ => None,
    };
    by_extension.or_else(|| interpreter_language(content))
}

/// Reads the interpreter of a `#!` line.
fn interpreter_language(content: &[u8]) -> Option<&'static str> {
    let line = content.strip_prefix(b"#!")?;
    let line = &line[..line.iter().position(|byte| *byte == b'\n').unwrap_or(line.len()).min(128)];
    let line = std::str::from_utf8(line).ok()?;
    let program = line
        .split([' ', '\t', '/', '\r'])
        .rfind(|part| !part.is_empty() && !part.starts_with('-') && *part != "env")?;
    match program.trim_end_matches(|character: char| character.is_ascii_digit() || character == '.') {
        "sh" | "bash" | "zsh" | "dash" | "ksh" | "ash" => Some("shell"),
        "python" => Some("python"),
        "node" | "deno" | "bun" => Some("javascript"),
        "ruby" => Some("ruby"),
        "perl" => Some("perl"),
        "pwsh" => Some("powershell"),
        "php" => Some("php"),
        "osascript" => Some("applescript"),
        _ => None,
    }
}

/// What a bundle ships: its files in path order, its digest and its totals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The files that were read, in byte order of their paths.
    pub files: Vec<ManifestFile>,
    /// The root digest v1 over all files.
    pub package_hash: Sha256Digest,
    /// Totals over all files, before the list is cut.
    pub summary: ManifestSummary,
}

/// One file of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// The path in the bundle; author-controlled.
    pub path: String,
    /// The class by path.
    pub class: FileClass,
    /// The programming language, for scripts.
    pub language: Option<String>,
    /// The size in bytes.
    pub size_bytes: u64,
    /// The digest of the bytes.
    pub sha256: Sha256Digest,
    /// Whether any execute bit is set.
    pub is_executable: bool,
}

/// Totals of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestSummary {
    /// All files, those that the list omits included.
    pub total_files: u64,
    /// Bytes of the files in the list.
    pub total_bytes: u64,
    /// Whether any file is a script.
    pub has_scripts: bool,
    /// Whether any file is an asset.
    pub has_assets: bool,
    /// Files that the list omits.
    pub omitted_count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_classified_by_the_first_rule_that_fits() {
        let rows = [
            ("SKILL.md", false, FileClass::Instructions),
            ("skill.MD", false, FileClass::Instructions),
            ("docs/SKILL.md", false, FileClass::Reference),
            ("a.txt", true, FileClass::Reference),
            ("a.PY", false, FileClass::Script),
            ("bin/tool", true, FileClass::Script),
            ("a.json", true, FileClass::Script),
            ("a.json", false, FileClass::Config),
            ("Makefile", false, FileClass::Config),
            ("logo.svg", false, FileClass::Asset),
            ("LICENSE", false, FileClass::Other),
            ("docs/.md", false, FileClass::Reference),
        ];
        for (path, is_executable, class) in rows {
            let bundle_path = BundlePath::try_from(path).expect("valid");
            assert_eq!(FileClass::of(&bundle_path, is_executable), class, "{path}");
        }
    }

    #[test]
    fn the_language_comes_from_the_extension_or_the_first_line() {
        let rows = [
            ("a.py", "", Some("python")),
            ("run", "#!/usr/bin/env python3.11\n", Some("python")),
            ("run", "#!/bin/bash -e\n", Some("shell")),
            ("run", "#!/usr/bin/env -S node --flag\n", Some("javascript")),
            ("run", "echo", None),
        ];
        for (path, content, language) in rows {
            let bundle_path = BundlePath::try_from(path).expect("valid");
            assert_eq!(script_language(&bundle_path, content.as_bytes()), language, "{path} {content:?}");
        }
    }
}
