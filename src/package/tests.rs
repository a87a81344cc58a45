//! What a name, a version and a request for a package are, by the rules of each registry.

use proptest::prelude::*;

use super::*;
use crate::skill::{FileContent, RawFile, Sha256Digest, UnreadFile};

#[test]
fn a_spec_is_read_in_every_form_and_written_in_one() {
    for (text, shown, purl) in [
        ("npm:express@4.18.2", "npm:express@4.18.2", "pkg:npm/express@4.18.2"),
        ("npm:express", "npm:express", "pkg:npm/express"),
        ("npm:@types/node@20.1.0-beta.1", "npm:@types/node@20.1.0-beta.1", "pkg:npm/%40types/node@20.1.0-beta.1"),
        ("npm:@types/node", "npm:@types/node", "pkg:npm/%40types/node"),
        ("npm:JSONStream@v1.3.5", "npm:JSONStream@1.3.5", "pkg:npm/JSONStream@1.3.5"),
        ("pypi:requests==2.31.0", "pypi:requests==2.31.0", "pkg:pypi/requests@2.31.0"),
        ("pypi:Requests@2.31.0", "pypi:requests==2.31.0", "pkg:pypi/requests@2.31.0"),
        ("pypi:Ruamel_.-YAML", "pypi:ruamel-yaml", "pkg:pypi/ruamel-yaml"),
        ("pypi:torch==2.1.0+cu118", "pypi:torch==2.1.0+cu118", "pkg:pypi/torch@2.1.0%2Bcu118"),
        ("pypi:a == V1.0-RC.1", "pypi:a==1.0rc1", "pkg:pypi/a@1.0rc1"),
        ("pkg:npm/%40types/node@20.1.0", "npm:@types/node@20.1.0", "pkg:npm/%40types/node@20.1.0"),
        ("pkg:pypi/requests@2.31.0", "pypi:requests==2.31.0", "pkg:pypi/requests@2.31.0"),
        ("pkg:PyPI/Requests", "pypi:requests", "pkg:pypi/requests"),
    ] {
        let spec = PackageSpec::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((spec.to_string().as_str(), spec.purl().as_str()), (shown, purl), "{text}");
        assert_eq!(PackageSpec::parse(&spec.to_string()), Ok(spec.clone()), "{text}");
        assert_eq!(PackageSpec::parse(&spec.purl()), Ok(spec), "{text}");
    }
}

#[test]
fn what_names_no_package_or_no_exact_version_is_refused() {
    for text in [
        "",
        "express",
        "npm:",
        "pypi:",
        "gem:rails@1.0.0",
        "NPM:express",
        "npm:express@",
        "npm:express@latest",
        "npm:express@^4.0.0",
        "npm:express@4",
        "npm:express@4.18",
        "npm:express@04.1.1",
        "npm:express@1.2.3-",
        "npm:express@1.2.3-01",
        "npm:../etc/passwd",
        "npm:.hidden@1.0.0",
        "npm:@/x",
        "npm:@a/",
        "npm:@a/b/c@1.0.0",
        "npm:@../x@1.0.0",
        "npm:@a/..@1.0.0",
        "npm:node_modules",
        "npm:a b",
        "npm:a%2fb",
        "pypi:requests>=2",
        "pypi:requests==2.*",
        "pypi:-a",
        "pypi:a-",
        "pypi:a/b",
        "pypi:réquests",
        "pypi:requests==2.31.0;x",
        "pypi:requests==",
        "pkg:npm/",
        "pkg:gem/rails",
        "pkg:npm/express@1.0.0?x=1",
        "pkg:npm/express#lib",
        "pkg:pypi/%ff",
        "npm:express\n@4.18.2",
    ] {
        assert!(PackageSpec::parse(text).is_err(), "{text:?} is {:?}", PackageSpec::parse(text));
    }
    assert!(PackageSpec::parse(&format!("npm:{}", "a".repeat(300))).is_err());
    assert!(PackageSpec::parse(&format!("npm:a@1.0.0-{}", "a".repeat(300))).is_err());
}

