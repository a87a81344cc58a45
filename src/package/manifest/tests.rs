use proptest::prelude::*;

use super::{Manifest, ManifestError, ManifestKind, Requirement};

/// Returns what a file asks for, a line each: `name version`, `name ~range`, `name @place`; `!`
/// before what is named indirectly.
fn told(file_name: &str, text: &str) -> Vec<String> {
    let manifest = Manifest::parse(file_name, text.as_bytes()).unwrap_or_else(|error| panic!("{file_name}: {error}"));
    let line = |dependency: &super::Dependency| {
        let mark = if dependency.is_direct { "" } else { "!" };
        let what = match &dependency.requirement {
            Requirement::Exact(version) => version.to_string(),
            Requirement::Range(text) => format!("~{text}"),
            Requirement::Elsewhere(text) => format!("@{text}"),
        };
        format!("{mark}{} {what}", dependency.name)
    };
    manifest.dependencies.iter().map(line).collect()
}

fn unread(file_name: &str, text: &str) -> usize {
    Manifest::parse(file_name, text.as_bytes()).expect("a manifest").unread.len()
}

#[test]
fn requirements_are_read_as_pip_reads_them() {
    let text = "\u{feff}# comment\r\nRequests==2.31.0  # pinned\nflask[async,dotenv] >= 2.0, != 2.1 ; python_version > '3'\n\
        numpy\ndemo_tool === 1.0\npillow==10.*\nrange>=1,==1.5\n-r other.txt\n--index-url https://mirror.example\n\
        hashed==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nplace @ git+https://git.example/x.git@main ; os_name == 'nt'\n\
        https://files.example/x.tar.gz\n./local\nbroken[extra\n(paren) \nparen (==2.0)\n日本語==1.0\nnul\0==1.0\n";
    let expected = [
        "demo-tool 1.0",
        "flask ~>= 2.0, != 2.1",
        "hashed 1.0",
        "numpy ~",
        "paren 2.0",
        "pillow ~==10.*",
        "place @git+https://git.example/x.git@main",
        "range 1.5",
        "requests 2.31.0",
    ];
    let mut lines = told("requirements-dev.txt", text);
    lines.retain(|line| !line.starts_with("nul"));
    assert_eq!(lines, expected);
    assert!(unread("requirements.txt", text) >= 6);
}

#[test]
fn pyproject_is_read_in_every_dialect() {
    let text = r#"
        [build-system]
        requires = ["setuptools>=61"]
        [project]
        name = "demo"
        dependencies = ["Requests==2.31.0", "click>=8", "tool @ https://files.example/tool.whl"]
        [project.optional-dependencies]
        test = ["pytest==8.0.0"]
        [dependency-groups]
        lint = ["ruff==0.5.0", { include-group = "test" }]
        [tool.poetry.dependencies]
        python = "^3.11"
        attrs = "23.1.0"
        rich = "^13.0"
        httpx = { version = "0.27.0", extras = ["http2"] }
        own = { git = "https://git.example/own.git" }
        many = [{ version = "1.0", platform = "linux" }, { version = "2.0" }]
        [tool.poetry.group.dev.dependencies]
        black = "*"
        odd = 7
    "#;
    let expected = [
        "attrs 23.1.0",
        "black ~*",
        "click ~>=8",
        "httpx 0.27.0",
        "many 1.0",
        "many 2.0",
        "own @https://git.example/own.git",
        "pytest 8.0.0",
        "requests 2.31.0",
        "rich ~^13.0",
        "ruff 0.5.0",
        "setuptools ~>=61",
        "tool @https://files.example/tool.whl",
    ];
    assert_eq!(told("pyproject.toml", text), expected);
    assert_eq!(unread("pyproject.toml", text), 1);
}

#[test]
fn lock_files_of_python_tell_direct_from_indirect_where_they_can() {
    let uv = r#"
        version = 1
        [[package]]
        name = "demo"
        version = "0.1.0"
        source = { editable = "." }
        dependencies = [{ name = "requests" }]
        [package.dev-dependencies]
        dev = [{ name = "pytest" }]
        [[package]]
        name = "requests"
        version = "2.31.0"
        source = { registry = "https://mirror.example/simple" }
        dependencies = [{ name = "idna" }]
        [[package]]
        name = "idna"
        version = "3.6"
        source = { registry = "https://mirror.example/simple" }
        [[package]]
        name = "pytest"
        version = "8.0.0"
        [[package]]
        name = "own"
        version = "1.0"
        source = { git = "https://git.example/own.git?rev=main#abc" }
        [[package]]
        version = "1.0"
    "#;
    let expected = ["!idna 3.6", "!own @https://git.example/own.git?rev=main#abc", "pytest 8.0.0", "requests 2.31.0"];
    assert_eq!(told("uv.lock", uv), expected);
    assert_eq!(unread("uv.lock", uv), 1);
    let poetry = "[[package]]\nname = \"Idna\"\nversion = \"3.6\"\n[[package]]\nname = \"own\"\nversion = \"1.0\"\n\
        [package.source]\ntype = \"git\"\nurl = \"https://git.example/own.git\"\n[[package]]\nname = \"inner\"\nversion = \"2.0\"\n\
        [package.source]\ntype = \"legacy\"\nurl = \"https://mirror.example\"\n";
    assert_eq!(told("poetry.lock", poetry), ["!idna 3.6", "!inner 2.0", "!own @https://git.example/own.git"]);
}

