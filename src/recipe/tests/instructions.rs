use super::super::{FileMode, HashRecipe, RecipeFile, instructions_before_gh, normalise_line_ends};

fn digest(recipe: HashRecipe, text: &str) -> Option<String> {
    let file = RecipeFile::new("SKILL.md", text.as_bytes(), FileMode::Regular);
    recipe.compute(&[file]).map(|digest| digest.to_string())
}

const ORIGINAL: &str =
    "---\nname: pdf\ndescription: >\n  Reads\n  files.\nmetadata:\n  author: me\n  version: 1.0\n---\n\n# PDF\n\nText";

/// What `gh skill install` makes of it: keys in order, other quotes, a source.
const INSTALLED: &str = "---\ndescription: |\n    Reads files.\nmetadata:\n    author: me\n    github-path: skills/pdf\n    github-ref: refs/heads/main\n    github-repo: https://github.com/o/r\n    github-tree-sha: c9e13b852ccbcf9a60ba6baf56c14d46a1b4daec\n    version: 1\nname: pdf\n---\n# PDF\n\nText\n";

#[test]
fn what_gh_writes_anew_says_the_same() {
    let recipe = HashRecipe::SkillMdCanonical;
    let expected = digest(recipe, ORIGINAL).expect("it is read");
    let same = [
        INSTALLED.to_owned(),
        INSTALLED.replace("    github-path: skills/pdf\n", "    local-path: /home/me/pdf\n"),
        INSTALLED.replace('\n', "\r\n"),
        ORIGINAL.replace("---\n\n#", "---\n#"),
    ];
    for text in same {
        assert_eq!(digest(recipe, &text).as_ref(), Some(&expected), "{text}");
    }
    let other = [
        INSTALLED.replace("author: me", "author: you"),
        INSTALLED.replace("Text", "Other text"),
        INSTALLED.replace("name: pdf", "name: pdf\nallowed-tools: Bash"),
        INSTALLED.replace("    version: 1\n", ""),
        INSTALLED.replace("version: 1", "version: \"1\""),
        INSTALLED.replace("    github-ref", "    github-other"),
        INSTALLED.replace("# PDF\n\n", "# PDF\n"),
    ];
    for text in other {
        assert_ne!(digest(recipe, &text).as_ref(), Some(&expected), "{text}");
    }
}

#[test]
fn metadata_that_only_named_a_source_is_as_none() {
    let plain = "---\nname: a\ndescription: b\n---\nText\n";
    let injected = "---\nname: a\ndescription: b\nmetadata:\n  github-repo: https://github.com/o/r\n  github-ref: main\n---\nText\n";
    let recipe = HashRecipe::SkillMdCanonical;
    assert_eq!(digest(recipe, injected), digest(recipe, plain));
    // Lines that were only added are cut to the original bytes.
    assert_eq!(digest(HashRecipe::SkillMdSourceKeysRemoved, injected), digest(HashRecipe::SkillMd, plain));
}

#[test]
fn only_lines_of_source_keys_below_metadata_are_cut() {
    let rows = [
        (
            "---\nname: a\nmetadata:\n  author: me\n  github-repo: x\nlicense: MIT\n---\nText\n",
            "---\nname: a\nmetadata:\n  author: me\nlicense: MIT\n---\nText\n",
        ),
        ("---\r\nname: a\r\nmetadata:\r\n  local-path: x\r\n---\r\nText\r\n", "---\r\nname: a\r\n---\r\nText\r\n"),
        // None of these is the key of an installer.
        ("---\ngithub-repo: x\n---\n", "---\ngithub-repo: x\n---\n"),
        ("---\nname: a\n---\nmetadata:\n  github-repo: x\n", "---\nname: a\n---\nmetadata:\n  github-repo: x\n"),
        ("---\nmetadata:\n---\n", "---\nmetadata:\n---\n"),
        ("---\nother:\n  github-repo: x\n---\n", "---\nother:\n  github-repo: x\n---\n"),
    ];
    for (text, expected) in rows {
        assert_eq!(digest(HashRecipe::SkillMdSourceKeysRemoved, text), digest(HashRecipe::SkillMd, expected), "{text}");
    }
}

#[test]
fn a_block_that_is_no_mapping_has_no_canonical_form() {
    for text in ["---\n- a\n---\n", "---\na: [\n---\n"] {
        assert_eq!(digest(HashRecipe::SkillMdCanonical, text), None, "{text}");
    }
    assert!(digest(HashRecipe::SkillMdCanonical, "no block\n").is_some());
}

