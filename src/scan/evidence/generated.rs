//! Files of a package that its source need not have, because a build makes them; each with the
//! reason, which a reader can check.

/// Folders in which builds put what they make of the source.
const BUILT_FOLDERS: &[&str] = &[
    "build",
    "builds",
    "bundles",
    "cjs",
    "commonjs",
    "compiled",
    "dist",
    "dist-cjs",
    "dist-es",
    "dist-esm",
    "dist-types",
    "es",
    "es5",
    "es6",
    "es2015",
    "esm",
    "esnext",
    "fesm2015",
    "fesm2020",
    "fesm2022",
    "generated",
    "lib",
    "lib-esm",
    "module",
    "modules",
    "out",
    "output",
    "release",
    "types",
    "typings",
    "umd",
];

/// Endings of files that only a build makes.
const BUILT_ENDINGS: &[&str] =
    &[".min.js", ".min.mjs", ".map", ".d.ts", ".d.mts", ".d.cts", ".tsbuildinfo", ".bundle.js"];

/// Names under which builds of Python packages write down the version.
const VERSION_FILES: &[&str] = &[
    "_version.py",
    "__version__.py",
    "version.py",
    "_scm_version.py",
    "versioninfo.py",
    "__config__.py",
    "_build_info.py",
    "build_info.py",
    "_buildinfo.py",
];

/// Sources of compiled modules.
const COMPILED_SOURCES: &[&str] =
    &[".pyx", ".c", ".cc", ".cpp", ".cxx", ".rs", ".f", ".f90", ".cu", ".m", ".mm", ".go", ".zig", ".i", ".swg"];

/// Says why a file of a wheel need not be in the source of the same release; nothing where it
/// should be. `source` has the paths of the source.
pub(in crate::scan) fn generated_in_wheel<'a>(
    path: &str,
    mut source: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let first = path.split('/').next().unwrap_or(path);
    if first.ends_with(".dist-info") || first.ends_with(".egg-info") {
        return Some("metadata is written when the wheel is built");
    }
    if VERSION_FILES.contains(&name) {
        return Some("the version is written when the wheel is built");
    }
    if first.ends_with(".libs") || path.split('/').any(|folder| folder == ".dylibs" || folder.ends_with(".libs")) {
        return Some("libraries that the compiled modules need are added when the wheel is built");
    }
    let is_compiled =
        [".so", ".pyd", ".dll", ".dylib"].iter().any(|ending| name.ends_with(ending)) || name.contains(".so.");
    if is_compiled {
        let has_source = source.any(|path| COMPILED_SOURCES.iter().any(|ending| path.ends_with(ending)));
        return has_source.then_some("the module is compiled of sources that the source distribution has");
    }
    // `x.py` of `x.py.in`, `x.py.j2`, `x.pyi.tpl`; `x_pb2.py` of `x.proto`; `x.py` of `x.pyx.in`.
    let stem = name.split('.').next().unwrap_or(name);
    let proto = stem.strip_suffix("_pb2_grpc").or_else(|| stem.strip_suffix("_pb2"));
    let is_template = |path: &str| {
        let other = path.rsplit('/').next().unwrap_or(path);
        let rest = other.strip_prefix(stem);
        rest.is_some_and(|rest| {
            [".in", ".j2", ".jinja", ".jinja2", ".tpl", ".template", ".mako"].iter().any(|end| rest.ends_with(end))
        }) || proto.is_some_and(|proto| other.strip_suffix(".proto") == Some(proto))
    };
    source.any(is_template).then_some("it is made of a template that the source distribution has")
}

/// Says why a file of a package need not be in its repository; nothing where it should be.
pub(in crate::scan) fn generated_for_release(path: &str) -> Option<&'static str> {
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    if BUILT_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        return Some("only a build makes files of this kind");
    }
    if VERSION_FILES.contains(&name) {
        return Some("the version is written when the release is made");
    }
    let folder = folders.split('/').find(|folder| BUILT_FOLDERS.contains(folder));
    if folder.is_some() {
        return Some("it lies in a folder in which builds put what they make of the source");
    }
    let is_metadata =
        folders.split('/').next().is_some_and(|first| first.ends_with(".dist-info") || first.ends_with(".egg-info"));
    (is_metadata || matches!(name, "pkg-info" | "setup.cfg")).then_some("metadata is written when the release is made")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_build_makes_need_not_be_in_the_source() {
        let sources = ["setup.py", "demo/_speed.pyx", "demo/table.py.in", "demo/wire.proto"];
        let rows = [
            ("demo-1.0.dist-info/METADATA", true),
            ("demo/_version.py", true),
            ("demo/_speed.cpython-312-x86_64-linux-gnu.so", true),
            ("demo.libs/libz.so.1", true),
            ("demo/table.py", true),
            ("demo/wire_pb2.py", true),
            ("demo/extra.py", false),
            ("demo.pth", false),
        ];
        for (path, expected) in rows {
            assert_eq!(generated_in_wheel(path, sources.into_iter()).is_some(), expected, "{path}");
        }
        assert_eq!(generated_in_wheel("demo/_speed.so", ["setup.py"].into_iter()), None);
        for (path, expected) in [
            ("dist/index.js", true),
            ("index.min.js", true),
            ("index.d.ts", true),
            ("src/index.js", false),
            ("setup.js", false),
            ("package.json", false),
        ] {
            assert_eq!(generated_for_release(path).is_some(), expected, "{path}");
        }
    }
}
