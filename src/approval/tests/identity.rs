//! What makes a digest another one, and what does not.

use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::Place;
use crate::approval::measure;

/// Paths, each with bytes and whether it is executable.
type Files = BTreeMap<String, (Vec<u8>, bool)>;

fn write(files: impl IntoIterator<Item = (String, (Vec<u8>, bool))>) -> Place {
    let place = Place::new();
    for (path, (content, is_executable)) in files {
        place.file(&path, content);
        place.mode(&path, if is_executable { 0o755 } else { 0o644 });
    }
    place
}

/// The digest by the definition, from the facts alone.
fn by_definition(files: &Files) -> String {
    let mut lines = "sigildex-root-digest-v1\n".to_owned();
    for (path, (content, is_executable)) in files {
        let mark = if *is_executable { 'x' } else { '-' };
        lines += &format!("{} {} {mark} {path}\n", hex::encode(Sha256::digest(content)), content.len());
    }
    format!("sha256:{}", hex::encode(Sha256::digest(lines)))
}

/// Trees of which no two names differ by case alone, and no file has the name of a folder.
fn files() -> impl Strategy<Value = Files> {
    let path = prop_oneof![
        "[a-m ._-]{0,6}[a-m]\\.md",
        "[n-z]{1,3}/[a-z]{1,8}\\.sh",
        "[n-z]{1,3}/q/[é世-]{1,3}x",
        "\\.[a-z]{1,4}\\.json"
    ];
    prop::collection::btree_map(path, (prop::collection::vec(any::<u8>(), 0..40), any::<bool>()), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_digest_is_that_of_the_definition(files in files()) {
        let place = write(files.clone());
        prop_assert_eq!(place.digest(), by_definition(&files));
    }

    #[test]
    fn the_order_in_which_files_came_to_be_does_not_matter(files in files()) {
        let forward = write(files.clone());
        let backward = write(files.into_iter().rev());
        prop_assert_eq!(forward.measured(), backward.measured());
    }

    #[test]
    fn any_byte_bit_or_name_that_changes_makes_another_digest(
        files in files(), at in any::<prop::sample::Index>(), byte in any::<prop::sample::Index>(), bit in 0u8..8,
    ) {
        let place = write(files.clone());
        let before = place.digest();
        let (path, (content, is_executable)) = files.iter().nth(at.index(files.len())).expect("a file");

        place.mode(path, if *is_executable { 0o644 } else { 0o744 });
        prop_assert_ne!(place.digest(), before.clone(), "the execute bit");
        place.mode(path, if *is_executable { 0o755 } else { 0o644 });
        prop_assert_eq!(place.digest(), before.clone());

        let mut changed = content.clone();
        if changed.is_empty() {
            changed.push(0);
        } else {
            changed[byte.index(content.len())] ^= 1 << bit;
        }
        fs::write(place.at(path), changed).expect("a file");
        prop_assert_ne!(place.digest(), before.clone(), "a bit of the content");
        fs::write(place.at(path), content).expect("a file");
        prop_assert_eq!(place.digest(), before.clone());

        fs::rename(place.at(path), place.at(&format!("{path}_"))).expect("renamed");
        prop_assert_ne!(place.digest(), before.clone(), "the name");
        fs::remove_file(place.at(&format!("{path}_"))).expect("removed");
        prop_assert_ne!(place.digest(), before, "a file is gone");
    }

    #[test]
    fn other_bits_of_the_mode_do_not_count(mode in 0u32..0o1000) {
        let place = Place::skill();
        place.file("x", "x");
        place.mode("x", 0o644 | mode & 0o111);
        let before = place.digest();
        place.mode("x", mode | 0o400);
        prop_assert_eq!(place.digest(), before);
    }
}

#[test]
fn hashing_on_all_cores_gives_the_same() {
    let place = Place::skill();
    // Large enough that the files of one folder are spread over the cores.
    (0..24_u8).for_each(|index| place.file(&format!("data/{index}.bin"), vec![index; 200_000]));
    let files: Files = (0..24_u8)
        .map(|index| (format!("data/{index}.bin"), (vec![index; 200_000], false)))
        .chain([("SKILL.md".to_owned(), (super::SKILL.into(), false))])
        .collect();
    let spread = place.digest();
    assert_eq!(spread, by_definition(&files));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let alone = pool.install(|| measure(place.path())).expect("the folder is measured");
    assert_eq!(alone, place.measured());
}
