//! What tests put into a service beside what its API takes: teams, threats, and what an earlier
//! process left behind.

use serde_json::{Value, json};
use touchmark::account::{EmailAddress, Role, TeamId, Tier, UserId, VerificationId};
use touchmark::config::AccountsConfig;
use touchmark::skill::{Sha256Digest, Timestamp};
use touchmark::store::{
    Accounts as _, AuditEntry, EndedVerification, Invitation, NewVerification, SqliteStore, Threats as _,
    Verifications as _, VerifiedSource,
};
use touchmark::threat::{Threat, ThreatCategory, ThreatParts, ThreatSeverity, ThreatSource};

use super::service::Service;

fn entry() -> AuditEntry {
    AuditEntry::of_operator("test.prepare", "test", json!({}))
}

impl Service {
    /// Starts a service that may ask this machine.
    pub async fn start_beside_this_machine(accounts: Option<AccountsConfig>) -> Self {
        Self::start_as(accounts, |services| services.reaching_this_machine()).await
    }

    async fn user(&self, store: &SqliteStore, name: &str) -> UserId {
        let email: EmailAddress =
            if name.contains('@') { name.parse() } else { format!("{name}@example.com").parse() }.expect("an address");
        store.account_by_email(&email).await.expect("it is read").expect("an account").0.id
    }

    /// Makes a team of these accounts with their roles; the first one owns it.
    pub async fn team(&self, name: &str, members: &[(&str, Role)]) {
        let (store, now) = (self.store().await, self.services.now());
        let team = TeamId::draw().expect("an id");
        let owner = self.user(&store, members[0].0).await;
        store.create_team(&team, name, Tier::Team, &owner, &entry(), now).await.expect("it is made");
        for (member, role) in &members[1..] {
            let user = self.user(&store, member).await;
            let digest = Sha256Digest::of(format!("{name} {member}").as_bytes());
            let invitation = Invitation {
                digest,
                team: team.clone(),
                email: format!("{member}@example.com").parse().expect("an address"),
                role: *role,
                invited_by: owner.clone(),
                expires_at: Timestamp::from_milliseconds(now.as_milliseconds() + 1_000),
            };
            store.invite(&invitation, &entry(), now).await.expect("it is kept");
            let joined = store.accept_invitation(digest, &user, &entry(), now).await.expect("it is accepted");
            assert_eq!(joined.as_ref(), Some(&team));
        }
    }

    /// Makes it known that these bytes do harm.
    pub async fn threat(&self, digest: Sha256Digest) {
        let (store, now) = (self.store().await, self.services.now());
        let threat = Threat::new(ThreatParts {
            digests: vec![digest],
            packages: Vec::new(),
            category: ThreatCategory::Backdoor,
            severity: ThreatSeverity::Critical,
            description: "It opens a shell.".to_owned(),
            references: Vec::new(),
            source: ThreatSource::Operator,
            first_seen: now,
            last_seen: now,
            report_count: 0,
        });
        store.put_threat(&threat.expect("a threat"), &entry(), now).await.expect("it is put");
    }

    /// Leaves a verification behind as a process does that is killed in its attempt of this number.
    pub async fn left_behind(&self, email: &str, url: &str, attempt: u32) -> VerificationId {
        let (store, now) = (self.store().await, self.services.now());
        let id = self.begun(&store, email, None, url).await;
        for _ in 1..attempt {
            store.resume_verification(now, now).await.expect("it is read").expect("it is there");
        }
        id
    }

    /// Leaves a verification of somebody in a team behind.
    pub async fn left_behind_in(&self, email: &str, team: TeamId, url: &str) -> VerificationId {
        self.begun(&self.store().await, email, Some(team), url).await
    }

    async fn begun(&self, store: &SqliteStore, email: &str, team: Option<TeamId>, url: &str) -> VerificationId {
        let now = self.services.now();
        let begun = NewVerification {
            id: VerificationId::draw().expect("an id"),
            user: self.user(store, email).await,
            team,
            source: VerifiedSource { kind: "url".to_owned(), reference: url.to_owned(), version: None, hash: None },
            callback_url: None,
        };
        store.begin_verification(&begun, now, now).await.expect("it is begun");
        begun.id
    }

    /// Keeps a copy of a verification that ended four weeks and a day ago.
    pub async fn ended_long_ago(&self, email: &str, like: &str) -> VerificationId {
        let id = self.left_behind(email, "https://host.example/SKILL.md", 1).await;
        let store = self.store().await;
        let like = store.verification(&like.parse().expect("an id")).await.expect("it is read").expect("it is there");
        let day = |days: i64| Timestamp::from_milliseconds(self.services.now().as_milliseconds() - days * 86_400_000);
        let outcome = like.ended.expect("it has ended").outcome;
        let end = EndedVerification { at: day(29), expires_at: day(1), outcome };
        assert!(store.end_verification(&id, 1, &end, None).await.expect("it is kept"));
        id
    }

    /// Waits until a verification has ended.
    pub async fn ended(&self, id: &str, token: &str) -> Value {
        let store = self.store().await;
        loop {
            let record = store.verification(&id.parse().expect("an id")).await.expect("it is read");
            if record.is_some_and(|record| record.ended.is_some()) {
                return self.get(&format!("/v1/verify/{id}"), Some(token)).await.body;
            }
            tokio::task::yield_now().await;
        }
    }
}
