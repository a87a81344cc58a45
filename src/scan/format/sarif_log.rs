//! What every SARIF 2.1.0 log (OASIS) of this program has in common: tool, version, the base of
//! relative URIs, the unit of columns, the number of results that services take.

use serde_json::{Value, json};

use super::sarif::sarif_message;
use super::uri;

/// Results that services take in one run; GitHub refuses a file with more.
pub const SARIF_RESULTS: usize = 25_000;
/// The base of relative URIs: the root of the sources.
const BASE: &str = "%SRCROOT%";

/// One run of a log: what differs from report to report.
#[derive(Debug)]
pub struct SarifRun {
    /// What the run is about, in a word: `scan`, `check`.
    pub verb: &'static str,
    /// Whether runs of this kind take each other's place where a service collects them.
    pub is_automation: bool,
    /// The rules that results name by their index.
    pub rules: Vec<Value>,
    /// The ruleset, where the rules are those of a scan.
    pub ruleset_version: Option<String>,
    /// Whether everything could be told.
    pub is_complete: bool,
    /// What went wrong meanwhile; see [`sarif_notification`].
    pub notifications: Vec<Value>,
    /// What was set for the run.
    pub configuration: Option<Vec<Value>>,
    /// The files, where the log binds their bytes.
    pub artifacts: Option<Vec<Value>>,
    /// The results.
    pub results: Vec<Value>,
    /// What has no place in the format.
    pub properties: Value,
}

impl SarifRun {
    /// Writes the log.
    pub fn into_log(self) -> String {
        let mut driver = json!({
            "name": "Touchmark",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": self.rules
        });
        if let Some(version) = self.ruleset_version {
            driver["properties"] = json!({ "ruleset_version": version });
        }
        let mut invocation = json!({
            "executionSuccessful": self.is_complete,
            "toolExecutionNotifications": self.notifications
        });
        if let Some(configuration) = self.configuration {
            invocation["toolConfigurationNotifications"] = json!(configuration);
        }
        let base = format!("The folder in which the {} was started", self.verb);
        let mut run = json!({ "tool": { "driver": driver } });
        if self.is_automation {
            run["automationDetails"] = json!({ "id": format!("touchmark/{}/", self.verb) });
        }
        run["invocations"] = json!([invocation]);
        run["originalUriBaseIds"] = json!({ BASE: { "description": { "text": base } } });
        run["columnKind"] = json!("unicodeCodePoints");
        if let Some(artifacts) = self.artifacts {
            run["artifacts"] = json!(artifacts);
        }
        run["results"] = json!(self.results);
        run["properties"] = self.properties;
        let log = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [run]
        });
        serde_json::to_string_pretty(&log).expect("a value is JSON") + "\n"
    }
}

/// Returns the location of a file: relative to the base where its path is.
pub fn sarif_location(path: &str) -> Value {
    let mut value = json!({ "uri": uri::of_path(path) });
    if uri::is_relative(path) {
        value["uriBaseId"] = json!(BASE);
    }
    value
}

/// Tells of something that is no result, with its file where it has one.
pub fn sarif_notification(level: &str, text: &str, path: Option<&str>) -> Value {
    let mut value = json!({ "level": level, "message": { "text": sarif_message(text) } });
    if let Some(path) = path {
        value["locations"] = json!([{ "physicalLocation": { "artifactLocation": sarif_location(path) } }]);
    }
    value
}
