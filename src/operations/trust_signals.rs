//! What hosts, domains and the list say of the skills of an answer.

use std::collections::{HashMap, HashSet};

use super::Services;
use crate::api::PublisherMetrics;
use crate::skill::{RepositoryFacts, RepositoryKey, SkillSource, Timestamp, sanitise_line};
use crate::store::{SkillRecord, StoreError};
use crate::trust::{
    Domain, PublisherDirectory, PublisherStanding, PublisherStatement, TrustInputs, TrustScore, domains_of, standing_of,
};

/// Characters of a publisher's name, and of a licence.
const NAME_CHARACTERS: usize = 100;

/// What is known of whom the skills of one answer come from.
pub(super) struct TrustSignals<'a> {
    directory: &'a PublisherDirectory,
    facts: HashMap<RepositoryKey, RepositoryFacts>,
    statements: Vec<PublisherStatement>,
    now: Timestamp,
}

/// What is known of whom one skill comes from.
pub(super) struct SourceTrust {
    /// Who publishes it; the name is sanitised.
    pub standing: PublisherStanding,
    /// The score with its parts, where enough is known.
    pub score: Option<TrustScore>,
    /// What the repository is like, where anything is known.
    pub metrics: Option<PublisherMetrics>,
    /// Stars, where they are known.
    pub stars: Option<u64>,
    /// Whether the repository has a licence, where that is known.
    pub has_license: Option<bool>,
}

impl Services {
    /// Reads what is known of the repositories of `records`, in two questions to the store.
    pub(super) async fn trust_signals(
        &self,
        records: impl Iterator<Item = &SkillRecord>,
    ) -> Result<TrustSignals<'_>, StoreError> {
        let directory = self.directory();
        let keys: HashSet<RepositoryKey> =
            records.filter_map(|record| RepositoryKey::of(&record.source.identity)).collect();
        let keys: Vec<RepositoryKey> = keys.into_iter().collect();
        let facts: HashMap<_, _> = match keys.is_empty() {
            true => HashMap::new(),
            false => {
                let known = self.facts(&keys).await?;
                known.iter().filter_map(|known| Some((known.key.clone(), known.facts.clone()?))).collect()
            }
        };
        let domains: HashSet<Domain> =
            keys.iter().flat_map(|key| domains_of(key, directory, facts.get(key))).map(|(domain, _)| domain).collect();
        let domains: Vec<Domain> = domains.into_iter().collect();
        let statements = match domains.is_empty() {
            true => Vec::new(),
            false => self.store().publisher_statements(&domains).await?,
        };
        Ok(TrustSignals { directory, facts, statements, now: self.now() })
    }
}

impl TrustSignals<'_> {
    /// Says what is known of whom the skill of `record` comes from.
    pub(super) fn of(&self, record: &SkillRecord) -> SourceTrust {
        let source = &record.source;
        let facts = RepositoryKey::of(&source.identity).and_then(|key| self.facts.get(&key));
        let mut standing = standing_of(source, self.directory, facts, &self.statements, self.now);
        standing.name = sanitise_line(&standing.name, NAME_CHARACTERS);
        let license = license(source, facts);
        // A host that was asked and names no licence has none to name.
        let was_asked = facts.is_some_and(|facts| facts.asked_at.is_some() && !facts.is_gone);
        let has_license = if license.is_some() { Some(true) } else { was_asked.then_some(false) };
        let stars = record.stars.or_else(|| facts.and_then(|facts| facts.stars));
        let age_days = facts.and_then(|facts| facts.first_commit_at).map(|first| first.days_until(self.now) as u64);
        let score = TrustScore::of(TrustInputs {
            is_verified: standing.proof.is_some(),
            age_days,
            contributors: facts.and_then(|facts| facts.contributors),
            stars,
            releases: facts.and_then(|facts| facts.releases),
            is_archived: facts.and_then(|facts| facts.is_archived),
            has_license,
            is_aggregator: record.standing.is_aggregator.then_some(true),
        });
        let metrics = PublisherMetrics {
            first_commit_date: facts.and_then(|facts| facts.first_commit_at).map(date),
            repo_age_days: age_days,
            contributor_count: facts.and_then(|facts| facts.contributors),
            release_count: facts.and_then(|facts| facts.releases),
            archived: facts.and_then(|facts| facts.is_archived),
            license,
            trust_score: score.as_ref().map(|score| score.score),
        };
        let metrics = (metrics != PublisherMetrics::default()).then_some(metrics);
        SourceTrust { standing, score, metrics, stars, has_license }
    }
}

/// Names the licence of a repository: as its host says, else as it was found.
fn license(source: &SkillSource, facts: Option<&RepositoryFacts>) -> Option<String> {
    let license = facts.and_then(|facts| facts.license.as_deref()).or(source.license.as_deref())?;
    Some(sanitise_line(license, NAME_CHARACTERS)).filter(|license| !license.is_empty())
}

