//! Agent plugins, which ship skills beside other things (Agent Plugins 1.0.0, and the layout that
//! came before it, with the manifest in `.claude-plugin`).
//!
//! A plugin's manifest says under which licence its skills are. What else a plugin ships (its
//! `mcp.json`, hooks, agents) is no part of any of its skills: an installer of skills leaves it
//! behind, and the digests and verdicts of a skill are not about it.

use serde_json::Value;

use crate::skill::sanitise_line;

/// Where a manifest stands below the root of a plugin; the first that is there counts.
pub(super) const MANIFESTS: [&str; 2] = ["plugin.json", ".claude-plugin/plugin.json"];
/// Bytes of a manifest.
pub(super) const MANIFEST_BYTES: u64 = 256 * 1024;
/// Characters of a licence that are kept.
const LICENSE_CHARACTERS: usize = 100;
/// Characters of a plugin's name, by the specification.
const NAME_CHARACTERS: usize = 64;

/// Returns the root of the plugin in which a skill would be, if it were in one: skills are at
/// `skills/<folder>` below it and nowhere else.
pub(super) fn root_of(skill_folder: &str) -> Option<&str> {
    let (skills, _) = skill_folder.rsplit_once('/')?;
    match skills.rsplit_once('/') {
        Some((root, "skills")) => Some(root),
        None if skills == "skills" => Some(""),
        _ => None,
    }
}

/// Returns the licence that a manifest names; nothing where it is the manifest of no plugin.
pub(super) fn license_of(manifest: &[u8]) -> Option<String> {
    let manifest: Value = serde_json::from_slice(manifest).ok()?;
    let name = manifest.get("name")?.as_str()?;
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS {
        return None;
    }
    let license = sanitise_line(manifest.get("license")?.as_str()?, LICENSE_CHARACTERS);
    (!license.is_empty()).then_some(license)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_skills_one_level_below_the_folder_of_skills_are_in_a_plugin() {
        let rows = [
            ("skills/pdf", Some("")),
            ("plugins/office/skills/pdf", Some("plugins/office")),
            ("skills/office/pdf", None),
            ("skills", None),
            ("pdf", None),
            ("", None),
            ("my-skills/pdf", None),
        ];
        for (folder, expected) in rows {
            assert_eq!(root_of(folder), expected, "{folder}");
        }
    }

    #[test]
    fn a_licence_is_taken_from_the_manifest_of_a_plugin_alone() {
        let rows: [(&[u8], Option<&str>); 7] = [
            (br#"{"name":"office","license":"MIT","later":[]}"#, Some("MIT")),
            (br#"{"name":"office","license":" Apache-2.0 "}"#, Some("Apache-2.0")),
            (br#"{"license":"MIT"}"#, None),
            (br#"{"name":"","license":"MIT"}"#, None),
            (br#"{"name":"office","license":{"type":"MIT"}}"#, None),
            (br#"{"name":"office","license":""}"#, None),
            (b"not json", None),
        ];
        for (manifest, expected) in rows {
            assert_eq!(license_of(manifest).as_deref(), expected, "{}", String::from_utf8_lossy(manifest));
        }
    }
}
