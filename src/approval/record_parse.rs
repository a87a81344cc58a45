//! Reads approval records, and accepts only what is one to the letter.

use serde_json::Value;

use super::error::RecordError;
use super::frontmatter::{SkillFacts, SkillStatus};
use super::json::parse_strictly;
use super::manifest::{Manifest, MeasuredFile};
use super::path::RecordedPath;
use super::record::{ApprovalId, ApprovalRecord, ArtifactPath, DeclaredSource, LIMITATIONS, VERIFICATION, VERSION};
use super::record_fields::Fields;
use crate::skill::{FileClass, Sha256Digest};

impl ApprovalRecord {
    /// Reads the bytes of a record.
    ///
    /// # Errors
    /// Fails in this order: what is no JSON object or holds a key twice; another version; a key
    /// that is missing, unknown or has another value than it must; files that are out of order,
    /// occur twice or collide; a root digest that is not that of the files.
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordError> {
        let value = parse_strictly(bytes).map_err(|error| RecordError::Syntax { reason: error.to_string() })?;
        let mut fields = Fields::open("", value)?;
        for key in ["schema_version", "spec_version"] {
            if fields.value(key)?.as_u64() != Some(VERSION) {
                return Err(RecordError::Version { key });
            }
        }
        let tool_version = fields.text("tool_version", "a version such as 1.2.3", is_tool_version)?;
        let id_text =
            fields.text("approval_id", "1 to 64 of a-z, 0-9 and -", |text| ApprovalId::try_from(text).is_ok())?;
        let path_text = fields.text("artifact_path", IS_PATH, |text| ArtifactPath::try_from(text).is_ok())?;
        let digest_text = fields.text("root_digest", "sha256: and 64 lower-case hex digits", is_root_digest)?;
        let files = files(&mut fields)?;
        let skill = skill(fields.value("skill")?)?;
        let created_at = fields.text("created_at", "a UTC time such as 2026-06-12T00:00:00Z", is_time)?;
        let declared_source = fields.optional("declared_source").map(declared_source).transpose()?;
        fields.text("limitations", "the sentence of the format", |text| text == LIMITATIONS)?;
        fields.finish()?;
        let manifest = Manifest::checked(files)?;
        let root_digest = manifest.root_digest();
        if root_digest.to_string() != digest_text {
            return Err(RecordError::Digest);
        }
        let approval_id = ApprovalId::try_from(id_text.as_str())
            .map_err(|_| RecordError::Value { key: "approval_id".to_owned(), expected: "an id" })?;
        let artifact_path = ArtifactPath::try_from(path_text.as_str())
            .map_err(|_| RecordError::Value { key: "artifact_path".to_owned(), expected: IS_PATH })?;
        Ok(Self { tool_version, approval_id, artifact_path, manifest, root_digest, skill, created_at, declared_source })
    }
}

const IS_PATH: &str = "a relative path without `.` and `..`, or `.` alone";

fn files(fields: &mut Fields) -> Result<Vec<MeasuredFile>, RecordError> {
    let Value::Array(items) = fields.value("files")? else { return Err(fields.not("files", "a list")) };
    items.into_iter().enumerate().map(|(index, item)| file(&format!("files[{index}]"), item)).collect()
}

fn file(at: &str, value: Value) -> Result<MeasuredFile, RecordError> {
    let mut fields = Fields::open(at, value)?;
    let path = fields.text("path", "a path that can be recorded", |_| true)?;
    let path = RecordedPath::try_from(path.as_str()).map_err(|_| fields.not("path", "a path that can be recorded"))?;
    let digest = fields.text("sha256", "64 lower-case hex digits", is_bare_digest)?;
    let sha256: Sha256Digest = digest.parse().map_err(|_| fields.not("sha256", "64 lower-case hex digits"))?;
    let size = fields.value("size")?.as_u64().ok_or_else(|| fields.not("size", "a number of bytes"))?;
    let executable = fields.value("executable")?.as_bool().ok_or_else(|| fields.not("executable", "true or false"))?;
    let class: FileClass =
        serde_json::from_value(fields.value("class")?).map_err(|_| fields.not("class", "a class of files"))?;
    fields.finish()?;
    Ok(MeasuredFile { path, sha256, size, executable, class })
}

