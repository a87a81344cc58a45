//! The manifest of Agentic Resource Discovery, and the card of the MCP server that it names.

use serde_json::{Value, json};
use url::Url;

use super::pretty;

/// Revisions of MCP that `/mcp` speaks.
const MCP_REVISIONS: [&str; 3] = ["2025-06-18", "2025-11-25", "2026-07-28"];

/// Renders `/.well-known/ard.json`, and `/.well-known/ai-catalog.json` for clients of 0.9: what
/// this instance offers to other programs. Its skills are found through the registry.
///
/// `specVersion` and `host` are what 0.9 requires beside `entries`; 0.91 passes over them.
pub fn ard(url: &str) -> String {
    let domain = domain(url);
    let entry = |name: &str, title: &str, kind: &str, path: &str, about: &str, queries: [&str; 2]| -> Value {
        json!({
            "identifier": format!("urn:air:{domain}:{name}"),
            "displayName": title,
            "type": kind,
            "url": format!("{url}{path}"),
            "description": about,
            "representativeQueries": queries,
            "version": env!("CARGO_PKG_VERSION"),
        })
    };
    pretty(&json!({
        "specVersion": "1.0",
        "host": { "displayName": "Touchmark", "documentationUrl": format!("{url}/docs") },
        "entries": [
            entry(
                "registry:skills", "Touchmark registry", "application/ai-registry+json", "/",
                "Agent skills with a safety verdict each: search, facets and a list.",
                ["find an agent skill that extracts text from PDF files", "which skills do code review"],
            ),
            entry(
                "server:touchmark", "Touchmark MCP server", "application/mcp-server-card+json",
                "/.well-known/mcp/server-card.json",
                "Finds, inspects and re-verifies agent skills.",
                ["is this skill safe to install", "has the skill that I installed changed"],
            ),
            entry(
                "skill:touchmark", "Touchmark skill", "text/markdown; profile=\"urn:air:agent-skills\"", "/SKILL.md",
                "Teaches an agent to find, inspect and verify skills before they are installed or loaded.",
                ["how do I check a skill before I load it", "verify installed skills in CI"],
            ),
        ],
    }))
}

/// Renders `/.well-known/mcp/server-card.json` (SEP-2127, a draft).
pub fn server_card(url: &str) -> String {
    // The name is one of a kind by the domain under which the instance is reached.
    let reversed: Vec<String> = domain(url).split('.').rev().map(str::to_owned).collect();
    pretty(&json!({
        "$schema": "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json",
        "name": format!("{}/touchmark", reversed.join(".")),
        "title": "Touchmark",
        "description": "Finds, inspects and re-verifies agent skills.",
        "version": env!("CARGO_PKG_VERSION"),
        "websiteUrl": format!("{url}/docs"),
        "remotes": [{
            "type": "streamable-http",
            "url": format!("{url}/mcp"),
            "supportedProtocolVersions": MCP_REVISIONS,
        }],
    }))
}

/// The host of a URL, as far as an identifier can hold it.
fn domain(url: &str) -> String {
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let is_kept = |character: &char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-');
    let domain: String = host.chars().filter(is_kept).collect();
    if domain.is_empty() { "localhost".to_owned() } else { domain }
}
