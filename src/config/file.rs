//! A configuration file of the service, below the environment.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Bytes of a configuration file, and of a file with a key.
const FILE_BYTES: u64 = 65_536;
const SIGNER_KEY: &str = "TOUCHMARK_PAYMENTS_SIGNER_KEY";

/// What a service is told: the environment, and below it a configuration file. A variable that
/// is empty is none.
#[derive(Clone, Default)]
pub struct Settings {
    /// The values of the file, by the variable that says the same.
    file: BTreeMap<&'static str, String>,
}

/// Why a configuration file cannot be used. Nothing of it is used then.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is too long for what it should hold.
    #[error("{path} has more than {FILE_BYTES} bytes")]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// Not TOML, a key that there is not, or a value of another type than the key has.
    #[error("{path}, line {line}: {reason}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where, counted from 1.
        line: usize,
        /// What is wrong; names the key.
        reason: String,
    },
    /// Others than its owner can get at a key.
    #[error("{path} holds a secret, and others than its owner may use it (mode {mode:03o}); run chmod 600")]
    OpenKey {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    quota: WrittenQuota,
    #[serde(default)]
    payments: WrittenPayments,
    #[serde(default)]
    accounts: WrittenAccounts,
    #[serde(default)]
    github: WrittenGithub,
    #[serde(default)]
    registries: WrittenRegistries,
    #[serde(default)]
    follow: WrittenFollow,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenFollow {
    origin: Option<String>,
    keys: Option<Vec<String>>,
    seconds: Option<u32>,
    without: Option<Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenRegistries {
    pypi: Option<String>,
    npm: Option<String>,
    files: Option<Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenAccounts {
    registration: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenQuota {
    free_discovers_per_day: Option<u32>,
    unresolved_inspects_per_day: Option<u32>,
    verifies_per_day: Option<u32>,
    trusted_proxies: Option<Vec<String>>,
    client_header: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenPayments {
    pay_to: Option<String>,
    price: Option<String>,
    facilitator_url: Option<String>,
    rpc_url: Option<String>,
    signer_key_file: Option<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenGithub {
    api_url: Option<String>,
    url: Option<String>,
    token_file: Option<PathBuf>,
}

/// Files with one secret each, by the variable that says the same.
type SecretFiles = Vec<(&'static str, PathBuf)>;

impl Settings {
    /// Takes the environment alone.
    pub fn environment() -> Self {
        Self::default()
    }

    /// Takes the environment, and what it does not say from a file of TOML. A relative
    /// `signer_key_file` or `token_file` belongs to the folder of that file; it is not read where
    /// the environment holds what would stand in it.
    ///
    /// # Errors
    /// Fails where a file cannot be read, holds a key that there is not, or where others can
    /// read the signer's key or the token.
    pub fn read(path: Option<&Path>) -> Result<Self, SettingsError> {
        let Some(path) = path else { return Ok(Self::environment()) };
        let mut file = open(path)?;
        let (mut settings, secret_files) = Self::parse(path, &read(path, &mut file)?)?;
        for (name, secret_file) in secret_files {
            if variable(name).is_none() {
                let secret_file = path.parent().unwrap_or(Path::new("")).join(secret_file);
                settings.file.insert(name, read_key(&secret_file)?);
            }
        }
        Ok(settings)
    }

    /// Reads a file without what it points to, which are the files with secrets.
    fn parse(path: &Path, text: &str) -> Result<(Self, SecretFiles), SettingsError> {
        let syntax = |error: toml::de::Error| {
            let start = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
            SettingsError::Syntax { path: path.to_owned(), line, reason: error.message().to_owned() }
        };
        let Written { quota, payments, accounts, github, registries, follow } = toml::from_str(text).map_err(syntax)?;
        let number = |number: Option<u32>| number.map(|number| number.to_string());
        let values = [
            ("TOUCHMARK_FREE_DISCOVERS_PER_DAY", number(quota.free_discovers_per_day)),
            ("TOUCHMARK_UNRESOLVED_INSPECTS_PER_DAY", number(quota.unresolved_inspects_per_day)),
            ("TOUCHMARK_VERIFIES_PER_DAY", number(quota.verifies_per_day)),
            ("TOUCHMARK_TRUSTED_PROXIES", quota.trusted_proxies.map(|networks| networks.join(","))),
            ("TOUCHMARK_CLIENT_HEADER", quota.client_header),
            ("TOUCHMARK_PAYMENTS_PAY_TO", payments.pay_to),
            ("TOUCHMARK_PAYMENTS_PRICE", payments.price),
            ("TOUCHMARK_PAYMENTS_FACILITATOR_URL", payments.facilitator_url),
            ("TOUCHMARK_PAYMENTS_RPC_URL", payments.rpc_url),
            ("TOUCHMARK_ACCOUNTS", accounts.registration),
            ("TOUCHMARK_GITHUB_API_URL", github.api_url),
            ("TOUCHMARK_GITHUB_URL", github.url),
            ("TOUCHMARK_PYPI", registries.pypi),
            ("TOUCHMARK_NPM", registries.npm),
            ("TOUCHMARK_FOLLOW", follow.origin),
            ("TOUCHMARK_FOLLOW_KEYS", follow.keys.map(|keys| keys.join(","))),
            ("TOUCHMARK_FOLLOW_SECONDS", number(follow.seconds)),
            ("TOUCHMARK_FOLLOW_WITHOUT", follow.without.map(|words| words.join(","))),
            ("TOUCHMARK_PACKAGE_FILES", registries.files.map(|urls| urls.join(","))),
        ];
        let file = values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let secrets = [(SIGNER_KEY, payments.signer_key_file), (super::github::TOKEN, github.token_file)];
        Ok((Self { file }, secrets.into_iter().filter_map(|(name, path)| Some((name, path?))).collect()))
    }

    /// Returns a value by its variable.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        variable(name).or_else(|| self.file.get(name).cloned())
    }
}

impl std::fmt::Debug for Settings {
    /// Names what is set; the values may be secrets.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.file.keys()).finish()
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn open(path: &Path) -> Result<File, SettingsError> {
    File::open(path).map_err(|source| SettingsError::Read { path: path.to_owned(), source })
}

fn read(path: &Path, file: &mut File) -> Result<String, SettingsError> {
    let mut text = String::new();
    let read = file.take(FILE_BYTES + 1).read_to_string(&mut text);
    let size_bytes = read.map_err(|source| SettingsError::Read { path: path.to_owned(), source })?;
    if size_bytes as u64 > FILE_BYTES {
        return Err(SettingsError::TooLong { path: path.to_owned() });
    }
    Ok(text)
}

/// Reads a key from a file that only its owner may use.
fn read_key(path: &Path) -> Result<String, SettingsError> {
    let mut file = open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Of the open file: its name may mean another one a moment later.
        let metadata = file.metadata().map_err(|source| SettingsError::Read { path: path.to_owned(), source })?;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(SettingsError::OpenKey { path: path.to_owned(), mode });
        }
    }
    Ok(read(path, &mut file)?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{MeterConfig, PaymentConfig};

    fn parse(text: &str) -> Result<(BTreeMap<&'static str, String>, SecretFiles), String> {
        let parsed = Settings::parse(Path::new("touchmark-service.toml"), text);
        parsed.map(|(settings, key)| (settings.file, key)).map_err(|error| error.to_string())
    }

    #[test]
    fn the_example_of_the_documents_is_read() {
        let page = include_str!("../../docs/operations.md");
        let (_, rest) = page.split_once("```toml\n").expect("the page has an example");
        let (example, _) = rest.split_once("```").expect("the example ends");
        let (values, secret_files) = parse(example).expect("it is read");
        let expected = [
            ("TOUCHMARK_CLIENT_HEADER", "x-forwarded-for"),
            ("TOUCHMARK_FOLLOW", "https://skills.example"),
            ("TOUCHMARK_FOLLOW_KEYS", "ed25519:…"),
            ("TOUCHMARK_FOLLOW_SECONDS", "60"),
            ("TOUCHMARK_FOLLOW_WITHOUT", "statements"),
            ("TOUCHMARK_FREE_DISCOVERS_PER_DAY", "50"),
            ("TOUCHMARK_PAYMENTS_PAY_TO", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
            ("TOUCHMARK_PAYMENTS_PRICE", "0.002"),
            ("TOUCHMARK_PAYMENTS_RPC_URL", "https://node.example"),
            ("TOUCHMARK_TRUSTED_PROXIES", "10.0.0.0/8,2001:db8::/48"),
            ("TOUCHMARK_UNRESOLVED_INSPECTS_PER_DAY", "100"),
            ("TOUCHMARK_VERIFIES_PER_DAY", "10000"),
        ];
        assert_eq!(values, expected.map(|(name, value)| (name, value.to_owned())).into());
        let files = [(SIGNER_KEY, "signer.key"), ("TOUCHMARK_GITHUB_TOKEN", "github.token")];
        assert_eq!(secret_files, files.map(|(name, path)| (name, PathBuf::from(path))));
    }

    #[test]
    fn what_cannot_be_read_names_the_key_and_the_line() {
        for (text, expected) in [
            ("[quota]\nverifies_a_day = 7\n", "line 2: unknown field `verifies_a_day`, expected one of `free"),
            (
                "\n\n[quotas]\n",
                "line 3: unknown field `quotas`, expected one of `quota`, `payments`, `accounts`, `github`",
            ),
            ("[payments]\nprice = \"1\"\nsigner_key = \"0xkey\"\n", "line 3: unknown field `signer_key`"),
            ("[quota]\nfree_discovers_per_day = -1\n", "line 2: invalid value: integer `-1`, expected u32"),
            ("[quota]\nfree_discovers_per_day = \"50\"\n", "line 2: invalid type: string \"50\", expected u32"),
            ("[quota]\nverifies_per_day = 1\nverifies_per_day = 2\n", "line 3: duplicate key"),
            ("[quota\n", "line 1: "),
        ] {
            let error = parse(text).expect_err("it cannot be used");
            assert!(error.starts_with(&format!("touchmark-service.toml, {expected}")), "{error}");
            assert!(!error.contains("0xkey"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_is_read_from_a_file_that_nobody_else_may_use() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let (key, config) = (folder.path().join("signer.key"), folder.path().join("service.toml"));
        std::fs::write(&key, "0xkey\n").expect("a key is written");
        std::fs::write(&config, "[payments]\nsigner_key_file = \"signer.key\"\n").expect("a file is written");
        for (mode, is_read) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o620, false)] {
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).expect("permissions are set");
            match Settings::read(Some(&config)) {
                Ok(settings) => {
                    assert!(is_read, "{mode:o}");
                    assert_eq!(settings.file[SIGNER_KEY], "0xkey");
                    assert!(!format!("{settings:?}").contains("0xkey"), "{settings:?}");
                }
                Err(error) => assert!(!is_read && error.to_string().contains(&format!("mode {mode:o}")), "{error}"),
            }
        }
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        // A variable that every system sets stands for those of ours, which tests do not set.
        let path = std::env::var("PATH").expect("tests have a PATH");
        let file = [("PATH", "file".to_owned()), ("TOUCHMARK_NOT_SET", "file".to_owned())].into();
        let settings = Settings { file };
        assert_eq!(settings.get("PATH"), Some(path));
        assert_eq!(settings.get("TOUCHMARK_NOT_SET").as_deref(), Some("file"));
    }

    #[test]
    fn a_file_alone_configures_quota_and_payments() {
        let text = "[quota]\nfree_discovers_per_day = 5\n[payments]\npay_to = \"0xa\"\nfacilitator_url = \"https://f.example\"\n";
        let (file, _) = parse(text).expect("it is read");
        let settings = Settings { file };
        let meter = MeterConfig::read(&settings).expect("a quota").expect("there is one");
        assert_eq!(meter.workflows, 5);
        let payment = PaymentConfig::read(Some(&meter), &settings).expect("payments").expect("they are on");
        assert_eq!(payment.pay_to, "0xa");
    }
}