#[test]
fn versions_are_ordered_by_the_rules_of_their_registry() {
    // The chain of PEP 440 and that of Semantic Versioning 2.0.0, section 11.
    let pypi = [
        "1.0.dev456",
        "1.0a1",
        "1.0a2.dev456",
        "1.0a12.dev456",
        "1.0a12",
        "1.0b1.dev456",
        "1.0b2",
        "1.0b2.post345.dev456",
        "1.0b2.post345",
        "1.0rc1.dev456",
        "1.0rc1",
        "1.0",
        "1.0+abc.5",
        "1.0+abc.7",
        "1.0+5",
        "1.0.post456.dev34",
        "1.0.post456",
        "1.0.15",
        "1.1.dev1",
        "1!0.1",
    ];
    let npm = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "1.0.1",
        "1.10.0",
        "2.0.0-0",
        "2.0.0",
    ];
    for (registry, chain) in [(PackageRegistry::Pypi, &pypi[..]), (PackageRegistry::Npm, &npm[..])] {
        let versions: Vec<PackageVersion> =
            chain.iter().map(|text| PackageVersion::parse(registry, text).expect(text)).collect();
        for (left_at, left) in versions.iter().enumerate() {
            for (right_at, right) in versions.iter().enumerate() {
                assert_eq!(left.cmp(right), left_at.cmp(&right_at), "{left} and {right}");
            }
        }
    }
}

#[test]
fn versions_that_a_registry_takes_for_one_are_equal() {
    for (registry, left, right, is_equal) in [
        (PackageRegistry::Pypi, "1.0", "1.0.0", true),
        (PackageRegistry::Pypi, "1.0-1", "1.0.post1", true),
        (PackageRegistry::Pypi, "1.0.ALPHA", "1.0a0", true),
        (PackageRegistry::Pypi, "v2.0-preview3", "2rc3", true),
        (PackageRegistry::Pypi, "1.0", "1.0.1", false),
        (PackageRegistry::Pypi, "1.0+local", "1.0", false),
        (PackageRegistry::Npm, "1.0.0+a", "1.0.0+b", true),
        (PackageRegistry::Npm, "1.0.0-a", "1.0.0-A", false),
    ] {
        let parse = |text| PackageVersion::parse(registry, text).expect(text);
        assert_eq!(parse(left) == parse(right), is_equal, "{left} and {right}");
    }
}

#[test]
fn the_name_of_a_python_file_tells_kind_and_version() {
    let name = |text| PackageName::parse(PackageRegistry::Pypi, text).expect(text);
    for (file, package, expected) in [
        ("requests-2.31.0-py3-none-any.whl", "requests", Some((DistributionKind::Wheel, "2.31.0"))),
        ("requests-2.31.0.tar.gz", "requests", Some((DistributionKind::Sdist, "2.31.0"))),
        ("ruamel.yaml-0.18.5.tar.gz", "ruamel-yaml", Some((DistributionKind::Sdist, "0.18.5"))),
        ("python-dateutil-2.8.2.tar.gz", "python-dateutil", Some((DistributionKind::Sdist, "2.8.2"))),
        ("x-1.0-1-py3-none-any.whl", "x", Some((DistributionKind::Wheel, "1.0"))),
        ("old-1.0-rc1.zip", "old", Some((DistributionKind::Sdist, "1.0rc1"))),
        ("requests-2.31.0.exe", "requests", None),
        ("requests-2.31.0-py3.8.egg", "requests", None),
        ("other-2.31.0.tar.gz", "requests", None),
        ("requests-2.31.0.tar.bz2", "requests", None),
        ("requests.whl", "requests", None),
    ] {
        let found = DistributionKind::of_python_file(file, &name(package));
        let found = found.as_ref().map(|(kind, version)| (*kind, version.as_str()));
        assert_eq!(found, expected, "{file}");
    }
}

#[test]
fn bytes_count_only_with_every_digest_that_was_published() {
    let check = |bytes: &[u8], published: &[PublishedDigest]| {
        let mut check = DigestCheck::default();
        check.update(bytes);
        check.finish(published).map_err(|difference| difference.0.algorithm())
    };
    let integrity = |text: &str| PublishedDigest::of_integrity(text).expect(text);
    // Of the four bytes `abc\n`, by sha1sum, sha256sum and sha512sum.
    let sha1 = PublishedDigest::of_hex("sha1", "03cfd743661f07975fa2f1220c5194cbaff48451").expect("a digest");
    let sha512 =
        integrity("sha512-TyhdDAzHcobYcxeYt6riY54oJw1BZvQNdpy73KUjBxTYSEg9Nk4vOf5suQg8FSKbOaM2FevG1XYF98Q/aQZznQ==");
    assert_eq!(check(b"abc\n", &sha512), Ok(Sha256Digest::of(b"abc\n")));
    assert_eq!(check(b"abd\n", &sha512), Err("sha512"));
    assert_eq!(check(b"abc\n", std::slice::from_ref(&sha1)), Ok(Sha256Digest::of(b"abc\n")));
    assert_eq!(check(b"abd\n", std::slice::from_ref(&sha1)), Err("sha1"));
    let right = PublishedDigest::of_hex("sha256", &Sha256Digest::of(b"abc\n").to_hex()).expect("a digest");
    let wrong = PublishedDigest::of_hex("sha256", &Sha256Digest::of(b"x").to_hex()).expect("a digest");
    assert_eq!(check(b"abc\n", &[right, wrong]), Err("sha256"));
    for text in ["", "sha512-", "sha512-abc", "sha1-Zm9v", "md5-Zm9v", "sha512"] {
        assert_eq!(PublishedDigest::of_integrity(text), Err(IntegrityError), "{text}");
    }
    assert_eq!(PublishedDigest::of_hex("sha256", "abc"), Err(IntegrityError));
    assert!(!sha1.is_strong());
}

