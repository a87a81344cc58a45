//! The operations as MCP tools, and the catalogue as skills and resources, for clients of both eras on one endpoint: those that begin with
//! `initialize` and those that say everything in every request (2026-07-28).
//!
//! The room knows rmcp and nothing of stores or search. Start with [`McpServer`]; [`service`]
//! puts it behind HTTP, [`serve_stdio`] behind standard input and output. What a model reads is
//! made in `text`: verdict first, the words of authors fenced and last.

mod completions;
mod cursor;
mod http;
mod icon;
mod media_type;
mod namespace;
mod payment;
mod progress;
mod prompts;
mod resources;
mod schema;
mod server;
mod skill_uri;
mod skills;
mod stdio;
mod text;
mod tools;

pub use http::{McpService, service, transport};
pub use icon::{ICON, ICON_PATH};
pub use namespace::NAMESPACE;
pub use server::McpServer;
pub use stdio::{StdioError, serve_stdio};
