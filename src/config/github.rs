//! How GitHub is asked.

use url::Url;

use super::host::is_private_network;
use super::{Secret, Settings};

/// How GitHub is asked. The addresses are read by `app`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GithubConfig {
    /// The API: `TOUCHMARK_GITHUB_API_URL`, by default `https://api.github.com`. That of GitHub
    /// Enterprise Server ends in `/api/v3`.
    pub api_url: String,
    /// Where repositories are cloned from: `TOUCHMARK_GITHUB_URL`, by default
    /// `https://github.com`; `file://` and a folder of accounts for what lies on this machine.
    pub url: String,
    /// The token: `TOUCHMARK_GITHUB_TOKEN`. Without one GitHub is asked for the repositories of
    /// an account and for nothing else.
    pub token: Option<Secret<String>>,
}

const API_URL: &str = "TOUCHMARK_GITHUB_API_URL";
const CLONE_URL: &str = "TOUCHMARK_GITHUB_URL";
pub(super) const TOKEN: &str = "TOUCHMARK_GITHUB_TOKEN";

/// A value that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GithubConfigError {
    /// The URL of the API is none.
    #[error("{API_URL} is not an http or https URL")]
    Url,
    /// The token would go over the Internet in the clear.
    #[error(
        "{API_URL} is an http URL beyond this machine and private networks, where anybody could read the token; use https"
    )]
    Clear,
}

impl GithubConfig {
    /// Reads the settings.
    ///
    /// # Errors
    /// Fails where a value cannot be used.
    pub fn read(settings: &Settings) -> Result<Self, GithubConfigError> {
        Self::parse(|name| settings.get(name))
    }

    fn parse(variable: impl Fn(&str) -> Option<String>) -> Result<Self, GithubConfigError> {
        let text = |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let api_url = text(API_URL).unwrap_or_else(|| "https://api.github.com".to_owned());
        let url = Url::parse(&api_url).map_err(|_| GithubConfigError::Url)?;
        match (url.scheme(), url.host()) {
            ("https", Some(_)) => {}
            ("http", Some(host)) if is_private_network(&host) => {}
            ("http", Some(_)) => return Err(GithubConfigError::Clear),
            _ => return Err(GithubConfigError::Url),
        }
        Ok(Self {
            api_url,
            url: text(CLONE_URL).unwrap_or_else(|| "https://github.com".to_owned()),
            token: text(TOKEN).map(Secret::new),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(set: &[(&str, &str)]) -> Result<GithubConfig, String> {
        let variable = |name: &str| set.iter().find(|row| row.0 == name).map(|row| row.1.to_owned());
        GithubConfig::parse(variable).map_err(|error| error.to_string())
    }

    #[test]
    fn it_is_github_com_without_a_token_unless_something_else_is_said() {
        let usual = parse(&[(TOKEN, " ")]).expect("a configuration");
        assert_eq!((usual.api_url.as_str(), usual.url.as_str()), ("https://api.github.com", "https://github.com"));
        assert_eq!(usual.token, None);
        let own = parse(&[(API_URL, "https://g.example/api/v3"), (CLONE_URL, "https://g.example"), (TOKEN, "ghp_x\n")]);
        let own = own.expect("a configuration");
        assert_eq!(own.token.as_ref().map(|token| token.expose().as_str()), Some("ghp_x"));
        assert!(!format!("{own:?}").contains("ghp_x"), "{own:?}");
    }

    #[test]
    fn the_token_goes_in_the_clear_to_nobody_far_away() {
        for (url, expected) in [
            ("https://g.example", Ok(())),
            ("http://127.0.0.1:9", Ok(())),
            ("http://github.internal/api/v3", Ok(())),
            ("http://g.example", Err("TOUCHMARK_GITHUB_API_URL is an http URL beyond this machine")),
            ("ftp://g.example", Err("TOUCHMARK_GITHUB_API_URL is not an http")),
            ("api", Err("TOUCHMARK_GITHUB_API_URL is not an http")),
        ] {
            let read = parse(&[(API_URL, url), (TOKEN, "ghp_x")]).map(|_| ());
            match (read, expected) {
                (Ok(()), Ok(())) => {}
                (Err(error), Err(expected)) => assert!(error.starts_with(expected), "{url}: {error}"),
                (read, _) => panic!("{url}: {read:?}"),
            }
        }
    }
}
