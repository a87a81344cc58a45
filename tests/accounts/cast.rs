//! A team with everybody in it, somebody of no team, and another team: who is tried at every
//! operation.

use serde_json::{Value, json};
use touchmark::account::{InvitationSecret, Role, TeamId, Tier, UserId};
use touchmark::config::AccountsConfig;
use touchmark::operations::accounts::work_on_next_scan;
use touchmark::skill::Timestamp;
use touchmark::store::{Accounts, AuditEntry, Invitation, NewAccount, SqliteStore};

use super::service::{Answer, Service};

/// A service, and who there is.
pub struct Cast {
    pub service: Service,
    pub store: SqliteStore,
    pub owner: String,
    pub admin: String,
    pub member: String,
    pub auditor: String,
    pub stranger: String,
    pub other_owner: String,
    /// The owner's account, as the store has it.
    pub owner_id: UserId,
}

impl Cast {
    pub async fn gather() -> Self {
        let service = Service::start(Some(AccountsConfig::Closed)).await;
        let store = service.store().await;
        let owner = service.token("owner@example.com", Tier::Team).await;
        let other_owner = service.token("other@example.com", Tier::Team).await;
        for token in [&owner, &other_owner] {
            let made = service.post("/v1/team", Some(token), &json!({ "name": "Example" })).await;
            assert_eq!(made.status, 201, "{}", made.body);
        }
        let mut tokens = Vec::new();
        for role in ["admin", "member", "auditor"] {
            let email = format!("{role}@example.com");
            let token = service.token(&email, Tier::Free).await;
            let invitation = invite(&service, &owner, &email, role).await;
            let body = json!({ "invitation": invitation });
            let joined = service.post("/v1/team/invitations/accept", Some(&token), &body).await;
            assert_eq!((joined.status, &joined.body["role"]), (200, &json!(role)), "{}", joined.body);
            tokens.push(token);
        }
        let stranger = service.token("stranger@example.com", Tier::Team).await;
        let [admin, member, auditor] = <[String; 3]>::try_from(tokens).expect("three of them");
        let email = "owner@example.com".parse().expect("an address");
        let (account, _) = store.account_by_email(&email).await.expect("it is read").expect("the owner");
        Self { service, store, owner, admin, member, auditor, stranger, other_owner, owner_id: account.id }
    }

    /// Lets somebody new into the team, without a password that anybody knows.
    pub async fn newcomer(&self, name: &str) -> UserId {
        let owner = self.store.account(&self.owner_id).await.expect("it is read").expect("the owner");
        let team = self.team().await;
        let email: touchmark::account::EmailAddress = format!("{name}@example.com").parse().expect("an address");
        let (_, password) = self.store.account_by_email(&owner.email).await.expect("read").expect("the owner");
        let id = UserId::draw().expect("an id");
        let account = NewAccount { id: id.clone(), email: email.clone(), name: None, password, tier: Tier::Free };
        let now = Timestamp::from_milliseconds(0);
        let entry = |action: &'static str| AuditEntry::of_operator(action, id.as_str(), json!({}));
        assert!(self.store.create_account(&account, &entry("account.create"), now).await.expect("it is stored"));
        let digest = InvitationSecret::draw().expect("a secret").digest();
        let (role, expires_at) = (Role::Member, Timestamp::from_milliseconds(1_000));
        let invitation = Invitation { digest, team, email, role, invited_by: self.owner_id.clone(), expires_at };
        self.store.invite(&invitation, &entry("team.invite"), now).await.expect("it is stored");
        let joined = self.store.accept_invitation(digest, &id, &entry("team.join"), now).await.expect("it is asked");
        assert!(joined.is_some());
        id
    }

    /// Returns the team.
    pub async fn team(&self) -> TeamId {
        let owner = self.store.account(&self.owner_id).await.expect("it is read").expect("the owner");
        owner.membership.expect("a team").team
    }

    /// Makes a scan of the owner's that has ended.
    pub async fn scan(&self) -> String {
        let body = json!({ "target": "skill:00000000-0000-5000-8000-000000000000" });
        let made = self.service.post("/v1/scans", Some(&self.owner), &body).await;
        assert_eq!(made.status, 202, "{}", made.body);
        while work_on_next_scan(&self.service.services, "test").await.expect("the store answers") {}
        made.body["id"].as_str().expect("an id").to_owned()
    }

    /// Makes a key of the owner.
    pub async fn key(&self, scopes: &[&str]) -> Value {
        let body = json!({ "name": "ci", "scopes": scopes });
        let made = self.service.post("/v1/auth/keys", Some(&self.owner), &body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.body
    }

    pub async fn write_policy(&self, token: &str, name: &str, text: &str) -> Answer {
        self.service.put(&format!("/v1/policies/{name}"), Some(token), &json!({ "text": text })).await
    }
}

/// Invites an address, and returns what accepts it.
pub async fn invite(service: &Service, token: &str, email: &str, role: &str) -> String {
    let body = json!({ "email": email, "role": role });
    let made = service.post("/v1/team/invitations", Some(token), &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body["invitation"].as_str().expect("an invitation").to_owned()
}
