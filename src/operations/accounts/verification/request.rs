//! From what somebody asks for to what may be fetched.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::api::accounts::{Refusal, RefusalCode, VerifySourceRequest};
use crate::package::{PackageRegistry, PackageSpec};
use crate::recipe::HeldDigest;
use crate::skill::sanitise_line;
use crate::source::{GitLocation, OutgoingUrl, Reach, SourceSpec};
use crate::store::VerifiedSource;

/// Bytes of any text of a request.
const TEXT_BYTES: usize = 2_048;
/// Hosts whose repositories are fetched for strangers. Git's own transport resolves names
/// itself, so that an address cannot be checked where it is connected to; these names are not
/// in the hands of strangers.
const GIT_HOSTS: [&str; 4] = ["github.com", "gitlab.com", "codeberg.org", "bitbucket.org"];

/// What is to be verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A commit of a repository.
    Git(SourceSpec),
    /// A file.
    Url(OutgoingUrl),
    /// A package of npm or PyPI.
    Package(PackageSpec),
}

/// Reads what somebody asks for.
///
/// # Errors
/// Refuses what is no source, no digest, or leads where nobody may go.
pub(super) fn read(request: VerifySourceRequest, reach: Reach) -> Result<(VerifiedSource, Target), Refusal> {
    let reference = text("source_ref", request.source_ref)?;
    let version = request.source_version.map(|version| text("source_version", version)).transpose()?;
    let hash = request.source_hash.map(|hash| text("source_hash", hash)).transpose()?;
    if let Some(hash) = &hash {
        let is_sha256 = HeldDigest::parse(hash).is_ok_and(|held| held.value().as_bytes().len() == 32);
        if !is_sha256 {
            return Err(bad("source_hash is no SHA-256: expected 64 hex digits, with or without `sha256:`"));
        }
    }
    let source = VerifiedSource { kind: request.source_type, reference, version, hash };
    let target = target(&source, reach)?;
    Ok((source, target))
}

/// Says what a source means, as it was asked for or as it was stored.
pub(super) fn target(source: &VerifiedSource, reach: Reach) -> Result<Target, Refusal> {
    match source.kind.as_str() {
        "git" => git(source, reach),
        "url" => url(source, reach),
        "npm" | "pip" => package(source),
        other => {
            let other = sanitise_line(other, 50);
            Err(bad(&format!("source_type is {other:?}, expected git, pip, npm or url")))
        }
    }
}

fn git(source: &VerifiedSource, reach: Reach) -> Result<Target, Refusal> {
    let text = &source.reference;
    // Nothing but a URL comes to the parser: what else it reads are paths on this machine.
    let is_here = reach == Reach::ThisMachine && text.starts_with("file:///");
    let url = match text.split_once("://") {
        Some(("https", _)) => text.clone(),
        Some(_) if is_here => text.clone(),
        Some(_) => return Err(bad("source_ref is no https:// URL of a repository")),
        None if is_short(text) => format!("https://github.com/{text}"),
        None => return Err(bad("source_ref is neither an https:// URL of a repository nor owner/repository")),
    };
    let url = match (&source.version, url.contains('#')) {
        (None, _) => url,
        (Some(_), true) => {
            return Err(bad("the version is given twice: in source_version, and behind # of source_ref"));
        }
        (Some(version), false) => format!("{url}#{}", utf8_percent_encode(version, NON_ALPHANUMERIC)),
    };
    let spec = SourceSpec::parse(&format!("git:{url}")).map_err(|error| bad(&error.to_string()))?;
    let SourceSpec::Git(git) = &spec else { return Err(bad("source_ref is no repository")) };
    match &git.location {
        GitLocation::Remote(url) => {
            let parsed =
                OutgoingUrl::parse(url, Reach::Public).map_err(|error| bad(&format!("source_ref: {error}")))?;
            if !parsed.host().is_some_and(|host| GIT_HOSTS.contains(&host)) || parsed.has_port() {
                let hosts = GIT_HOSTS.join(", ");
                return Err(bad(&format!("source_ref is on no host that repositories are fetched from: {hosts}")));
            }
        }
        GitLocation::OnDisk(_) if is_here => {}
        GitLocation::OnDisk(_) => return Err(bad("source_ref is no https:// URL of a repository")),
    }
    Ok(Target::Git(spec))
}

/// Tells whether a text is `owner/repository` as people write it for GitHub.
fn is_short(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
    };
    let text = text.split('#').next().unwrap_or_default();
    text.split_once('/').is_some_and(|(owner, repository)| is_part(owner) && is_part(repository))
}

