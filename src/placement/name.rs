//! The name of the folder of an installed skill.

use std::fmt;

use super::PlacementError;
use crate::skill::sanitise_line;

/// Characters of a name.
const CHARACTERS: usize = 100;

/// The name of the folder of an installed skill: letters, digits, `-` and `_`, so that it is
/// one folder on every system, never hidden, and never an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderName(String);

impl FolderName {
    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for FolderName {
    type Error = PlacementError;

    fn try_from(text: &str) -> Result<Self, PlacementError> {
        let is_plain = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_');
        // Names of devices, which Windows takes for themselves in every folder.
        let is_device = ["con", "prn", "aux", "nul"].iter().any(|device| text.eq_ignore_ascii_case(device));
        let reason = match text {
            "" => "is empty",
            _ if text.chars().count() > CHARACTERS => "is longer than 100 characters",
            _ if !text.chars().all(is_plain) => "holds other characters than letters, digits, `-` and `_`",
            _ if text.starts_with('-') => "begins with `-`",
            _ if is_device => "is the name of a device on some systems",
            _ => return Ok(Self(text.to_owned())),
        };
        Err(PlacementError::Name { name: sanitise_line(text, CHARACTERS), reason })
    }
}

impl fmt::Display for FolderName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
