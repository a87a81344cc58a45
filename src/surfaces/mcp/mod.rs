//! To be written.

/// Placeholder until merge.
pub fn service(_: crate::operations::Services, _: &crate::config::HttpConfig) -> axum::routing::MethodRouter<()> {
    axum::routing::get(|| async { "" })
}