fn url(source: &VerifiedSource, reach: Reach) -> Result<Target, Refusal> {
    if source.version.is_some() {
        return Err(bad("a URL has no source_version: it names one file"));
    }
    let url = OutgoingUrl::parse(&source.reference, reach);
    url.map(Target::Url).map_err(|error| bad(&format!("source_ref: {error}")))
}

fn package(source: &VerifiedSource) -> Result<Target, Refusal> {
    let registry = if source.kind == "npm" { PackageRegistry::Npm } else { PackageRegistry::Pypi };
    let spec = PackageSpec::of_parts(registry, &source.reference, source.version.as_deref());
    spec.map(Target::Package).map_err(|error| bad(&format!("source_ref or source_version: {error}")))
}

fn text(field: &str, value: String) -> Result<String, Refusal> {
    let value = value.trim().to_owned();
    if value.is_empty() {
        return Err(bad(&format!("{field} is empty")));
    }
    if value.len() > TEXT_BYTES || sanitise_line(&value, TEXT_BYTES) != value {
        return Err(bad(&format!(
            "{field} is longer than {TEXT_BYTES} bytes, or holds characters that cannot be shown"
        )));
    }
    Ok(value)
}

pub(super) fn bad(message: &str) -> Refusal {
    Refusal::new(RefusalCode::BadRequest, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(kind: &str, reference: &str, version: Option<&str>, hash: Option<&str>) -> VerifySourceRequest {
        VerifySourceRequest {
            source_type: kind.to_owned(),
            source_ref: reference.to_owned(),
            source_version: version.map(str::to_owned),
            source_hash: hash.map(str::to_owned),
            callback_url: None,
        }
    }

    #[test]
    fn what_cannot_be_fetched_for_strangers_is_refused() {
        let digest = "0".repeat(64);
        let rows = [
            ("git", "https://github.com/owner/repository", None, None, true),
            ("git", "owner/repository", Some("v1.0"), Some(&*digest), true),
            ("git", "owner/repository#main:skills/pdf", None, None, true),
            ("git", "https://gitlab.com/group/sub/repository", Some("a/b"), None, true),
            ("git", "owner/repository#main", Some("v1"), None, false),
            ("git", "owner/repository", Some("--upload-pack=x"), None, true),
            ("git", "owner", None, None, false),
            ("git", "../etc", None, None, false),
            ("git", "/etc", None, None, false),
            ("git", ".", None, None, false),
            ("git", "file:///etc", None, None, false),
            ("git", "ssh://git@github.com/owner/repository", None, None, false),
            ("git", "git@github.com:owner/repository", None, None, false),
            ("git", "ext::sh -c x", None, None, false),
            ("git", "http://github.com/owner/repository", None, None, false),
            ("git", "https://git.example/owner/repository", None, None, false),
            ("git", "https://github.com.evil.example/owner/repository", None, None, false),
            ("git", "https://github.com:8443/owner/repository", None, None, false),
            ("git", "https://evil.example@127.0.0.1/owner/repository", None, None, false),
            ("git", "https://127.0.0.1/owner/repository", None, None, false),
            ("git", "https://somebody:secret@github.com/owner/repository", None, None, false),
            ("url", "https://host.example/skill.zip", None, Some(&*digest), true),
            ("url", "https://host.example/skill.zip", Some("1"), None, false),
            ("url", "http://host.example/skill.zip", None, None, false),
            ("url", "https://169.254.169.254/latest/", None, None, false),
            ("url", "https://host.example/a\u{202e}b", None, None, false),
            ("npm", "@scope/name", Some("1.2.3"), None, true),
            ("pip", "requests", None, None, true),
            ("pip", "requests==2.31.0; rm", None, None, false),
            ("npm", "", None, None, false),
            ("svn", "https://host.example/", None, None, false),
            ("url", "https://host.example/x", None, Some("0123"), false),
            ("url", "https://host.example/x", None, Some(&digest[..40]), false),
        ];
        for (kind, reference, version, hash, is_taken) in rows {
            let read = read(ask(kind, reference, version, hash), Reach::Public);
            assert_eq!(read.is_ok(), is_taken, "{kind} {reference} {version:?} {hash:?}: {read:?}");
            if let Err(refusal) = read {
                assert!(refusal.code == RefusalCode::BadRequest && !refusal.message.contains("secret"), "{refusal:?}");
            }
        }
    }
}
