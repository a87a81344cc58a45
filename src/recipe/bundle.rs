//! What each recipe does with the files of a skill.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::catalogue::HashRecipe;
use super::digest::{DigestValue, RecipeDigest};
use super::file::{FileMode, RecipeFile, normalise_line_ends};
use super::{git_tree, instructions, locale_order};
use crate::skill::{Sha256Digest, root_digest};

impl HashRecipe {
    /// Computes the digest of a skill's files, whatever order they come in; of files with one
    /// path, the last counts. What a recipe leaves out it leaves out here as well.
    ///
    /// `None` where a recipe for SKILL.md finds none, or none that it can read.
    pub fn compute(self, files: &[RecipeFile<'_>]) -> Option<RecipeDigest> {
        Bundle::new(files).compute(self)
    }
}

/// Computes the digests of all recipes that say something of these files.
pub fn compute_all(files: &[RecipeFile<'_>]) -> Vec<RecipeDigest> {
    let bundle = Bundle::new(files);
    HashRecipe::ALL.into_iter().filter_map(|recipe| bundle.compute(recipe)).collect()
}

/// The files in the orders that recipes ask for.
struct Bundle<'f, 'a> {
    /// Everything, in byte order of the paths.
    all: Vec<&'f RecipeFile<'a>>,
    /// Regular files, in byte order of the paths.
    regular: Vec<&'f RecipeFile<'a>>,
    /// Regular files, in the order of `localeCompare`.
    by_locale: OnceCell<Vec<&'f RecipeFile<'a>>>,
}

impl<'f, 'a> Bundle<'f, 'a> {
    fn new(files: &'f [RecipeFile<'a>]) -> Self {
        let by_path: BTreeMap<&str, &RecipeFile<'a>> = files
            .iter()
            .filter(|file| !file.parts().any(|part| part == ".git"))
            .map(|file| (file.path(), file))
            .collect();
        let all: Vec<_> = by_path.into_values().collect();
        let regular = all.iter().copied().filter(|file| file.mode() != FileMode::Link).collect();
        Self { all, regular, by_locale: OnceCell::new() }
    }

    fn compute(&self, recipe: HashRecipe) -> Option<RecipeDigest> {
        let value = match recipe {
            HashRecipe::SkillMd => instructions::find(&self.regular)?.sha256().into(),
            HashRecipe::SkillMdLf => sha256(&normalise_line_ends(instructions::find(&self.regular)?.bytes())),
            HashRecipe::SkillMdSourceKeysRemoved => {
                let file = instructions::find(&self.regular)?;
                match instructions::without_source_keys(file.bytes()) {
                    Some(bytes) => sha256(&bytes),
                    None => file.sha256().into(),
                }
            }
            HashRecipe::SkillMdCanonical => {
                sha256(&instructions::canonical(instructions::find(&self.regular)?.bytes())?)
            }
            HashRecipe::RootDigestV1 => root_digest(self.rooted().map(|file| {
                (file.path(), file.sha256(), file.bytes().len() as u64, file.mode() == FileMode::Executable)
            }))
            .into(),
            HashRecipe::RootDigestV1Lf => root_digest(self.rooted().map(|file| {
                let bytes = normalise_line_ends(file.bytes());
                let is_changed = bytes.len() != file.bytes().len();
                let digest = if is_changed { Sha256Digest::of(&bytes) } else { file.sha256() };
                (file.path(), digest, bytes.len() as u64, false)
            }))
            .into(),
            HashRecipe::SkillsLock => {
                paths_and_contents(self.by_locale().iter().filter(|file| recipe.covers_path(file.path())))
            }
            HashRecipe::ApmContent => {
                paths_and_contents(self.regular.iter().filter(|file| recipe.covers_path(file.path())))
            }
            HashRecipe::GitTree => DigestValue::Sha1(git_tree::tree_id(&self.all)),
            HashRecipe::ClawhubFingerprint => {
                joined(self.by_locale().iter().filter(|file| recipe.covers_path(file.path())), |file| {
                    format!("{}:{}", file.path(), file.sha256().to_hex())
                })
            }
            HashRecipe::ClawhubGithubFolder => joined(self.by_locale().iter(), |file| {
                format!("{}\0{}\0{}", file.path(), file.bytes().len(), file.sha256().to_hex())
            }),
            HashRecipe::OmsRoot => self.oms_root(),
            HashRecipe::Fastskill => {
                let mut hasher = Sha256::new();
                for file in &self.regular {
                    for field in [file.path().as_bytes(), file.bytes()] {
                        hasher.update((field.len() as u64).to_le_bytes());
                        hasher.update(field);
                    }
                }
                DigestValue::Sha256(hasher.finalize().into())
            }
            HashRecipe::Agentskills358 => {
                let mut hasher = Sha256::new();
                for file in &self.regular {
                    hasher.update(format!("{}\0{}\n", file.path(), file.sha256().to_hex()));
                }
                DigestValue::Sha256(hasher.finalize().into())
            }
        };
        Some(RecipeDigest { recipe, value })
    }

    fn by_locale(&self) -> &[&'f RecipeFile<'a>] {
        self.by_locale.get_or_init(|| {
            let mut files = self.regular.clone();
            files.sort_by(|left, right| locale_order::compare(left.path(), right.path()));
            files
        })
    }

    /// The files of a root digest: all but what lies in, or is called, `.sigildex`.
    fn rooted(&self) -> impl Iterator<Item = &&'f RecipeFile<'a>> {
        self.regular.iter().filter(|file| HashRecipe::RootDigestV1.covers_path(file.path()))
    }

    /// Concatenated digests in the order of Python's `PurePosixPath`, which compares part by
    /// part (model_signing, manifest.py). Left out are the signature and, at the root only,
    /// what belongs to git and GitHub.
    fn oms_root(&self) -> DigestValue {
        let mut files: Vec<_> =
            self.regular.iter().filter(|file| HashRecipe::OmsRoot.covers_path(file.path())).collect();
        files.sort_by(|left, right| left.parts().cmp(right.parts()));
        let mut hasher = Sha256::new();
        for file in files {
            hasher.update(file.sha256().as_bytes());
        }
        DigestValue::Sha256(hasher.finalize().into())
    }
}

fn sha256(bytes: &[u8]) -> DigestValue {
    Sha256Digest::of(bytes).into()
}

/// Paths and contents without anything between them.
fn paths_and_contents<'f, 'a: 'f>(files: impl Iterator<Item = &'f &'f RecipeFile<'a>>) -> DigestValue {
    let mut hasher = Sha256::new();
    for file in files {
        hasher.update(file.path());
        hasher.update(file.bytes());
    }
    DigestValue::Sha256(hasher.finalize().into())
}

/// Lines with line feeds between them, none after the last.
fn joined<'f, 'a: 'f>(
    files: impl Iterator<Item = &'f &'f RecipeFile<'a>>,
    line: impl Fn(&RecipeFile<'a>) -> String,
) -> DigestValue {
    let lines: Vec<String> = files.map(|file| line(file)).collect();
    sha256(lines.join("\n").as_bytes())
}
