use super::super::{Covers, FileMode, HashRecipe, HeldDigest, Strength, Weakness};
use super::{Row, computed};

const DEMO_SKILL: &[Row] = &[
    ("SKILL.md", b"---\nname: demo-skill\ndescription: Demo.\n---\nHello\n", FileMode::Regular),
    ("scripts/run.sh", b"#!/bin/sh\necho hi\n", FileMode::Executable),
];

#[test]
fn the_demo_skill_has_the_published_digests() {
    use HashRecipe::*;
    let rows = [
        (SkillMd, "sha256:1f46d38eadb444de469c4a03478e8c3a58c1a07f88a29b291d15a838b7306f4e"),
        (SkillsLock, "70b0d611e1e6bfb3ad637f8bb29e84505f467f2990082f33e89f37f272e77e58"),
        (ApmContent, "sha256:57cd2bdd7b03f1edec77c80817cf0fe1dbec58a9ac88c95151573ffd5803918f"),
        (GitTree, "c9e13b852ccbcf9a60ba6baf56c14d46a1b4daec"),
        (ClawhubFingerprint, "f9a162d83aed4e4ffd7a40e8fcdbe3d048800005d08dfc51009494ad6283fbe9"),
        (ClawhubGithubFolder, "459124537d4b900ba5ebe55f55172ee76c023dc485d53c76e6fac92e1d37754e"),
        (RootDigestV1, "sha256:32a00acb5f1de919f1398b729c211f9a6f1904e869cc1961c28b0248423af975"),
        (OmsRoot, "879599ead509595e70d08be28e5638d57458d983404d0a1e48f1b677fc95691d"),
        (Fastskill, "sha256:70b5ba1d8216e75b8c3b1171b8c2cfa6e5874065acb8f9f6ae3c3918d764b7d3"),
        (Agentskills358, "sha256-O5cABST2-t2-tzEVB6-4i-6ia6L1wAvjtc1ng7Dhq3s"),
        // Nothing is there that these would leave out.
        (SkillMdLf, "sha256:1f46d38eadb444de469c4a03478e8c3a58c1a07f88a29b291d15a838b7306f4e"),
        (SkillMdSourceKeysRemoved, "sha256:1f46d38eadb444de469c4a03478e8c3a58c1a07f88a29b291d15a838b7306f4e"),
    ];
    for (recipe, expected) in rows {
        assert_eq!(computed(recipe, DEMO_SKILL), expected, "{recipe}");
    }
}

/// A folder with everything that some tool leaves out or orders otherwise. The digests were
/// computed by `git write-tree` 2.47, by Node 20 and by Python 3 with the tools' own steps.
#[test]
fn a_folder_of_odd_names_has_the_digests_that_the_tools_compute() {
    use FileMode::{Executable, Link, Regular};
    use HashRecipe::*;
    let files: &[Row] = &[
        ("scripts/run.sh", b"x\r\ny\rz\n", Executable),
        ("SKILL.md", b"---\nname: odd\ndescription: Odd.\n---\nHi\r\n", Regular),
        ("a/b", b"1", Regular),
        ("a-b", b"2", Regular),
        ("a.b", b"3", Regular),
        ("a0", b"4", Regular),
        (".hid/x", b"5", Regular),
        ("node_modules/m/i.js", b"6", Regular),
        ("__pycache__/c.pyc", b"7", Regular),
        (".apm-pin", b"8", Regular),
        (".gitignore", b"9", Regular),
        (".github/w", b"10", Regular),
        ("skill.oms.sig", b"11", Regular),
        ("sub/node_modules/k", b"12", Regular),
        ("bin.dat", b"b\0\r\n", Regular),
        ("r\u{e9}sum\u{e9}.md", b"13", Regular),
        ("link", b"SKILL.md", Link),
    ];
    let rows = [
        (GitTree, "cd1e3083389d9776cd4a85f48b52cfe1440dce8b"),
        (SkillsLock, "23013a8b381b9e51b2d5323f21448708806783068a0d280157b2351508baf148"),
        (ApmContent, "sha256:15515ead612b2936f559d34510ba4a04fe0556f9a92a40c3e2e1e5562c0bcb7e"),
        (ClawhubFingerprint, "d3d19b0e56b6c6970bdb75639f0357f6f3db5c706c59151bd220848ac4818cbb"),
        (ClawhubGithubFolder, "47551de0d6c1a1d3e0aff69f667493a11f99df6b9069b7aa54465db46cb6864e"),
        (OmsRoot, "ec5bacf55b253944377d06730edab221fd744e0e54dc21bb2508f4b0d5b75d56"),
        (Fastskill, "sha256:089bf1e478250277922a504150fd5d81c987b728275f0717682d95a418aff6b8"),
        (Agentskills358, "sha256-hCFHT8KGW7QMbDH6pn0IPNNABeueZPOUZwyrS-_XD5g"),
        (RootDigestV1, "sha256:b887bae66b98a600f95da4ac3ee425937a326f00e11d5b5af32d32804ee1cbc4"),
        (RootDigestV1Lf, "sha256:a203bd0c43057be00f6b1f400e009122bf550a44f48b09e0bda33bf4edc5a56f"),
    ];
    for (recipe, expected) in rows {
        assert_eq!(computed(recipe, files), expected, "{recipe}");
    }
}