#[test]
fn what_a_package_of_node_needs_is_read_with_aliases_and_addresses() {
    let text = r#"{
        "dependencies": { "express": "4.18.2", "left": "^1.0.0", "alias": "npm:@scope/real@2.0.0", "latest": "latest", "any": "" },
        "devDependencies": { "own": "git+https://git.example/own.git", "short": "owner/repository", "beside": "workspace:*", "eq": "=1.0.0" },
        "peerDependencies": { "react": ">=16", "../bad": "1.0.0", "number": 7 }
    }"#;
    let expected = [
        "@scope/real 2.0.0",
        "any ~",
        "beside @workspace:*",
        "eq 1.0.0",
        "express 4.18.2",
        "latest ~latest",
        "left ~^1.0.0",
        "own @git+https://git.example/own.git",
        "react ~>=16",
        "short @owner/repository",
    ];
    assert_eq!(told("package.json", text), expected);
    assert_eq!(unread("package.json", text), 2);
}

#[test]
fn lock_files_of_node_are_read_in_every_version() {
    let three = r#"{ "lockfileVersion": 3, "packages": {
        "": { "dependencies": { "express": "^4" }, "devDependencies": { "nick": "npm:real@1" } },
        "part": { "version": "1.0.0", "dependencies": { "debug": "4" } },
        "node_modules/part": { "link": true },
        "node_modules/express": { "version": "4.18.2", "resolved": "https://mirror.example/express.tgz" },
        "node_modules/nick": { "name": "real", "version": "1.0.0" },
        "node_modules/debug": { "version": "4.3.4" },
        "node_modules/express/node_modules/debug": { "version": "2.6.9" },
        "node_modules/own": { "version": "1.0.0", "resolved": "git+ssh://git.example/own.git#abc" },
        "node_modules/none": {} } }"#;
    let expected =
        ["!debug 2.6.9", "debug 4.3.4", "express 4.18.2", "!own @git+ssh://git.example/own.git#abc", "real 1.0.0"];
    assert_eq!(told("package-lock.json", three), expected);
    let one = r#"{ "dependencies": { "express": { "version": "4.18.2", "dependencies": { "debug": { "version": "2.6.9" } } } } }"#;
    assert_eq!(told("npm-shrinkwrap.json", one), ["!debug 2.6.9", "!express 4.18.2"]);

    let nine = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      express:\n        specifier: ^4\n        version: 4.18.2\n      '@scope/ui':\n        specifier: ^1\n        version: 1.0.0(react@18.0.0)\n\
        packages:\n  express@4.18.2:\n    resolution: {integrity: sha512-x}\n  '@scope/ui@1.0.0':\n    resolution: {integrity: sha512-x}\n  react@18.0.0:\n    resolution: {integrity: sha512-x}\n";
    assert_eq!(told("pnpm-lock.yaml", nine), ["@scope/ui 1.0.0", "express 4.18.2", "!react 18.0.0"]);
    let five = "lockfileVersion: 5.4\ndependencies:\n  express: 4.18.2\npackages:\n  /express/4.18.2:\n    dev: false\n  /@scope/ui/1.0.0_react@18.0.0:\n    dev: false\n";
    assert_eq!(told("pnpm-lock.yaml", five), ["!@scope/ui 1.0.0", "express 4.18.2"]);

    let yarn = "# yarn lockfile v1\n\nexpress@^4, express@~4.18:\n  version \"4.18.2\"\n  dependencies:\n    version \"9.9.9\"\n\n\
        \"@scope/ui@^1.0.0\":\n  version \"1.0.0\"\n\n\"own@git+https://git.example/own.git\":\n  version \"1.0.0\"\n";
    let expected = ["!@scope/ui 1.0.0", "!express 4.18.2", "!own @git+https://git.example/own.git"];
    assert_eq!(told("yarn.lock", yarn), expected);
    let berry = "__metadata:\n  version: 8\n\n\"express@npm:^4, express@npm:~4.18\":\n  version: 4.18.2\n  resolution: \"express@npm:4.18.2\"\n\n\
        \"nick@npm:real@1\":\n  version: 1.0.0\n\n\"demo@workspace:.\":\n  version: 0.0.0-use.local\n";
    assert_eq!(told("yarn.lock", berry), ["!express 4.18.2", "!real 1.0.0"]);
}

