//! Compares what is installed with what a lockfile records of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::report::{BytesStatus, ComparedDigest, FileChanges};
use crate::api::InspectResponse;
use crate::approval::{Keep, MeasuredFolder, RecordedPath, measure_keeping};
use crate::lockfile::{LockfileKind, PlacePath, Recorded, RecordedDigest};
use crate::recipe::{
    FileMode, HashRecipe, RecipeFile, Weakness, instructions_before_gh, normalise_line_ends, without_source_keys,
};
use crate::skill::Sha256Digest;

/// What comparing gave.
pub(super) struct Compared {
    pub status: BytesStatus,
    pub error: Option<String>,
    pub recorded: Vec<ComparedDigest>,
    pub changes: Option<FileChanges>,
}

/// Compares a measured folder with what is recorded of it.
pub(super) fn compare(recorded: &Recorded, kind: LockfileKind, folder: &MeasuredFolder) -> Compared {
    match recorded {
        Recorded::Nothing(reason) => Compared {
            status: BytesStatus::NotRecorded,
            error: Some((*reason).to_owned()),
            recorded: Vec::new(),
            changes: None,
        },
        Recorded::Files { files, inner, .. } => {
            let mut compared = of_files(compare_files(files, inner, &contents_of(folder)));
            if compared.status == BytesStatus::Match && folder.holds_records() {
                (compared.status, compared.error) = (BytesStatus::Ambiguous, Some(BESIDE_RECORDS.to_owned()));
            }
            compared
        }
        Recorded::Folder(digests) => {
            let compared: Vec<_> = digests.iter().map(|digest| compare_digest(digest, folder)).collect();
            let is_match = compared.iter().all(|digest| digest.matches);
            let (status, error) = match (is_match, kind) {
                (true, _) if folder.holds_records() && digests.iter().any(covers_records) => {
                    (BytesStatus::Ambiguous, Some(BESIDE_RECORDS.to_owned()))
                }
                (true, _) => (BytesStatus::Match, None),
                // The tree is that of the bytes from before `gh` wrote the frontmatter anew.
                (false, LockfileKind::GitHub) => (BytesStatus::Ambiguous, Some(AFTER_GH.to_owned())),
                (false, _) => (BytesStatus::Drift, None),
            };
            Compared { status, error, recorded: compared, changes: None }
        }
    }
}

const AFTER_GH: &str = "gh wrote SKILL.md anew when it installed it, and no usual way of writing its frontmatter leads \
                        back to the recorded git tree: either it was written in another way, or a file has changed; an \
                        index that holds this tree can tell, and so can an approval (`touchmark lock`) or a pin \
                        (`touchmark pin`)";

const BESIDE_RECORDS: &str = "the folder holds `.sigildex`, which is never measured, so it cannot be told whether \
                              the recorded hash holds; move it out of the folder";

/// Tells whether a recipe covers files in `.sigildex`, which no folder here is measured with.
fn covers_records(recorded: &RecordedDigest) -> bool {
    !matches!(recorded.recipe, HashRecipe::RootDigestV1 | HashRecipe::SkillMd | HashRecipe::ClawhubFingerprint)
}

/// Makes the result of a comparison file by file.
pub(super) fn of_files(changes: FileChanges) -> Compared {
    let is_same = changes.is_empty();
    Compared {
        status: if is_same { BytesStatus::Match } else { BytesStatus::Drift },
        error: None,
        recorded: Vec::new(),
        changes: (!is_same).then_some(changes),
    }
}

fn compare_digest(recorded: &RecordedDigest, folder: &MeasuredFolder) -> ComparedDigest {
    let recipe = recorded.recipe;
    let actual = match recipe {
        HashRecipe::RootDigestV1 => Some(folder.manifest.root_digest().to_string()),
        HashRecipe::SkillMd => folder.content_hash().map(|digest| digest.to_string()),
        _ => made_by(recipe, folder, None),
    };
    let matches = |actual: &Option<String>| actual.as_deref() == Some(recorded.digest.as_str());
    // What `gh` notes in SKILL.md came after the tree was made.
    let actual = match (matches(&actual), recipe, recorded.is_inside) {
        (false, HashRecipe::GitTree, true) => {
            let is_made_again = without_keys_of_gh(folder).as_ref() == Some(&recorded.digest)
                || instructions_before_gh(&recipe_files(folder, None), &recorded.digest).is_some();
            if is_made_again { Some(recorded.digest.clone()) } else { actual }
        }
        _ => actual,
    };
    let weakness = if recorded.is_inside { Some("recorded_inside") } else { recipe.weakness().map(Weakness::as_str) };
    ComparedDigest {
        key: recorded.key.clone(),
        recipe: recipe.name(),
        expected: recorded.digest.clone(),
        matches: matches(&actual),
        actual,
        strength: if weakness.is_some() { "weak" } else { recipe.strength().as_str() },
        weakness,
        proves: if recorded.is_inside { INSIDE } else { recipe.note() },
    }
}

const INSIDE: &str =
    "The digest stands inside of the folder that it is about, so whoever changes a file there can change it as well.";

/// Makes the digest of a recipe, with other bytes in the place of SKILL.md where there are some.
fn made_by(recipe: HashRecipe, folder: &MeasuredFolder, instructions: Option<&[u8]>) -> Option<String> {
    recipe.compute(&recipe_files(folder, instructions)).map(|digest| digest.to_string())
}

