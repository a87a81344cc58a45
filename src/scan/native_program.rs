//! The compiled programs of a package, and whether anything says that they are there.

use serde::{Deserialize, Serialize};

use super::beside::{SOURCE_FOLDER, inner_path};
use super::evidence::native::{is_declared, native};
use crate::skill::{SkillBundle, limits, sanitise_line};

/// A compiled program in a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NativeProgram {
    /// Its path in the distribution, sanitised.
    pub path: String,
    /// For which system and processor it is, in words.
    pub platform: String,
    /// Whether the name of a wheel declares that platform.
    pub is_declared: bool,
}

/// Lists the compiled programs of a package whose release has `files`, in order of path.
pub fn native_programs(bundle: &SkillBundle, files: &[String]) -> Vec<NativeProgram> {
    let programs = bundle.files.iter().filter_map(|file| {
        let program = file.bytes().and_then(native)?;
        let is_of_wheel = !file.path.as_str().starts_with(SOURCE_FOLDER);
        Some(NativeProgram {
            path: sanitise_line(inner_path(file.path.as_str()), limits::NAME_BYTES),
            platform: program.to_string(),
            is_declared: is_of_wheel && files.iter().any(|name| is_declared(name, program)),
        })
    });
    programs.collect()
}
