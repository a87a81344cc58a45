//! Compares a pin with what the index holds now.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::{InspectResponse, ManifestFileView, ManifestView};
use crate::approval::{MeasuredFile, MeasuredFolder};
use crate::change::{FileChange, FileState, ListedFile, TextChange, compare_texts, listed_changes};
use crate::scan::{RecommendedAction, SafetyStatus};
use crate::skill::{Sha256Digest, SkillId, Timestamp, decode_text, sanitise_line};

/// Bytes of a pin.
const PIN_BYTES: usize = 64 * 1024 * 1024;
/// Characters of a value in a report.
const VALUE_CHARACTERS: usize = 500;

/// What somebody keeps of a skill. Every part may be missing, but for something that selects it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldPin {
    /// The skill in the index.
    #[serde(default)]
    pub skill_id: Option<SkillId>,
    /// Where it came from.
    #[serde(default)]
    pub source_url: Option<String>,
    /// The digest of SKILL.md.
    #[serde(default)]
    pub content_hash: Option<Sha256Digest>,
    /// Root digest v1 of all files.
    #[serde(default)]
    pub package_hash: Option<Sha256Digest>,
    /// The commit.
    #[serde(default)]
    pub commit_sha: Option<String>,
    /// The verdict.
    #[serde(default)]
    pub verdict: Option<SafetyStatus>,
    /// When the verdict was made.
    #[serde(default)]
    pub audited_at: Option<Timestamp>,
    /// Its files by path, where a whole answer of `inspect` was kept.
    #[serde(skip)]
    pub files: Option<BTreeMap<String, ListedFile>>,
    /// Whether `package_hash` leaves out files that the index could not read.
    #[serde(skip)]
    pub is_partial: bool,
}

/// Why a text is no pin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeldPinFormatError {
    /// The text is too long to be read.
    #[error("it has {size_bytes} bytes, the limit is {PIN_BYTES}")]
    TooLong {
        /// How long it is.
        size_bytes: usize,
    },
    /// Not JSON, or not of the form of a pin.
    #[error("it is not a pin as `touchmark inspect --json` shows it: {0}")]
    Shape(String),
    /// Nothing in it selects a skill.
    #[error("it names neither skill_id nor source_url nor content_hash")]
    Empty,
}

impl HeldPin {
    /// Reads a pin: the object itself, or any object that holds one under `pin`, such as what
    /// `inspect` answers. Keys that are not known are left alone: a pin may grow.
    ///
    /// # Errors
    /// Fails where the text is none.
    pub fn parse(text: &str) -> Result<Self, HeldPinFormatError> {
        if text.len() > PIN_BYTES {
            return Err(HeldPinFormatError::TooLong { size_bytes: text.len() });
        }
        let shape = |error: serde_json::Error| HeldPinFormatError::Shape(sanitise_line(&error.to_string(), 300));
        let mut value: Value = serde_json::from_str(text).map_err(shape)?;
        if !value.is_object() {
            return Err(HeldPinFormatError::Shape("expected an object".to_owned()));
        }
        let inner = value.get_mut("pin").filter(|pin| pin.is_object()).map(Value::take);
        let manifest: Option<ManifestView> =
            value.get("manifest").and_then(|manifest| serde_json::from_value(manifest.clone()).ok());
        let package_hash = value.pointer("/manifest/package_hash").cloned();
        let mut pin: Self = serde_json::from_value(inner.unwrap_or(value)).map_err(shape)?;
        if pin.package_hash.is_none() {
            // An answer of `inspect` has it beside its pin.
            pin.package_hash = package_hash.and_then(|hash| hash.as_str().and_then(|hash| hash.parse().ok()));
        }
        pin.is_partial = manifest.as_ref().is_some_and(|manifest| manifest.summary.omitted_count > 0);
        pin.files = manifest.as_ref().and_then(all_listed);
        let selects = pin.skill_id.is_some() || pin.source_url.is_some() || pin.content_hash.is_some();
        if selects { Ok(pin) } else { Err(HeldPinFormatError::Empty) }
    }

