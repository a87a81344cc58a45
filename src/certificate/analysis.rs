//! How far an analysis went.

use serde::{Deserialize, Serialize};

use crate::package::{DistributionKind, WheelTarget};

use super::ReviewedFile;

/// How far an analysis went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(inline)]
pub enum AnalysisType {
    /// All of the source was looked at.
    Full,
    /// Something was not looked at: it exceeds the limits, or cannot be read.
    Partial,
    /// There is no source: what was looked at goes with compiled code.
    BinaryOnly,
}

impl AnalysisType {
    /// Tells how far an analysis of these files went; `is_complete` where everything in them was
    /// looked at, and no file was left out that should have been.
    pub fn of(files: &[ReviewedFile], is_complete: bool) -> Self {
        let is_source = |file: &ReviewedFile| match file.kind {
            DistributionKind::Sdist | DistributionKind::Tarball => true,
            DistributionKind::Wheel => WheelTarget::of_file_name(&file.file_name) == WheelTarget::Anywhere,
        };
        if !files.iter().any(is_source) {
            Self::BinaryOnly
        } else if is_complete {
            Self::Full
        } else {
            Self::Partial
        }
    }

    /// Returns the name that answers use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Partial => "PARTIAL",
            Self::BinaryOnly => "BINARY_ONLY",
        }
    }
}