fn file(path: &str, content: &[u8]) -> RawFile {
    RawFile { path: path.to_owned(), content: FileContent::Bytes(content.to_vec()), is_executable: false }
}

#[test]
fn the_folder_around_a_package_is_taken_off_and_two_files_never_become_one() {
    let paths = |set: &FileSet| set.files.iter().map(|file| file.path.clone()).collect::<Vec<_>>();
    let set =
        |names: &[&str]| FileSet { files: names.iter().map(|name| file(name, b"x")).collect(), unread: Vec::new() };
    let npm = set(&["package/package.json", "package/lib/a.js"]).without_first_folder().expect("it is taken off");
    assert_eq!(paths(&npm), ["package.json", "lib/a.js"]);
    for twins in [["package/a.js", "other/a.js"], ["package/A.js", "package2/a.js"], ["a.js", "package/a.js"]] {
        assert!(set(&twins).without_first_folder().is_err(), "{twins:?}");
    }
    assert_eq!(paths(&set(&["x-1.0/setup.py", "x-1.0/x/a.py"]).without_shared_folder()), ["setup.py", "x/a.py"]);
    assert_eq!(paths(&set(&["x-1.0/setup.py", "y/a.py"]).without_shared_folder()), ["x-1.0/setup.py", "y/a.py"]);
}

#[test]
fn code_is_scanned_before_what_a_package_is_padded_with() {
    let mut files: Vec<RawFile> = (0..5_000).map(|number| file(&format!("a/{number}.png"), b"x")).collect();
    files.push(file("z/evil.py", b"x"));
    files.push(file("setup.py", b"x"));
    let set = FileSet { files, unread: Vec::new() };
    let bundle = set.clone().into_bundle("x 1.0");
    let read: Vec<&str> = bundle.raw.files.iter().map(|file| file.path.as_str()).take(3).collect();
    assert_eq!(read, ["SKILL.md", "setup.py", "z/evil.py"]);
    assert!(bundle.has_own_instructions && !bundle.raw.unread.is_empty());
    // Without the stand-in they are the same files.
    let alone = set.into_files();
    let shown = |files: &[RawFile], unread: &[UnreadFile]| format!("{files:?} {unread:?}");
    assert_eq!(shown(&alone.files, &alone.unread), shown(&bundle.raw.files[1..], &bundle.raw.unread));
}

proptest! {
    #[test]
    fn reading_never_panics_and_what_is_read_is_read_again(text in "(npm|pypi|pkg:npm/|pkg:pypi/):?[@a-zA-Z0-9._/=%+!~-]{0,40}") {
        if let Ok(spec) = PackageSpec::parse(&text) {
            prop_assert_eq!(PackageSpec::parse(&spec.to_string()), Ok(spec.clone()));
            prop_assert_eq!(PackageSpec::parse(&spec.purl()), Ok(spec));
        }
    }

    #[test]
    fn any_changed_byte_changes_the_digest_of_the_files(content in prop::collection::vec(any::<u8>(), 1..40), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let digest = |bytes: &[u8]| FileSet { files: vec![file("a", bytes)], unread: Vec::new() }.digest();
        let mut changed = content.clone();
        changed[at.index(content.len())] ^= 1 << bit;
        prop_assert_ne!(digest(&content), digest(&changed));
    }
}

/// What a registry's own reader takes: request, then versions that are in, then some that are not.
type Range<'a> = (PackageRegistry, &'a str, &'a [&'a str], &'a [&'a str]);

