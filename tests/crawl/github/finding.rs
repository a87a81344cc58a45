use std::collections::BTreeSet;

use touchmark::github::{Finder, GithubClient, GithubError};

use super::stand_in::{Fault, Shown, StandIn};
use super::{asker, at, client};

/// Does every step that a finder leads to; returns what they found, and how many there were.
async fn all(github: &GithubClient, text: &str) -> (BTreeSet<String>, usize, bool) {
    let mut open = vec![Finder::parse(text).expect("a finder").expect("a finder")];
    let (mut names, mut steps, mut is_cut) = (BTreeSet::new(), 0, false);
    while let Some(finder) = open.pop() {
        // Steps are kept as text.
        assert_eq!(Finder::parse(&finder.key()), Some(Ok(finder.clone())));
        let found = github.find(&finder, at(0)).await.expect("an answer");
        names.extend(found.repositories.iter().map(ToString::to_string));
        open.extend(found.next);
        is_cut |= found.is_cut;
        steps += 1;
    }
    (names, steps, is_cut)
}

#[tokio::test]
async fn an_account_is_its_public_repositories_that_are_no_forks_and_not_empty() {
    let stand_in = StandIn::start().await;
    stand_in.world().page_rows = 2;
    for (name, shown) in [
        ("Org/a", Shown::default()),
        ("Org/archived", Shown { archived: true, ..Shown::default() }),
        ("Org/empty", Shown { empty: true, ..Shown::default() }),
        ("Org/fork", Shown { fork: true, ..Shown::default() }),
        ("Org/private", Shown { private: true, ..Shown::default() }),
        ("Other/b", Shown::default()),
        ("org/z", Shown::default()),
    ] {
        stand_in.show(name, shown);
    }
    // A token is of use for it, and not needed.
    for token in [Some("secret-token"), None] {
        let github = client(&stand_in, "https://github.com", token);
        let (names, steps, is_cut) = all(&github, "github:ORG").await;
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["Org/a", "Org/archived", "org/z"]);
        assert_eq!((steps, is_cut), (3, false));
    }
    let error = asker(&stand_in).find(&Finder::Owner { owner: "nobody".to_owned(), page: 1 }, at(0)).await;
    assert!(matches!(error, Err(GithubError::Gone { .. })), "{error:?}");
}

#[tokio::test]
async fn a_search_with_too_many_results_is_split_until_all_of_them_are_seen() {
    let stand_in = StandIn::start().await;
    let mut expected = BTreeSet::new();
    for number in 0..60_u32 {
        let name = format!("owner-{number}/skills");
        // Sizes as they are: most files are small, some repositories have many.
        let files = (0..70).map(|file| (number * 97 + file * file * 3) % 9_000).collect();
        stand_in.show(&name, Shown { files, ..Shown::default() });
        expected.insert(name);
    }
    stand_in.show("owner/secret", Shown { private: true, files: vec![5; 3], ..Shown::default() });
    stand_in.show("owner/large", Shown { files: vec![300_000], ..Shown::default() });
    expected.insert("owner/large".to_owned());
    let (names, steps, is_cut) = all(&asker(&stand_in), "github-search").await;
    assert_eq!(names, expected);
    assert!(!is_cut);
    // 4,204 files are 43 pages; what was asked beside them found out that there were too many.
    assert!((43..=80).contains(&steps), "{steps}");
}

#[tokio::test]
async fn one_size_with_too_many_results_is_cut_and_says_so() {
    let stand_in = StandIn::start().await;
    for number in 0..12 {
        stand_in.show(&format!("owner-{number:02}/skills"), Shown { files: vec![77; 100], ..Shown::default() });
    }
    let (names, _, is_cut) = all(&asker(&stand_in), "github-search?size=77..77").await;
    assert_eq!((names.len(), is_cut), (10, true));
}

#[tokio::test]
async fn a_search_that_was_given_up_by_the_host_is_split_as_well() {
    let stand_in = StandIn::start().await;
    stand_in.then([Some(Fault::Incomplete)]);
    let finder = Finder::parse("github-search?size=0..100").expect("a finder").expect("a finder");
    let found = asker(&stand_in).find(&finder, at(0)).await.expect("an answer");
    let next: Vec<String> = found.next.iter().map(Finder::key).collect();
    assert_eq!(next, ["github-search?size=0..25", "github-search?size=26..100"]);
}

#[tokio::test]
async fn there_is_no_search_without_a_token_and_nothing_is_asked() {
    let stand_in = StandIn::start().await;
    let finder = Finder::parse("github-search").expect("a finder").expect("a finder");
    let answer = client(&stand_in, "https://github.com", None).find(&finder, at(0)).await;
    assert!(matches!(answer, Err(GithubError::NoToken { .. })), "{answer:?}");
    assert!(stand_in.asked().is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_can_be_asked_again() {
    let stand_in = StandIn::start().await;
    stand_in.show("org/a", Shown::default());
    let github = asker(&stand_in);
    let finder = Finder::Owner { owner: "org".to_owned(), page: 1 };
    for fault in [Fault::Broken, Fault::Endless, Fault::Status(503, Vec::new(), "")] {
        stand_in.then([Some(fault.clone())]);
        let answer = github.find(&finder, at(0)).await;
        assert!(matches!(answer, Err(GithubError::Nonsense { .. } | GithubError::Unanswered { .. })), "{fault:?}");
        assert_eq!(github.find(&finder, at(0)).await.expect("an answer").repositories.len(), 1);
    }
}
