//! `apm.lock.yaml` of APM: a digest of each package as it was fetched, and one of each file
//! as it was put where agents look.

use std::collections::{BTreeMap, BTreeSet};

use super::digest_text::{recorded, sha256, sha256_of};
use super::entry::{Entry, Lockfile, Origin, Recorded};
use super::error::LockfileError;
use super::json;
use super::kind::LockfileKind;
use super::limits;
use super::name::{PlacePath, SkillName};
use super::node::{Node, Table};
use super::source_text::github_url;
use crate::recipe::HashRecipe;
use crate::skill::Sha256Digest;

/// Versions that are read. The second only says more of where packages come from.
const VERSIONS: [&str; 2] = ["1", "2"];

/// Reads the file.
pub(super) fn parse(bytes: &[u8]) -> Result<Lockfile, LockfileError> {
    let node = json::yaml(bytes)?;
    let root = Table::of(&node, "")?;
    let version = match root.get("lockfile_version") {
        Some(Node::Whole(version)) => version.to_string(),
        _ => root.required("lockfile_version")?.to_owned(),
    };
    if !VERSIONS.contains(&version.as_str()) {
        return Err(root.wrong("lockfile_version", "is neither 1 nor 2, the versions that this program reads"));
    }
    let dependencies = match root.get("dependencies") {
        None => &[][..],
        Some(Node::List(list)) if list.len() <= limits::ENTRIES => list,
        Some(Node::List(_)) => {
            return Err(LockfileError::new("dependencies", format!("has more than {} packages", limits::ENTRIES)));
        }
        Some(_) => return Err(LockfileError::new("dependencies", "is not a list")),
    };
    let mut entries = Vec::new();
    for (index, node) in dependencies.iter().enumerate() {
        let key = format!("dependencies[{index}]");
        match Table::of(node, &key).and_then(package) {
            Ok(package) => entries.extend(package),
            Err(error) => entries.push(Err(error)),
        }
    }
    entries.extend(
        deployed(root, "local_deployed_file_hashes", &Origin::default()).unwrap_or_else(|error| vec![Err(error)]),
    );
    leave_out_inner(&mut entries);
    Ok(Lockfile { kind: LockfileKind::Apm, entries, notices: Vec::new() })
}

fn package(table: Table<'_>) -> Result<Vec<Result<Entry, LockfileError>>, LockfileError> {
    let repository = table.required("repo_url")?;
    let folder = match table.text("virtual_path")? {
        Some(path) => PlacePath::parse(path, &table.key_of("virtual_path"))?.without_instructions(),
        None => PlacePath::parse("", "")?,
    };
    let is_github = matches!(table.text("host")?, None | Some("github.com"));
    let origin = Origin {
        source_url: if is_github { github_url(repository, table.text("resolved_ref")?, &folder) } else { None },
        // Digits alone are a number to YAML; it is information, and no reason to check nothing.
        commit: table.text("resolved_commit").ok().flatten().map(str::to_owned),
        pinned: None,
    };
    let deployed = deployed(table, "deployed_file_hashes", &origin)?;
    let mut entries = Vec::new();
    if let Some(digest) = sha256(table, "content_hash")? {
        let repository = PlacePath::parse(repository, &table.key_of("repo_url"))?;
        let place = PlacePath::parse(&format!("apm_modules/{repository}/{}", folder.as_str()), "")?;
        let name = SkillName::parse(place.file_name(), &table.key_of("repo_url"))?;
        let recorded = recorded(table, "content_hash", HashRecipe::ApmContent, digest.to_string());
        entries.push(Ok(Entry {
            name,
            key: recorded.key.clone(),
            recorded: Recorded::Folder(vec![recorded]),
            places: vec![place],
            // A cache, which nobody checks in; but where nothing else is recorded of the package,
            // nothing of it is compared without it.
            is_optional: !deployed.is_empty(),
            origin: origin.clone(),
        }));
    }
    entries.extend(deployed);
    if entries.is_empty() {
        entries.push(Err(
            table.wrong("deployed_file_hashes", "is missing, and so is content_hash: no bytes are recorded")
        ));
    }
    Ok(entries)
}

