//! From a URL, in any of the forms that people copy, to the sources that it may mean.

use percent_encoding::percent_decode_str;

use super::{IdentityError, SourceIdentity, sanitise_line};

/// The sources that a URL may mean, the most likely first.
///
/// A URL does not say where a branch name ends, so a branch with slashes leaves several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedSource {
    /// Never empty.
    pub candidates: Vec<SourceIdentity>,
}

/// Reads a URL of a skill in any of the forms that people copy: a file (blob, raw, src), a
/// folder (tree), a repository, a `file://` path; with other branches, queries and case.
///
/// # Errors
/// Fails where the text names no repository or folder.
pub fn locate_source_url(text: &str) -> Result<LocatedSource, IdentityError> {
    let failure = || IdentityError { text: sanitise_line(text, 200) };
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.len() > 4_096 || trimmed.chars().any(char::is_control) {
        return Err(failure());
    }
    let (scheme, rest) = trimmed.split_once("://").unwrap_or(("https", trimmed));
    let (location, fragment) =
        rest.split_once('#').map_or((rest, None), |(location, fragment)| (location, Some(fragment)));
    let location = location.split('?').next().unwrap_or(location);
    let decoded = percent_decode_str(location).decode_utf8().map_err(|_| failure())?;
    let decoded = decoded.trim_end_matches('/');
    match scheme.to_ascii_lowercase().as_str() {
        "file" => Ok(locate_on_disk(decoded, fragment)),
        "touchmark" => decoded
            .strip_prefix("starter/")
            .map(|path| one(SourceIdentity::starter(without_instructions(path))))
            .ok_or_else(failure),
        "http" | "https" | "git" | "ssh" => locate_on_host(decoded, fragment).ok_or_else(failure),
        _ => Err(failure()),
    }
}

fn locate_on_disk(path: &str, fragment: Option<&str>) -> LocatedSource {
    let directory = fragment.map(|fragment| {
        let path = fragment.split_once(':').map_or(fragment, |(_, path)| path);
        percent_decode_str(path).decode_utf8_lossy().into_owned()
    });
    match directory {
        Some(directory) => one(SourceIdentity::git_on_disk(path, without_instructions(&directory))),
        None => {
            let folder = without_instructions(path);
            LocatedSource { candidates: vec![SourceIdentity::local(folder), SourceIdentity::git_on_disk(folder, "")] }
        }
    }
}

fn locate_on_host(location: &str, fragment: Option<&str>) -> Option<LocatedSource> {
    let (authority, path) = location.split_once('/')?;
    let host = authority.rsplit('@').next()?.to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if host.is_empty() || parts.iter().any(|part| matches!(*part, "." | "..")) {
        return None;
    }
    if host == "raw.githubusercontent.com" {
        let [owner, repository, reference @ ..] = parts.as_slice() else { return None };
        return Some(split_reference("github.com", owner, repository, reference));
    }
    if let Some((scope, path)) = path.split_once(".well-known/agent-skills/") {
        return Some(one(SourceIdentity::new(host, "", scope.trim_matches('/'), without_instructions(path))));
    }
    let is_marker = |part: &str| matches!(part, "blob" | "tree" | "raw" | "blame" | "edit" | "src" | "-");
    let marker = parts.iter().skip(2).position(|part| is_marker(part)).map(|index| index + 2);
    let Some(marker) = marker else {
        let repository = *parts.last()?;
        let owner = parts[..parts.len() - 1].join("/");
        let directory = fragment
            .filter(|fragment| fragment.contains(':'))
            .and_then(|fragment| fragment.split_once(':'))
            .map_or("", |(_, path)| path);
        let directory = percent_decode_str(directory).decode_utf8_lossy();
        return Some(one(SourceIdentity::new(
            host,
            &owner,
            repository.trim_end_matches(".git"),
            without_instructions(&directory),
        )));
    };
    let owner = parts[..marker - 1].join("/");
    let repository = parts[marker - 1].trim_end_matches(".git");
    let mut rest = &parts[marker + 1..];
    while rest.first().is_some_and(|part| is_marker(part)) {
        rest = &rest[1..];
    }
    if parts[marker] != "blob" && matches!(rest.first(), Some(&("branch" | "commit" | "tag"))) && host != "github.com" {
        rest = &rest[1..];
    }
    Some(split_reference(host, &owner, repository, rest))
}

