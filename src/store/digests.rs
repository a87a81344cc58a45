//! The digests under which a bundle can be asked for.

use crate::recipe::{Covers, FileMode, HashRecipe, RecipeDigest, RecipeFile, compute_all};
use crate::skill::{FileContent, SkillBundle};

/// The number of the set of recipes that [`recipe_digests`] computes. It grows whenever a
/// recipe is added or computes something else, and bundles of an older set are hashed again.
pub(super) const RECIPE_SET: i64 = 1;

/// Computes the digests of a bundle that are stored beside its content hash and its root
/// digest.
///
/// Where a file was not read, nobody knows the digest of the whole, and a digest of the rest
/// would be that of another skill: only those of SKILL.md are computed.
pub fn recipe_digests(bundle: &SkillBundle) -> Vec<RecipeDigest> {
    let files: Vec<RecipeFile<'_>> = bundle
        .files
        .iter()
        .map(|file| {
            let (bytes, mode) = match &file.content {
                FileContent::Symlink(target) => (target.as_bytes(), FileMode::Link),
                FileContent::Bytes(bytes) if file.is_executable => (bytes.as_slice(), FileMode::Executable),
                FileContent::Bytes(bytes) => (bytes.as_slice(), FileMode::Regular),
            };
            RecipeFile::hashed(file.path.as_str(), bytes, mode, file.sha256)
        })
        .collect();
    let is_complete = bundle.is_complete();
    let digests: Vec<RecipeDigest> = if is_complete {
        compute_all(&files)
    } else {
        let recipes = HashRecipe::ALL.into_iter().filter(|recipe| recipe.covers() == Covers::SkillMd);
        recipes.filter_map(|recipe| recipe.compute(&files)).collect()
    };
    let mut kept: Vec<RecipeDigest> = Vec::with_capacity(digests.len());
    for digest in digests {
        // The plainer recipe stands first, and a match of it says more.
        let is_plainer_known = digest.value == bundle.content_hash.into()
            || (is_complete && digest.value == bundle.package_hash.into())
            || kept.iter().any(|known| known.value == digest.value);
        if !is_plainer_known {
            kept.push(digest);
        }
    }
    kept
}
