//! What is taken down, and by whom.

use std::path::PathBuf;

use super::StorageConfig;

/// The operator's list of takedowns: `TOUCHMARK_TAKEDOWNS`, a file, or `takedowns.toml` in the
/// data folder. It need not be there.
pub fn takedown_list(storage: &StorageConfig) -> PathBuf {
    let named = std::env::var_os("TOUCHMARK_TAKEDOWNS").filter(|value| !value.is_empty());
    named.map_or_else(|| storage.data_folder.join("takedowns.toml"), PathBuf::from)
}

/// The name under which a command is written down: `TOUCHMARK_OPERATOR`, or that of the user.
pub fn operator_name() -> String {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    ["TOUCHMARK_OPERATOR", "USER", "LOGNAME"].into_iter().find_map(variable).unwrap_or_else(|| "unknown".to_owned())
}
