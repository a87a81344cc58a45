//! `server.json`: how the registry of MCP servers describes one.

use serde_json::{Value, json};

use super::pretty;
use crate::surfaces::mcp::NAMESPACE;

/// The form of the description: the registry's version of 2025-12-11.
const SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";

/// Renders `server.json` for the service at `url`; without one, for an instance of which only
/// whoever runs it knows the host.
///
/// The registry asks whoever publishes it to prove that the namespace is theirs, and takes a
/// name in another namespace from those who run an instance of their own.
pub fn server_json(url: Option<&str>) -> String {
    let remote = match url {
        Some(url) => json!({ "type": "streamable-http", "url": format!("{url}/mcp") }),
        None => json!({
            "type": "streamable-http",
            "url": "https://{host}/mcp",
            "variables": { "host": { "description": "Host of the instance.", "isRequired": true } },
        }),
    };
    let mut server = json!({
        "$schema": SCHEMA,
        "name": format!("{NAMESPACE}/touchmark"),
        "title": "Touchmark",
        "description": "Finds agent skills, shows what is in them, and re-verifies what you hold.",
        "version": env!("CARGO_PKG_VERSION"),
        "remotes": [remote],
    });
    if let Some(url) = url {
        server["websiteUrl"] = Value::from(url);
    }
    pretty(&server)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the schema says of the fields that we write.
    #[test]
    fn the_description_has_the_form_that_the_registry_takes() {
        for url in [None, Some("https://skills.example"), Some("http://127.0.0.1:7080")] {
            let server: Value = serde_json::from_str(&server_json(url)).expect("JSON");
            let known = ["$schema", "name", "title", "description", "version", "websiteUrl", "remotes"];
            assert!(server.as_object().expect("an object").keys().all(|key| known.contains(&key.as_str())), "{server}");
            let text = |key: &str| server[key].as_str().unwrap_or_else(|| panic!("{key} is no text")).to_owned();
            let name = text("name");
            let (namespace, own) = name.split_once('/').expect("a namespace and a name");
            let is_part = |text: &str, more: &str| {
                !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || more.contains(letter))
            };
            assert!(is_part(namespace, ".-") && is_part(own, "._-") && (3..=200).contains(&name.len()), "{name}");
            for key in ["title", "description"] {
                assert!((1..=100).contains(&text(key).chars().count()), "{key}");
            }
            let version = text("version");
            assert!(!version.is_empty() && !version.contains(['^', '~', '*', '>', '<', ' ']), "{version}");
            let remotes = server["remotes"].as_array().expect("remotes");
            assert_eq!(remotes.len(), 1);
            for remote in remotes {
                assert_eq!(remote["type"], "streamable-http");
                let target = remote["url"].as_str().expect("a URL");
                // Every variable of a template is described.
                let used: Vec<&str> =
                    target.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect();
                let described: Vec<String> =
                    remote["variables"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
                assert_eq!(used, described, "{target}");
                assert!(target.starts_with("http") && target.ends_with("/mcp"), "{target}");
            }
        }
    }
}
