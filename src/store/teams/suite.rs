//! Claims that hold for every store of teams.

/// Writes one test for each claim, over the store that `$open` opens.
macro_rules! team_suite {
    ($open:ident) => {
        use crate::account::{ApiKey, Role, TeamId, Tier, UserId};
        use crate::store::accounts::suite::{email, entry, new_account};
        use crate::store::suite::time;
        use crate::store::{Accounts, Invitation, NewPolicy, PolicyWrite, Teams};

        async fn team(store: &(impl Accounts + Teams), owner: &str) -> (TeamId, UserId) {
            let (account, team) = (new_account(owner), TeamId::draw().expect("an id"));
            store.create_account(&account, &entry("account.create"), time(0)).await.expect("it is stored");
            let made = store.create_team(&team, "x", Tier::Team, &account.id, &entry("team.create"), time(1)).await;
            assert!(made.expect("it is made"));
            (team, account.id)
        }

        fn policy<'a>(team: &'a TeamId, by: &'a UserId, text: Option<&'a str>) -> NewPolicy<'a> {
            NewPolicy { team, name: "ours", text, follows: None, by, most: 2 }
        }

        #[tokio::test]
        async fn an_invitation_waits_until_it_is_withdrawn_or_ends() {
            let (_guard, store) = $open().await;
            let ((team, owner), (other, _)) = (team(&store, "owner").await, team(&store, "other").await);
            let invitation = Invitation {
                digest: ApiKey::draw().expect("a secret").digest(),
                team: team.clone(),
                email: email("dev"),
                role: Role::Member,
                invited_by: owner,
                expires_at: time(100),
            };
            store.invite(&invitation, &entry("team.invite"), time(2)).await.expect("it is stored");
            let waiting = async |team: &TeamId, now: i64| store.invitations(team, time(now)).await.expect("read");
            assert_eq!(waiting(&team, 99).await, [invitation]);
            assert_eq!((waiting(&team, 100).await.len(), waiting(&other, 3).await.len()), (0, 0));
            let withdraw = async |team: &TeamId| {
                store.withdraw_invitation(team, &email("dev"), &entry("team.withdraw"), time(3)).await.expect("asked")
            };
            assert!(!withdraw(&other).await, "it is another team's");
            assert!(withdraw(&team).await);
            assert!(!withdraw(&team).await);
        }

        #[tokio::test]
        async fn a_team_is_handed_over_by_its_owner_to_a_member() {
            let (_guard, store) = $open().await;
            let ((team, owner), (_, stranger)) = (team(&store, "owner").await, team(&store, "other").await);
            let dev = new_account("dev");
            store.create_account(&dev, &entry("account.create"), time(0)).await.expect("it is stored");
            let secret = ApiKey::draw().expect("a secret").digest();
            let (team_, invited_by) = (team.clone(), owner.clone());
            let (email, role, expires_at) = (email("dev"), Role::Member, time(100));
            let invitation = Invitation { digest: secret, team: team_, email, role, invited_by, expires_at };
            store.invite(&invitation, &entry("team.invite"), time(2)).await.expect("it is stored");
            store.accept_invitation(secret, &dev.id, &entry("team.join"), time(3)).await.expect("it is asked");
            let hand_over = async |from: &UserId, to: &UserId| {
                store.hand_over(&team, from, to, &entry("team.hand_over"), time(4)).await.expect("it is asked")
            };
            assert!(!hand_over(&owner, &stranger).await, "a stranger");
            assert!(!hand_over(&dev.id, &owner).await, "by who is no owner");
            assert!(!hand_over(&owner, &owner).await, "to oneself");
            assert!(hand_over(&owner, &dev.id).await);
            let members = store.team_members(&team).await.expect("read");
            let role = |id: &UserId| members.iter().find(|member| member.id == *id).map(|member| member.role);
            assert_eq!((role(&owner), role(&dev.id)), (Some(Role::Admin), Some(Role::Owner)));
        }

        #[tokio::test]
        async fn a_policy_keeps_every_version_that_it_had() {
            let (_guard, store) = $open().await;
            let ((team, owner), (other, _)) = (team(&store, "owner").await, team(&store, "other").await);
            let write = async |policy: NewPolicy<'_>| {
                store.write_policy(&policy, &entry("policy.write"), time(5)).await.expect("it is asked")
            };
            assert_eq!(write(policy(&team, &owner, None)).await, PolicyWrite::Nothing);
            assert_eq!(write(policy(&team, &owner, Some("a"))).await, PolicyWrite::Written(1));
            assert_eq!(write(policy(&team, &owner, Some("b"))).await, PolicyWrite::Written(2));
            let late = NewPolicy { follows: Some(1), ..policy(&team, &owner, Some("c")) };
            assert_eq!(write(late).await, PolicyWrite::Overtaken(2));
            let read = async |version| store.policy(&team, "ours", version).await.expect("read").map(|one| one.text);
            assert_eq!(read(None).await.as_deref(), Some("b"));
            assert_eq!((read(Some(1)).await.as_deref(), read(Some(3)).await), (Some("a"), None));
            assert_eq!(store.policy(&other, "ours", None).await.expect("read"), None, "another team's");
            for name in ["second", "third"] {
                let written = write(NewPolicy { name, ..policy(&team, &owner, Some("x")) }).await;
                let expected = if name == "second" { PolicyWrite::Written(1) } else { PolicyWrite::TooMany };
                assert_eq!(written, expected);
            }
            assert_eq!(write(policy(&team, &owner, None)).await, PolicyWrite::Written(3));
            assert_eq!((read(None).await, read(Some(2)).await.as_deref()), (None, Some("b")));
            let names = store.policies(&team).await.expect("read");
            assert_eq!(names.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>(), ["second"]);
            let again = NewPolicy { follows: Some(0), ..policy(&team, &owner, Some("d")) };
            assert_eq!(write(again).await, PolicyWrite::Written(4), "numbers are never used again");
        }
    };
}

pub(in crate::store) use team_suite;