#[test]
fn what_is_no_manifest_is_refused() {
    let rows = [
        ("setup.py", "requests"),
        ("readme.txt", "requests"),
        ("pyproject.toml", "[project\n"),
        ("uv.lock", "\0"),
        ("package.json", "{"),
        ("package.json", "[]"),
        ("package-lock.json", "7"),
        ("pnpm-lock.yaml", "a: [b"),
    ];
    for (name, text) in rows {
        assert!(Manifest::parse(name, text.as_bytes()).is_err(), "{name}");
    }
    let many: String = (0..50_000).map(|number| format!("p{number}==1.0\n")).collect();
    assert!(matches!(Manifest::parse("requirements.txt", many.as_bytes()), Err(ManifestError::TooMany(_))));
    let deep = "{\"dependencies\":{\"a\":".repeat(100) + "{\"version\":\"1.0.0\"}" + &"}}".repeat(100);
    assert!(Manifest::parse("package-lock.json", deep.as_bytes()).is_err() || unread("package-lock.json", &deep) > 0);
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_read(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        text in "[a-z@:/\"'\\[\\]{}#=<>~!,. \n-]{0,200}",
        name in prop::sample::select(vec!["requirements.txt", "pyproject.toml", "uv.lock", "package.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock"]),
    ) {
        prop_assert!(ManifestKind::of_name(name).is_some());
        let _ = Manifest::parse(name, &bytes);
        if let Ok(manifest) = Manifest::parse(name, text.as_bytes()) {
            prop_assert!(manifest.dependencies.iter().all(|one| one.requirement.to_string().chars().count() <= 200));
        }
    }
}

#[test]
fn a_lock_file_says_which_versions_and_a_manifest_beside_it_what_is_direct() {
    let told = |files: &[(&str, &str)]| -> (Vec<String>, bool) {
        let manifests = files.iter().map(|(name, text)| Manifest::parse(name, text.as_bytes()).expect("a manifest"));
        let project = super::Project::of(manifests.collect());
        let line = |one: &super::Dependency| {
            format!("{}{} {}", if one.is_direct { "" } else { "!" }, one.name, one.requirement)
        };
        (project.dependencies.iter().map(line).collect(), !project.locked.is_empty())
    };
    let manifest =
        ("package.json", r#"{"dependencies": {"a": "^1.0.0", "b": "2.0.0", "own": "git+https://git.example/o.git"}}"#);
    let old_lock = (
        "package-lock.json",
        r#"{"dependencies": {"a": {"version": "1.3.0", "dependencies": {"c": {"version": "0.1.0"}}}, "b": {"version": "2.0.1"}}}"#,
    );
    let new_lock = (
        "package-lock.json",
        r#"{"packages": {"": {"dependencies": {"a": "^1"}}, "node_modules/a": {"version": "1.3.0"}, "node_modules/c": {"version": "0.1.0"},
            "node_modules/c/node_modules/a": {"version": "0.9.0"}}}"#,
    );
    let python = ("pyproject.toml", "[project]\nname = 'x'\ndependencies = ['Flask>=2', 'other']\n");
    let poetry = (
        "poetry.lock",
        "[[package]]\nname = 'flask'\nversion = '2.3.0'\n[[package]]\nname = 'jinja2'\nversion = '3.1.0'\n",
    );
    let place = "git+https://git.example/o.git";
    type Row<'a> = (&'a [(&'a str, &'a str)], Vec<String>, bool);
    let rows: [Row<'_>; 4] = [
        (&[manifest], vec!["a ^1.0.0".into(), "b 2.0.0".into(), format!("own {place}")], false),
        // The manifest and the lock file contradict each other about `b`.
        (
            &[manifest, old_lock],
            vec!["a 1.3.0".into(), "b 2.0.0".into(), "b 2.0.1".into(), "!c 0.1.0".into(), format!("own {place}")],
            true,
        ),
        // What is nested is not what the project names.
        (&[new_lock], vec!["!a 0.9.0".into(), "a 1.3.0".into(), "!c 0.1.0".into()], true),
        (&[poetry, python], vec!["flask 2.3.0".into(), "!jinja2 3.1.0".into(), "other ".into()], true),
    ];
    for (files, expected, is_locked) in rows {
        assert_eq!(told(files), (expected, is_locked), "{files:?}");
    }
}

#[test]
fn what_a_release_needs_is_read_without_its_extras() {
    use crate::package::PackageRegistry::{Npm, Pypi};
    let told = |found: Vec<super::Dependency>| -> Vec<String> {
        found.iter().map(|one| format!("{} {}", one.name, one.requirement)).collect()
    };
    let python = ["Idna (<4,>=2.5)", "PySocks!=1.5.7 ; extra == 'socks'", "win32 ; sys_platform == 'win32'", "???"];
    let found = Manifest::of_metadata(Pypi, python.map(|line| (line, "")));
    assert_eq!(told(found), ["idna <4,>=2.5", "win32 "]);
    let found = Manifest::of_metadata(Npm, [("b", "npm:c@^1.0.0"), ("a", "~2"), ("../up", "1")]);
    assert_eq!(told(found), ["a ~2", "c ^1.0.0"]);
}