    /// Returns what the index says now in the form of a pin.
    fn of(skill: &InspectResponse) -> Self {
        let digest = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
        Self {
            skill_id: Some(skill.skill_id),
            source_url: Some(skill.pin.source_url.clone()),
            content_hash: digest(&skill.pin.content_hash),
            package_hash: skill.manifest.as_ref().and_then(|manifest| manifest.package_hash.parse().ok()),
            commit_sha: skill.pin.commit_sha.clone(),
            verdict: Some(skill.pin.verdict),
            audited_at: skill.pin.audited_at,
            files: skill.manifest.as_ref().and_then(all_listed),
            is_partial: skill.manifest.as_ref().is_some_and(|manifest| manifest.summary.omitted_count > 0),
        }
    }
}

/// Returns the files of a manifest by path; nothing unless every file of the skill is listed
/// with its digest.
pub(super) fn all_listed(manifest: &ManifestView) -> Option<BTreeMap<String, ListedFile>> {
    let file = |file: &ManifestFileView| {
        let sha256 = file.sha256.as_deref()?.parse().ok()?;
        // A manifest says nothing of execute bits.
        let state = FileState { sha256, size_bytes: file.size_bytes, is_executable: None, is_link: false };
        Some((file.path.clone(), ListedFile { class: file.class, state }))
    };
    let is_whole = manifest.summary.omitted_count == 0;
    if is_whole { manifest.files.iter().map(file).collect() } else { None }
}

/// How a pin stands to what the index holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UpstreamChange {
    schema_version: u64,
    /// What was pinned.
    pub pin: HeldPin,
    /// What the index holds; absent where it knows no such skill.
    pub upstream: Option<HeldPin>,
    /// Whether content, files and verdict are those of the pin, as far as it says, what is held
    /// was not edited, and nothing blocks the skill.
    pub is_same: bool,
    /// Whether the verdict is to be blocked.
    pub is_blocked: bool,
    /// What differs, in the order in which it matters.
    pub changes: Vec<PinChange>,
    /// Whether what is held is not what was pinned: SKILL.md, or any file where the pin has a root
    /// digest of all; absent where none is held, or the pin does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_edited: Option<bool>,
    /// Files that differ between what is held and what the index lists, by class and path; where
    /// nothing is held, between the files that were pinned and those. Absent where either side is
    /// not known file by file. Execute bits are not compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<FileChange>>,
    /// What differs between the SKILL.md that is held and the one of the index, where one is
    /// held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<TextChange>,
}

/// The skill that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldSkill {
    /// The digest of the bytes of SKILL.md.
    pub content_hash: Sha256Digest,
    /// The text of SKILL.md, as the index reads one; author-controlled.
    pub text: String,
    /// Root digest v1 of all files.
    pub root_digest: Sha256Digest,
    /// The files by path.
    pub files: BTreeMap<String, ListedFile>,
}

impl HeldSkill {
    /// Takes a folder that was measured with its contents; nothing where there is no SKILL.md.
    pub fn of(folder: &MeasuredFolder) -> Option<Self> {
        let (instructions, bytes) = folder.contents().find(|(file, _)| file.path.as_str() == "SKILL.md")?;
        let decoded = decode_text(bytes).map(|decoded| decoded.text);
        let text = decoded.unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned());
        let listed = |file: &MeasuredFile| {
            let is_executable = Some(file.executable);
            let state = FileState { sha256: file.sha256, size_bytes: file.size, is_executable, is_link: false };
            (file.path.as_str().to_owned(), ListedFile { class: file.class, state })
        };
        Some(Self {
            content_hash: instructions.sha256,
            text,
            root_digest: folder.manifest.root_digest(),
            files: folder.manifest.files().iter().map(listed).collect(),
        })
    }
}

