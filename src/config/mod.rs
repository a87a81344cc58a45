//! The only reader of the environment and of configuration files: one small file for each
//! concern. Every value has a default, a unit and a variable, and is checked at start.

mod accounts;
mod audit;
mod file;
mod follow;
mod freshness;
mod github;
mod home;
mod host;
mod http;
mod log;
mod meter;
mod outgoing;
mod payment;
mod proxies;
mod registries;
mod scan;
mod search;
mod secret;
mod storage;
mod takedowns;
mod wallet;

pub use accounts::{AccountsConfig, AccountsConfigError};
pub use audit::{AuditConfig, AuditConfigError};
pub use file::{Settings, SettingsError};
pub use follow::{FollowConfig, FollowConfigError};
pub use freshness::{FreshnessConfig, FreshnessConfigError};
pub use github::{GithubConfig, GithubConfigError};
pub use home::home_folder;
pub use host::{is_private_network, is_this_machine};
pub use http::{HttpConfig, HttpConfigError};
pub use log::{LogConfig, LogConfigError};
pub use meter::{MeterConfig, MeterConfigError};
pub use outgoing::{OutgoingConfig, OutgoingConfigError};
pub use payment::{PaymentConfig, PaymentConfigError};
pub use proxies::{ForwardingHeader, ProxiesError, TrustedProxies};
pub use registries::{RegistriesConfig, RegistriesConfigError, RegistryConfig};
pub use scan::ScanConfig;
pub use search::SearchConfig;
pub use secret::Secret;
pub use storage::{StorageConfig, StorageConfigError};
pub use takedowns::{operator_name, takedown_list};
pub use wallet::WalletConfig;
