//! Reads a rule's page, and holds the rule to its examples.
//!
//! Under `## Not flagged` and `## Flagged`, each `###` heading is one example. Its fenced
//! blocks are the files of a bundle; the info string says which:
//!
//! ````text
//! ```sh file=scripts/run.sh executable      a file; without `file=` it is SKILL.md
//! ```text file=a.txt escaped                `\u{200b}` and `\x00` in the block are characters and bytes
//! ```text file=tool base64                  the bytes of a binary file
//! ```text file=link symlink                 the block is the target of a symbolic link
//! ```text file=a.js beside=repository       a file of the repository that a package names
//! ```text file=a.js beside=before           a file of the version before
//! ```text package=npm:demo@1.0.0            the bundle is this package; the block is no file, but
//!                                           names of the files of its release, one a line
//! ````
//!
//! Where no block is SKILL.md, an ordinary one is added.

use std::collections::BTreeMap;

use base64::Engine as _;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use super::{REMOVED_RULES, RULES};
use crate::scan::driver::findings_of_each_rule;
use crate::scan::{Beside, Counterpart, Lifecycle, PackageIdentity, PackageRegistryKind};
use crate::skill::{FileContent, RawBundle, RawFile, SkillBundle};

struct Example {
    title: String,
    is_flagged: bool,
    files: Vec<RawFile>,
    /// Files that the bundle is compared with, by the word after `beside=`.
    others: BTreeMap<String, Vec<RawFile>>,
    package: Option<PackageIdentity>,
}

impl Example {
    /// Takes what lies beside the files of the bundle.
    fn take_beside(&mut self) -> Beside {
        let mut counterpart = |word: &str, name: &str| {
            let files = self.others.remove(word)?;
            let files = files.into_iter().chain([ordinary_skill()]).collect();
            let raw = RawBundle { files, unread: Vec::new() };
            let (bundle, _) = SkillBundle::parse(raw, Some("demo")).expect("a counterpart has a SKILL.md");
            Some(Counterpart { name: name.to_owned(), bundle })
        };
        let repository = counterpart("repository", "v1.0.1");
        let before = counterpart("before", "1.0.0");
        Beside { package: self.package.take(), repository, before }
    }
}

const ORDINARY_SKILL: &str = "---\nname: demo\ndescription: Does an ordinary thing with ordinary files.\n---\n# Demo\n\nDo the ordinary thing.\n";

