//! How the operations are reached: over REST, over MCP, and from the command line; and the
//! documents that describe all three. Only this room knows a transport, and it knows neither
//! the store nor search nor sources.

pub mod cli;
pub mod docs;
pub mod mcp;
pub mod rest;
pub mod well_known;
