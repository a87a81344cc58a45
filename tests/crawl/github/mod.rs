//! GitHub from outside: what is asked, what is believed, what becomes of it in a crawl.

mod asking;
mod crawling;
mod facts;
mod finding;
mod stand_in;

use std::time::Duration;

use touchmark::github::{GithubAddress, GithubClient, GithubSettings, GithubToken, RepositoryName};
use touchmark::skill::Timestamp;

use stand_in::StandIn;

/// A client of a stand-in, with or without a token.
fn client(stand_in: &StandIn, clones: &str, token: Option<&str>) -> GithubClient {
    let settings = GithubSettings {
        address: GithubAddress::new(&stand_in.api, clones).expect("addresses"),
        token: token.map(|token| GithubToken::new(token).expect("a token")),
        answer_time: Duration::from_secs(20),
    };
    GithubClient::new(settings).expect("a client")
}

/// A client with a token, of repositories that nobody clones.
fn asker(stand_in: &StandIn) -> GithubClient {
    client(stand_in, "https://github.com", Some("secret-token"))
}

fn name(text: &str) -> RepositoryName {
    RepositoryName::parse(text).expect("a name")
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_milliseconds((1_800_000_000 + seconds) * 1_000)
}
