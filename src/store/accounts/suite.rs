//! Claims that hold for every store of accounts. A store's own tests call [`account_suite`] with
//! a function that opens an empty one.

use super::{AuditEntry, NewAccount, NewApiKey};
use crate::account::{ApiKey, ApiKeyId, EmailAddress, PasswordHash, Scope, Scopes, Tier, UserId};

pub(in crate::store) fn email(name: &str) -> EmailAddress {
    format!("{name}@example.com").parse().expect("an address")
}

pub(in crate::store) fn new_account(name: &str) -> NewAccount {
    NewAccount {
        id: UserId::draw().expect("an id"),
        email: email(name),
        name: Some(name.to_owned()),
        password: PasswordHash::from_stored(format!("hash of {name}")),
        tier: Tier::Free,
    }
}

pub(in crate::store) fn new_key(user: &UserId, key: &ApiKey) -> NewApiKey {
    NewApiKey {
        id: ApiKeyId::draw().expect("an id"),
        user: user.clone(),
        digest: key.digest(),
        name: "ci".to_owned(),
        hint: key.hint(),
        scopes: Scopes::new([Scope::ScansWrite, Scope::ScansRead, Scope::ScansRead]),
    }
}

pub(in crate::store) fn entry(action: &'static str) -> AuditEntry {
    AuditEntry {
        actor: "operator".to_owned(),
        team: None,
        action,
        subject: "somebody".to_owned(),
        detail: serde_json::json!({ "why": "a test" }),
    }
}

