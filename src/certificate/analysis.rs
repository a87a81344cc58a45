//! How far an analysis went.

use serde::{Deserialize, Serialize};

use crate::package::{DistributionKind, WheelTarget};
use crate::scan::NativeProgram;

use super::ReviewedFile;

/// How far an analysis went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(inline)]
pub enum AnalysisType {
    /// All of the source was looked at.
    Full,
    /// Something was not looked at: it exceeds the limits, cannot be read, or is compiled and
    /// nothing of which it could have been compiled is there.
    Partial,
    /// There is no source: what was looked at goes with compiled code, or is nothing else.
    BinaryOnly,
}

/// What of a release is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompiledCode {
    /// Nothing, or what a wheel declares whose source is there.
    Accounted,
    /// Some of it, and nothing says of what it was made.
    WithoutSource,
    /// All of its code.
    Only,
}

impl CompiledCode {
    /// Tells it by the programs of a release, and whether it has any code beside them.
    pub fn of(programs: &[NativeProgram], has_code: bool) -> Self {
        match programs.iter().any(|program| !program.is_declared) {
            false => Self::Accounted,
            true if has_code => Self::WithoutSource,
            true => Self::Only,
        }
    }
}

impl AnalysisType {
    /// Tells how far an analysis of these files went; `is_complete` where everything in them was
    /// looked at, and no file was left out that should have been.
    pub fn of(files: &[ReviewedFile], is_complete: bool, compiled: CompiledCode) -> Self {
        let is_source = |file: &ReviewedFile| match file.kind {
            DistributionKind::Sdist | DistributionKind::Tarball => true,
            DistributionKind::Wheel => WheelTarget::of_file_name(&file.file_name) == WheelTarget::Anywhere,
        };
        if !files.iter().any(is_source) || compiled == CompiledCode::Only {
            Self::BinaryOnly
        } else if is_complete && compiled != CompiledCode::WithoutSource {
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
