//! Who a publisher is, and what proves it.

use super::{Domain, PublisherDirectory, PublisherStatement};
use crate::skill::{Registry, RepositoryFacts, RepositoryKey, SkillSource, Timestamp};

/// Who publishes a skill, and what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublisherStanding {
    /// The name to show: that of the list where the account is listed, else the account's.
    /// Not sanitised.
    pub name: String,
    /// What proves that it is them; none where nothing does.
    pub proof: Option<PublisherProof>,
}

/// What proves a publisher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublisherProof {
    /// The account is a vendor's, as the list says.
    Listed {
        /// The publisher in the list.
        publisher: String,
        /// The account in the list.
        account: String,
    },
    /// A domain and a repository name each other.
    Domain {
        /// The domain.
        domain: Domain,
        /// The entry of the domain's statement that names the repository.
        entry: String,
        /// What names the domain.
        named_by: NamedBy,
        /// When the statement was fetched.
        fetched_at: Timestamp,
    },
    /// The host itself lists the skill.
    OwnHost {
        /// The host.
        host: String,
    },
}

/// What names a domain for a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    /// The list, for the publisher with the account.
    List,
    /// The homepage of the repository, which only who may change its settings can set.
    Homepage,
}

/// Returns the domains that may prove a repository, the list's before the homepage's.
pub fn domains_of(
    repository: &RepositoryKey,
    directory: &PublisherDirectory,
    facts: Option<&RepositoryFacts>,
) -> Vec<(Domain, NamedBy)> {
    let listed = directory.publisher_of(repository).and_then(|(publisher, _)| publisher.domain.clone());
    let homepage = facts.and_then(|facts| facts.homepage.as_deref()).and_then(Domain::of_url);
    let mut domains: Vec<(Domain, NamedBy)> = listed.into_iter().map(|domain| (domain, NamedBy::List)).collect();
    domains.extend(homepage.map(|domain| (domain, NamedBy::Homepage)));
    domains
}

