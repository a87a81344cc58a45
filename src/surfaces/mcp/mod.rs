//! The operations as MCP tools, for clients of both eras on one endpoint: those that begin with
//! `initialize` and those that say everything in every request (2026-07-28).
//!
//! The room knows rmcp and nothing of stores or search. Start with [`McpServer`]; [`service`]
//! puts it behind HTTP, [`serve_stdio`] behind standard input and output. What a model reads is
//! made in `text`: verdict first, the words of authors fenced and last.

mod http;
mod payment;
mod schema;
mod server;
mod stdio;
mod text;
mod tools;

pub use http::{McpService, service};
pub use server::McpServer;
pub use stdio::{StdioError, serve_stdio};
