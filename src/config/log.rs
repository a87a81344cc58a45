//! What is logged.

use tracing_subscriber::EnvFilter;

/// What is logged, to the standard error stream.
#[derive(Debug)]
pub struct LogConfig {
    /// Levels, in all or by room: `TOUCHMARK_LOG`, for instance `debug` or
    /// `warn,touchmark::ingest=debug`.
    pub filter: EnvFilter,
}

/// A value that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("TOUCHMARK_LOG is {value:?}, expected a level such as `info` or `warn,touchmark::ingest=debug`: {reason}")]
pub struct LogConfigError {
    /// The value.
    value: String,
    /// What is wrong with it.
    reason: String,
}

impl LogConfig {
    /// Reads the environment; `default` holds where it says nothing.
    ///
    /// # Errors
    /// Fails where the value cannot be used.
    pub fn read(default: &str) -> Result<Self, LogConfigError> {
        let value = std::env::var("TOUCHMARK_LOG").ok().filter(|value| !value.is_empty());
        let value = value.unwrap_or_else(|| default.to_owned());
        match EnvFilter::builder().parse(&value) {
            Ok(filter) => Ok(Self { filter }),
            Err(error) => Err(LogConfigError { reason: error.to_string(), value }),
        }
    }
}
