//! Which repository a package says it was made of.

use serde_json::Value;

use crate::package::{FileSet, PackageRegistry, PackageSpec};

/// Bytes of a manifest that are read.
const MANIFEST_BYTES: usize = 1024 * 1024;

/// The repository that a package names. Nothing vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRepository {
    /// Its address, in a form that a source has: `https://` or `github:`; not checked.
    pub address: String,
}

impl NamedRepository {
    /// Lists the tags under which projects release a version, the most usual first.
    pub fn tags(spec: &PackageSpec) -> Vec<String> {
        let Some(version) = &spec.version else { return Vec::new() };
        let name = spec.name.as_str();
        let short = name.rsplit('/').next().unwrap_or(name);
        vec![
            format!("v{version}"),
            version.to_string(),
            format!("{name}@{version}"),
            format!("{short}-v{version}"),
            format!("{short}-{version}"),
            format!("release-{version}"),
        ]
    }
}

/// Reads which repository a package names: `repository` of package.json, the URLs of the project
/// in the metadata of PyPI.
pub fn named_repository(registry: PackageRegistry, sets: &[&FileSet]) -> Option<NamedRepository> {
    let address = match registry {
        PackageRegistry::Npm => sets.iter().find_map(|set| of_manifest(set.bytes("package.json")?)),
        PackageRegistry::Pypi => sets.iter().find_map(|set| {
            let is_metadata = |path: &str| {
                path == "PKG-INFO" || path.ends_with(".dist-info/METADATA") && path.matches('/').count() == 1
            };
            let path = set.files.iter().map(|file| file.path.as_str()).find(|path| is_metadata(path))?;
            of_metadata(set.bytes(path)?)
        }),
    }?;
    normal(&address).map(|address| NamedRepository { address })
}

fn of_manifest(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.get(..MANIFEST_BYTES).unwrap_or(bytes);
    let manifest: Value = serde_json::from_slice(bytes).ok()?;
    let repository = manifest.get("repository")?;
    repository.as_str().or_else(|| repository.get("url")?.as_str()).map(str::to_owned)
}

/// Takes the URL that is said to be that of the source, else any of a host of repositories.
fn of_metadata(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes.get(..MANIFEST_BYTES).unwrap_or(bytes));
    let mut found: Option<(u8, String)> = None;
    // The headers end at the first empty line.
    for line in text.lines().take_while(|line| !line.is_empty()) {
        let (label, url) = match line.split_once(": ") {
            Some(("Project-URL", rest)) => match rest.split_once(',') {
                Some((label, url)) => (label.trim().to_ascii_lowercase(), url.trim()),
                None => continue,
            },
            Some(("Home-page", url)) => ("homepage".to_owned(), url.trim()),
            _ => continue,
        };
        let rank = match label.as_str() {
            "source" | "source code" | "repository" | "sources" => 0,
            "code" | "github" | "gitlab" => 1,
            "homepage" | "home" => 2,
            _ => continue,
        };
        let is_host =
            ["github.com/", "gitlab.com/", "codeberg.org/", "bitbucket.org/"].iter().any(|host| url.contains(host));
        if (rank < 2 || is_host || url.ends_with(".git")) && found.as_ref().is_none_or(|(known, _)| rank < *known) {
            found = Some((rank, url.to_owned()));
        }
    }
    found.map(|(_, url)| url)
}

/// Brings an address into a form that a source has; nothing where it has none.
fn normal(address: &str) -> Option<String> {
    let address = address.trim();
    let address = address.strip_prefix("git+").unwrap_or(address);
    let address = address.split(['#', '?']).next().unwrap_or(address);
    // `git@host:owner/name.git`, `ssh://git@host/owner/name.git`, `git://host/owner/name.git`.
    let ssh = address.strip_prefix("ssh://").unwrap_or(address).strip_prefix("git@");
    let rest = match (address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")), ssh) {
        (Some(rest), _) => rest.to_owned(),
        (None, Some(ssh)) => ssh.replacen(':', "/", 1),
        (None, None) => match address.strip_prefix("git://") {
            Some(rest) => rest.to_owned(),
            None => {
                // `github:owner/name` and `owner/name`, the short forms of npm.
                let short = address.strip_prefix("github:").unwrap_or(address);
                let is_short =
                    short.matches('/').count() == 1 && !short.contains([':', '@', ' ']) && !short.starts_with('.');
                return is_short.then(|| format!("github:{}", short.trim_end_matches(".git")));
            }
        },
    };
    let rest = rest.rsplit_once('@').map_or(rest.as_str(), |(_, rest)| rest);
    let mut parts = rest.split('/').filter(|part| !part.is_empty());
    let (host, owner, name) = (parts.next()?, parts.next()?, parts.next()?);
    // `…/tree/main/packages/x` is a page about a folder of the repository.
    let name = name.trim_end_matches(".git");
    (!name.is_empty()).then(|| format!("https://{host}/{owner}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skill::{FileContent, RawFile};

    fn set(path: &str, text: &str) -> FileSet {
        let content = FileContent::Bytes(text.as_bytes().to_vec());
        FileSet { files: vec![RawFile { path: path.to_owned(), content, is_executable: false }], unread: Vec::new() }
    }

    #[test]
    fn a_package_names_its_repository_in_many_ways() {
        let rows = [
            (r#"{"repository": "acme/demo"}"#, Some("github:acme/demo")),
            (r#"{"repository": "github:acme/demo"}"#, Some("github:acme/demo")),
            (
                r#"{"repository": {"url": "git+https://git.example/acme/demo.git"}}"#,
                Some("https://git.example/acme/demo"),
            ),
            (r#"{"repository": {"url": "git@git.example:acme/demo.git"}}"#, Some("https://git.example/acme/demo")),
            (
                r#"{"repository": {"url": "git+ssh://git@git.example/acme/demo.git#v1"}}"#,
                Some("https://git.example/acme/demo"),
            ),
            (r#"{"repository": {"url": "git://git.example/acme/demo"}}"#, Some("https://git.example/acme/demo")),
            (
                r#"{"repository": "https://user:secret@git.example/acme/demo/tree/main/x"}"#,
                Some("https://git.example/acme/demo"),
            ),
            (r#"{"repository": "../demo"}"#, None),
            (r#"{"repository": 7}"#, None),
            (r#"{}"#, None),
        ];
        for (manifest, expected) in rows {
            let set = set("package.json", manifest);
            let found = named_repository(PackageRegistry::Npm, &[&set]);
            assert_eq!(found.map(|found| found.address).as_deref(), expected, "{manifest}");
        }
        let metadata = "Metadata-Version: 2.1\nName: demo\nHome-page: https://demo.example/\n\
            Project-URL: Documentation, https://docs.example/a/b\n\
            Project-URL: Source, https://git.example/acme/demo/\n\nProject-URL: Source, https://evil.example/a/b\n";
        for path in ["PKG-INFO", "demo-1.0.dist-info/METADATA"] {
            let found = named_repository(PackageRegistry::Pypi, &[&set(path, metadata)]);
            assert_eq!(found.map(|found| found.address).as_deref(), Some("https://git.example/acme/demo"));
        }
    }
}