#[test]
fn ranges_are_read_as_each_registry_reads_them() {
    use PackageRegistry::{Npm, Pypi};
    let rows: &[Range<'_>] = &[
        (Npm, "", &["0.0.1", "9.9.9"], &["1.0.0-rc.1"]),
        (Npm, "*", &["0.0.1"], &["1.0.0-rc.1"]),
        (Npm, "^1.2.3", &["1.2.3", "1.99.0"], &["1.2.2", "2.0.0", "2.0.0-rc.1", "1.3.0-rc.1"]),
        (Npm, "^0.2.3", &["0.2.3", "0.2.9"], &["0.3.0", "0.2.2"]),
        (Npm, "^0.0.3", &["0.0.3"], &["0.0.4"]),
        (Npm, "^0.0", &["0.0.9"], &["0.1.0"]),
        (Npm, "^0", &["0.9.9"], &["1.0.0"]),
        (Npm, "^1.2.3-beta.2", &["1.2.3-beta.4", "1.2.3", "1.5.0"], &["1.2.4-beta.2", "1.2.3-beta.1"]),
        (Npm, "~1.2.3", &["1.2.3", "1.2.9"], &["1.3.0"]),
        (Npm, "~1", &["1.9.0"], &["2.0.0"]),
        (Npm, "1.2.x", &["1.2.0"], &["1.3.0"]),
        (Npm, "1", &["1.2.0"], &["2.0.0", "0.9.0"]),
        (Npm, "=1.0.0", &["1.0.0"], &["1.0.1"]),
        (Npm, ">=1.2.0 <2", &["1.2.0", "1.9.9"], &["2.0.0", "1.1.9"]),
        (Npm, ">= 1.2.0 < 2.0.0", &["1.2.0"], &["2.0.0"]),
        (Npm, ">1.2", &["1.3.0"], &["1.2.9"]),
        (Npm, "<=1.2", &["1.2.9"], &["1.3.0"]),
        (Npm, ">*", &[], &["1.0.0"]),
        (Npm, "1.2.3 - 2.3", &["1.2.3", "2.3.9"], &["2.4.0", "1.2.2"]),
        (Npm, "1.2.3 - 2.3.4", &["2.3.4"], &["2.3.5"]),
        (Npm, "^1.0.0 || ^3.0.0", &["1.5.0", "3.1.0"], &["2.0.0"]),
        (Pypi, "", &["1.0", "2.0.post1"], &["2.0rc1"]),
        (Pypi, ">=1.0,<2.0", &["1.0", "1.9.9"], &["2.0", "0.9", "1.5rc1"]),
        (Pypi, ">=2.0rc1", &["2.0rc2", "2.0"], &["2.0b1"]),
        (Pypi, "~=2.2", &["2.2", "2.9"], &["3.0", "2.1"]),
        (Pypi, "~=2.2.1", &["2.2.9"], &["2.3", "2.2.0"]),
        (Pypi, "==1.2.*", &["1.2", "1.2.9"], &["1.3"]),
        (Pypi, "!=1.2.*,>1", &["1.3"], &["1.2.5", "1"]),
        (Pypi, "==1.0.*", &["1", "1.0.4"], &["1.1"]),
        (Pypi, ">1.0, !=1.5", &["1.6"], &["1.0", "1.5"]),
        (Pypi, "<=3", &["3.0"], &["3.0.1"]),
        (Pypi, "==1!1.*", &["1!1.5"], &["1.5"]),
    ];
    for (registry, text, inside, outside) in rows {
        let request = VersionRequest::parse(*registry, text).unwrap_or_else(|| panic!("{registry} {text:?}"));
        for (versions, expected) in [(inside, true), (outside, false)] {
            for version in *versions {
                let parsed = PackageVersion::parse(*registry, version).expect("a version");
                assert_eq!(request.contains(&parsed), expected, "{registry} {text:?} {version}");
            }
        }
    }
    for (registry, text) in [
        (Npm, "latest"),
        (Npm, "1.2.3.4"),
        (Npm, "x.1"),
        (Npm, ">>1"),
        (Npm, "^"),
        (Pypi, "==x"),
        (Pypi, "~=1"),
        (Pypi, "1.0"),
        (Pypi, ">=1.*"),
    ] {
        let found = VersionRequest::parse(registry, text);
        // A sign without a version is any version, as the package `semver` has it.
        assert_eq!(found.is_some(), text == "^", "{registry} {text:?}");
    }
}
