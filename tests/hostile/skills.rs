//! One skill for each attack, with the attack in everything that an author writes.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::attacks::attacks;
use crate::service::row;

/// A skill that attacks whoever reads of it.
pub struct HostileSkill {
    /// What it tries.
    pub attack: &'static str,
    /// The text of its SKILL.md.
    pub text: String,
    /// A word of its own, by which a search finds it.
    pub word: String,
}

/// Returns a skill for each attack.
pub fn hostile_skills() -> Vec<HostileSkill> {
    let skill = |(number, (attack, words)): (usize, (&'static str, String))| {
        let word = format!("zebra{}", number_word(number));
        let text = format!(
            "---\nname: {name}\ndescription: {description}\nlicense: {field}\ncompatibility: {field}\nallowed-tools: {field}\nmetadata:\n  author: {field}\n  version: {field}\n---\n# {word}\n\n{body}\n",
            name = quoted(&attack_name(&word, &words)),
            description = quoted(&format!("Sorts {word} tables. {words}")),
            body = words,
            field = quoted(&words),
        );
        HostileSkill { attack, text, word }
    };
    attacks().into_iter().enumerate().map(skill).collect()
}

impl HostileSkill {
    /// A row of a corpus file, in a repository of its own.
    pub fn row(&self) -> Value {
        row(&format!("hostile/{}", self.word), &format!("{}/SKILL.md", self.word), &self.text)
    }

    /// Writes it as a folder, with the attack in the name and the content of a file as far as a
    /// file system takes it.
    pub fn write(&self, folder: &Path, words: &str) {
        let folder = folder.join(&self.word);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("SKILL.md"), &self.text).expect("a file");
        let name: String = words.chars().filter(|character| !matches!(character, '/' | '\0')).take(40).collect();
        fs::write(folder.join(format!("{name}.md")), words).expect("a file");
        fs::write(folder.join("run.sh"), format!("#!/bin/sh\n# {words}\n")).expect("a file");
    }
}

/// A text of YAML in which every character arrives as it is.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|character| match character {
        '"' | '\\' => format!("\\{character}"),
        ' '..='~' => character.to_string(),
        _ => format!("\\U{:08x}", u32::from(character)),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// Letters for a number: digits would be words that many share.
fn number_word(number: usize) -> String {
    format!("{number:03}").bytes().map(|digit| char::from(b'a' + (digit - b'0') * 2)).collect()
}

fn attack_name(word: &str, words: &str) -> String {
    format!("{word} {words}")
}
