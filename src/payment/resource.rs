//! What is paid for: the call, as catalogues of paid services list it (extension `bazaar`).

use serde_json::{Value, json};

/// Something that can be paid for.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Its URL: that of the endpoint, or `mcp://tool/` and the name of a tool.
    pub url: String,
    /// What it does.
    pub description: String,
    /// How it is called.
    pub call: Call,
}

/// How something is called.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// `POST` with a JSON body such as this.
    Post {
        /// A request.
        example: Value,
    },
    /// A tool of MCP.
    Tool {
        /// Its name.
        name: String,
        /// The schema of its arguments, as the tool declares it.
        input_schema: Value,
        /// Arguments.
        example: Value,
    },
}

impl Resource {
    /// Describes the call as the extension `bazaar` does. Over HTTP this is part of a header,
    /// so it is kept short: the OpenAPI document has the whole schema.
    pub(super) fn bazaar(&self) -> Value {
        let (input, schema) = match &self.call {
            Call::Post { example } => (
                json!({ "type": "http", "method": "POST", "bodyType": "json", "body": example }),
                json!({
                    "type": "object",
                    "properties": {
                        "type": { "const": "http" }, "method": { "const": "POST" },
                        "bodyType": { "const": "json" }, "body": { "type": "object" },
                    },
                    "required": ["type", "method", "bodyType", "body"],
                    "additionalProperties": false,
                }),
            ),
            Call::Tool { name, input_schema, example } => (
                json!({
                    "type": "mcp", "tool": name, "description": self.description,
                    "transport": "streamable-http", "inputSchema": input_schema, "example": example,
                }),
                json!({
                    "type": "object",
                    "properties": {
                        "type": { "const": "mcp" }, "tool": { "type": "string" }, "description": { "type": "string" },
                        "transport": { "enum": ["streamable-http", "sse"] },
                        "inputSchema": { "type": "object" }, "example": { "type": "object" },
                    },
                    "required": ["type", "tool", "inputSchema"],
                    "additionalProperties": false,
                }),
            ),
        };
        json!({
            "info": { "input": input, "output": { "type": "json" } },
            "schema": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": {
                    "input": schema,
                    "output": {
                        "type": "object", "properties": { "type": { "type": "string" } }, "required": ["type"],
                    },
                },
                "required": ["input"],
            },
        })
    }
}
