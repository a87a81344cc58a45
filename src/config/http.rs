//! How the service is reached.

use std::net::SocketAddr;

use url::Url;

use super::{ProxiesError, Settings, TrustedProxies};

/// How the service is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpConfig {
    /// The address to listen on: `--listen` or `TOUCHMARK_LISTEN`, by default 127.0.0.1:7080.
    pub listen: SocketAddr,
    /// The URL under which clients reach the service, without a slash at its end:
    /// `TOUCHMARK_PUBLIC_URL`, by default `http://` and the address.
    pub public_url: String,
    /// Host names that a request may name, beside those of loopback and the public URL:
    /// `TOUCHMARK_ALLOWED_HOSTS`, separated by commas.
    pub allowed_hosts: Vec<String>,
    /// Origins from which browsers may use `/mcp`, beside the public URL:
    /// `TOUCHMARK_ALLOWED_ORIGINS`, separated by commas.
    pub allowed_origins: Vec<String>,
    /// How to reach whoever runs the service about a hole in it, for security.txt (RFC 9116):
    /// `TOUCHMARK_SECURITY_CONTACT`, a `mailto:`, `https:` or `tel:` URL; none without it.
    pub security_contact: Option<String>,
    /// Proxies that are believed when they say for whom they ask.
    pub trusted_proxies: TrustedProxies,
}

/// A value that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HttpConfigError {
    /// The public URL is not one.
    #[error("TOUCHMARK_PUBLIC_URL is {value:?}, which is not an http or https URL: {reason}")]
    PublicUrl {
        /// The value.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody can be reached there.
    #[error("TOUCHMARK_SECURITY_CONTACT is {value:?}, expected a URL such as mailto:security@skills.example")]
    SecurityContact {
        /// The value.
        value: String,
    },
    /// The proxies cannot be told.
    #[error(transparent)]
    Proxies(#[from] ProxiesError),
    /// An origin is not one.
    #[error("TOUCHMARK_ALLOWED_ORIGINS holds {value:?}, expected a scheme and a host such as https://app.example")]
    Origin {
        /// The value.
        value: String,
    },
}

impl HttpConfig {
    /// Reads the environment for a service on `listen`, and what it is told of proxies.
    ///
    /// # Errors
    /// Fails where a value cannot be used.
    pub fn read(listen: SocketAddr, settings: &Settings) -> Result<Self, HttpConfigError> {
        let list = |name: &str| -> Vec<String> {
            let value = std::env::var(name).unwrap_or_default();
            value.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
        };
        let public_url = match std::env::var("TOUCHMARK_PUBLIC_URL").ok().filter(|value| !value.is_empty()) {
            Some(value) => {
                let failure = |reason: String| HttpConfigError::PublicUrl { value: value.clone(), reason };
                let url = Url::parse(&value).map_err(|error| failure(error.to_string()))?;
                if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
                    return Err(failure("expected http:// or https:// and a host".to_owned()));
                }
                value.trim_end_matches('/').to_owned()
            }
            None => format!("http://{listen}"),
        };
        let allowed_origins = list("TOUCHMARK_ALLOWED_ORIGINS");
        if let Some(value) = allowed_origins.iter().find(|origin| !Url::parse(origin).is_ok_and(|url| url.has_host())) {
            return Err(HttpConfigError::Origin { value: value.clone() });
        }
        let security_contact = std::env::var("TOUCHMARK_SECURITY_CONTACT").ok().filter(|value| !value.is_empty());
        if let Some(value) = security_contact.clone().filter(|value| !is_contact(value)) {
            return Err(HttpConfigError::SecurityContact { value });
        }
        Ok(Self {
            security_contact,
            listen,
            public_url,
            allowed_hosts: list("TOUCHMARK_ALLOWED_HOSTS"),
            allowed_origins,
            trusted_proxies: TrustedProxies::read(settings)?,
        })
    }

    /// Returns every host that a request may name, for checks against DNS rebinding.
    pub fn hosts(&self) -> Vec<String> {
        let mut hosts: Vec<String> = ["localhost", "127.0.0.1", "[::1]", "::1"].map(str::to_owned).to_vec();
        hosts.push(self.listen.ip().to_string());
        hosts.extend(Url::parse(&self.public_url).ok().and_then(|url| url.host_str().map(str::to_owned)));
        hosts.extend(self.allowed_hosts.iter().cloned());
        hosts
    }

    /// Returns every origin from which a browser may use the MCP endpoint.
    pub fn origins(&self) -> Vec<String> {
        let mut origins = vec![self.public_url.clone()];
        origins.extend(self.allowed_origins.iter().cloned());
        origins
    }
}

/// Tells whether a text can stand in a line of security.txt as the place of somebody.
fn is_contact(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    is_plain && Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "mailto" | "https" | "tel"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_a_url_on_one_line() {
        let rows = [
            ("mailto:security@skills.example", true),
            ("https://skills.example/security", true),
            ("tel:+1-201-555-0123", true),
            ("security@skills.example", false),
            ("http://skills.example", false),
            ("mailto:a@b.example\nExpires: never", false),
            ("javascript:alert(1)", false),
        ];
        for (text, expected) in rows {
            assert_eq!(is_contact(text), expected, "{text:?}");
        }
    }
}