/// Says who publishes what stands at `source`, by what the list, hosts and domains say of it.
///
/// What the skill says, and what a mirror says of its origin, is not asked.
pub fn standing_of(
    source: &SkillSource,
    directory: &PublisherDirectory,
    facts: Option<&RepositoryFacts>,
    statements: &[PublisherStatement],
    now: Timestamp,
) -> PublisherStanding {
    let own_name = source.publisher().to_owned();
    if source.registry == Registry::WellKnown {
        // A host speaks for itself alone, not for whom it names as an owner.
        let host = source.identity.host();
        let proof = (own_name == host).then(|| PublisherProof::OwnHost { host: host.to_owned() });
        return PublisherStanding { name: own_name, proof };
    }
    let Some(repository) = RepositoryKey::of(&source.identity) else {
        return PublisherStanding { name: own_name, proof: None };
    };
    let listed = directory.publisher_of(&repository);
    let name = listed.map_or(own_name, |(publisher, _)| publisher.name.clone());
    if let Some((publisher, account)) = listed.filter(|(publisher, _)| publisher.is_vendor) {
        let proof = PublisherProof::Listed { publisher: publisher.id.clone(), account: account.to_owned() };
        return PublisherStanding { name, proof: Some(proof) };
    }
    let proves = |(domain, named_by): (Domain, NamedBy)| {
        let mut current = statements.iter().filter(|statement| statement.domain == domain && statement.is_current(now));
        let (entry, fetched_at) =
            current.find_map(|statement| Some((statement.entry_for(&repository)?, statement.fetched_at)))?;
        Some(PublisherProof::Domain { entry: entry.to_owned(), fetched_at, domain, named_by })
    };
    let proof = domains_of(&repository, directory, facts).into_iter().find_map(proves);
    PublisherStanding { name, proof }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skill::SourceIdentity;
    use crate::trust::ListedPublisher;

    const DAY: i64 = 86_400_000;

    fn directory() -> PublisherDirectory {
        let listed = |id: &str, is_vendor, domain: Option<&str>| ListedPublisher {
            id: id.to_owned(),
            name: format!("{id} (listed)"),
            accounts: vec![format!("github.com/{id}")],
            is_vendor,
            domain: domain.map(|domain| domain.parse().expect("a domain")),
        };
        PublisherDirectory::new(vec![
            listed("vendor", true, None),
            listed("writer", false, None),
            listed("owner", false, Some("owner.example")),
        ])
    }

    fn source(owner: &str) -> SkillSource {
        SkillSource::new(SourceIdentity::new("github.com", owner, "skills", "a"), Registry::Github)
    }

    fn homepage(url: &str) -> RepositoryFacts {
        RepositoryFacts { homepage: Some(url.to_owned()), ..RepositoryFacts::default() }
    }

    fn statement(domain: &str, entry: &str) -> PublisherStatement {
        let text = format!(r#"{{"version":1,"repositories":["{entry}"]}}"#);
        let domain = domain.parse().expect("a domain");
        PublisherStatement::parse(domain, text.as_bytes(), Timestamp::from_milliseconds(0)).expect("a statement")
    }

    fn proof(
        source: &SkillSource,
        facts: Option<RepositoryFacts>,
        statements: &[PublisherStatement],
    ) -> Option<PublisherProof> {
        let now = Timestamp::from_milliseconds(29 * DAY);
        standing_of(source, &directory(), facts.as_ref(), statements, now).proof
    }

    #[test]
    fn a_vendors_account_is_verified_and_a_writers_only_has_the_lists_name() {
        let standing = |owner| {
            let standing = standing_of(&source(owner), &directory(), None, &[], Timestamp::from_milliseconds(0));
            (standing.name, standing.proof.is_some())
        };
        assert_eq!(standing("Vendor"), ("vendor (listed)".to_owned(), true));
        assert_eq!(standing("writer"), ("writer (listed)".to_owned(), false));
        assert_eq!(standing("nobody"), ("nobody".to_owned(), false));
    }

    #[test]
    fn both_directions_must_agree_and_the_statement_be_current() {
        let somebody = source("somebody");
        let agrees = statement("somebody.example", "github.com/somebody/skills");
        assert!(matches!(
            proof(&somebody, Some(homepage("https://somebody.example/")), std::slice::from_ref(&agrees)),
            Some(PublisherProof::Domain { named_by: NamedBy::Homepage, .. })
        ));
        assert!(matches!(
            proof(&source("owner"), None, &[statement("owner.example", "github.com/owner/*")]),
            Some(PublisherProof::Domain { named_by: NamedBy::List, .. })
        ));
        // The domain says so and the repository does not, the other way round, and neither.
        assert_eq!(proof(&somebody, None, std::slice::from_ref(&agrees)), None);
        assert_eq!(proof(&somebody, Some(homepage("https://other.example")), std::slice::from_ref(&agrees)), None);
        assert_eq!(proof(&somebody, Some(homepage("https://somebody.example")), &[]), None);
        let other = statement("somebody.example", "github.com/other/skills");
        assert_eq!(proof(&somebody, Some(homepage("https://somebody.example")), &[other]), None);
        let late = Timestamp::from_milliseconds(31 * DAY);
        let facts = homepage("https://somebody.example/");
        assert_eq!(standing_of(&somebody, &directory(), Some(&facts), &[agrees], late).proof, None);
    }

    #[test]
    fn nobody_is_verified_by_what_they_write_themselves() {
        let mut mirror = source("evil");
        mirror.upstream = Some("vendor/skills".to_owned());
        let named = SkillSource::new(SourceIdentity::new("github.com", "evil", "vendor", "vendor"), Registry::Github);
        let elsewhere = SkillSource::new(SourceIdentity::new("git.evil.example", "vendor", "x", ""), Registry::Git);
        let folder = SkillSource::new(SourceIdentity::local("/github.com/vendor/skills"), Registry::Local);
        let disk = SkillSource::new(SourceIdentity::git_on_disk("/github.com/vendor/skills", "a"), Registry::Git);
        let mut claims = SkillSource::new(SourceIdentity::new("evil.example", "vendor", "x", "a"), Registry::WellKnown);
        claims.upstream = Some("github.com/vendor".to_owned());
        for source in [mirror, named, elsewhere, folder, disk, claims] {
            // Whoever owns both ends of a proof proves those ends and no vendor's.
            let statements = [statement("evil.example", "github.com/vendor/*")];
            assert_eq!(proof(&source, Some(homepage("https://vendor.example")), &statements), None, "{source:?}");
        }
    }

    #[test]
    fn a_host_that_lists_its_own_skills_is_that_host() {
        let source = SkillSource::new(SourceIdentity::new("example.com", "", "", "a"), Registry::WellKnown);
        let standing = standing_of(&source, &directory(), None, &[], Timestamp::from_milliseconds(0));
        assert_eq!(standing.name, "example.com");
        assert_eq!(standing.proof, Some(PublisherProof::OwnHost { host: "example.com".to_owned() }));
    }
}