#[test]
fn line_ends_are_normalised_in_plain_text_only() {
    let rows: [(&[u8], &[u8]); 6] = [
        (b"a\r\nb\r\n", b"a\nb\n"),
        (b"a\rb\r\r\n", b"a\rb\r\n"),
        (b"a\nb", b"a\nb"),
        (b"a\0\r\n", b"a\0\r\n"),
        (b"\xff\r\n", b"\xff\r\n"),
        (b"", b""),
    ];
    for (bytes, expected) in rows {
        assert_eq!(normalise_line_ends(bytes).as_ref(), expected, "{bytes:?}");
    }
}

/// Returns the git tree of a skill with a script, and what stands at SKILL.md before `gh` wrote it
/// anew as `installed`.
fn before_gh(original: &str, installed: &str) -> Option<String> {
    let files = |text| {
        [
            RecipeFile::new("SKILL.md", text, FileMode::Regular),
            RecipeFile::new("SKILL.md.d/a", b"x", FileMode::Regular),
            RecipeFile::new("scripts/run.sh", b"ls\n", FileMode::Executable),
        ]
    };
    let tree = HashRecipe::GitTree.compute(&files(original.as_bytes()))?.to_string();
    let found = instructions_before_gh(&files(installed.as_bytes()), &tree)?;
    Some(String::from_utf8(found).expect("text"))
}

const SOURCE: &str = "    github-path: pdf\n    github-ref: refs/heads/main\n    github-repo: https://github.com/o/r\n    github-tree-sha: c\n";

#[test]
fn usual_ways_of_writing_lead_back_to_the_original() {
    let plain = format!("---\ndescription: 'Use: it''s \"so\"'\nmetadata:\n{SOURCE}name: pdf\n---\n# PDF\n");
    let all = format!(
        "---\nallowed-tools:\n    - Read\n    - Bash\ndescription: Reads.\nlicense: MIT\nmetadata:\n    author: me\n{SOURCE}    \
         version: \"1.0\"\nname: pdf\n---\n# PDF\n"
    );
    let rows = [
        // Order of keys, quotes, blank lines, the end of the last line.
        ("---\nname: pdf\ndescription: 'Use: it''s \"so\"'\n---\n\n# PDF\n", &plain),
        ("---\nname: pdf\ndescription: \"Use: it's \\\"so\\\"\"\n---\n# PDF", &plain),
        ("---\ndescription: \"Use: it's \\\"so\\\"\"\nname: \"pdf\"\n---\n\n# PDF\n", &plain),
        // Indents, lists, what else stands below metadata.
        (
            "---\nname: pdf\ndescription: Reads.\nlicense: MIT\nallowed-tools:\n  - Read\n  - Bash\nmetadata:\n  author: me\n  version: \"1.0\"\n---\n\n# PDF\n",
            &all,
        ),
        (
            "---\nname: pdf\ndescription: Reads.\nallowed-tools: [Read, Bash]\nlicense: MIT\nmetadata:\n  author: me\n  version: \"1.0\"\n---\n# PDF\n",
            &all,
        ),
        (
            "---\nname: pdf\ndescription: \"Reads.\"\nlicense: MIT\nallowed-tools: [\"Read\", \"Bash\"]\nmetadata:\n  author: me\n  version: \"1.0\"\n---\n# PDF\n",
            &all,
        ),
        (
            "---\nname: \"pdf\"\ndescription: \"Reads.\"\nlicense: \"MIT\"\nmetadata:\n  author: \"me\"\n  version: \"1.0\"\nallowed-tools:\n- Read\n- Bash\n---\n# PDF\n",
            &all,
        ),
    ];
    for (original, installed) in rows {
        assert_eq!(before_gh(original, installed).as_deref(), Some(original), "{installed}");
        // Another text, key or body never is the original, however it is written.
        for (from, to) in [("PDF\n", "PDX\n"), ("name: pdf", "name: pdg"), ("description", "descriptiom")] {
            assert_eq!(before_gh(original, &installed.replace(from, to)), None, "{to}");
        }
    }
    let windows = "---\r\nname: pdf\r\ndescription: Reads.\r\n---\r\n\r\n# PDF\r\n";
    let installed = format!("---\ndescription: Reads.\nmetadata:\n{SOURCE}name: pdf\n---\n# PDF\r\n");
    assert_eq!(before_gh(windows, &installed).as_deref(), Some(windows));
}

#[test]
fn odd_frontmatter_is_tried_within_bounds() {
    let many: String = (0..500).map(|number| format!("key{number}: a\n")).collect();
    for head in [
        "",
        "name",
        ": x\n",
        "- a\n",
        " x: y\n",
        "a: '\n",
        "a: \"\\\n",
        "metadata:\nmetadata:\n",
        "description: '\n  '\n",
        &many,
    ] {
        let installed = format!("---\n{head}\n---\n");
        assert_eq!(before_gh("---\nname: other\n---\n", &installed), None, "{head}");
    }
}
