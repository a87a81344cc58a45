use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::{Covers, FileMode, HashRecipe, HeldDigest, RecipeDigest, RecipeFile, compute_all};

/// Paths that no recipe leaves out, with bytes. Names have no extension and folders have one,
/// so that no name is both.
fn bundles() -> impl Strategy<Value = BTreeMap<String, Vec<u8>>> {
    let path = "([a-zA-Z0-9_é-]{1,4}[.]d/){0,2}[a-zA-Z0-9é_-]{1,6}";
    prop::collection::btree_map(path, prop::collection::vec(any::<u8>(), 1..40), 1..8)
}

fn files(bundle: &BTreeMap<String, Vec<u8>>) -> Vec<RecipeFile<'_>> {
    bundle.iter().map(|(path, bytes)| RecipeFile::new(path, bytes, FileMode::Regular)).collect()
}

proptest! {
    #[test]
    fn the_order_of_the_files_does_not_matter(bundle in bundles(), seed in any::<prop::sample::Index>()) {
        let mut files = files(&bundle);
        let digests = compute_all(&files);
        let middle = seed.index(files.len());
        files.rotate_left(middle);
        prop_assert_eq!(&compute_all(&files), &digests);
        files.reverse();
        prop_assert_eq!(&compute_all(&files), &digests);
        for digest in digests {
            prop_assert_eq!(digest.recipe.compute(&files), Some(digest));
        }
    }

    #[test]
    fn a_changed_byte_changes_every_digest_of_the_whole_bundle(
        bundle in bundles(), at in any::<prop::sample::Index>(), inside in any::<prop::sample::Index>(), bit in 0u8..8,
    ) {
        let mut changed = bundle.clone();
        let bytes = changed.values_mut().nth(at.index(bundle.len())).expect("there is one");
        let place = inside.index(bytes.len());
        bytes[place] ^= 1 << bit;
        // A change of a line end alone is what the normalised recipe is made not to see.
        let is_line_end = bundle.values().chain(changed.values()).any(|bytes| bytes.contains(&b'\r'));
        for recipe in HashRecipe::ALL.into_iter().filter(|recipe| recipe.covers() == Covers::WholeBundle) {
            if recipe != HashRecipe::RootDigestV1Lf || !is_line_end {
                prop_assert_ne!(recipe.compute(&files(&bundle)), recipe.compute(&files(&changed)), "{}", recipe);
            }
        }
    }

    #[test]
    fn an_execute_bit_changes_the_digests_that_see_it(bundle in bundles()) {
        let plain = files(&bundle);
        let mut marked = plain.clone();
        marked[0] = RecipeFile::hashed(plain[0].path(), plain[0].bytes(), FileMode::Executable, plain[0].sha256());
        for recipe in HashRecipe::ALL {
            let sees_it = matches!(recipe, HashRecipe::RootDigestV1 | HashRecipe::GitTree);
            prop_assert_eq!(recipe.compute(&plain) != recipe.compute(&marked), sees_it, "{}", recipe);
        }
    }

    #[test]
    fn a_digest_as_its_tool_writes_it_is_read_back(bytes in any::<[u8; 32]>()) {
        let content = bytes.to_vec();
        for digest in compute_all(&[RecipeFile::new("SKILL.md", &content, FileMode::Regular)]) {
            let held = HeldDigest::parse(&digest.to_string()).expect("it is a digest");
            prop_assert_eq!(held.value(), digest.value);
            prop_assert!(held.recipes().any(|recipe| recipe == digest.recipe));
        }
    }

    #[test]
    fn any_text_and_any_file_is_read_without_a_panic(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = HeldDigest::parse(&text);
        let block = format!("---\n{text}\n---\nx");
        for content in [text.as_bytes(), &bytes, block.as_bytes()] {
            let digests: Vec<RecipeDigest> = compute_all(&[RecipeFile::new("SKILL.md", content, FileMode::Regular)]);
            prop_assert!(digests.len() >= HashRecipe::ALL.len() - 1);
        }
    }
}