fn skill(value: Value) -> Result<SkillFacts, RecordError> {
    let mut fields = Fields::open("skill", value)?;
    let status = fields.value("frontmatter_status")?;
    let status = match (status.as_str(), fields.value("frontmatter")?) {
        (Some("ok"), Value::Object(frontmatter)) => SkillStatus::Ok(frontmatter),
        (Some("missing"), Value::Null) => SkillStatus::Missing,
        (Some("invalid"), Value::Null) => SkillStatus::Invalid,
        (Some("ok" | "missing" | "invalid"), _) => {
            return Err(fields.not("frontmatter", "an object where the status is ok, and null where it is not"));
        }
        _ => return Err(fields.not("frontmatter_status", "ok, missing or invalid")),
    };
    fields.finish()?;
    Ok(SkillFacts::new(status))
}

fn declared_source(value: Value) -> Result<DeclaredSource, RecordError> {
    let mut fields = Fields::open("declared_source", value)?;
    let source = DeclaredSource {
        kind: fields.optional_text("kind", "1 to 32 of a-z, 0-9 and -", is_kind)?,
        repository: fields.optional_text("repository", "at most 512 bytes", |text| text.len() <= 512)?,
        path: fields.optional_text("path", IS_PATH, |text| ArtifactPath::try_from(text).is_ok())?,
        approved_commit: fields.optional_text("approved_commit", "7 to 64 lower-case hex digits", is_commit)?,
        tracking_policy: fields.optional_text("tracking_policy", "at most 128 bytes", |text| text.len() <= 128)?,
    };
    fields.text("verification", "user_supplied", |text| text == VERIFICATION)?;
    fields.finish()?;
    Ok(source)
}

impl DeclaredSource {
    /// Checks what a user says of the source: kind, repository, path, commit and tracking
    /// policy, each of which may be absent. There is no source where all are.
    ///
    /// # Errors
    /// Fails where a value could not be read from a record either.
    pub fn of_user(members: [Option<&str>; 5]) -> Result<Option<Self>, RecordError> {
        let keys = ["kind", "repository", "path", "approved_commit", "tracking_policy"];
        let mut entries: serde_json::Map<String, Value> =
            keys.into_iter().zip(members).filter_map(|(key, value)| Some((key.to_owned(), value?.into()))).collect();
        if entries.is_empty() {
            return Ok(None);
        }
        entries.insert("verification".to_owned(), VERIFICATION.into());
        declared_source(Value::Object(entries)).map(Some)
    }
}

fn is_bare_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_root_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(is_bare_digest)
}

fn is_kind(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Three numbers, and perhaps a hyphen and letters, digits, dots and hyphens.
fn is_tool_version(text: &str) -> bool {
    let (numbers, suffix) = text.split_once('-').map_or((text, None), |(numbers, suffix)| (numbers, Some(suffix)));
    let numbers: Vec<&str> = numbers.split('.').collect();
    let is_suffix = |suffix: &str| {
        !suffix.is_empty() && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
    };
    numbers.len() == 3 && numbers.into_iter().all(is_number) && suffix.is_none_or(is_suffix)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The shape of a UTC time. Calendars are left alone on purpose: two readers must not differ
/// in whether a record is valid.
fn is_time(text: &str) -> bool {
    let Some(text) = text.strip_suffix('Z') else { return false };
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let has_shape = whole.len() == SHAPE.len()
        && whole.bytes().zip(SHAPE.bytes()).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        });
    has_shape && fraction.is_none_or(|digits| is_number(digits) && digits.len() <= 9)
}

/// A time without its fraction; `0` stands for any digit.
const SHAPE: &str = "0000-00-00T00:00:00";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_times_are_known_by_their_shape() {
        for (text, is_valid) in [
            ("0.1.2", true),
            ("9.9.9-rc.1", true),
            ("1.0.0-a-b", true),
            ("1.0", false),
            ("1.0.0-", false),
            ("v1.0.0", false),
            ("1.0.0+build", false),
            ("1..0", false),
        ] {
            assert_eq!(is_tool_version(text), is_valid, "{text}");
        }
        for (text, is_valid) in [
            ("2026-11-20T13:59:16.702Z", true),
            ("2026-99-99T99:99:99Z", true),
            ("2026-11-20T13:59:16.123456789Z", true),
            ("2026-11-20T13:59:16.1234567890Z", false),
            ("2026-11-20T13:59:16.Z", false),
            ("2026-11-20T13:59:16", false),
            ("2026-11-20T13:59:16+00:00", false),
            ("2026-11-20t13:59:16Z", false),
            ("yesterday", false),
        ] {
            assert_eq!(is_time(text), is_valid, "{text}");
        }
    }
}
