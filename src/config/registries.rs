//! Which hosts speak for the registries of packages.

use std::path::{Path, PathBuf};

use url::Url;

use super::host::is_private_network;
use super::{Secret, Settings};

/// Which hosts speak for the registries of packages. None is known to this program: it asks
/// those that the operator names, or that pip and npm are configured with on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegistriesConfig {
    /// The simple index of PyPI: `TOUCHMARK_PYPI`, else `PIP_INDEX_URL`, else `index-url` of
    /// `pip.conf`. A user and password may stand in it.
    pub pypi: Option<RegistryConfig>,
    /// The registry of npm: `TOUCHMARK_NPM`, else `npm_config_registry`, else `registry` of the
    /// user's or the system's `.npmrc`. That of the current folder is not read: whoever wrote
    /// the project would choose who vouches for its packages.
    pub npm: Option<RegistryConfig>,
    /// Other places from which files of packages may come although they are in a private
    /// network: `TOUCHMARK_PACKAGE_FILES`, URLs separated by commas. Only scheme, host and port
    /// count.
    pub files: Vec<String>,
}

/// One registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryConfig {
    /// Its URL, which may hold credentials.
    pub url: Secret<String>,
    /// The token of `.npmrc` for this registry, or `TOUCHMARK_NPM_TOKEN`.
    pub token: Option<Secret<String>>,
}

/// A registry that cannot be asked. The value is not repeated: it may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum RegistriesConfigError {
    /// The URL is none.
    #[error("{0} is not an http or https URL")]
    Url(&'static str),
    /// Anybody on the way could change what a registry vouches for.
    #[error(
        "{0} is an http URL beyond this machine and private networks, where anybody could change the answers; use https"
    )]
    Clear(&'static str),
}

const PYPI: &str = "TOUCHMARK_PYPI";
const NPM: &str = "TOUCHMARK_NPM";
const NPM_TOKEN: &str = "TOUCHMARK_NPM_TOKEN";
const FILES: &str = "TOUCHMARK_PACKAGE_FILES";
/// Bytes of a configuration file of pip or npm that are read.
const FILE_BYTES: usize = 65_536;

impl RegistriesConfig {
    /// Reads the settings of this program, and where they say nothing those of pip and npm.
    ///
    /// # Errors
    /// Fails where a registry is named by what is no URL, or would be asked in the clear over the
    /// Internet.
    pub fn read(settings: &Settings) -> Result<Self, RegistriesConfigError> {
        Self::parse(|name| settings.get(name), read_file)
    }

    fn parse(
        variable: impl Fn(&str) -> Option<String>,
        file: impl Fn(&Path) -> Option<String>,
    ) -> Result<Self, RegistriesConfigError> {
        let first = |names: &[&'static str]| {
            names.iter().find_map(|name| Some((*name, variable(name).filter(|value| !value.trim().is_empty())?)))
        };
        let home = variable("HOME").map(PathBuf::from);
        let below_home = |path: &str| home.as_ref().map(|home| home.join(path));
        let pip_files = [
            variable("PIP_CONFIG_FILE").map(PathBuf::from),
            below_home(".config/pip/pip.conf"),
            below_home(".pip/pip.conf"),
            Some(PathBuf::from("/etc/pip.conf")),
        ];
        let in_pip = || pip_files.iter().flatten().find_map(|path| index_url(&file(path)?));
        let pypi = first(&[PYPI, "PIP_INDEX_URL"]).or_else(|| Some(("index-url of pip.conf", in_pip()?)));
        let npm_files = [
            variable("NPM_CONFIG_USERCONFIG").or_else(|| variable("npm_config_userconfig")).map(PathBuf::from),
            below_home(".npmrc"),
            variable("NPM_CONFIG_GLOBALCONFIG").map(PathBuf::from),
            Some(PathBuf::from("/etc/npmrc")),
        ];
        let npm_texts: Vec<String> = npm_files.iter().flatten().filter_map(|path| file(path)).collect();
        let in_npm = || npm_texts.iter().find_map(|text| npm_value(text, "registry"));
        let npm = first(&[NPM, "npm_config_registry", "NPM_CONFIG_REGISTRY"])
            .or_else(|| Some(("registry of .npmrc", in_npm()?)));
        let pypi = pypi.map(|(name, url)| Ok(RegistryConfig { url: checked(name, &url)?, token: None })).transpose()?;
        let npm = match npm {
            None => None,
            Some((name, url)) => {
                let url = checked(name, &url)?;
                let token = variable(NPM_TOKEN).or_else(|| {
                    let key = format!("//{}:_authToken", place(url.expose())?);
                    npm_texts.iter().find_map(|text| npm_value(text, &key))
                });
                Some(RegistryConfig { url, token: token.map(|token| Secret::new(token.trim().to_owned())) })
            }
        };
        let files = variable(FILES).unwrap_or_default();
        let files = files.split(',').map(str::trim).filter(|url| !url.is_empty());
        let files = files
            .map(|url| Ok(checked(FILES, url)?.expose().clone()))
            .collect::<Result<Vec<String>, RegistriesConfigError>>()?;
        Ok(Self { pypi, npm, files })
    }
}

