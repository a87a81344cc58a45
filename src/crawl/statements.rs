//! Asks the domains that a list or a homepage names which repositories are theirs.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::skill::{RepositoryKey, SourceIdentity, Timestamp, sanitise_line};
use crate::source::{GitLocation, SourceSpec, StatementClient};
use crate::store::{Store, StoreError};
use crate::trust::{Domain, PublisherDirectory, PublisherStatement, domains_of};

/// Days after which a domain is asked again: often enough that one that cannot be reached for a
/// while is asked several times before its statement ends.
const ASK_AGAIN_DAYS: f64 = 7.0;

/// What a crawl asks domains with. Each is asked once.
pub(super) struct Statements {
    client: Option<StatementClient>,
    directory: PublisherDirectory,
    asked: Mutex<HashSet<Domain>>,
}

impl Statements {
    /// Takes whom the list names. Without a client nobody is asked.
    pub(super) fn new(client: Option<StatementClient>, directory: PublisherDirectory) -> Self {
        Self { client, directory, asked: Mutex::default() }
    }

    /// Asks the domains of the repository that the source `key` names, where it is time to. A
    /// domain that does not answer costs nothing: what it said before holds to its end.
    pub(super) async fn ask(&self, store: &dyn Store, key: &str, now: Timestamp) -> Result<(), StoreError> {
        let (Some(client), Some(repository)) = (&self.client, repository_of(key)) else { return Ok(()) };
        let facts = store.repository_facts(std::slice::from_ref(&repository)).await?.pop().map(|(_, facts)| facts);
        for (domain, _) in domains_of(&repository, &self.directory, facts.as_ref()) {
            if !self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(domain.clone()) {
                continue;
            }
            let known = store.publisher_statements(std::slice::from_ref(&domain)).await?.pop();
            if known.is_some_and(|known| known.fetched_at.days_until(now) < ASK_AGAIN_DAYS) {
                continue;
            }
            let statement = match client.read(&domain).await {
                Ok(Some(bytes)) => PublisherStatement::parse(domain.clone(), &bytes, now),
                Ok(None) => Ok(PublisherStatement::nothing(domain.clone(), now)),
                Err(error) => {
                    tracing::debug!(%domain, %error, "a domain does not say which repositories are its");
                    continue;
                }
            };
            // What cannot be read proves nothing, as if the domain had taken it back.
            let statement = statement.unwrap_or_else(|error| {
                tracing::warn!(%domain, error = sanitise_line(&error.to_string(), 300), "the statement of a domain counts for nothing");
                PublisherStatement::nothing(domain, now)
            });
            store.put_publisher_statement(&statement).await?;
        }
        Ok(())
    }
}

/// Returns the repository that the key of a source leads to, where it is one on a host.
fn repository_of(key: &str) -> Option<RepositoryKey> {
    let SourceSpec::Git(spec) = SourceSpec::parse(key).ok()? else { return None };
    let GitLocation::Remote(url) = spec.location else { return None };
    RepositoryKey::of(&SourceIdentity::of_clone_url(&url, "").ok()?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::skill::RepositoryFacts;
    use crate::store::SqliteStore;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_milliseconds(1_780_000_000_000 + day * 86_400_000)
    }

    /// A server on this machine that gives these answers one after the other, and counts.
    async fn domain(answers: Vec<(&'static str, &'static str)>) -> (StatementClient, Arc<AtomicUsize>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        tokio::spawn(async move {
            for (status, body) in answers {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                counted.fetch_add(1, Ordering::SeqCst);
                let mut request = [0; 4_096];
                let _ = stream.read(&mut request).await.expect("a request");
                let length = body.len();
                let answer =
                    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
                stream.write_all(answer.as_bytes()).await.expect("an answer");
            }
        });
        (StatementClient::on_this_machine(base), count)
    }

    #[tokio::test]
    async fn a_domain_is_asked_once_a_week_and_can_take_back_what_it_said() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = SqliteStore::open(&folder.path().join("touchmark.db")).await.expect("a store");
        let key = SourceSpec::parse("github:somebody/skills").expect("a source").key();
        let repository = repository_of(&key).expect("a repository");
        let facts =
            RepositoryFacts { homepage: Some("https://somebody.example".to_owned()), ..RepositoryFacts::default() };
        store.put_repository_facts(&[(repository.clone(), facts)]).await.expect("they are stored");
        let said = r#"{"version":1,"repositories":["github.com/somebody/*"]}"#;
        let answers = vec![("200 OK", said), ("503 Unavailable", ""), ("404 Not Found", ""), ("200 OK", "<html>")];
        let (client, count) = domain(answers).await;
        let proves = async |at: i64| {
            let crawl = Statements::new(Some(client.clone()), PublisherDirectory::default());
            for _ in 0..2 {
                crawl.ask(&store, &key, day(at)).await.expect("the store works");
            }
            let known = store.publisher_statements(&["somebody.example".parse().expect("a domain")]).await;
            let known = known.expect("they are read").pop().expect("a statement");
            (count.load(Ordering::SeqCst), known.entry_for(&repository).is_some(), known.fetched_at)
        };
        assert_eq!(proves(0).await, (1, true, day(0)));
        assert_eq!(proves(6).await, (1, true, day(0)), "it is not time");
        assert_eq!(proves(7).await, (2, true, day(0)), "no answer takes nothing back");
        assert_eq!(proves(8).await, (3, false, day(8)), "it has nothing to say any more");
        assert_eq!(proves(15).await, (4, false, day(15)), "what cannot be read proves nothing");
    }

    #[test]
    fn only_repositories_on_hosts_have_domains() {
        for (source, expected) in [
            ("github:Org/Repo#main:skills", Some("github.com/org/repo")),
            ("https://gitlab.com/group/sub/repo", Some("gitlab.com/group/sub/repo")),
            ("folder:/github.com/org/repo", None),
            ("git:file:///github.com/org/repo", None),
        ] {
            // What is not there is no source, but a key like any other.
            let key = SourceSpec::parse(source).map_or_else(|_| source.to_owned(), |spec| spec.key());
            assert_eq!(repository_of(&key).as_ref().map(RepositoryKey::as_str), expected, "{source}");
        }
    }
}