#[test]
fn what_no_recipe_hashes_changes_no_digest() {
    let mut files = DEMO_SKILL.to_vec();
    files.push((".git/HEAD", b"ref: refs/heads/main\n", FileMode::Regular));
    for recipe in HashRecipe::ALL {
        assert_eq!(computed(recipe, &files), computed(recipe, DEMO_SKILL), "{recipe}");
    }
    let root = HashRecipe::RootDigestV1;
    files.push((".sigildex/approvals/demo.lock.json", b"{}", FileMode::Regular));
    assert_eq!(computed(root, &files), computed(root, DEMO_SKILL));
}

/// Each pair of bundles is two skills that a weak recipe cannot tell apart.
#[test]
fn weak_recipes_collide_where_strong_ones_differ() {
    use FileMode::Regular;
    use HashRecipe::*;
    let pairs: [(&[Row], &[Row], &[HashRecipe]); 3] = [
        (
            &[("SKILL.md", b"x", Regular), ("a", b"bc", Regular)],
            &[("SKILL.md", b"x", Regular), ("ab", b"c", Regular)],
            &[SkillsLock, ApmContent],
        ),
        (
            &[("SKILL.md", b"x", Regular), ("run.sh", b"1", Regular)],
            &[("SKILL.md", b"x", Regular), ("setup.sh", b"1", Regular)],
            &[OmsRoot],
        ),
        (
            &[("SKILL.md", b"x\n", Regular), ("run.sh", b"1\r\n", Regular)],
            &[("SKILL.md", b"x\r\n", Regular), ("run.sh", b"1\n", Regular)],
            &[RootDigestV1Lf, SkillMdLf, SkillMdCanonical],
        ),
    ];
    for (left, right, colliding) in pairs {
        for recipe in HashRecipe::ALL {
            let is_equal = computed(recipe, left) == computed(recipe, right);
            if colliding.contains(&recipe) {
                assert!(is_equal, "{recipe} tells them apart");
                assert_eq!(recipe.strength(), Strength::Weak, "{recipe}");
            } else if recipe.covers() == Covers::WholeBundle {
                assert!(!is_equal, "{recipe} does not tell them apart");
            }
        }
    }
}

#[test]
fn recipes_that_read_skill_md_say_nothing_without_one() {
    let files = [super::super::RecipeFile::new("README.md", b"x", FileMode::Regular)];
    for recipe in HashRecipe::ALL {
        assert_eq!(recipe.compute(&files).is_some(), recipe.covers() == Covers::WholeBundle, "{recipe}");
    }
}

#[test]
fn names_are_stable_and_lead_back() {
    let names: Vec<_> = HashRecipe::ALL.iter().map(|recipe| recipe.name()).collect();
    assert_eq!(
        names,
        [
            "skill_md",
            "root_digest_v1",
            "fastskill",
            "agentskills_358",
            "clawhub_fingerprint",
            "clawhub_github_folder_hash",
            "skills_lock_computed_hash",
            "apm_content_hash",
            "git_tree_sha1",
            "oms_root",
            "root_digest_v1_lf",
            "skill_md_lf",
            "skill_md_source_keys_removed",
            "skill_md_canonical",
        ]
    );
    for recipe in HashRecipe::ALL {
        assert_eq!(HashRecipe::from_name(recipe.name()), Some(recipe));
    }
    assert_eq!(HashRecipe::SkillsLock.weakness(), Some(Weakness::FieldAmbiguous));
}

#[test]
fn a_held_digest_is_read_in_every_form_and_names_its_recipes() {
    let hex64 = "1f46d38eadb444de469c4a03478e8c3a58c1a07f88a29b291d15a838b7306f4e";
    let hex40 = "c9e13b852ccbcf9a60ba6baf56c14d46a1b4daec";
    let base64 = "sha256-O5cABST2-t2-tzEVB6-4i-6ia6L1wAvjtc1ng7Dhq3s";
    let rows: [(&str, &str, usize, HashRecipe); 9] = [
        (hex64, &format!("sha256:{hex64}"), 12, HashRecipe::SkillMd),
        (&format!("sha256:{hex64}"), &format!("sha256:{hex64}"), 12, HashRecipe::SkillMd),
        (&format!("SHA256:{}", hex64.to_uppercase()), &format!("sha256:{hex64}"), 12, HashRecipe::SkillMd),
        (hex40, &format!("sha1:{hex40}"), 1, HashRecipe::GitTree),
        (&format!("sha1:{hex40}"), &format!("sha1:{hex40}"), 1, HashRecipe::GitTree),
        (&format!("SHA1:{}", hex40.to_uppercase()), &format!("sha1:{hex40}"), 1, HashRecipe::GitTree),
        (base64, base64, 1, HashRecipe::Agentskills358),
        (&format!("{base64}="), base64, 1, HashRecipe::Agentskills358),
        ("sha256-O5cABST2+t2+tzEVB6+4i+6ia6L1wAvjtc1ng7Dhq3s=", base64, 1, HashRecipe::Agentskills358),
    ];
    for (text, shown, count, first) in rows {
        let held = HeldDigest::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(held.to_string(), shown, "{text}");
        let recipes: Vec<_> = held.recipes().collect();
        assert_eq!((recipes.len(), recipes[0]), (count, first), "{text}");
    }
    let wrong = [
        "",
        "sha256:",
        "sha256-",
        "sha1:",
        "md5:00",
        &hex64[1..],
        &format!("sha1:{hex64}"),
        &format!("sha256:{hex40}"),
        "sha256-AAAA",
        &"g".repeat(64),
        &"\u{e9}".repeat(32),
        &format!(" {hex64}"),
    ];
    for text in wrong {
        assert!(HeldDigest::parse(text).is_err(), "{text:?} was read");
    }
}
