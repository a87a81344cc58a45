use std::time::Duration;

use touchmark::github::{GithubAddress, GithubClient, GithubError, GithubSettings, Resource};

use super::stand_in::{Fault, Shown, StandIn};
use super::{asker, at, client, name};

fn status(status: u16, headers: &[(&'static str, &str)], message: &'static str) -> Option<Fault> {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Some(Fault::Status(status, headers, message))
}

#[tokio::test]
async fn a_request_names_its_version_and_carries_the_token_where_there_is_one() {
    let stand_in = StandIn::start().await;
    stand_in.show("a/b", Shown::default());
    for (github, token) in
        [(asker(&stand_in), Some("Bearer secret-token")), (client(&stand_in, "https://github.com", None), None)]
    {
        github.facts(&name("a/b"), None, at(0)).await.expect("facts");
        let seen = std::mem::take(&mut stand_in.world().seen);
        assert!(!seen.is_empty());
        for request in seen {
            assert_eq!((request.version.as_deref(), request.token.as_deref()), (Some("2022-11-28"), token));
        }
        assert!(!format!("{github:?}").contains("secret-token"));
    }
}

#[tokio::test]
async fn nothing_is_sent_until_a_limit_is_over() {
    let reset = (1_800_000_000 + 100).to_string();
    let used_up: &[(&'static str, &str)] = &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset)];
    let rows = [
        (status(403, used_up, "API rate limit exceeded"), 100),
        (status(429, used_up, ""), 100),
        (status(403, &[("retry-after", "30")], "You have exceeded a secondary rate limit"), 30),
        (status(429, &[("retry-after", "30"), ("x-ratelimit-remaining", "0")], ""), 30),
        // Without a word on how long, a minute.
        (status(403, &[("x-ratelimit-remaining", "4000")], "You have exceeded a secondary rate limit."), 60),
        (status(429, &[], "Too many requests"), 60),
        // The clock of the host is another one, or its word is not to be believed.
        (status(429, &[("retry-after", "99999999999")], ""), 3_600),
        (status(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "5")], ""), 1),
        (status(401, &[], "Bad credentials"), 600),
    ];
    for (fault, seconds) in rows {
        let stand_in = StandIn::start().await;
        stand_in.show("a/b", Shown::default());
        let github = asker(&stand_in);
        stand_in.then([fault.clone()]);
        for now in [0, 0, seconds - 1] {
            let error = github.facts(&name("a/b"), None, at(now)).await.expect_err("it is limited");
            let GithubError::Limited { until, .. } = &error else { panic!("{fault:?}: {error}") };
            assert_eq!(*until, at(seconds), "{fault:?}");
            assert_eq!(github.waits_until(Resource::Core, at(now)), Some(at(seconds)));
        }
        assert_eq!(stand_in.asked().len(), 1, "{fault:?}: it was sent once");
        assert!(github.facts(&name("a/b"), None, at(seconds)).await.is_ok(), "{fault:?}");
    }
}

#[tokio::test]
async fn secondary_limits_that_go_on_are_waited_for_longer_each_time() {
    let stand_in = StandIn::start().await;
    stand_in.show("a/b", Shown::default());
    let github = asker(&stand_in);
    let limited = || status(403, &[], "You have exceeded a secondary rate limit");
    stand_in.then([limited(), limited(), limited(), None, None, None, None, None, limited()]);
    let mut now = 0;
    for wait in [60, 120, 240] {
        assert!(github.facts(&name("a/b"), None, at(now)).await.is_err());
        assert_eq!(github.waits_until(Resource::CodeSearch, at(now)), Some(at(now + wait)), "it holds for everything");
        now += wait;
    }
    github.facts(&name("a/b"), None, at(now)).await.expect("it is answered");
    assert!(github.facts(&name("a/b"), None, at(now)).await.is_err());
    assert_eq!(github.waits_until(Resource::Core, at(now)), Some(at(now + 60)), "what was answered is forgiven");
}

#[tokio::test]
async fn the_last_request_of_a_limit_is_answered_and_none_after_it_is_sent() {
    let stand_in = StandIn::start().await;
    stand_in.show("a/b", Shown::default());
    (stand_in.world().remaining, stand_in.world().reset) = (Some(1), 1_800_000_050);
    let github = asker(&stand_in);
    let error = github.facts(&name("a/b"), None, at(0)).await.expect_err("facts are several requests");
    assert!(matches!(error, GithubError::Limited { until, .. } if until == at(50)), "{error}");
    assert_eq!(stand_in.asked(), ["/repos/a/b"]);
    assert_eq!(github.waits_until(Resource::CodeSearch, at(0)), None, "another resource has its own");
}

#[tokio::test]
async fn what_is_no_answer_is_told_and_may_pass() {
    let rows = [
        (Fault::Status(500, Vec::new(), "oh"), "the API did not answer: status 500 oh"),
        (Fault::Status(502, Vec::new(), ""), "the API did not answer: status 502"),
        (Fault::Status(422, Vec::new(), "no"), "the API refuses: 422 no"),
        (Fault::Status(403, Vec::new(), "Resource not accessible"), "the API refuses: Resource not accessible"),
        (Fault::Broken, "the answer of the API cannot be read: EOF"),
        (Fault::Endless, "the answer of the API cannot be read: it is longer than"),
    ];
    for (fault, expected) in rows {
        let stand_in = StandIn::start().await;
        stand_in.show("a/b", Shown::default());
        stand_in.then([Some(fault.clone())]);
        let github = asker(&stand_in);
        let error = github.facts(&name("a/b"), None, at(0)).await.expect_err("no facts");
        assert!(error.to_string().starts_with(expected), "{fault:?}: {error}");
        assert!(github.facts(&name("a/b"), None, at(0)).await.is_ok(), "{fault:?} passes");
    }
}

#[tokio::test]
async fn an_answer_that_never_comes_is_not_waited_for() {
    let stand_in = StandIn::start().await;
    stand_in.then([Some(Fault::Silent)]);
    let settings = GithubSettings {
        address: GithubAddress::new(&stand_in.api, "https://github.com").expect("addresses"),
        token: None,
        answer_time: Duration::from_millis(50),
    };
    let github = GithubClient::new(settings).expect("a client");
    let error = github.facts(&name("a/b"), None, at(0)).await.expect_err("no answer");
    assert!(matches!(error, GithubError::Unanswered { .. }), "{error}");
}

#[tokio::test]
async fn nobody_else_is_asked_and_hears_the_token() {
    let (stand_in, other) = (StandIn::start().await, StandIn::start().await);
    let here = stand_in.api.trim_end_matches("/api/v3").to_owned();
    let targets = [
        format!("{}/repos/a/b", other.api),
        // The same host, beside the API.
        format!("{here}/repos/a/b"),
        format!("{here}/api/v3/../../repos/a/b"),
        stand_in.api.replace("http://", "http://user:password@") + "/repos/a/b",
        "https://github.example/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ];
    for target in targets {
        let github = asker(&stand_in);
        stand_in.then([Some(Fault::Elsewhere(target.clone()))]);
        let error = github.facts(&name("a/b"), None, at(0)).await.expect_err("it is not followed");
        let is_refused = matches!(error, GithubError::Nonsense { .. });
        assert!(is_refused && !error.to_string().contains("password"), "{target}: {error:?}");
    }
    assert!(other.asked().is_empty(), "nothing arrived elsewhere");
    let circle = format!("{}/repos/a/b", stand_in.api);
    stand_in.asked();
    stand_in.then(vec![Some(Fault::Elsewhere(circle)); 9]);
    assert!(asker(&stand_in).facts(&name("a/b"), None, at(0)).await.is_err());
    assert_eq!(stand_in.asked().len(), 4, "circles are left");
}