/// Splits `branch/with/slashes/path/to/skill` at every place where the branch may end.
fn split_reference(host: &str, owner: &str, repository: &str, parts: &[&str]) -> LocatedSource {
    let parts = match parts {
        ["refs", "heads" | "tags", rest @ ..] => rest,
        other => other,
    };
    let path = |from: usize| parts[from.min(parts.len())..].join("/");
    let last = if parts.is_empty() { 0 } else { parts.len().min(8) };
    let mut candidates: Vec<SourceIdentity> = Vec::new();
    for end in 1..=last.max(1) {
        let identity = SourceIdentity::new(host, owner, repository, without_instructions(&path(end)));
        if !candidates.contains(&identity) {
            candidates.push(identity);
        }
    }
    LocatedSource { candidates }
}

/// Drops a trailing `SKILL.md`, in any case, from a path.
fn without_instructions(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if name.eq_ignore_ascii_case("skill.md") { folder } else { path }
}

fn one(identity: SourceIdentity) -> LocatedSource {
    LocatedSource { candidates: vec![identity] }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::skill::{Registry, SkillId, SkillSource};

    #[test]
    fn every_form_of_a_url_leads_to_the_same_skill() {
        let expected = SkillId::of(&SourceIdentity::new("github.com", "Org", "Repo", "skills/pdf"));
        for url in [
            "https://github.com/Org/Repo/blob/main/skills/pdf/SKILL.md",
            "https://github.com/org/repo/blob/main/skills/pdf/SKILL.md?plain=1#L4",
            "http://www.GitHub.com/ORG/repo/tree/main/skills/pdf",
            "github.com/org/repo/tree/main/skills/pdf/",
            "https://raw.githubusercontent.com/org/repo/main/skills/pdf/SKILL.md",
            "https://raw.githubusercontent.com/org/repo/refs/heads/main/skills/pdf/skill.md",
            "https://github.com/org/repo/raw/v1.0/skills/pdf/SKILL.md",
            "https://github.com/org/repo/blob/feature/new-thing/skills/pdf/SKILL.md",
            "https://github.com/org/repo.git#main:skills/pdf",
        ] {
            let located = locate_source_url(url).expect(url);
            assert!(
                located.candidates.iter().any(|candidate| SkillId::of(candidate) == expected),
                "{url}: {located:?}"
            );
        }
    }

    #[test]
    fn other_hosts_and_disks_are_understood() {
        let rows = [
            (
                "https://gitlab.com/group/sub/repo/-/blob/main/pdf/SKILL.md",
                SourceIdentity::new("gitlab.com", "group/sub", "repo", "pdf"),
            ),
            (
                "https://codeberg.org/o/r/src/branch/main/pdf/SKILL.md",
                SourceIdentity::new("codeberg.org", "o", "r", "pdf"),
            ),
            ("https://github.com/org/repo", SourceIdentity::new("github.com", "org", "repo", "")),
            ("file:///home/me/my%20skill/SKILL.md", SourceIdentity::local("/home/me/my skill")),
            ("file:///srv/x.git#main:a/SKILL.md", SourceIdentity::git_on_disk("/srv/x.git", "a")),
            ("touchmark://starter/commit-message/SKILL.md", SourceIdentity::starter("commit-message")),
        ];
        for (url, expected) in rows {
            let located = locate_source_url(url).expect(url);
            assert_eq!(located.candidates[0].canonical(), expected.canonical(), "{url}");
        }
        for url in
            ["", "x", "javascript:alert(1)", "ftp://a/b", "https://github.com", "https://github.com/o/../r/blob/m/x"]
        {
            assert!(locate_source_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn the_url_of_a_source_leads_back_to_it() {
        let identities = [
            SourceIdentity::new("github.com", "Org", "Repo", "skills/my pdf"),
            SourceIdentity::new("gitlab.com", "a/b", "c", "x"),
            SourceIdentity::new("codeberg.org", "a", "c", ""),
            SourceIdentity::new("git.example", "a", "c", "x/y#z"),
            SourceIdentity::git_on_disk("/srv/repo.git", "a/b"),
            SourceIdentity::local("/home/me/a#b"),
            SourceIdentity::starter("x"),
        ];
        for identity in identities {
            let mut source = SkillSource::new(identity.clone(), Registry::Git);
            source.reference = Some("main".to_owned());
            let located = locate_source_url(&source.url()).expect("own urls are read");
            assert!(
                located.candidates.iter().any(|candidate| candidate.canonical() == identity.canonical()),
                "{}: {located:?}",
                source.url()
            );
        }
    }

    proptest! {
        #[test]
        fn locating_never_panics_and_always_has_a_candidate(text in any::<String>()) {
            if let Ok(located) = locate_source_url(&text) {
                prop_assert!(!located.candidates.is_empty());
            }
        }
    }
}
