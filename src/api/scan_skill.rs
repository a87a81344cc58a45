//! The tool `scan_skill`.

use serde::{Deserialize, Serialize};

/// Exactly one of files, skill_id and folder.
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanSkillRequest {
    /// The skill's files, SKILL.md among them: at most 512, together at most 1 MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<InlineFile>")]
    pub files: Option<Vec<InlineFile>>,
    /// UUID of an indexed skill, scanned anew with the current rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "uuid"))]
    pub skill_id: Option<String>,
    /// Path of a folder with SKILL.md on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub folder: Option<String>,
}

/// A file of a skill.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct InlineFile {
    /// Path below the skill's folder.
    pub path: String,
    /// Text, or bytes as base64.
    pub content: String,
    /// Whether content is base64.
    #[serde(default)]
    pub is_base64: bool,
    /// Whether it may be executed.
    #[serde(default)]
    pub is_executable: bool,
}
