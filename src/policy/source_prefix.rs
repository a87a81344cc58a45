//! Sources that are allowed: the beginnings of URLs.

/// The beginning of a URL, which ends where a part of the path ends: `https://github.com/our`
/// does not let in `https://github.com/ours`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourcePrefix {
    /// Scheme and host, in lower case.
    origin: String,
    /// The path, without a slash at its end.
    path: String,
}

impl SourcePrefix {
    /// Reads a prefix.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (origin, path) = cut(text).ok_or("is no URL such as https://github.com/our-organisation")?;
        if is_twisted(path) {
            return Err("holds `..`, `\\`, `%`, `?` or `#`, with which a URL means something else than it shows");
        }
        Ok(Self { origin: origin.to_ascii_lowercase(), path: path.trim_end_matches('/').to_owned() })
    }

    /// Tells whether a URL begins so. One that could lead elsewhere does not.
    pub fn admits(&self, url: &str) -> bool {
        let Some((origin, path)) = cut(url) else { return false };
        let end = path.find(['?', '#']).unwrap_or(path.len());
        let is_below =
            path.strip_prefix(&self.path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
        origin.eq_ignore_ascii_case(&self.origin) && is_below && !is_twisted(&path[..end])
    }
}

/// Returns scheme and host, and the path after them.
fn cut(url: &str) -> Option<(&str, &str)> {
    let scheme = ["https://", "http://"]
        .iter()
        .find(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))?;
    let rest = &url[scheme.len()..];
    let host_end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let host = &rest[..host_end];
    let is_host = !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':' | b'[' | b']'));
    is_host.then(|| url.split_at(scheme.len() + host_end))
}

/// Tells whether servers and clients may read a path in several ways.
fn is_twisted(path: &str) -> bool {
    path.contains(['\\', '%', '?', '#'])
        || path.chars().any(|character| character.is_control() || character.is_whitespace())
        || path.split('/').any(|part| part == ".." || part == ".")
        || path.contains("//")
}
