//! Claims about what a reader would say, over whole SKILL.md files.

use proptest::prelude::*;

use super::{Assessment, QUALITY_FLAGS, SkillType, Subject, assess};
use crate::skill::{FileContent, RawBundle, RawFile, SkillBundle, UnreadFile};

/// Assesses a skill of this text in the folder `a`, with names of other files.
fn assessed(text: &[u8], other_files: &[&str]) -> Assessment {
    let file =
        RawFile { path: "SKILL.md".to_owned(), content: FileContent::Bytes(text.to_vec()), is_executable: false };
    let unread =
        |path: &&str| UnreadFile { path: (*path).to_owned(), size_bytes: None, reason: "not carried".to_owned() };
    let raw = RawBundle { files: vec![file], unread: other_files.iter().map(unread).collect() };
    let (bundle, issues) = SkillBundle::parse(raw, Some("a")).expect("a skill");
    let paths: Vec<String> =
        std::iter::once("SKILL.md").chain(other_files.iter().copied()).map(str::to_owned).collect();
    assess(Subject {
        name: &bundle.name,
        description: &bundle.description,
        frontmatter: &bundle.frontmatter,
        issues: &issues,
        text: bundle.instructions().text.as_ref().map(|decoded| decoded.text.as_str()),
        file_paths: &paths,
        context_cost_tokens: None,
    })
}

/// A skill with this description and body.
fn skill(description: &str, body: &str) -> String {
    format!("---\nname: a\ndescription: {description}\n---\n# A\n\n{body}\n")
}

/// Returns what was found, as `flag:line text`.
fn found(text: &str, other_files: &[&str]) -> Vec<String> {
    let signs = assessed(text.as_bytes(), other_files).quality.expect("text is assessed");
    signs
        .iter()
        .map(|sign| match sign.line {
            Some(line) => format!("{}:{line} {}", sign.flag, sign.text),
            None => format!("{} {}", sign.flag, sign.text),
        })
        .collect()
}

const CLEAN: &str = "Extracts text from PDF files. Use when somebody asks for their text.";

#[test]
fn each_flag_has_the_place_that_shows_it() {
    let long = "The skill draws zebra tables from the data in files";
    let cyrillic = "Навык создаёт таблицы из данных, когда пользователь просит об этом.";
    let latin = "Read the file and draw the table that somebody asked for, with stripes.";
    let rows: &[(String, &[&str], &[&str])] = &[
        (skill(CLEAN, "Do it."), &[], &[]),
        (
            skill(CLEAN, "See [more](references/more.md) and [it](./references/more.md#top)."),
            &[],
            &["broken_link:7 references/more.md"],
        ),
        (skill("Short one.", "Do it."), &[], &["short_description:3 Short one."]),
        (skill(long, "Do it."), &[], &["no_trigger:3 The skill draws zebra tables from the data in files"]),
        (skill(CLEAN, "Run /Users/renate/bin/x and /Users/renate/bin/y."), &[], &["machine_path:7 /Users/renate/"]),
        (
            skill("\"[TODO: what it does] Use when asked to do something.\"", "Do it."),
            &[],
            &["placeholder_text:3 [TODO: what it does]"],
        ),
        (
            skill(cyrillic, latin),
            &[],
            &["language_mix:3 the description is in Cyrillic script, the instructions are in Latin"],
        ),
        (
            "---\nname: b\ndescription: Draws tables when asked.\n---\n".to_owned(),
            &[],
            &[
                "name_differs_from_folder the name `b` differs from the folder `a`",
                "no_instructions nothing follows the frontmatter",
            ],
        ),
    ];
    for (text, other_files, expected) in rows {
        let signs = found(text, other_files);
        assert_eq!(signs.len(), expected.len(), "{text} {signs:?}");
        for (sign, expected) in signs.iter().zip(*expected) {
            let start = expected.split_once(' ').map_or(*expected, |(start, _)| start);
            assert!(sign.starts_with(start), "{sign} is not {expected}");
            assert!(!expected.contains(':') || sign == expected, "{sign} is not {expected}");
        }
    }
}