/// Reads the digests of deployed files: an entry for each skill among them, and one for what
/// belongs to none, such as instructions.
fn deployed(table: Table<'_>, name: &str, origin: &Origin) -> Result<Vec<Result<Entry, LockfileError>>, LockfileError> {
    let key = table.key_of(name);
    let Some(node) = table.get(name) else { return Ok(Vec::new()) };
    let hashes = Table::of(node, &key)?;
    if hashes.len() > limits::ENTRIES * 10 {
        return Err(LockfileError::new(&key, format!("records more than {} files", limits::ENTRIES * 10)));
    }
    let mut files: BTreeMap<PlacePath, Sha256Digest> = BTreeMap::new();
    let mut entries = Vec::new();
    // What goes into the database of a program has an address instead of a path.
    for (path, node) in hashes.entries().filter(|(path, _)| !path.contains("://")) {
        let read = PlacePath::parse(path, &hashes.key_of(path))
            .and_then(|place| Ok((place, sha256_of(hashes, path, Some(node))?)));
        match read {
            Ok((place, Some(digest))) => {
                files.insert(place, digest);
            }
            Ok((_, None)) => entries.push(Err(hashes.wrong(path, "is missing"))),
            Err(error) => entries.push(Err(error)),
        }
    }
    let folders: BTreeSet<PlacePath> = files
        .keys()
        .filter(|path| path.file_name() == "SKILL.md")
        .map(|path| path.clone().without_instructions())
        .filter(|folder| !folder.as_str().is_empty())
        .collect();
    let mut of_folder: BTreeMap<Option<&PlacePath>, BTreeMap<PlacePath, Sha256Digest>> = BTreeMap::new();
    for (path, digest) in files {
        // The innermost skill, where one lies in another.
        let folder = path.folders_above().find_map(|above| folders.get(&above));
        let below = folder.and_then(|folder| path.strip_folder(folder)).unwrap_or(path.as_str());
        let below = PlacePath::parse(below, &key)?;
        of_folder.entry(folder).or_default().insert(below, digest);
    }
    for (folder, files) in of_folder {
        let name = match folder {
            Some(folder) => SkillName::parse(folder.file_name(), &key),
            None => SkillName::parse("(no skill)", &key),
        };
        let is_whole_folder = folder.is_some();
        entries.push(name.and_then(|name| {
            if files.len() > limits::FILES {
                return Err(LockfileError::new(
                    &key,
                    format!("records more than {} files of one skill", limits::FILES),
                ));
            }
            Ok(Entry {
                name,
                key: key.clone(),
                recorded: Recorded::Files { files, is_whole_folder, inner: Vec::new() },
                places: folder.cloned().into_iter().collect(),
                is_optional: false,
                // The URL of a package is that of a skill only where it is one.
                origin: if is_whole_folder && folders.len() == 1 { origin.clone() } else { Origin::default() },
            })
        }));
    }
    Ok(entries)
}

/// Notes in each skill which others lie in it: their files are theirs, and were not added to it.
fn leave_out_inner(entries: &mut [Result<Entry, LockfileError>]) {
    let is_skill = |entry: &Entry| matches!(entry.recorded, Recorded::Files { is_whole_folder: true, .. });
    let skills: BTreeSet<PlacePath> =
        entries.iter().flatten().filter(|entry| is_skill(entry)).flat_map(|entry| entry.places.clone()).collect();
    let mut of_folder: BTreeMap<PlacePath, Vec<PlacePath>> = BTreeMap::new();
    for skill in &skills {
        for above in skill.folders_above().filter(|above| skills.contains(above)) {
            let below = skill.strip_folder(&above).and_then(|below| PlacePath::parse(below, "").ok());
            of_folder.entry(above).or_default().extend(below);
        }
    }
    for entry in entries.iter_mut().flatten() {
        if let (Recorded::Files { inner, is_whole_folder: true, .. }, [place]) =
            (&mut entry.recorded, &entry.places[..])
        {
            *inner = of_folder.get(place).cloned().unwrap_or_default();
        }
    }
}