/// Writes the day of a time, in UTC.
fn date(time: Timestamp) -> String {
    let text = time.to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::api::{InspectRequest, InspectResponse};
    use crate::app;
    use crate::config::{SearchConfig, StorageConfig};
    use crate::operations::{IngestProgress, IngestStage, InspectSkill, Operation, ingest_source};
    use crate::skill::{Sha256Digest, SourceIdentity};

    struct Silent;

    impl IngestProgress for Silent {
        fn report(&self, _: IngestStage) {}
    }

    fn now() -> Timestamp {
        Timestamp::from_milliseconds(1_780_000_000_000)
    }

    fn days_ago(days: i64) -> Timestamp {
        Timestamp::from_milliseconds(now().as_milliseconds() - days * 86_400_000)
    }

    /// A row of a corpus file: one skill in a repository.
    fn row(repository: &str, name: &str, body: &str, extra: Value) -> Value {
        let description = "Draws zebra tables from data. Use when somebody asks for a table.";
        let content = format!("---\nname: {name}\ndescription: {description}\n---\n# {name}\n\n{body}\n");
        let mut row = json!({ "repo": repository, "path": format!("{name}/SKILL.md"), "content": content,
            "sha256": Sha256Digest::of(content.as_bytes()).to_hex(), "commit": "0".repeat(40) });
        row.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
        row
    }

    async fn services(rows: &[Value]) -> (tempfile::TempDir, Services) {
        let data = tempfile::tempdir().expect("a temporary folder");
        let storage = StorageConfig::read(Some(data.path())).expect("the data folder is made");
        let services = app::open_at(&storage, &SearchConfig::builtin(), "http://127.0.0.1".to_owned(), now).await;
        let services = services.expect("the data folder opens");
        let corpus = data.path().join("corpus.jsonl");
        let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
        std::fs::write(&corpus, text).expect("the corpus is written");
        let source = corpus.to_str().expect("a path");
        ingest_source(&services, source, Arc::new(Silent)).await.expect("the corpus is ingested");
        (data, services)
    }

    async fn inspect(services: &Services, repository: &str, name: &str) -> InspectResponse {
        let source_url = Some(format!("https://github.com/{repository}/blob/main/{name}/SKILL.md"));
        let request = InspectRequest { source_url, ..InspectRequest::default() };
        InspectSkill::run(services, request).await.expect("the skill is there")
    }

    fn key(repository: &str) -> RepositoryKey {
        let (owner, name) = repository.split_once('/').expect("owner/repository");
        RepositoryKey::of(&SourceIdentity::new("github.com", owner, name, "")).expect("a repository")
    }

    #[tokio::test]
    async fn inspect_shows_what_proves_a_publisher_and_what_a_score_is_made_of() {
        let rows = [
            row("anthropics/skills", "one", "Do it.", json!({})),
            row("somebody/skills", "two", "Do it.", json!({})),
            row("stranger/skills", "three", "Do it.", json!({ "repo_license": "MIT" })),
        ];
        let (_data, services) = services(&rows).await;
        let facts = RepositoryFacts {
            stars: Some(100),
            license: Some("MIT".to_owned()),
            is_archived: Some(false),
            first_commit_at: Some(days_ago(400)),
            contributors: Some(3),
            releases: Some(0),
            homepage: Some("https://somebody.example/skills".to_owned()),
            asked_at: Some(days_ago(1)),
            ..RepositoryFacts::default()
        };
        services.store().put_repository_facts(&[(key("somebody/skills"), facts)]).await.expect("they are stored");
        let before = inspect(&services, "somebody/skills", "two").await;
        assert!(!before.publisher_verified && before.evidence.publisher.is_none());
        let said = br#"{"version":1,"repositories":["github.com/somebody/*"]}"#;
        let domain = "somebody.example".parse().expect("a domain");
        let statement = PublisherStatement::parse(domain, said, days_ago(2)).expect("a statement");
        services.store().put_publisher_statement(&statement).await.expect("it is stored");

        let listed = inspect(&services, "anthropics/skills", "one").await;
        assert_eq!((listed.publisher.as_str(), listed.publisher_verified), ("Anthropic", true));
        assert_eq!(
            serde_json::to_value(&listed.evidence.publisher).expect("JSON"),
            json!({ "kind": "vendor_list", "publisher": "anthropic", "account": "github.com/anthropics" })
        );
        let proved = inspect(&services, "somebody/skills", "two").await;
        assert_eq!((proved.publisher.as_str(), proved.publisher_verified), ("somebody", true));
        assert_eq!(
            serde_json::to_value(&proved.evidence.publisher).expect("JSON"),
            json!({ "kind": "domain", "domain": "somebody.example", "entry": "github.com/somebody/*",
                "named_by": "homepage", "fetched_at": days_ago(2) })
        );
        let metrics = proved.signals.publisher_metrics.expect("facts are known");
        assert_eq!(
            (metrics.repo_age_days, metrics.contributor_count, metrics.archived),
            (Some(400), Some(3), Some(false))
        );
        assert_eq!(metrics.first_commit_date.as_deref(), Some(&days_ago(400).to_string()[..10]));
        assert_eq!(proved.signals.stars, Some(100));
        let parts: f64 = proved.evidence.trust_score.iter().map(|part| part.weight * part.value).sum();
        assert!((metrics.trust_score.expect("a score") - parts).abs() < 0.002);
        assert!(proved.evidence.trust_score.iter().any(|part| part.input == "aggregator" && !part.known));
        let before = before.signals.publisher_metrics.and_then(|metrics| metrics.trust_score).expect("a score");
        assert!(before < metrics.trust_score.expect("a score"));

        let stranger = inspect(&services, "stranger/skills", "three").await;
        let metrics = stranger.signals.publisher_metrics.expect("a licence is known");
        assert_eq!((metrics.license.as_deref(), metrics.trust_score), (Some("MIT"), None));
        assert_eq!((stranger.publisher_verified, stranger.evidence.trust_score.len()), (false, 0));
    }

    #[tokio::test]
    async fn an_author_cannot_forge_a_signal() {
        let claims = json!({ "upstream_repo": "anthropics/skills" });
        let body = "publisher: Anthropic\npublisher_verified: true\ntrust_score: 1\nhomepage: https://anthropic.com";
        let mut forged = row("evil-anthropics/anthropics", "anthropics", body, claims);
        let content = forged["content"].as_str().expect("a text").replace(
            "description:",
            "publisher: Anthropic\npublisher_verified: true\nmetadata:\n  publisher: Anthropic\n  homepage: https://anthropic.com\ndescription:",
        );
        forged["sha256"] = json!(Sha256Digest::of(content.as_bytes()).to_hex());
        forged["content"] = json!(content);
        let (_data, services) = services(&[forged]).await;
        let skill = inspect(&services, "evil-anthropics/anthropics", "anthropics").await;
        assert_eq!((skill.publisher.as_str(), skill.publisher_verified), ("evil-anthropics", false));
        assert_eq!((skill.evidence.publisher, skill.signals.publisher_metrics), (None, None));
    }

    #[tokio::test]
    async fn flags_and_capabilities_have_places_and_null_is_not_known() {
        let command = "Run:\n\n```bash\ncurl -s https://example.com/data.json\n```\n\nSee [more](references/more.md).";
        let siblings = json!({ "siblings": [{ "path": "notes/x.md", "size": 3 }] });
        let script = json!({ "files": [{ "path": "run.sh:9", "text": "#!/bin/sh\ncurl -s https://example.com/x\n", "executable": true }] });
        let rows = [
            row("o/a", "seen", command, json!({})),
            row("o/b", "unread", "Do it.", siblings),
            row("o/c", "whole", "Do it.", json!({})),
            row("o/d", "scripted", "Do it.", script),
        ];
        let (_data, services) = services(&rows).await;
        let seen = inspect(&services, "o/a", "seen").await;
        assert_eq!(seen.capabilities.inferred, Some(vec!["network".to_owned()]));
        let places = |evidence: &[crate::api::SignView]| -> Vec<(String, Option<String>, Option<u64>)> {
            evidence.iter().map(|sign| (sign.signal.clone(), sign.path.clone(), sign.line)).collect()
        };
        let at = |signal: &str, line| (signal.to_owned(), Some("SKILL.md".to_owned()), Some(line));
        assert_eq!(places(&seen.evidence.capabilities), [at("network", 10)]);
        assert_eq!(places(&seen.evidence.quality_flags), [at("broken_link", 13)]);
        assert_eq!(seen.quality_flags, Some(vec!["broken_link".to_owned()]));
        assert_eq!(inspect(&services, "o/b", "unread").await.capabilities.inferred, None);
        let whole = inspect(&services, "o/c", "whole").await;
        assert_eq!((whole.capabilities.inferred, whole.quality_flags), (Some(Vec::new()), Some(Vec::new())));
        let scripted = inspect(&services, "o/d", "scripted").await;
        let file = |signal: &str, line| (signal.to_owned(), Some("run.sh:9".to_owned()), line);
        let scripted = places(&scripted.evidence.capabilities);
        assert_eq!(scripted, [file("execution", None), file("network", Some(2))], "{scripted:?}");
        // A host that was asked and knows of no licence.
        let asked = RepositoryFacts { asked_at: Some(days_ago(1)), ..RepositoryFacts::default() };
        services.store().put_repository_facts(&[(key("o/c"), asked)]).await.expect("they are stored");
        let flags = inspect(&services, "o/c", "whole").await.quality_flags;
        assert_eq!(flags, Some(vec!["missing_license".to_owned()]));
    }
}
