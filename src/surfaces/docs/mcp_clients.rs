//! The configuration of each MCP client in its own format, from one table.

use serde_json::{Map, Value, json};

use super::pages::{Page, page};

/// A client that reads a configuration of MCP servers.
struct Client {
    name: &'static str,
    /// Where it reads it: of a project, or of the user.
    file: &'static str,
    format: Format,
    /// The keys under which a server stands by its name.
    keys: &'static [&'static str],
    /// A server over HTTP.
    remote: fn(&str) -> Value,
    /// A server that the client starts.
    local: fn() -> Value,
    /// What stands beside the servers.
    beside: &'static [(&'static str, &'static str)],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Toml,
}

fn command() -> Value {
    json!({ "command": "touchmark", "args": ["mcp"] })
}

const CLIENTS: [Client; 7] = [
    Client {
        name: "Claude Code",
        file: ".mcp.json",
        format: Format::Json,
        keys: &["mcpServers"],
        remote: |url| json!({ "type": "http", "url": url }),
        local: || json!({ "type": "stdio", "command": "touchmark", "args": ["mcp"] }),
        beside: &[],
    },
    Client {
        name: "Codex",
        file: "~/.codex/config.toml",
        format: Format::Toml,
        keys: &["mcp_servers"],
        remote: |url| json!({ "url": url }),
        local: command,
        beside: &[],
    },
    Client {
        name: "Cursor",
        file: ".cursor/mcp.json",
        format: Format::Json,
        keys: &["mcpServers"],
        remote: |url| json!({ "url": url }),
        local: command,
        beside: &[],
    },
    Client {
        name: "VS Code",
        file: ".vscode/mcp.json",
        format: Format::Json,
        keys: &["servers"],
        remote: |url| json!({ "type": "http", "url": url }),
        local: || json!({ "type": "stdio", "command": "touchmark", "args": ["mcp"] }),
        beside: &[],
    },
    Client {
        name: "Windsurf",
        file: "~/.codeium/windsurf/mcp_config.json",
        format: Format::Json,
        keys: &["mcpServers"],
        remote: |url| json!({ "serverUrl": url }),
        local: command,
        beside: &[],
    },
    Client {
        name: "OpenCode",
        file: "opencode.json",
        format: Format::Json,
        keys: &["mcp"],
        remote: |url| json!({ "type": "remote", "url": url, "enabled": true }),
        local: || json!({ "type": "local", "command": ["touchmark", "mcp"], "enabled": true }),
        beside: &[("$schema", "https://opencode.ai/config.json")],
    },
    Client {
        name: "Zed",
        file: "settings.json",
        format: Format::Json,
        keys: &["context_servers"],
        remote: |url| json!({ "url": url }),
        local: command,
        beside: &[],
    },
];

impl Client {
    /// Writes the configuration of one server.
    fn configuration(&self, server: Value) -> String {
        match self.format {
            Format::Json => {
                let mut root =
                    Map::from_iter(self.beside.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))));
                let nested = self.keys[1..]
                    .iter()
                    .rev()
                    .fold(json!({ "touchmark": server }), |inner, key| json!({ *key: inner }));
                root.insert(self.keys[0].to_owned(), nested);
                serde_json::to_string_pretty(&root).unwrap_or_default() + "\n"
            }
            Format::Toml => {
                let mut text = format!("[{}.touchmark]\n", self.keys.join("."));
                for (key, value) in server.as_object().into_iter().flatten() {
                    // A text and a list of texts are written alike in JSON and in TOML.
                    text.push_str(&format!("{key} = {value}\n"));
                }
                text
            }
        }
    }

    fn language(&self) -> &'static str {
        match self.format {
            Format::Json => "json",
            Format::Toml => "toml",
        }
    }
}

/// Writes the page for a service at `url`.
pub(super) fn mcp_clients(url: &str) -> Page {
    let endpoint = format!("{url}/mcp");
    let mut body = "Each client reads another file in another form. The first form asks this service; the second starts the program on the same machine, without a service and without a network. Merge it into a file that is there already.\n".to_owned();
    for client in &CLIENTS {
        let language = client.language();
        body.push_str(&format!(
            "\n## {}\n\nIn `{}`:\n\n```{language}\n{}```\n\nor, to start the program:\n\n```{language}\n{}```\n",
            client.name,
            client.file,
            client.configuration((client.remote)(&endpoint)),
            client.configuration((client.local)()),
        ));
    }
    body.push_str(&format!(
        "\nOn the command line of Claude Code: `claude mcp add --transport http touchmark {endpoint}`.\n"
    ));
    page(
        "/docs/mcp-clients",
        "MCP clients",
        "The configuration of Claude Code, Codex, Cursor, VS Code, Windsurf, OpenCode and Zed.",
        &body,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a configuration with a parser of its own format.
    fn parsed(client: &Client, text: &str) -> Value {
        match client.format {
            Format::Json => serde_json::from_str(text).expect("JSON"),
            Format::Toml => serde_json::to_value(toml::from_str::<toml::Table>(text).expect("TOML")).expect("a value"),
        }
    }

    #[test]
    fn every_configuration_is_one_of_its_format_and_says_where_the_server_is() {
        for client in &CLIENTS {
            for (server, is_remote) in
                [((client.remote)("https://skills.example/mcp"), true), ((client.local)(), false)]
            {
                let text = client.configuration(server.clone());
                let mut value = &parsed(client, &text);
                for key in client.keys {
                    value = &value[*key];
                }
                assert_eq!(value["touchmark"], server, "{}", client.name);
                let words = value["touchmark"].to_string();
                assert_eq!(words.contains("https://skills.example/mcp"), is_remote, "{}", client.name);
                assert_eq!(words.contains("\"touchmark\""), !is_remote, "{}: {words}", client.name);
            }
        }
    }

    #[test]
    fn the_page_holds_both_forms_of_every_client() {
        let page = mcp_clients("https://skills.example");
        for client in &CLIENTS {
            let remote = client.configuration((client.remote)("https://skills.example/mcp"));
            assert!(page.markdown.contains(&remote) && page.markdown.contains(&client.configuration((client.local)())));
        }
    }
}
