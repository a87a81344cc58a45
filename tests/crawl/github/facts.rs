use touchmark::github::GithubError;
use touchmark::skill::RepositoryFacts;

use super::stand_in::{Fault, Shown, StandIn};
use super::{asker, at, name};

fn date(text: &str) -> Option<touchmark::skill::Timestamp> {
    Some(text.parse().expect("a date"))
}

#[tokio::test]
async fn facts_are_what_the_host_says() {
    let stand_in = StandIn::start().await;
    let github = asker(&stand_in);
    let whole = RepositoryFacts {
        stars: Some(7),
        license: Some("MIT".to_owned()),
        is_archived: Some(false),
        is_fork: Some(false),
        first_commit_at: date("2024-05-01"),
        pushed_at: date("2026-05-01"),
        contributors: Some(3),
        releases: Some(2),
        topics: vec!["agent-skills".to_owned()],
        default_branch: Some("main".to_owned()),
        asked_at: Some(at(0)),
        ..RepositoryFacts::default()
    };
    let young = Shown { commits: vec!["2026-04-01T00:00:00Z"], contributors: Some(1), releases: 0, ..Shown::default() };
    let empty = Shown { empty: true, commits: Vec::new(), releases: 0, ..Shown::default() };
    let rows = [
        (Shown::default(), whole.clone()),
        (
            Shown { stars: 0, spdx: "NOASSERTION", archived: true, fork: true, ..Shown::default() },
            RepositoryFacts {
                stars: Some(0),
                license: Some("Other".to_owned()),
                is_archived: Some(true),
                is_fork: Some(true),
                ..whole.clone()
            },
        ),
        (
            young,
            RepositoryFacts {
                first_commit_at: date("2026-04-01"),
                contributors: Some(1),
                releases: Some(0),
                ..whole.clone()
            },
        ),
        (Shown { contributors: None, ..Shown::default() }, RepositoryFacts { contributors: None, ..whole.clone() }),
        (
            empty,
            RepositoryFacts {
                first_commit_at: None,
                contributors: Some(0),
                releases: Some(0),
                pushed_at: date("2024-01-01"),
                ..whole.clone()
            },
        ),
        (
            Shown { commits: vec!["2999-01-01T00:00:00Z"], ..Shown::default() },
            RepositoryFacts { first_commit_at: None, ..whole.clone() },
        ),
        (
            Shown { private: true, ..Shown::default() },
            RepositoryFacts { is_gone: true, asked_at: Some(at(0)), ..RepositoryFacts::default() },
        ),
    ];
    for (shown, expected) in rows {
        stand_in.show("Org/Repo", shown.clone());
        let mut facts = github.facts(&name("org/repo"), None, at(0)).await.expect("facts");
        assert_eq!(facts.entity_tag.take().is_some(), !expected.is_gone, "{shown:?}");
        assert_eq!(facts, expected, "{shown:?}");
    }
}

#[tokio::test]
async fn what_has_not_changed_is_one_question_that_costs_nothing() {
    let stand_in = StandIn::start().await;
    let github = asker(&stand_in);
    stand_in.show("a/b", Shown::default());
    let first = github.facts(&name("a/b"), None, at(0)).await.expect("facts");
    assert_eq!(stand_in.asked().len(), 5);
    stand_in.world().remaining = Some(9);
    let second = github.facts(&name("a/b"), Some(&first), at(9)).await.expect("facts");
    assert_eq!(second, RepositoryFacts { asked_at: Some(at(9)), ..first.clone() });
    assert_eq!((stand_in.asked().len(), stand_in.world().remaining), (1, Some(9)));
    // Who committed first is known for good.
    stand_in.show("a/b", Shown { stars: 8, ..Shown::default() });
    let third = github.facts(&name("a/b"), Some(&second), at(10)).await.expect("facts");
    assert_eq!((third.stars, third.first_commit_at), (Some(8), first.first_commit_at));
    assert_eq!(stand_in.asked(), ["/repos/a/b", "/repos/a/b/contributors", "/repos/a/b/releases"]);
}

#[tokio::test]
async fn what_is_gone_keeps_what_was_known_and_may_come_back() {
    for status in [404, 410, 451] {
        let stand_in = StandIn::start().await;
        let github = asker(&stand_in);
        stand_in.show("a/b", Shown::default());
        let known = github.facts(&name("a/b"), None, at(0)).await.expect("facts");
        stand_in.then([Some(Fault::Status(status, Vec::new(), "Not Found"))]);
        let gone = github.facts(&name("a/b"), Some(&known), at(5)).await.expect("facts");
        assert!(gone.is_gone, "{status}");
        assert_eq!(
            (gone.first_commit_at, gone.asked_at, &gone.entity_tag),
            (known.first_commit_at, Some(at(5)), &None)
        );
        let back = github.facts(&name("a/b"), Some(&gone), at(6)).await.expect("facts");
        assert_eq!(back, RepositoryFacts { asked_at: Some(at(6)), ..known });
    }
    let stand_in = StandIn::start().await;
    stand_in.then([Some(Fault::Status(403, Vec::new(), "Repository access blocked"))]);
    assert!(asker(&stand_in).facts(&name("a/b"), None, at(0)).await.expect("facts").is_gone);
}

#[tokio::test]
async fn a_repository_that_moved_is_known_by_its_new_name() {
    let stand_in = StandIn::start().await;
    let github = asker(&stand_in);
    stand_in.show("New-Owner/New", Shown::default());
    stand_in.world().moved.insert("old/name".to_owned(), "New-Owner/New".to_owned());
    let facts = github.facts(&name("Old/Name"), None, at(0)).await.expect("facts");
    assert_eq!(facts.moved_to.as_ref().map(|key| key.as_str()), Some("github.com/new-owner/new"));
    assert_eq!((facts.stars, facts.contributors), (Some(7), Some(3)));
    assert_eq!(github.facts(&name("new-owner/NEW"), None, at(0)).await.expect("facts").moved_to, None);
}

#[tokio::test]
async fn what_is_asked_beside_the_repository_may_fail_and_is_asked_again() {
    let stand_in = StandIn::start().await;
    let github = asker(&stand_in);
    stand_in.show("a/b", Shown::default());
    for fault in [Fault::Status(500, Vec::new(), ""), Fault::Broken, Fault::Endless] {
        stand_in.then([None, Some(fault.clone()), Some(fault.clone()), Some(fault.clone())]);
        let facts = github.facts(&name("a/b"), None, at(0)).await.expect("facts");
        let seen = (facts.stars, facts.first_commit_at, facts.contributors, facts.releases, &facts.entity_tag);
        assert_eq!(seen, (Some(7), None, None, None, &None), "{fault:?}");
        let facts = github.facts(&name("a/b"), Some(&facts), at(1)).await.expect("facts");
        assert_eq!((facts.contributors, facts.releases, facts.entity_tag.is_some()), (Some(3), Some(2), true));
    }
    let limited = Fault::Status(403, vec![("retry-after", "9".to_owned())], "");
    stand_in.then([None, None, None, Some(limited)]);
    let error = github.facts(&name("a/b"), None, at(0)).await.expect_err("the rest would be refused as well");
    assert!(matches!(error, GithubError::Limited { .. }), "{error}");
}