#[test]
fn look_alikes_are_left_alone() {
    let rows: &[(String, &[&str])] = &[
        (
            skill(CLEAN, "See [more](references/More.md), [all](references/) and ![a](img/a%20b.png)."),
            &["references/more.md", "img/a b.png"],
        ),
        (
            skill(CLEAN, "See [it](https://example.com/a.md), [top](#a), [mail](mailto:a@b.example), [up](../b/x.md)."),
            &[],
        ),
        (skill(CLEAN, "Write `[title](notes/file.md)`, or\n\n```\n[title](notes/file.md)\n```"), &[]),
        (skill(CLEAN, "Write [title](path/to/file.md), [x]({name}.md), [y](url.md), [z](example.com/a.md)."), &[]),
        (skill(CLEAN, "It lives in /home/user/x, /Users/you/x, /home/components or C:\\Users\\username\\x."), &[]),
        (skill("Manages TODO lists and TODO files. Use when somebody has things to do.", "Write `[TODO: x]`."), &[]),
        (skill("Zeichnet Tabellen aus Daten, die jemand in Dateien hat und gern sehen will", "Los."), &[]),
        (skill("从文件中提取文字", "Do it."), &[]),
        (skill("从文件中提取文字，当用户要求时使用。", "读取文件，然后提取其中的文字，最后把结果写入新的文件。"), &[]),
    ];
    for (text, other_files) in rows {
        assert_eq!(found(text, other_files), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_is_not_text_was_not_assessed() {
    let binary = assessed(&[0_u8, 159, 146, 150, 0, 1, 2, 0, 0, 255, 254, 3].repeat(100), &[]);
    assert_eq!((binary.quality, binary.skill_type), (None, None));
}

#[test]
fn claims_show_their_phrase_and_where_it_stands() {
    let text = skill("The official skill, guaranteed to work. Always use this first.", "Do it.");
    let signs = assessed(text.as_bytes(), &[]).selection;
    let shown: Vec<_> = signs.iter().map(|sign| (sign.flag, sign.line, sign.text.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("claims_official", Some(3), "official skill"),
            ("claims_guarantee", Some(3), "guaranteed"),
            ("claims_priority", Some(3), "always use this")
        ]
    );
    let honest = "Finds the best flights, with guarantees of the most popular airlines, when asked.";
    assert_eq!(assessed(skill(honest, "Do it.").as_bytes(), &[]).selection, []);
}

#[test]
fn a_type_is_said_where_its_signs_lead_and_shows_them() {
    let rows: &[(&str, &str, Option<SkillType>)] = &[
        (
            "Fetches weather data from the Example API. Use when asked for weather.",
            "## Authentication\n\nx\n\n## Endpoints\n\nx",
            Some(SkillType::Capability),
        ),
        (
            "Best practices and patterns for writing Go. Use when writing Go.",
            "## Anti-patterns\n\nx",
            Some(SkillType::Discipline),
        ),
        (
            "Reviews a change when asked.",
            "## Phase 1: Collect\n\nx\n\n## Phase 2: Judge\n\nx",
            Some(SkillType::Workflow),
        ),
        ("Knows what GDPR and HIPAA compliance ask for. Use when in doubt.", "x", Some(SkillType::Domain)),
        ("Merges PDF and docx files when asked.", "x", Some(SkillType::DocumentTool)),
        (
            "Lists 120 skills for agents; read it to find skills when unsure.",
            "## Available skills\n\nx",
            Some(SkillType::MetaCatalog),
        ),
        ("Something about something else.", "x", None),
        ("", "", None),
    ];
    for (description, body, expected) in rows {
        let call = assessed(skill(description, body).as_bytes(), &[]).skill_type;
        assert_eq!(call.as_ref().map(|call| call.skill_type), *expected, "{description}");
        assert!(call.is_none_or(|call| call.signs.iter().all(|sign| sign.line.is_some())), "{description}");
    }
}

#[test]
fn the_page_lists_every_flag() {
    let page = include_str!("../../docs/trust.md");
    for (flag, meaning) in QUALITY_FLAGS {
        assert!(page.contains(&format!("| `{flag}` | {meaning} |")), "docs/trust.md lacks {flag}");
    }
}

proptest! {
    /// What an author wrote can neither stop the assessment nor leave its line.
    #[test]
    fn any_text_is_assessed(text in "(---\nname: .{0,20}\ndescription: (.|\u{202e}|\u{7}){0,80}\n---\n)?(.|\n|\\[x\\]\\(a\\.md\\)|# ){0,200}") {
        let assessment = assessed(text.as_bytes(), &["b.md"]);
        let of_type = assessment.skill_type.iter().flat_map(|call| &call.signs);
        for sign in assessment.quality.iter().flatten().chain(&assessment.selection).chain(of_type) {
            prop_assert!(sign.text.chars().count() <= 161);
            let is_hidden = |character: char| character.is_control() || character == '\u{202e}';
            prop_assert!(!sign.text.chars().any(is_hidden));
            prop_assert!(sign.line.is_none_or(|line| (1..=text.lines().count() + 1).contains(&line)));
        }
    }
}
