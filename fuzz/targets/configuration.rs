//! Any bytes as the files from which tools take commands: JSON, TOML, YAML, and their manifests.
#![no_main]

/// The first byte chooses one of these.
const PATHS: &[&str] = &[
    "package.json",
    ".claude/settings.json",
    ".mcp.json",
    ".vscode/tasks.json",
    "pyproject.toml",
    "requirements.txt",
    ".github/workflows/ci.yml",
    ".npmrc",
    "setup.py",
    "data.json",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((choice, content)) = bytes.split_first() else { return };
    touchmark_fuzz::scan_with(PATHS[usize::from(*choice) % PATHS.len()], content);
});
