//! Who may do what, as one table that names every operation. A new operation without a row
//! fails the first test.

use std::collections::BTreeSet;

use axum::body::Body;
use touchmark::account::Scope;
use touchmark::operations::accounts::{
    Access, AccountMethod, ExposedAccountOperation, register_account_operations, set_account_disabled,
};

use super::cast::{Cast, invite};
use super::scan_access::upload;

/// What anybody may call, whoever they are.
const ANYBODY: [&str; 2] = ["register_account", "log_in"];

/// An operation, the body of its request, and the status for the owner, an admin, a member and an
/// auditor of a team, for somebody of the same tier in no team, and for the owner of another team.
///
/// `{key}`, `{member}`, `{policy}`, `{invited}`, `{invitation}`, `{scan}`, `{file}` and
/// `{verification}`, in the body and the path, are something new of the owner's, or of the team, for every caller. Whatever the row says, a
/// revoked key, a locked account and nobody get 401, and a key for something else 403.
type Row = (&'static str, &'static str, [u16; 6]);

const ROWS: &[Row] = &[
    ("show_account", "", [200, 200, 200, 200, 200, 200]),
    ("create_api_key", r#"{"name": "ci"}"#, [201, 201, 201, 201, 201, 201]),
    ("list_api_keys", "", [200, 200, 200, 200, 200, 200]),
    ("revoke_api_key", "", [200, 404, 404, 404, 404, 404]),
    ("preview_packages", r#"{"files": [{"name": "package.json", "content": "{}"}]}"#, [200, 200, 200, 200, 200, 200]),
    (
        "evaluate_policy",
        r#"{"policy": "{policy}", "facts": {"scan": {"verdict": "safe"}}}"#,
        [200, 200, 200, 200, 404, 404],
    ),
    ("list_policies", "", [200, 200, 200, 200, 200, 200]),
    ("show_policy", "", [200, 200, 200, 200, 404, 404]),
    ("write_policy", r#"{"text": "", "follows": 1}"#, [200, 200, 403, 403, 403, 409]),
    ("withdraw_policy", "", [200, 200, 403, 403, 403, 404]),
    ("create_team", r#"{"name": "More"}"#, [409, 409, 409, 409, 201, 409]),
    ("list_team_members", "", [200, 200, 200, 200, 403, 200]),
    ("change_role", r#"{"role": "auditor"}"#, [200, 200, 403, 403, 403, 404]),
    ("remove_member", "", [200, 200, 403, 403, 403, 404]),
    ("invite_member", r#"{"email": "new@example.com", "role": "member"}"#, [201, 201, 403, 403, 403, 201]),
    ("list_invitations", "", [200, 200, 403, 403, 403, 200]),
    ("withdraw_invitation", "", [200, 200, 403, 403, 403, 404]),
    ("accept_invitation", r#"{"invitation": "{invitation}"}"#, [409, 409, 409, 409, 404, 409]),
    ("leave_team", "{}", [409, 200, 200, 200, 403, 409]),
    ("hand_over_team", r#"{"id": "{member}"}"#, [200, 403, 403, 403, 403, 404]),
    ("list_team_audit", "", [200, 200, 403, 200, 403, 200]),
    (
        "report_scan",
        r#"{"quarantine_id": "q", "source_type": "local", "source_ref": "x", "score": 0, "verdict": "clean", "phases": []}"#,
        [201, 201, 201, 403, 201, 201],
    ),
    ("submit_scan", r#"{"target": "skill:00000000-0000-5000-8000-000000000000"}"#, [202, 202, 202, 403, 202, 202]),
    ("list_scans", "", [200, 200, 200, 200, 200, 200]),
    ("show_scan", "", [200, 200, 200, 200, 404, 404]),
    ("follow_scan", "", [200, 200, 200, 200, 404, 404]),
    ("upload_scan", "a file", [202, 202, 202, 403, 202, 202]),
    ("list_file_scans", "", [200, 200, 200, 200, 200, 200]),
    ("show_file_scan", "", [200, 200, 200, 200, 404, 404]),
    ("delete_scan", "", [200, 200, 403, 403, 404, 404]),
    ("show_threat", "", [200, 200, 200, 200, 200, 200]),
    ("list_threats", "", [200, 200, 200, 200, 200, 200]),
    (
        "report_threat",
        r#"{"source_type": "npm", "source_ref": "x", "category": "backdoor", "severity": "low", "description": "It opens a shell."}"#,
        [201, 201, 201, 201, 201, 201],
    ),
    ("list_signatures", "", [200, 200, 200, 200, 200, 200]),
    ("show_publisher", "", [404, 404, 404, 404, 404, 404]),
    ("verify_source", r#"{"source_type": "url", "source_ref": "http://127.0.0.1/x"}"#, [400, 400, 400, 403, 400, 400]),
    ("show_verification", "", [200, 200, 200, 200, 404, 404]),
    ("revoke_verification", "", [200, 200, 403, 403, 404, 404]),
    ("rotate_webhook_secret", "{}", [201, 201, 201, 201, 201, 201]),
    ("show_webhook_secret", "", [200, 200, 200, 200, 200, 200]),
];

/// What stands in a path for something: by the operation, what the name in braces is.
const PARTS: [(&str, &str); 16] = [
    ("preview_packages", "draft-1"),
    ("revoke_api_key", "{key}"),
    ("show_policy", "{policy}"),
    ("write_policy", "{policy}"),
    ("withdraw_policy", "{policy}"),
    ("change_role", "{member}"),
    ("remove_member", "{member}"),
    ("withdraw_invitation", "{invited}"),
    ("show_scan", "{scan}"),
    ("follow_scan", "{scan}"),
    ("show_file_scan", "{file}"),
    ("delete_scan", "{file}"),
    ("show_threat", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("show_publisher", "npm:nobody"),
    ("show_verification", "{verification}"),
    ("revoke_verification", "{verification}"),
];

/// The callers of a row, in its order, by name.
const CALLERS: [&str; 6] = ["the owner", "an admin", "a member", "an auditor", "a stranger", "another owner"];

#[test]
fn every_operation_has_a_row() {
    let rows: BTreeSet<&str> = ROWS.iter().map(|(name, ..)| *name).chain(ANYBODY).collect();
    let operations = register_account_operations();
    for operation in &operations {
        assert!(rows.contains(operation.name), "{} has no row in tests/accounts/authorisation.rs", operation.name);
        assert_eq!(operation.access == Access::Anyone, ANYBODY.contains(&operation.name), "{}", operation.name);
    }
    assert_eq!(rows.len(), operations.len(), "a row is about nothing, or twice there");
    assert_eq!(ROWS.len() + ANYBODY.len(), rows.len());
}

#[tokio::test]
async fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let mut wrong = Vec::new();
    for &(name, body, expected) in ROWS {
        let operation = register_account_operations().into_iter().find(|one| one.name == name).expect(name);
        let cast = Cast::gather().await;
        let callers = [&cast.owner, &cast.admin, &cast.member, &cast.auditor, &cast.stranger, &cast.other_owner]
            .map(String::clone);
        for (number, (token, expected)) in callers.iter().zip(expected).enumerate() {
            let (path, body) = things(&cast, &operation, body, number).await;
            let answer = cast.service.call(method(&operation), &path, Some(token), Body::from(body)).await;
            if answer.status != expected {
                wrong.push(format!("{name} by {}: {} for {expected}, {}", CALLERS[number], answer.status, answer.body));
            }
            if name == "hand_over_team" && answer.status == 200 {
                // The owner is an admin from here on, and no longer who the table is about.
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn no_key_does_what_it_is_not_for_and_nobody_gets_in_who_is_locked_out() {
    let cast = Cast::gather().await;
    let all = cast.key(&Scope::OF_KEYS.map(Scope::as_str)).await;
    let revoked = cast.key(&Scope::OF_KEYS.map(Scope::as_str)).await;
    let path = format!("/v1/auth/keys/{}", revoked["id"].as_str().expect("an id"));
    assert_eq!(cast.service.delete(&path, Some(&cast.owner)).await.status, 200);
    let locked = cast.service.token("locked@example.com", touchmark::account::Tier::Team).await;
    set_account_disabled(&cast.service.services, "locked@example.com", true).await.expect("it is locked");
    for (number, &(name, body, _)) in ROWS.iter().enumerate() {
        let operation = register_account_operations().into_iter().find(|one| one.name == name).expect(name);
        let Access::Holder { scope, .. } = operation.access else { panic!("{name} is for anybody") };
        let others: Vec<&str> = Scope::OF_KEYS.into_iter().filter(|other| *other != scope).map(Scope::as_str).collect();
        let other = cast.key(&others).await;
        let (path, body) = things(&cast, &operation, body, 100 + number).await;
        let text = |value: &serde_json::Value| value["key"].as_str().map(str::to_owned);
        // What only somebody who logged in may do, no key may.
        let is_for_keys = Scope::OF_KEYS.contains(&scope);
        let rows = [
            ("a revoked key", text(&revoked), 401),
            ("a key for all the rest", text(&other), 403),
            ("a locked account", Some(locked.clone()), 401),
            ("nobody", None, 401),
        ];
        let key = ("a key for everything", text(&all), 403);
        for (who, credential, expected) in rows.into_iter().chain((!is_for_keys).then_some(key)) {
            let body = Body::from(body.clone());
            let answer = cast.service.call(method(&operation), &path, credential.as_deref(), body).await;
            assert_eq!(answer.status, expected, "{name} by {who}: {}", answer.body);
        }
    }
}

fn method(operation: &ExposedAccountOperation) -> &'static str {
    match operation.binding.method {
        AccountMethod::Get => "GET",
        AccountMethod::Post => "POST",
        AccountMethod::Put => "PUT",
        AccountMethod::Delete => "DELETE",
    }
}

/// Makes what a request names, new for this caller, and returns the path and the body.
async fn things(cast: &Cast, operation: &ExposedAccountOperation, body: &str, number: usize) -> (String, String) {
    let mut path = operation.binding.path.to_owned();
    if let Some((_, part)) = PARTS.iter().find(|(name, _)| *name == operation.name) {
        let (start, end) = (path.find('{').expect("a part"), path.find('}').expect("its end"));
        path.replace_range(start..=end, part);
    }
    let mut texts = [path, body.to_owned()];
    let placeholders =
        ["{key}", "{member}", "{policy}", "{invited}", "{invitation}", "{scan}", "{file}", "{verification}"];
    for placeholder in placeholders {
        if !texts.iter().any(|text| text.contains(placeholder)) {
            continue;
        }
        let made = match placeholder {
            "{key}" => cast.key(&["account:read"]).await["id"].as_str().expect("an id").to_owned(),
            "{member}" => cast.newcomer(&format!("newcomer-{number}")).await.to_string(),
            "{policy}" => {
                let name = format!("ours-{number}");
                let written = cast.write_policy(&cast.owner, &name, "").await;
                assert_eq!(written.status, 200, "{}", written.body);
                name
            }
            "{scan}" => cast.scan().await,
            "{file}" => {
                let sent = upload(&cast.service, Some(&cast.owner), "a.txt", b"a file").await;
                assert_eq!(sent.status, 202, "{}", sent.body);
                sent.body["scanId"].as_str().expect("an id").to_owned()
            }
            "{verification}" => {
                let source = "https://host.example/SKILL.md";
                cast.service.left_behind_in("owner@example.com", cast.team().await, source).await.to_string()
            }
            _ => {
                let email = format!("invited-{number}@example.com");
                let invitation = invite(&cast.service, &cast.owner, &email, "member").await;
                if placeholder == "{invited}" { email } else { invitation }
            }
        };
        texts = texts.map(|text| text.replace(placeholder, &made));
    }
    let [path, body] = texts;
    assert!(!path.contains('{'), "{path}: say in PARTS what stands there");
    (path, body)
}