/// A part of a pin that is another now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PinChange {
    /// The part.
    pub field: &'static str,
    /// What was pinned, sanitised.
    pub before: String,
    /// What it is now, sanitised; absent where there is none.
    pub after: Option<String>,
    /// Whether it makes the skill another one, or may: the same files at another commit do not,
    /// but only a root digest on both sides tells that they are the same.
    pub counts: bool,
}

impl UpstreamChange {
    /// Compares a pin with what the index answers; `held` is what is held.
    ///
    /// Of what the pin does not say nothing is held against the index.
    pub fn between(pin: HeldPin, skill: Option<&InspectResponse>, held: Option<&HeldSkill>) -> Self {
        let upstream = skill.map(HeldPin::of);
        let is_blocked = skill.is_some_and(|skill| skill.safety.recommended_action == RecommendedAction::Block);
        let changes = upstream.as_ref().map(|now| pin_changes(&pin, now)).unwrap_or_default();
        let text = skill
            .zip(held)
            .filter(|(skill, held)| skill.content != held.text)
            .map(|(skill, held)| compare_texts("SKILL.md", Some(&held.text), &skill.content));
        let is_other = [
            held.zip(pin.content_hash).map(|(held, pinned)| held.content_hash != pinned),
            held.zip(pin.package_hash.filter(|_| !pin.is_partial)).map(|(held, pinned)| held.root_digest != pinned),
        ];
        let is_edited = is_other.into_iter().flatten().reduce(|left, right| left || right);
        let before = held.map(|held| &held.files).or(pin.files.as_ref());
        let after = upstream.as_ref().and_then(|now| now.files.as_ref());
        let files = before.zip(after).map(|(before, after)| listed_changes(before, after));
        let has_changed = changes.iter().any(|change| change.counts) || is_edited == Some(true);
        let is_same = upstream.is_some() && !is_blocked && !has_changed;
        Self { schema_version: 1, pin, upstream, is_same, is_blocked, changes, is_edited, files, text }
    }
}

