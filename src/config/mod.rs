//! The only reader of the environment and of configuration files: one small file for each
//! concern. Every value has a default, a unit and a variable, and is checked at start.

mod file;
mod github;
mod home;
mod host;
mod http;
mod log;
mod meter;
mod payment;
mod proxies;
mod scan;
mod search;
mod secret;
mod storage;
mod wallet;

pub use file::{Settings, SettingsError};
pub use github::{GithubConfig, GithubConfigError};
pub use home::home_folder;
pub use host::is_this_machine;
pub use http::{HttpConfig, HttpConfigError};
pub use log::{LogConfig, LogConfigError};
pub use meter::{MeterConfig, MeterConfigError};
pub use payment::{PaymentConfig, PaymentConfigError};
pub use proxies::{ForwardingHeader, ProxiesError, TrustedProxies};
pub use scan::ScanConfig;
pub use search::SearchConfig;
pub use secret::Secret;
pub use storage::{StorageConfig, StorageConfigError};
pub use wallet::WalletConfig;
