//! Records of the registries themselves, which say of one version what concerns it.

use serde_json::Value;

use super::record::{ALIASES, MALICIOUS, SUMMARY_CHARACTERS, URL_CHARACTERS, is_id};
use super::{Advisory, AdvisoryError, AdvisorySeverity, Affected};
use crate::package::{PackageRegistry, PackageSpec};
use crate::skill::Timestamp;

/// The weakness by which npm's advisories say that a package is malicious (embedded malicious
/// code).
const MALICIOUS_WEAKNESS: &str = "CWE-506";

impl Advisory {
    /// Reads what a registry says of a release: an entry of
    /// npm's bulk advisories, or of `vulnerabilities` of PyPI's JSON API. It concerns that release
    /// alone, as of `now`.
    ///
    /// # Errors
    /// Fails where it has no id, or the spec no version.
    pub fn of_registry(record: &Value, release: &PackageSpec, now: Timestamp) -> Result<Self, AdvisoryError> {
        let version = release.version.clone().ok_or(AdvisoryError::Id)?;
        let affected = Affected {
            registry: release.registry,
            name: release.name.clone(),
            versions: vec![version],
            ranges: Vec::new(),
            is_unclear: false,
        };
        let text = |name: &str| record.get(name).and_then(Value::as_str);
        let url = |name: &str| {
            text(name)
                .filter(|url| url.starts_with("https://") && url.len() <= URL_CHARACTERS)
                .filter(|url| url.bytes().all(|byte| byte.is_ascii_graphic()))
                .map(str::to_owned)
        };
        let empty = Self {
            id: String::new(),
            aliases: Vec::new(),
            summary: None,
            severity: None,
            is_malicious: false,
            published: None,
            modified: now,
            withdrawn: None,
            url: None,
            affected: vec![affected],
        };
        let short = |text: &str| text.chars().take(SUMMARY_CHARACTERS).collect::<String>();
        let advisory = match release.registry {
            PackageRegistry::Npm => {
                // The address of an advisory ends in its public id; the number is npm's own.
                let address = url("url");
                let public = address.as_deref().and_then(|url| url.rsplit('/').next()).filter(|id| is_id(id));
                let number =
                    record.get("id").map(ToString::to_string).map(|id| format!("npm:{}", id.trim_matches('"')));
                let id = public.map(str::to_owned).or(number).filter(|id| is_id(id)).ok_or(AdvisoryError::Id)?;
                let weaknesses = record.get("cwe").and_then(Value::as_array).into_iter().flatten();
                Self {
                    id,
                    summary: text("title").map(short),
                    severity: text("severity").and_then(AdvisorySeverity::of_word),
                    is_malicious: weaknesses.filter_map(Value::as_str).any(|it| it == MALICIOUS_WEAKNESS),
                    url: address,
                    ..empty
                }
            }
            PackageRegistry::Pypi => {
                let id = text("id").filter(|id| is_id(id)).ok_or(AdvisoryError::Id)?.to_owned();
                let aliases = record.get("aliases").and_then(Value::as_array).into_iter().flatten();
                let aliases: Vec<String> =
                    aliases.filter_map(Value::as_str).filter(|id| is_id(id)).take(ALIASES).map(str::to_owned).collect();
                let is_malicious = id.starts_with(MALICIOUS) || aliases.iter().any(|id| id.starts_with(MALICIOUS));
                let first_line = |text: &str| text.lines().find(|line| !line.trim().is_empty()).map(short);
                Self {
                    summary: text("summary").or(text("details")).and_then(first_line),
                    withdrawn: text("withdrawn").and_then(|time| time.parse().ok()),
                    is_malicious,
                    url: url("link"),
                    id,
                    aliases,
                    ..empty
                }
            }
        };
        let severity = if advisory.is_malicious { Some(AdvisorySeverity::Critical) } else { advisory.severity };
        Ok(Self { severity, ..advisory })
    }

    /// Tells whether two records are about the same thing: by their ids and other ids.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let ids = |of: &'_ Self| -> Vec<String> { of.aliases.iter().chain([&of.id]).cloned().collect() };
        let own = ids(self);
        ids(other).iter().any(|id| own.contains(id))
    }
}