#[test]
fn every_rule_flags_what_its_page_says_and_nothing_else() {
    let mut failures = Vec::new();
    for rule in RULES.iter() {
        let examples = examples(rule.page);
        for is_flagged in [false, true] {
            assert!(
                examples.iter().any(|example| example.is_flagged == is_flagged),
                "the page of {} has no example that is flagged: {is_flagged}",
                rule.id
            );
        }
        for mut example in examples {
            let beside = example.take_beside();
            let (bundle, issues) =
                SkillBundle::parse(RawBundle { files: example.files, unread: Vec::new() }, Some("demo"))
                    .expect("an example has a SKILL.md");
            let findings = findings_of_each_rule(&bundle, &issues, &beside);
            let found: Vec<_> = findings.iter().filter(|finding| finding.rule_id == rule.id).collect();
            // A finding of `info` is a note, which "Not flagged" allows.
            let flagged = found.iter().any(|finding| finding.severity > crate::scan::Severity::Info);
            if flagged != example.is_flagged {
                failures.push(format!(
                    "{}: {:?} is flagged: {flagged}, the page says {} {found:?}",
                    rule.id, example.title, example.is_flagged
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_page_opens_with_the_facts_of_its_rule() {
    for rule in RULES.iter() {
        let facts = format!(
            "# {}\n\n{}.\n\n| phase | severity | confidence | heard by | references |\n|---|---|---|---|---|\n| {} | {} | {} | {:?} | {} |\n",
            rule.id,
            rule.summary,
            rule.phase.as_str(),
            rule.severity.as_str(),
            rule.confidence.as_str(),
            rule.persona,
            rule.references.join(", ")
        );
        assert!(rule.page.starts_with(&facts), "the page of {} should open with:\n{facts}", rule.id);
        for section in ["## Why it matters", "## Not flagged", "## Flagged", "## What it misses", "## What to do"] {
            assert!(rule.page.contains(section), "the page of {} lacks {section:?}", rule.id);
        }
        assert!(rule.page.find("## Not flagged") < rule.page.find("## Flagged"), "{}: look-alikes come first", rule.id);
    }
}

#[test]
fn ids_are_unique_kebab_case_and_in_order_of_phase() {
    let keys: Vec<_> = RULES.iter().map(|rule| (rule.phase, rule.id)).collect();
    assert!(keys.is_sorted(), "sort RULES by phase and id: {keys:?}");
    for rule in RULES.iter() {
        assert_eq!(RULES.iter().filter(|other| other.id == rule.id).count(), 1, "{}", rule.id);
        assert!(
            rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{}",
            rule.id
        );
    }
}

#[test]
fn ids_are_never_used_again_and_successors_exist() {
    let exists = |id: &str| RULES.iter().any(|rule| rule.id == id);
    for removed in REMOVED_RULES {
        assert!(!exists(removed.id), "{} was removed and is used again", removed.id);
        assert!(removed.successor.is_none_or(exists), "{}", removed.id);
    }
    for rule in RULES.iter() {
        if let Lifecycle::Deprecated { successor } = rule.lifecycle {
            assert!(exists(successor) && successor != rule.id, "{} names {successor}", rule.id);
        }
    }
}

fn examples(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let (mut section, mut heading, mut level) = (String::new(), String::new(), None);
    let mut block: Option<(String, String)> = None;
    for event in Parser::new(page) {
        match event {
            Event::Start(Tag::Heading { level: at, .. }) => {
                level = Some(at as usize);
                heading.clear();
            }
            Event::End(TagEnd::Heading(_)) => match level.take() {
                Some(2) => section = heading.clone(),
                Some(3) if section == "Flagged" || section == "Not flagged" => {
                    examples.push(Example {
                        title: heading.clone(),
                        is_flagged: section == "Flagged",
                        files: Vec::new(),
                        others: BTreeMap::new(),
                        package: None,
                    });
                }
                _ => {}
            },
            Event::Text(text) | Event::Code(text) if level.is_some() => heading.push_str(&text),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                block = Some((info.to_string(), String::new()))
            }
            Event::Text(text) => {
                if let Some((_, content)) = block.as_mut() {
                    content.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let (Some((info, content)), Some(example)) = (block.take(), examples.last_mut()) {
                    let word = |key: &str| info.split_whitespace().find_map(|word| word.strip_prefix(key));
                    match (word("package="), word("beside=")) {
                        (Some(spec), _) => example.package = Some(package(spec, &content)),
                        (None, Some(other)) => {
                            example.others.entry(other.to_owned()).or_default().push(file(&info, &content));
                        }
                        (None, None) => example.files.push(file(&info, &content)),
                    }
                }
            }
            _ => {}
        }
    }
    examples.retain(|example| !example.files.is_empty() || example.package.is_some());
    for example in &mut examples {
        if !example.files.iter().any(|file| file.path == "SKILL.md") {
            example.files.push(ordinary_skill());
        }
    }
    examples
}

fn ordinary_skill() -> RawFile {
    RawFile { path: "SKILL.md".to_owned(), content: FileContent::Bytes(ORDINARY_SKILL.into()), is_executable: false }
}

fn package(spec: &str, files: &str) -> PackageIdentity {
    let (registry, rest) = spec.split_once(':').expect("a registry");
    let (at, _) = rest.rmatch_indices(['@', '=']).next().expect("a version");
    PackageIdentity {
        registry: if registry == "npm" { PackageRegistryKind::Npm } else { PackageRegistryKind::Pypi },
        name: rest[..at].trim_end_matches('=').to_owned(),
        version: rest[at + 1..].to_owned(),
        is_well_known: false,
        files: files.lines().map(str::to_owned).collect(),
    }
}

fn file(info: &str, content: &str) -> RawFile {
    let words: Vec<&str> = info.split_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    let path = words.iter().find_map(|word| word.strip_prefix("file=")).unwrap_or("SKILL.md");
    let content = if has("symlink") {
        FileContent::Symlink(content.trim_end().to_owned())
    } else if has("base64") {
        let joined: String = content.split_whitespace().collect();
        FileContent::Bytes(
            base64::engine::general_purpose::STANDARD.decode(joined).expect("an example is valid base64"),
        )
    } else if has("escaped") {
        FileContent::Bytes(unescape(content))
    } else {
        FileContent::Bytes(content.as_bytes().to_vec())
    };
    // A page cannot write such a path in an info string.
    let path = String::from_utf8(unescape(path)).expect("a path is text");
    RawFile { path, content, is_executable: has("executable") }
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(index) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..index]);
        let tail = &rest[index..];
        if let Some((digits, after)) = tail.strip_prefix("\\u{").and_then(|tail| tail.split_once('}')) {
            let character =
                u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).expect("an escape names a character");
            bytes.extend_from_slice(character.to_string().as_bytes());
            rest = after;
        } else if let Some(tail) = tail.strip_prefix("\\x") {
            bytes.push(u8::from_str_radix(&tail[..2], 16).expect("an escape names a byte"));
            rest = &tail[2..];
        } else {
            bytes.push(b'\\');
            rest = &tail[1..];
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}
