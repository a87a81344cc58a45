//! Descriptors at agreed places.

mod agent_skills;
mod ard;
mod server_json;

use serde_json::{Value, json};

use crate::operations::{Exposed, PaymentTerms, register};

pub use agent_skills::{DISCOVERY_SCHEMA, agent_skills};
pub use ard::{ard, server_card};
pub use server_json::server_json;

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

/// Renders `/.well-known/x402.json`, and `/.well-known/x402` where crawlers of paid services
/// look: what costs something, what does not, and how it is paid. Neither path is in the
/// specification.
pub fn x402(url: &str, terms: Option<&PaymentTerms>) -> String {
    let (paid, free): (Vec<Exposed>, Vec<Exposed>) = register()
        .into_iter()
        .filter(|operation| operation.rest.is_some())
        .partition(|operation| terms.is_some() && operation.charge.is_discovery());
    let address = |operation: &Exposed| operation.rest.map(|binding| format!("{url}{}", binding.path));
    let mut free: Vec<String> = free.iter().filter_map(address).collect();
    free.extend(terms.is_none().then(|| format!("{url}/mcp")));
    let accepts: Vec<Value> =
        terms.iter().map(|terms| serde_json::to_value(terms.requirements()).unwrap_or_default()).collect();
    let item = |operation: &Exposed| {
        json!({
            "resource": address(operation), "type": "http", "method": "POST", "x402Version": 2, "accepts": accepts,
            "metadata": { "description": operation.summary },
        })
    };
    let description = match terms {
        None => "Payments are off: every endpoint of this instance is free.".to_owned(),
        Some(terms) => format!(
            "Beyond the free tier a discovery workflow costs {} USD in USDC on Base. A workflow is one /discover with up to five /inspect for its query_id, or one /inspect without. The tools of /mcp cost the same.",
            terms.price()
        ),
    };
    pretty(&json!({
        "version": 1,
        "x402Version": 2,
        "enabled": terms.is_some(),
        "description": description,
        "instructions": format!("{url}/docs/payments.md"),
        "resources": paid.iter().filter_map(address).collect::<Vec<_>>(),
        "items": paid.iter().map(item).collect::<Vec<_>>(),
        "free": free,
    }))
}

fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