fn pin_changes(pin: &HeldPin, now: &HeldPin) -> Vec<PinChange> {
    let mut changes = Vec::new();
    let mut add = |field, before: Option<String>, after: Option<String>, counts| {
        if let Some(before) = before.filter(|before| after.as_ref() != Some(before)) {
            let shown = |text: String| sanitise_line(&text, VALUE_CHARACTERS);
            changes.push(PinChange { field, before: shown(before), after: after.map(shown), counts });
        }
    };
    let verdict = |pin: &HeldPin| pin.verdict.map(|verdict| verdict.as_str().to_owned());
    let digest = |digest: Option<Sha256Digest>| digest.map(|digest| digest.to_string());
    add("verdict", verdict(pin), verdict(now), true);
    add("content_hash", digest(pin.content_hash), digest(now.content_hash), true);
    add("package_hash", digest(pin.package_hash), digest(now.package_hash), true);
    add("skill_id", pin.skill_id.map(|id| id.to_string()), now.skill_id.map(|id| id.to_string()), true);
    // Without both root digests nobody knows what else the other commit changed.
    let may_differ = pin.package_hash.is_none() || now.package_hash.is_none();
    add("commit_sha", pin.commit_sha.clone(), now.commit_sha.clone(), may_differ);
    add("source_url", pin.source_url.clone(), now.source_url.clone(), false);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "550e8400-e29b-41d4-a716-446655440000";

    #[test]
    fn a_pin_is_read_alone_and_inside_of_an_answer() {
        let digest = Sha256Digest::of(b"x");
        let object = format!(
            r#"{{"skill_id":"{ID}","source_url":"https://example.com","content_hash":"{digest}","commit_sha":null,"verdict":"safe","audited_at":null,"new_key":1}}"#
        );
        let pin = HeldPin::parse(&object).expect("a pin");
        assert_eq!((pin.content_hash, pin.verdict), (Some(digest), Some(SafetyStatus::Safe)));
        let answer = format!(r#"{{"name":"x","pin":{object},"manifest":{{"package_hash":"{digest}"}}}}"#);
        assert_eq!(HeldPin::parse(&answer), Ok(HeldPin { package_hash: Some(digest), ..pin }));
    }

    #[test]
    fn the_files_of_a_whole_answer_are_kept_and_of_a_partial_one_none() {
        let digest = Sha256Digest::of(b"x");
        let answer = |omitted: u64| {
            format!(
                r#"{{"pin":{{"skill_id":"{ID}"}},"manifest":{{"package_hash":"{digest}","files":[{{"path":"a/run.sh","type":"script","language":null,"size_bytes":1,"sha256":"{digest}"}}],"summary":{{"total_files":1,"total_bytes":1,"has_scripts":true,"has_assets":false,"omitted_count":{omitted},"truncated":false,"truncation_reason":null}}}}}}"#
            )
        };
        let pin = HeldPin::parse(&answer(0)).expect("a pin");
        let files = pin.files.expect("every file is listed");
        assert_eq!((files["a/run.sh"].state.sha256, files["a/run.sh"].state.is_executable), (digest, None));
        let pin = HeldPin::parse(&answer(3)).expect("a pin");
        assert_eq!((pin.files, pin.is_partial, pin.package_hash), (None, true, Some(digest)));
    }

    #[test]
    fn what_is_no_pin_is_refused() {
        for (text, expected) in [
            ("", "not a pin"),
            ("[]", "not a pin"),
            ("{}", "names neither"),
            (r#"{"pin":{}}"#, "names neither"),
            (r#"{"skill_id":"x"}"#, "not a pin"),
            (r#"{"content_hash":"x"}"#, "SHA-256"),
            (r#"{"content_hash":"sha256:00","verdict":"fine"}"#, "not a pin"),
        ] {
            let error = HeldPin::parse(text).map_err(|error| error.to_string());
            assert!(error.as_ref().is_err_and(|error| error.contains(expected)), "{text} {error:?}");
        }
    }

    #[test]
    fn only_what_the_pin_says_is_compared_and_commits_do_not_count() {
        let digest = |text: &str| Some(Sha256Digest::of(text.as_bytes()));
        let now = HeldPin {
            skill_id: ID.parse().ok(),
            source_url: Some("https://example.com/b".to_owned()),
            content_hash: digest("content"),
            package_hash: digest("files"),
            commit_sha: Some("b".repeat(40)),
            verdict: Some(SafetyStatus::Warning),
            ..HeldPin::default()
        };
        let rows: [(HeldPin, &[(&str, bool)]); 7] = [
            (now.clone(), &[]),
            (HeldPin { content_hash: digest("content"), ..HeldPin::default() }, &[]),
            (HeldPin { commit_sha: Some("a".repeat(40)), ..now.clone() }, &[("commit_sha", false)]),
            (HeldPin { commit_sha: Some("a".repeat(40)), package_hash: None, ..now.clone() }, &[("commit_sha", true)]),
            (HeldPin { package_hash: digest("other"), ..now.clone() }, &[("package_hash", true)]),
            (
                HeldPin { verdict: Some(SafetyStatus::Safe), content_hash: digest("old"), ..now.clone() },
                &[("verdict", true), ("content_hash", true)],
            ),
            (HeldPin { source_url: Some("a\u{1b}".to_owned()), ..now.clone() }, &[("source_url", false)]),
        ];
        for (pin, expected) in rows {
            let changes = pin_changes(&pin, &now);
            let told: Vec<(&str, bool)> = changes.iter().map(|change| (change.field, change.counts)).collect();
            assert_eq!(told, expected, "{pin:?}");
            assert!(!changes.iter().any(|change| change.before.contains('\u{1b}')));
        }
        let gone = UpstreamChange::between(now, None, None);
        assert!(!gone.is_same && gone.upstream.is_none() && gone.changes.is_empty());
    }
}
