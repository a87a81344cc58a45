//! Skills that a host offers over HTTP: by a list of its own, by the API of a registry, or over
//! the Model Context Protocol.
//!
//! What the host says of a skill (its name, its digests) is held against the bytes; a skill for
//! which they differ is refused, and the others are read.

mod clawhub;
mod discovery_index;
mod mcp;
mod mcp_call;
mod mcp_skill;
mod trouble;
mod well_known;

pub(super) use clawhub::ClawHubStream;
pub(super) use mcp::McpStream;
pub(super) use well_known::WellKnownStream;

use super::{ReadBounds, SourceError, WebProtocol, WebSpec};

/// Returns a text that stays the same for as long as what the host offers does; `known` is the
/// text of an earlier time. `None` where only reading tells.
///
/// # Errors
/// Fails where the host cannot be asked.
pub(super) fn revision(
    spec: &WebSpec,
    bounds: &ReadBounds,
    known: Option<&str>,
) -> Result<Option<String>, SourceError> {
    match spec.protocol() {
        WebProtocol::WellKnown => well_known::revision(spec, bounds, known),
        WebProtocol::ClawHub => clawhub::revision(spec, bounds),
        WebProtocol::Mcp => mcp::revision(spec, bounds),
    }
}
