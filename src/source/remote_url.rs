//! Addresses of remote repositories, as people copy them.

use std::path::Path;

use url::Url;

use crate::skill::SourceIdentity;

use super::SourceError;
use super::error::shown;

/// Returns the scheme of a URL, or `ssh` for the short form `git@host:owner/repository`.
pub(super) fn scheme(text: &str) -> Option<&str> {
    if let Some((scheme, _)) = text.split_once("://") {
        let is_scheme = scheme.chars().all(|character| character.is_ascii_alphanumeric() || "+.-".contains(character));
        return (is_scheme && !scheme.is_empty()).then_some(scheme);
    }
    let (host, _) = text.split_once(':')?;
    (host.contains('@') && !host.contains('/') && !Path::new(text).exists()).then_some("ssh")
}

/// Reads an `https://` or `http://` URL without its fragment. Where it is the address of a page
/// of a folder, the second value is what would stand behind `#`.
pub(super) fn read_url(text: &str) -> Result<(String, Option<String>), SourceError> {
    // What stands before `@` may be a password.
    let shown_text = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    let mut url = Url::parse(text).map_err(|error| SourceError::not_a_source(shown_text, error.to_string()))?;
    if url.password().is_some() {
        return Err(SourceError::PasswordInUrl { host: shown(url.host_str().unwrap_or_default()) });
    }
    // A user name alone is what hosts put into the addresses that they offer for copying.
    if !url.username().is_empty() && url.set_username("").is_err() {
        return Err(SourceError::not_a_source(shown_text, "the URL has a user and no host"));
    }
    url.set_query(None);
    let whole = url.path().trim_matches('/').to_owned();
    let is_github = matches!(url.host_str(), Some("github.com" | "www.github.com"));
    let split = if is_github { split_page(&whole) } else { Some((whole.as_str(), None)) };
    match split {
        Some((repository, page)) if !repository.is_empty() => {
            url.set_path(repository);
            Ok((url.to_string(), page))
        }
        _ => Err(SourceError::not_a_source(shown_text, "the URL names no repository")),
    }
}

/// Splits `owner/repository/tree/main/folder`, as the address bar has it, into the repository
/// and what would stand behind `#`. A branch with a slash in its name needs the `#` form.
fn split_page(path: &str) -> Option<(&str, Option<String>)> {
    let (owner, rest) = path.split_once('/')?;
    let (name, page) = rest.split_once('/').map_or((rest, None), |(name, page)| (name, Some(page)));
    let repository = &path[..owner.len() + 1 + name.len()];
    let page = page.and_then(|page| page.strip_prefix("tree/").or_else(|| page.strip_prefix("blob/")));
    let page = page.map(|page| page.replacen('/', ":", 1));
    (!owner.is_empty() && !name.is_empty()).then_some((repository, page))
}

/// Writes a URL so that two spellings of one repository are equal, by the rules of its host.
pub(super) fn canonical_url(url: &str) -> String {
    let Ok(identity) = SourceIdentity::of_clone_url(url, "") else { return url.to_owned() };
    let ignores_case = |host: &str| {
        SourceIdentity::new(host, "A", "B", "").canonical() == SourceIdentity::new(host, "a", "b", "").canonical()
    };
    if ignores_case(identity.host()) {
        return format!(
            "https://{}/{}/{}",
            identity.host(),
            identity.owner().to_lowercase(),
            identity.repository().to_lowercase()
        );
    }
    url.to_owned()
}