/// Writes one test for each claim, over the store that `$open` opens.
macro_rules! account_suite {
    ($open:ident) => {
        use crate::account::{ApiKey, ApiKeyId, Role, Scope, SigningKey, TeamId, Tier, UserId};
        use crate::store::accounts::suite::{email, entry, new_account, new_key};
        use crate::store::suite::time;
        use crate::store::{Accounts, Invitation};

        #[tokio::test]
        async fn an_address_has_one_account_and_every_change_is_in_the_log() {
            let (_guard, store) = $open().await;
            let made = new_account("dev");
            assert!(store.create_account(&made, &entry("account.create"), time(0)).await.expect("it is stored"));
            let again = new_account("dev");
            assert!(!store.create_account(&again, &entry("account.create"), time(1)).await.expect("it is asked"));
            let (account, hash) = store.account_by_email(&email("dev")).await.expect("read").expect("an account");
            assert_eq!((&account.id, hash.as_str(), account.session), (&made.id, "hash of dev", 0));
            assert!(store.set_tier(&made.id, Tier::Pro, &entry("account.tier"), time(2)).await.expect("set"));
            assert!(store.set_password(&made.id, &hash, &entry("account.password"), time(3)).await.expect("set"));
            assert!(store.set_disabled(&made.id, true, &entry("account.disable"), time(4)).await.expect("set"));
            let account = store.account(&made.id).await.expect("read").expect("an account");
            assert_eq!((account.tier, account.session, account.is_disabled), (Tier::Pro, 2, true));
            let nobody = UserId::draw().expect("an id");
            assert!(!store.set_tier(&nobody, Tier::Pro, &entry("account.tier"), time(5)).await.expect("asked"));
            assert_eq!(store.account_by_email(&email("other")).await.expect("read"), None);
            assert_eq!(store.account_count().await.expect("read"), 1);
            let log = store.audit_log(None, None, 10).await.expect("read");
            let actions: Vec<&str> = log.iter().map(|entry| entry.action.as_str()).collect();
            assert_eq!(actions, ["account.disable", "account.password", "account.tier", "account.create"]);
            assert_eq!((log[3].at, &log[3].detail["why"]), (time(0), &serde_json::json!("a test")));
            let earlier = store.audit_log(None, Some(log[2].number), 10).await.expect("read");
            assert_eq!(earlier.len(), 1);
        }

        #[tokio::test]
        async fn a_key_is_good_until_it_is_revoked_and_only_its_holder_revokes_it() {
            let (_guard, store) = $open().await;
            let (made, other) = (new_account("dev"), new_account("other"));
            for account in [&made, &other] {
                store.create_account(account, &entry("account.create"), time(0)).await.expect("it is stored");
            }
            let key = ApiKey::draw().expect("a key");
            let new = new_key(&made.id, &key);
            store.create_api_key(&new, &entry("key.create"), time(1)).await.expect("it is stored");
            let holder = store.holder_of_key(key.digest(), time(100)).await.expect("read").expect("a holder");
            assert_eq!((&holder.account.id, &holder.key), (&made.id, &new.id));
            assert!(holder.scopes.contains(Scope::ScansRead) && !holder.scopes.contains(Scope::TeamRead));
            let used = async || store.api_keys(&made.id).await.expect("read")[0].last_used_at;
            assert_eq!(used().await, Some(time(100)));
            store.holder_of_key(key.digest(), time(130)).await.expect("read").expect("a holder");
            assert_eq!(used().await, Some(time(100)), "the use is noted once a minute");
            let revoke = async |user: &UserId, id: &ApiKeyId| {
                store.revoke_api_key(user, id, &entry("key.revoke"), time(200)).await.expect("it is asked")
            };
            assert!(!revoke(&other.id, &new.id).await, "somebody else's key");
            assert!(revoke(&made.id, &new.id).await);
            assert!(!revoke(&made.id, &new.id).await, "it is revoked already");
            assert_eq!(store.holder_of_key(key.digest(), time(201)).await.expect("read"), None);
            assert_eq!(store.api_keys(&made.id).await.expect("read")[0].revoked_at, Some(time(200)));
            let unknown = ApiKey::draw().expect("a key");
            assert_eq!(store.holder_of_key(unknown.digest(), time(202)).await.expect("read"), None);
        }

        #[tokio::test]
        async fn an_invitation_is_for_one_address_and_one_time() {
            let (_guard, store) = $open().await;
            let accounts = ["owner", "dev", "other"].map(new_account);
            for account in &accounts {
                store.create_account(account, &entry("account.create"), time(0)).await.expect("it is stored");
            }
            let [owner, dev, other] = &accounts;
            let team = TeamId::draw().expect("an id");
            let create = async |owner: &UserId| {
                let team = TeamId::draw().expect("an id");
                store.create_team(&team, "x", Tier::Team, owner, &entry("team.create"), time(1)).await.expect("asked")
            };
            assert!(
                store
                    .create_team(&team, "Example", Tier::Team, &owner.id, &entry("team.create"), time(1))
                    .await
                    .expect("made")
            );
            assert!(!create(&owner.id).await, "an account is in one team");
            let secret = ApiKey::draw().expect("a secret");
            let invitation = Invitation {
                digest: secret.digest(),
                team: team.clone(),
                email: email("dev"),
                role: Role::Auditor,
                invited_by: owner.id.clone(),
                expires_at: time(100),
            };
            store.invite(&invitation, &entry("team.invite"), time(2)).await.expect("it is stored");
            let accept = async |user: &UserId, now: i64| {
                store.accept_invitation(secret.digest(), user, &entry("team.join"), time(now)).await.expect("asked")
            };
            assert_eq!(accept(&other.id, 3).await, None, "it is for another address");
            assert_eq!(accept(&dev.id, 100).await, None, "it is too late");
            assert_eq!(accept(&dev.id, 99).await, Some(team.clone()));
            assert_eq!(accept(&dev.id, 99).await, None, "it was for once");
            let account = store.account(&dev.id).await.expect("read").expect("an account");
            let membership = account.membership.expect("a membership");
            assert_eq!((&membership.team, membership.role, membership.tier), (&team, Role::Auditor, Tier::Team));
            let members = store.team_members(&team).await.expect("read");
            assert_eq!(members.iter().map(|member| member.role).collect::<Vec<_>>(), [Role::Owner, Role::Auditor]);
            let log = store.audit_log(Some(&team), None, 10).await.expect("read");
            assert_eq!(log.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), ["team.join"]);
        }

        #[tokio::test]
        async fn a_team_keeps_an_owner() {
            let (_guard, store) = $open().await;
            let owner = new_account("owner");
            store.create_account(&owner, &entry("account.create"), time(0)).await.expect("it is stored");
            let team = TeamId::draw().expect("an id");
            store
                .create_team(&team, "Example", Tier::Team, &owner.id, &entry("team.create"), time(1))
                .await
                .expect("made");
            for role in [None, Some(Role::Member)] {
                for spares_owners in [false, true] {
                    let by = entry("team.role");
                    let set = store.set_role(&team, &owner.id, role, spares_owners, &by, time(2)).await.expect("asked");
                    assert!(!set, "{role:?}");
                }
            }
            let members = store.team_members(&team).await.expect("read");
            assert_eq!(members.iter().map(|member| member.role).collect::<Vec<_>>(), [Role::Owner]);
        }

        #[tokio::test]
        async fn the_latest_keys_sign_and_are_accepted() {
            let (_guard, store) = $open().await;
            assert!(store.signing_keys().await.expect("read").is_empty());
            let keys: Vec<SigningKey> = (0..3).map(|_| SigningKey::draw().expect("a key")).collect();
            for (seconds, key) in (0..).zip(&keys) {
                store.add_signing_key(key, 2, &entry("key.rotate"), time(seconds)).await.expect("it is stored");
            }
            let kept = store.signing_keys().await.expect("read");
            let ids: Vec<&str> = kept.iter().map(SigningKey::id).collect();
            assert_eq!(ids, [keys[2].id(), keys[1].id()]);
        }
    };
}

pub(in crate::store) use account_suite;