fn checked(name: &'static str, text: &str) -> Result<Secret<String>, RegistriesConfigError> {
    let url = Url::parse(text.trim()).map_err(|_| RegistriesConfigError::Url(name))?;
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => {}
        ("http", Some(host)) if is_private_network(&host) => {}
        ("http", Some(_)) => return Err(RegistriesConfigError::Clear(name)),
        _ => return Err(RegistriesConfigError::Url(name)),
    }
    Ok(Secret::new(url.to_string()))
}

/// Returns the part of a URL by which `.npmrc` names it: `host/path/`.
fn place(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let path = url.path().trim_end_matches('/');
    Some(format!("{}{port}{path}/", url.host_str()?))
}

/// Reads `index-url` of `[global]` in a file of pip, which is an INI file.
fn index_url(text: &str) -> Option<String> {
    let mut is_global = false;
    let mut found = None;
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            is_global = section.trim_end_matches(']').trim() == "global";
        } else if is_global && let Some((key, value)) = line.split_once(['=', ':']) {
            let key = key.trim().replace('_', "-").to_ascii_lowercase();
            if key == "index-url" {
                found = Some(value.trim().to_owned());
            }
        }
    }
    found.filter(|value| !value.is_empty())
}

/// Reads a value of a file of npm; one that stands for a variable is none here.
fn npm_value(text: &str, key: &str) -> Option<String> {
    let values = text.lines().filter_map(|line| line.trim().split_once('='));
    let mut found = values.filter(|(name, _)| name.trim() == key).map(|(_, value)| value.trim().trim_matches('"'));
    found.next_back().filter(|value| !value.is_empty() && !value.contains("${")).map(str::to_owned)
}

fn read_file(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    (text.len() <= FILE_BYTES).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(set: &[(&str, &str)], files: &[(&str, &str)]) -> Result<[Option<String>; 3], String> {
        let of = |rows: &[(&str, &str)], name: &str| rows.iter().find(|row| row.0 == name).map(|row| row.1.to_owned());
        let config = RegistriesConfig::parse(|name| of(set, name), |path| of(files, path.to_str()?));
        let config = config.map_err(|error| error.to_string())?;
        let url = |registry: &Option<RegistryConfig>| registry.as_ref().map(|found| found.url.expose().clone());
        let token = config.npm.as_ref().and_then(|npm| npm.token.as_ref()).map(|token| token.expose().clone());
        Ok([url(&config.pypi), url(&config.npm), token])
    }

    #[test]
    fn the_nearest_setting_names_the_host_and_without_one_there_is_none() {
        let pip = (
            "/h/.config/pip/pip.conf",
            "[install]\nindex-url = https://no.example\n[global]\nindex_url = https://pip.example/simple\n",
        );
        let npm = (
            "/h/.npmrc",
            "registry=https://npm.example/r/\n//npm.example/r/:_authToken=t0ken\n//other.example/:_authToken=no\n",
        );
        let home = ("HOME", "/h");
        let url = |text: &str| Some(text.to_owned());
        for (set, files, expected) in [
            (vec![], vec![], [None, None, None]),
            (vec![home], vec![], [None, None, None]),
            (
                vec![home],
                vec![pip, npm],
                [url("https://pip.example/simple"), url("https://npm.example/r/"), url("t0ken")],
            ),
            (
                vec![
                    home,
                    ("PIP_INDEX_URL", "https://u:p@env.example/simple"),
                    ("npm_config_registry", "https://n.example"),
                ],
                vec![pip, npm],
                [url("https://u:p@env.example/simple"), url("https://n.example/"), None],
            ),
            (
                vec![(PYPI, "http://127.0.0.1:9/simple/"), (NPM, "https://own.example"), ("PIP_INDEX_URL", "nonsense")],
                vec![],
                [url("http://127.0.0.1:9/simple/"), url("https://own.example/"), None],
            ),
            (
                vec![(NPM, "https://own.example"), (NPM_TOKEN, "abc\n")],
                vec![],
                [None, url("https://own.example/"), url("abc")],
            ),
            (vec![home], vec![("/h/.npmrc", "registry=${REGISTRY}\n")], [None, None, None]),
        ] {
            assert_eq!(parse(&set, &files), Ok(expected), "{set:?}");
        }
    }

    #[test]
    fn what_is_no_url_or_goes_in_the_clear_is_named_and_not_repeated() {
        for (name, value, expected) in [
            (PYPI, "u:secret@mirror", "TOUCHMARK_PYPI is not an http"),
            (FILES, "https://a.example, secret", "TOUCHMARK_PACKAGE_FILES is not an http"),
            (NPM, "ftp://secret.example", "TOUCHMARK_NPM is not an http"),
            ("PIP_INDEX_URL", "http://u:secret@far.example/simple", "PIP_INDEX_URL is an http URL beyond"),
        ] {
            let error = parse(&[(name, value)], &[]).expect_err("it cannot be used");
            assert!(error.starts_with(expected) && !error.contains("secret"), "{error}");
        }
        let config =
            RegistriesConfig::parse(|name| (name == PYPI).then(|| "https://u:secret@m.example".to_owned()), |_| None);
        assert!(!format!("{:?}", config.expect("a configuration")).contains("secret"));
    }
}
