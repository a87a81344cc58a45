//! MCP over standard input and output, for clients that start the program themselves.

use rmcp::ServiceExt;
use rmcp::service::{QuitReason, ServerInitializeError};
use rmcp::transport::stdio_pipes;

use super::McpServer;
use crate::operations::Services;

/// Why the conversation ended badly.
#[derive(Debug, thiserror::Error)]
pub enum StdioError {
    /// The client did not begin as the protocol prescribes.
    #[error("the MCP client did not begin a conversation on standard input: {0}")]
    Begin(#[source] Box<ServerInitializeError>),
    /// The server broke off.
    #[error("the MCP server broke off: {0}")]
    BrokeOff(#[source] tokio::task::JoinError),
}

/// Serves one client on standard input and output until it closes them.
///
/// Standard output carries only the protocol: whoever calls this must send logs elsewhere.
///
/// # Errors
/// Fails where the client does not speak MCP or the server breaks off.
pub async fn serve_stdio(services: Services) -> Result<(), StdioError> {
    let server = McpServer::new(services, None);
    let running = match server.serve(stdio_pipes()).await {
        Ok(running) => running,
        // A client that looks whether the program starts says nothing and leaves.
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(StdioError::Begin(Box::new(error))),
    };
    match running.waiting().await {
        Ok(QuitReason::JoinError(error)) | Err(error) => Err(StdioError::BrokeOff(error)),
        Ok(_) => Ok(()),
    }
}
