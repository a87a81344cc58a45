//! What of a package runs, told by where it stands.

/// What a file of a package is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// It runs, or is read, when the package is installed.
    Installation,
    /// It is what the package is used for.
    Product,
    /// It is shipped and not run: tests, documents, examples, tools of those who wrote it.
    Aside,
}

/// Folders whose content nobody runs who uses a package.
const ASIDE_FOLDERS: &[&str] = &[
    "__fixtures__",
    "__mocks__",
    "__tests__",
    "bench",
    "benches",
    "benchmark",
    "benchmarks",
    "ci",
    "demo",
    "demos",
    "doc",
    "docs",
    "documentation",
    "e2e",
    "example",
    "examples",
    "fixture",
    "fixtures",
    "sample",
    "samples",
    "spec",
    "specs",
    "t",
    "test",
    "testdata",
    "testing",
    "tests",
    "tutorial",
    "tutorials",
    ".azure-pipelines",
    ".builders",
    ".ci",
    ".circleci",
    ".devcontainer",
    ".github",
    ".gitlab",
    ".husky",
    ".idea",
    ".travis",
    ".vscode",
    ".spin",
    "devtools",
    "maint",
    "maintainers",
];

/// Files at the root of a source that are for those who work on it.
const ASIDE_FILES: &[&str] = &[
    "gruntfile.js",
    "gulpfile.js",
    "conftest.py",
    "noxfile.py",
    "tox.ini",
    "tasks.py",
    "runtests.py",
    "makefile",
    "gnumakefile",
    "justfile",
    "dockerfile",
    "docker-compose.yml",
    "azure-pipelines.yml",
    "appveyor.yml",
    ".travis.yml",
    ".gitlab-ci.yml",
    ".pre-commit-config.yaml",
    "mkdocs.yml",
    "karma.conf.js",
    "rollup.config.js",
    "webpack.config.js",
    "jest.config.js",
];

/// Endings of what is read by people, tools and type checkers.
const ASIDE_ENDINGS: &[&str] = &[
    ".md",
    ".markdown",
    ".rst",
    ".txt",
    ".html",
    ".htm",
    ".map",
    ".d.ts",
    ".d.mts",
    ".d.cts",
    ".pyi",
    ".ipynb",
    ".csv",
    ".svg",
    ".css",
    ".po",
    ".pot",
];

/// Tells whether a file at the root is for those who work on the source: a tool of theirs reads it
/// by its name, whoever else names it.
pub(super) fn is_of_authors(name: &str) -> bool {
    ASIDE_FILES.contains(&name.to_ascii_lowercase().as_str())
}

/// Tells whether a file is prose, which nothing runs even where something names it.
pub(super) fn is_prose(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    [".md", ".markdown", ".rst"].iter().any(|ending| lower.ends_with(ending))
}

/// Returns what a file of a package is for, by its path in the distribution.
pub fn ground_of(path: &str) -> Ground {
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let is_in_root = folders.is_empty();
    if name.ends_with(".pth")
        || is_in_root && matches!(name, "setup.py" | "setup.cfg" | "pyproject.toml" | "package.json" | "binding.gyp")
    {
        return Ground::Installation;
    }
    // What an agent would read; also where findings about the package as a whole stand.
    if is_in_root && name == "skill.md" {
        return Ground::Product;
    }
    let is_test = [".test.", ".spec.", "_test.py", "_tests.py"].iter().any(|part| name.contains(part))
        || name.starts_with("test_") && name.ends_with(".py");
    let is_tests = |folder: &str| {
        ["test_", "test-"].iter().any(|begin| folder.starts_with(begin))
            || ["_test", "_tests", "-test", "-tests"].iter().any(|end| folder.ends_with(end))
    };
    let is_aside = folders.split('/').any(|folder| ASIDE_FOLDERS.contains(&folder) || is_tests(folder))
        || ASIDE_ENDINGS.iter().any(|ending| name.ends_with(ending))
        || is_in_root && ASIDE_FILES.contains(&name)
        || is_test;
    if is_aside { Ground::Aside } else { Ground::Product }
}
