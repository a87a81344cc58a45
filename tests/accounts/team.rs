//! Teams from outside: getting in, being something, getting out, and what the log says.

use serde_json::json;
use touchmark::account::Tier;

use super::cast::{Cast, invite};

async fn id_of(cast: &Cast, email: &str) -> String {
    let listed = cast.service.get("/v1/team/members", Some(&cast.owner)).await.body;
    let members = listed["members"].as_array().expect("members");
    let member = members.iter().find(|member| member["email"] == email).expect(email);
    member["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn an_invitation_is_shown_once_and_good_once_for_one_address() {
    let cast = Cast::gather().await;
    let service = &cast.service;
    let accept = async |token: &str, invitation: &str| {
        service.post("/v1/team/invitations/accept", Some(token), &json!({ "invitation": invitation })).await
    };
    let (dev, eve) =
        (service.token("dev@example.com", Tier::Free).await, service.token("eve@example.com", Tier::Free).await);
    let first = invite(service, &cast.admin, "dev@example.com", "member").await;
    let second = invite(service, &cast.admin, "dev@example.com", "auditor").await;
    let listed = service.get("/v1/team/invitations", Some(&cast.owner)).await.body;
    assert_eq!(listed["invitations"].as_array().map(Vec::len), Some(1), "the later one took the place: {listed}");
    assert!(!listed.to_string().contains(&second), "a list never shows what accepts");
    assert_eq!(accept(&dev, &first).await.status, 404, "another one took its place");
    assert_eq!(accept(&eve, &second).await.status, 404, "it is for another address");
    let joined = accept(&dev, &second).await;
    assert_eq!((joined.status, &joined.body["role"]), (200, &json!("auditor")));
    assert_eq!(accept(&dev, &second).await.status, 409, "it was good once");
    assert_eq!(service.get("/v1/auth/me", Some(&dev)).await.body["tier"], "team", "the team's tier is theirs");
    for (email, role, status) in [
        ("dev@example.com", "member", 409),
        ("new@example.com", "owner", 400),
        ("new@example.com", "king", 400),
        ("no address", "member", 400),
    ] {
        let body = json!({ "email": email, "role": role });
        assert_eq!(service.post("/v1/team/invitations", Some(&cast.owner), &body).await.status, status, "{body}");
    }
}

#[tokio::test]
async fn roles_change_as_far_as_those_who_change_them_may() {
    let cast = Cast::gather().await;
    let service = &cast.service;
    let (owner, admin, member) = (
        id_of(&cast, "owner@example.com").await,
        id_of(&cast, "admin@example.com").await,
        id_of(&cast, "member@example.com").await,
    );
    let change = async |token: &str, id: &str, role: &str| {
        let path = format!("/v1/team/members/{id}");
        service.put(&path, Some(token), &json!({ "role": role })).await.status
    };
    for (who, token, id, role, status) in [
        ("an admin and the owner", &cast.admin, &owner, "member", 409),
        ("an admin who makes an owner", &cast.admin, &member, "owner", 403),
        ("an admin who makes themselves the owner", &cast.admin, &admin, "owner", 403),
        ("an admin who makes an admin", &cast.admin, &member, "admin", 200),
        ("the last owner", &cast.owner, &owner, "member", 409),
        ("an owner who makes a second one", &cast.owner, &member, "owner", 200),
        ("the first of two", &cast.owner, &owner, "member", 200),
        ("who is no owner any more", &cast.owner, &member, "member", 403),
        ("nobody's role", &cast.member, &owner, "emperor", 400),
    ] {
        assert_eq!(change(token, id, role).await, status, "{who}");
    }
    // Whoever was put out is nobody in the team at once.
    let path = format!("/v1/team/members/{admin}");
    assert_eq!(service.delete(&path, Some(&cast.member)).await.status, 200);
    assert_eq!(service.get("/v1/team/members", Some(&cast.admin)).await.status, 403);
}

#[tokio::test]
async fn the_last_owner_hands_over_before_leaving() {
    let cast = Cast::gather().await;
    let service = &cast.service;
    let leave = async |token: &str| service.post("/v1/team/leave", Some(token), &json!({})).await;
    let refused = leave(&cast.owner).await;
    assert_eq!(refused.refusal(), (409, "conflict"));
    assert!(refused.body["error"]["message"].as_str().is_some_and(|text| text.contains("hand it over")));
    let owner = id_of(&cast, "owner@example.com").await;
    let body = json!({ "id": owner });
    assert_eq!(service.put("/v1/team/owner", Some(&cast.owner), &body).await.status, 409, "to oneself");
    let body = json!({ "id": id_of(&cast, "auditor@example.com").await });
    assert_eq!(service.put("/v1/team/owner", Some(&cast.owner), &body).await.status, 200);
    assert_eq!(leave(&cast.owner).await.status, 200);
    assert_eq!(service.get("/v1/team/members", Some(&cast.owner)).await.status, 403);
    let members = service.get("/v1/team/members", Some(&cast.auditor)).await.body;
    let mut roles: Vec<&str> = members["members"]
        .as_array()
        .expect("members")
        .iter()
        .map(|member| member["role"].as_str().expect("a role"))
        .collect();
    roles.sort_unstable();
    assert_eq!(roles, ["admin", "member", "owner"], "{members}");
}

#[tokio::test]
async fn every_change_is_in_the_log_and_pages_lead_through_it() {
    let cast = Cast::gather().await;
    let service = &cast.service;
    let member = id_of(&cast, "member@example.com").await;
    let path = format!("/v1/team/members/{member}");
    service.put(&path, Some(&cast.owner), &json!({ "role": "auditor" })).await;
    service.delete(&path, Some(&cast.admin)).await;
    service.post("/v1/team/leave", Some(&cast.auditor), &json!({})).await;
    invite(service, &cast.owner, "x@example.com", "member").await;
    service.delete("/v1/team/invitations/x@example.com", Some(&cast.owner)).await;
    cast.write_policy(&cast.owner, "ours", "").await;
    service.delete("/v1/policies/ours", Some(&cast.owner)).await;
    let (mut actions, mut before) = (Vec::new(), String::new());
    loop {
        let page = service.get(&format!("/v1/team/audit?limit=4{before}"), Some(&cast.owner)).await.body;
        let entries = page["entries"].as_array().expect("entries").clone();
        actions.extend(entries.iter().map(|entry| entry["action"].as_str().expect("an action").to_owned()));
        match page["next_before"].as_u64() {
            Some(number) => before = format!("&before={number}"),
            None => break,
        }
    }
    actions.reverse();
    let expected = [
        "team.create",
        "team.invite",
        "team.join",
        "team.invite",
        "team.join",
        "team.invite",
        "team.join",
        "team.role",
        "team.remove",
        "team.leave",
        "team.invite",
        "team.withdraw_invitation",
        "policy.write",
        "policy.withdraw",
    ];
    assert_eq!(actions, expected);
    for limit in ["0", "201", "x"] {
        let answer = service.get(&format!("/v1/team/audit?limit={limit}"), Some(&cast.owner)).await;
        assert!(matches!(answer.status, 400 | 422), "{limit}: {}", answer.status);
    }
}
