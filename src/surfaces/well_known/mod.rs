//! Descriptors at agreed places.

use serde_json::{Value, json};

use crate::operations::register;

/// Renders `/.well-known/mcp.json`: where the MCP endpoint is and what it offers.
pub fn mcp(url: &str) -> String {
    let tools: Vec<Value> = register()
        .into_iter()
        .filter_map(|operation| {
            operation
                .tool
                .map(|tool| json!({ "name": tool.name, "title": operation.title, "description": operation.summary }))
        })
        .collect();
    pretty(&json!({
        "name": "touchmark",
        "title": "Touchmark",
        "description": "Find agent skills, see what is in them, and verify what you hold.",
        "version": env!("CARGO_PKG_VERSION"),
        "endpoint": format!("{url}/mcp"),
        "transport": "streamable-http",
        "authentication": "none",
        "tools": tools,
        "documentation": format!("{url}/docs"),
        "mcpServers": { "touchmark": { "url": format!("{url}/mcp") } },
    }))
}

/// Renders `/.well-known/x402.json`: payments are off in this version.
pub fn x402(url: &str) -> String {
    let free =
        ["/discover", "/inspect", "/verify", "/verify/batch", "/health", "/mcp"].map(|path| format!("{url}{path}"));
    pretty(&json!({
        "x402Version": 2,
        "enabled": false,
        "description": "Payments are off: every endpoint of this instance is free.",
        "resources": [],
        "free": free,
    }))
}

fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
