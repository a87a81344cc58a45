//! Who has which accounts, as the list of sources says.

use std::collections::HashMap;

use super::Domain;
use crate::skill::RepositoryKey;

/// A publisher of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPublisher {
    /// The name in the list.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// Accounts on hosts, such as `github.com/owner`, in lower case.
    pub accounts: Vec<String>,
    /// Whether it makes what its skills are about.
    pub is_vendor: bool,
    /// A domain of its own, which may prove further accounts and repositories.
    pub domain: Option<Domain>,
}

/// The publishers that whoever runs the index knows, by account.
#[derive(Debug, Clone, Default)]
pub struct PublisherDirectory {
    publishers: Vec<ListedPublisher>,
    by_account: HashMap<String, usize>,
}

impl PublisherDirectory {
    /// Takes up publishers. Of two with one account the first has it.
    pub fn new(publishers: Vec<ListedPublisher>) -> Self {
        let mut by_account = HashMap::new();
        for (position, publisher) in publishers.iter().enumerate() {
            for account in &publisher.accounts {
                by_account.entry(account.clone()).or_insert(position);
            }
        }
        Self { publishers, by_account }
    }

    /// Returns who has the account that a repository belongs to, with that account. A group
    /// within an account (`gitlab.com/owner/group`) belongs to who has the account.
    pub fn publisher_of<'a>(&'a self, repository: &'a RepositoryKey) -> Option<(&'a ListedPublisher, &'a str)> {
        let mut account = repository.as_str();
        while let Some((above, _)) = account.rsplit_once('/') {
            account = above;
            if let Some(position) = self.by_account.get(account) {
                return Some((&self.publishers[*position], account));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skill::SourceIdentity;

    #[test]
    fn an_account_is_found_whole_and_in_its_own_spelling_only() {
        let listed = ListedPublisher {
            id: "example".to_owned(),
            name: "Example Ltd".to_owned(),
            accounts: vec!["github.com/example".to_owned(), "git.example/team".to_owned()],
            is_vendor: true,
            domain: None,
        };
        let directory = PublisherDirectory::new(vec![listed]);
        let rows = [
            (("github.com", "Example", "Skills"), Some("github.com/example")),
            (("GitHub.com", "example", "x"), Some("github.com/example")),
            (("git.example", "team/tools", "x"), Some("git.example/team")),
            // Where case matters, another spelling is somebody else.
            (("git.example", "Team", "x"), None),
            (("github.com", "example-official", "x"), None),
            (("github.com", "evil", "example"), None),
            (("github.com.evil.example", "example", "x"), None),
            (("github.com:8443", "example", "x"), None),
            (("gitlab.com", "example", "x"), None),
            (("github.com", "ехample", "x"), None),
        ];
        for ((host, owner, repository), expected) in rows {
            let key = RepositoryKey::of(&SourceIdentity::new(host, owner, repository, "")).expect("a repository");
            let found = directory.publisher_of(&key).map(|(_, account)| account);
            assert_eq!(found, expected, "{host} {owner}");
        }
    }
}
