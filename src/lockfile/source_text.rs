//! From what a lockfile says of a source to the URL under which an index may know it.

use super::name::PlacePath;

/// Returns the URL of a SKILL.md on GitHub from `owner/repository` or the repository's URL;
/// nothing where it is neither.
pub(super) fn github_url(source: &str, reference: Option<&str>, folder: &PlacePath) -> Option<String> {
    let (owner, repository) = owner_and_repository(source)?;
    // A branch is no part of a skill's identity; any stands for the one that is not recorded.
    let reference = reference.filter(|text| is_plain(text)).unwrap_or("HEAD");
    let reference = reference.strip_prefix("refs/heads/").or(reference.strip_prefix("refs/tags/")).unwrap_or(reference);
    let folder = if folder.as_str().is_empty() { String::new() } else { format!("{folder}/") };
    Some(format!("https://github.com/{owner}/{repository}/blob/{reference}/{folder}SKILL.md"))
}

fn owner_and_repository(source: &str) -> Option<(&str, &str)> {
    let rest = ["https://", "http://", "ssh://git@", "git@"]
        .iter()
        .find_map(|prefix| source.strip_prefix(prefix))
        .map_or(Some(source), |rest| {
            rest.strip_prefix("github.com/")
                .or(rest.strip_prefix("github.com:"))
                .or(rest.strip_prefix("www.github.com/"))
        })?;
    let rest = rest.strip_prefix("github.com/").unwrap_or(rest).trim_end_matches('/');
    let (owner, repository) = rest.split_once('/')?;
    let repository = repository.strip_suffix(".git").unwrap_or(repository);
    let is_name = |text: &str| {
        !text.is_empty()
            && text != ".."
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    (is_name(owner) && is_name(repository)).then_some((owner, repository))
}

fn is_plain(reference: &str) -> bool {
    !reference.is_empty()
        && !reference.split('/').any(|part| matches!(part, "" | "." | ".."))
        && reference.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_repository_gives_one_url() {
        let folder = PlacePath::parse("skills/pdf", "k").expect("a path");
        for source in [
            "Org/repo",
            "https://github.com/Org/repo",
            "https://github.com/Org/repo.git",
            "git@github.com:Org/repo.git",
            "github.com/Org/repo",
        ] {
            let url = github_url(source, Some("refs/tags/v1"), &folder);
            assert_eq!(url.as_deref(), Some("https://github.com/Org/repo/blob/v1/skills/pdf/SKILL.md"), "{source}");
        }
        for source in ["", "repo", "a/b/c", "../x", "https://gitlab.com/a/b", "o/r?x=1", "o/r#x", "file:///etc/x"] {
            assert_eq!(github_url(source, None, &folder), None, "{source}");
        }
        let odd = github_url("o/r", Some("a/../b"), &folder);
        assert_eq!(odd.as_deref(), Some("https://github.com/o/r/blob/HEAD/skills/pdf/SKILL.md"));
    }
}
