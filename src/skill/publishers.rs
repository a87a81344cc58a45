//! Which accounts belong to publishers that somebody has looked at.

use std::collections::BTreeMap;

use super::SourceIdentity;

/// What is known of whoever publishes a skill, the most first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PublisherStanding {
    /// It makes what its skills are about.
    Vendor,
    /// It writes skills of its own: the list of sources names it.
    Listed,
    /// Nothing is known.
    #[default]
    Unknown,
}

impl PublisherStanding {
    /// All, in their order.
    pub const ALL: [Self; 3] = [Self::Vendor, Self::Listed, Self::Unknown];
}

/// Accounts on hosts, `host/owner` in lower case, with what is known of each. What is known of
/// a single repository, `host/owner/repository`, counts before that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Publishers(BTreeMap<String, PublisherStanding>);

impl Publishers {
    /// Takes a list of accounts; of two rows for one account the last counts.
    pub fn new(accounts: impl IntoIterator<Item = (String, PublisherStanding)>) -> Self {
        Self(accounts.into_iter().map(|(account, standing)| (account.to_lowercase(), standing)).collect())
    }

    /// Returns the account that a skill is published under; empty where there is none.
    pub fn account_of(identity: &SourceIdentity) -> String {
        match identity.owner() {
            "" => String::new(),
            owner => format!("{}/{owner}", identity.host()).to_lowercase(),
        }
    }

    /// Returns what is known of an account or repository.
    pub fn standing(&self, account: &str) -> PublisherStanding {
        self.0.get(account).copied().unwrap_or_default()
    }

    /// Iterates over the accounts in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, PublisherStanding)> {
        self.0.iter().map(|(account, standing)| (account.as_str(), *standing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_known_whatever_its_spelling() {
        let publishers = Publishers::new([("GitHub.com/Vendor".to_owned(), PublisherStanding::Vendor)]);
        let rows = [
            (SourceIdentity::new("github.com", "VENDOR", "skills", "a"), PublisherStanding::Vendor),
            (SourceIdentity::new("gitlab.com", "vendor", "skills", "a"), PublisherStanding::Unknown),
            (SourceIdentity::local("/vendor"), PublisherStanding::Unknown),
        ];
        for (identity, expected) in rows {
            assert_eq!(publishers.standing(&Publishers::account_of(&identity)), expected, "{identity:?}");
        }
    }
}