/// Returns the files as recipes see them.
fn recipe_files<'a>(folder: &'a MeasuredFolder, instructions: Option<&'a [u8]>) -> Vec<RecipeFile<'a>> {
    let manifest = folder.manifest.files();
    let mut contents = folder.contents().peekable();
    let has_contents = contents.peek().is_some();
    let contents: Vec<&[u8]> = contents.map(|(_, bytes)| bytes).collect();
    manifest
        .iter()
        .enumerate()
        .map(|(index, file)| {
            let path = file.path.as_str();
            let mode = if file.executable { FileMode::Executable } else { FileMode::Regular };
            match instructions.filter(|_| path == "SKILL.md") {
                Some(bytes) => RecipeFile::new(path, bytes, mode),
                None => {
                    let bytes = if has_contents { contents.get(index).copied().unwrap_or_default() } else { &[] };
                    RecipeFile::hashed(path, bytes, mode, file.sha256)
                }
            }
        })
        .collect()
}

fn without_keys_of_gh(folder: &MeasuredFolder) -> Option<String> {
    let (_, bytes) = folder.contents().find(|(file, _)| file.path.as_str() == "SKILL.md")?;
    made_by(HashRecipe::GitTree, folder, Some(&without_source_keys(bytes)?))
}

/// What became of a skill since `gh` installed it.
pub(super) enum AfterGh {
    /// SKILL.md says the same, and every other file is the same.
    Same,
    /// Something is another: these files; of other execute bits, none.
    Other(FileChanges),
}

/// Compares a folder that `gh` wrote anew with the revision of which the recorded tree is; nothing
/// where the folder moved meanwhile, or the index shows another SKILL.md than it hashed.
///
/// The tree tells by itself whether that SKILL.md is the one from before: nobody has to believe
/// the index.
pub(super) fn decide_after_gh(
    folder: &Path,
    root_digest: Sha256Digest,
    tree: &str,
    skill: &InspectResponse,
) -> Option<AfterGh> {
    let measured = measure_keeping(folder, Keep::Contents).ok()?;
    let original = skill.content.as_bytes();
    let is_shown_whole = skill.pin.content_hash.as_ref() == Some(&Sha256Digest::of(original).to_string());
    if measured.manifest.root_digest() != root_digest || measured.holds_records() || !is_shown_whole {
        return None;
    }
    let canonical =
        |bytes: &[u8]| HashRecipe::SkillMdCanonical.compute(&[RecipeFile::new("SKILL.md", bytes, FileMode::Regular)]);
    let (_, own) = measured.contents().find(|(file, _)| file.path.as_str() == "SKILL.md")?;
    let says_the_same = canonical(own).is_some() && canonical(own) == canonical(original);
    if made_by(HashRecipe::GitTree, &measured, Some(original)).as_deref() == Some(tree) && says_the_same {
        return Some(AfterGh::Same);
    }
    let mut changes = FileChanges::default();
    let manifest = skill.manifest.as_ref().filter(|manifest| manifest.summary.omitted_count == 0)?;
    let before: BTreeMap<&str, Option<&str>> =
        manifest.files.iter().map(|file| (file.path.as_str(), file.sha256.as_deref())).collect();
    for file in measured.manifest.files() {
        let path = file.path.as_str();
        match before.get(path) {
            None => changes.added.push(path.to_owned()),
            Some(_) if path == "SKILL.md" && says_the_same => {}
            Some(sha256) if *sha256 != Some(file.sha256.to_string().as_str()) => changes.modified.push(path.to_owned()),
            Some(_) => {}
        }
    }
    let is_there = |path: &&&str| measured.manifest.files().iter().any(|file| file.path.as_str() == **path);
    changes.removed = before.keys().filter(|path| !is_there(path)).map(|path| (*path).to_owned()).collect();
    Some(AfterGh::Other(changes))
}

/// Returns the digest of each file, with the line ends of texts made alike.
fn contents_of(folder: &MeasuredFolder) -> BTreeMap<&RecordedPath, Sha256Digest> {
    folder
        .contents()
        .map(|(file, bytes)| {
            let normalised = normalise_line_ends(bytes);
            let is_same = normalised.len() == bytes.len();
            (&file.path, if is_same { file.sha256 } else { Sha256Digest::of(&normalised) })
        })
        .collect()
}

fn compare_files(
    recorded: &BTreeMap<PlacePath, Sha256Digest>,
    inner: &[PlacePath],
    actual: &BTreeMap<&RecordedPath, Sha256Digest>,
) -> FileChanges {
    let actual: BTreeMap<&str, Sha256Digest> = actual.iter().map(|(path, digest)| (path.as_str(), *digest)).collect();
    let mut changes = FileChanges::default();
    for (path, digest) in recorded {
        match actual.get(path.as_str()) {
            None => changes.removed.push(path.as_str().to_owned()),
            Some(found) if found != digest => changes.modified.push(path.as_str().to_owned()),
            Some(_) => {}
        }
    }
    let known: BTreeSet<&str> = recorded.keys().map(PlacePath::as_str).collect();
    let inner: BTreeSet<&str> = inner.iter().map(PlacePath::as_str).collect();
    let is_of_inner = |path: &str| path.match_indices('/').any(|(at, _)| inner.contains(&path[..at]));
    changes.added = actual
        .keys()
        .filter(|path| !known.contains(*path) && !is_of_inner(path))
        .map(|path| (*path).to_owned())
        .collect();
    changes
}
