//! Policies from outside: what passes, what does not and why, and those of a team.

use serde_json::{Value, json};
use touchmark::store::Store;

use super::cast::Cast;

const OURS: &str = "[[rule]]\nid = 'no-network'\nrequire = \"!('network' in capabilities)\"\n\
    reason = 'it reaches the network'\nremedy = 'ask the security team'\n";

async fn evaluate(cast: &Cast, body: Value) -> Value {
    let answer = cast.service.post("/v1/policies/evaluate", Some(&cast.member), &body).await;
    assert_eq!(answer.status, 200, "{body}: {}", answer.body);
    answer.body
}

#[tokio::test]
async fn what_is_stated_passes_or_does_not_and_is_told_why() {
    let cast = Cast::gather().await;
    assert_eq!(cast.write_policy(&cast.owner, "ours", OURS).await.status, 200);
    let scan = |verdict: &str, score: u32, capabilities: Value| json!({ "scan": { "verdict": verdict, "score": score, "capabilities": capabilities, "findings": [] } });
    let rows = [
        (json!({ "facts": scan("warning", 30, json!([])) }), vec![]),
        (json!({ "facts": scan("dangerous", 60, json!([])) }), vec!["verdict"]),
        (json!({ "policy": "ours", "facts": scan("safe", 0, json!(["shell"])) }), vec![]),
        (json!({ "policy": "ours", "facts": scan("safe", 0, json!(["network"])) }), vec!["no-network"]),
        (json!({ "policy": "ours", "facts": { "scan": { "verdict": "safe" } } }), vec!["no-network"]),
        (json!({ "expression": "scan.score < 10", "facts": scan("dangerous", 3, json!([])) }), vec![]),
        (json!({ "expression": "scan.score < 10", "facts": scan("safe", 10, json!([])) }), vec!["expression"]),
        (json!({ "policy": "strict", "facts": scan("safe", 0, json!([])) }), vec!["known", "complete"]),
    ];
    for (body, expected) in rows {
        let answer = evaluate(&cast, body.clone()).await;
        let rules: Vec<&str> = answer["violations"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|violation| violation["rule"].as_str().expect("a rule"))
            .collect();
        assert_eq!(rules, expected, "{body}");
        assert_eq!(answer["result"], if expected.is_empty() { "pass" } else { "fail" });
    }
    let answer = evaluate(&cast, json!({ "policy": "ours", "facts": scan("safe", 0, json!(["network"])) })).await;
    let violation = &answer["violations"][0];
    assert_eq!(
        (&violation["reason"], &violation["remedy"]),
        (&json!("it reaches the network"), &json!("ask the security team"))
    );
    assert_eq!(answer["policy"], json!({ "name": "ours", "version": 1 }));
    let answer =
        evaluate(&cast, json!({ "expression": "scan.score < 10", "facts": scan("safe", 12, json!([])) })).await;
    assert_eq!(answer["violations"][0]["observed"], json!({ "scan.score": 12 }));
    assert_eq!(answer["violations"][0]["remedy"], "make this true: scan.score < 10");
}

#[tokio::test]
async fn a_skill_of_the_index_is_asked_for_by_id_digest_and_pin() {
    let cast = Cast::gather().await;
    let (_, record) = cast.store.newest_skills(None, 1).await.expect("it is read").remove(0);
    let (content, package) = (record.content_hash.to_string(), record.package_hash.to_string());
    let expression = "index.is_known && scan.is_complete && index.audit_age_days < 100000 && has(publisher.name)";
    for subject in [
        json!({ "skill_id": record.skill_id }),
        json!({ "digest": content }),
        json!({ "digest": package }),
        json!({ "pin": { "content_hash": content, "verdict": "safe" } }),
        json!({ "pin": { "package_hash": package } }),
    ] {
        let mut body = subject.clone();
        body["expression"] = json!(expression);
        let answer = evaluate(&cast, body).await;
        assert_eq!((&answer["result"], &answer["violations"]), (&json!("pass"), &json!([])), "{subject} {answer}");
        assert_eq!(answer["facts"]["pin"]["root_digest"], package, "{subject}");
    }
    let unknown = evaluate(&cast, json!({ "policy": "strict", "digest": "0".repeat(64) })).await;
    assert_eq!((&unknown["result"], &unknown["violations"][0]["rule"]), (&json!("fail"), &json!("known")), "{unknown}");
    let unknown = evaluate(&cast, json!({ "digest": "0".repeat(64) })).await;
    assert_eq!(
        (&unknown["result"], &unknown["notices"][0]),
        (&json!("pass"), &json!("the index does not know this content"))
    );
}

#[tokio::test]
async fn a_request_that_cannot_be_held_to_is_refused() {
    let cast = Cast::gather().await;
    let facts = json!({ "scan": { "verdict": "safe" } });
    let rows = [
        (json!({}), 422, "exactly one of"),
        (json!({ "digest": "0".repeat(64), "facts": facts }), 422, "exactly one of"),
        (json!({ "facts": {} }), 422, "no verdict"),
        (json!({ "facts": { "scan": { "verdict": "fine" } } }), 422, "unknown variant"),
        (json!({ "facts": { "scan": { "scor": 1 } } }), 422, "unknown field `scor`"),
        (json!({ "facts": { "scan": { "score": -1, "verdict": "safe" } } }), 422, "facts.scan"),
        (json!({ "policy": "default", "expression": "true", "facts": facts }), 422, "not both"),
        (json!({ "policy": "default", "version": 1, "facts": facts }), 422, "has no versions"),
        (json!({ "policy": "nothing", "facts": facts }), 404, "no such policy"),
        (json!({ "expression": "scan.scor < 1", "facts": facts }), 422, "is `score` meant"),
        (json!({ "expression": "(".repeat(1_900), "facts": facts }), 422, "expression: "),
        (json!({ "expression": "x".repeat(5_000), "facts": facts }), 422, "the limit is 2000"),
        (json!({ "digest": "\u{1b}[2J", "policy": "default" }), 422, ""),
        (json!({ "pin": {} }), 422, "neither a package_hash nor"),
        (json!({ "skill_id": "nobody" }), 404, "no such skill"),
        (json!({ "scan_id": "scn_00000000000000000000" }), 404, "no such scan"),
        (json!({ "polic": "default", "facts": facts }), 422, "unknown field `polic`"),
    ];
    for (body, status, expected) in rows {
        let answer = cast.service.post("/v1/policies/evaluate", Some(&cast.owner), &body).await;
        let message = answer.body["error"]["message"].as_str().unwrap_or_default();
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        assert!(message.contains(expected) && !message.contains('\u{1b}'), "{body}: {message}");
        assert_eq!(answer.body["error"]["status"], status, "{body}");
    }
}

#[tokio::test]
async fn a_team_keeps_every_version_and_nobody_overwrites_unseen() {
    let cast = Cast::gather().await;
    let service = &cast.service;
    let write = async |body: Value| service.put("/v1/policies/ours", Some(&cast.admin), &body).await;
    let first = write(json!({ "text": OURS, "follows": 0 })).await;
    assert_eq!((first.status, &first.body["version"], &first.body["rules"]), (200, &json!(1), &json!(["no-network"])));
    assert_eq!(write(json!({ "text": "", "follows": 0 })).await.refusal(), (409, "conflict"));
    assert_eq!(write(json!({ "text": "", "follows": 1 })).await.body["version"], 2);
    let shown = service.get("/v1/policies/ours?version=1", Some(&cast.auditor)).await.body;
    assert_eq!((&shown["text"], &shown["is_builtin"]), (&json!(OURS), &json!(false)));
    let facts = json!({ "scan": { "verdict": "safe", "capabilities": ["network"] } });
    for (version, result) in [(1, "fail"), (2, "pass")] {
        let answer = evaluate(&cast, json!({ "policy": "ours", "version": version, "facts": facts })).await;
        assert_eq!(answer["result"], result, "{version}");
    }
    let names = |body: &Value| -> Vec<String> {
        let policies = body["policies"].as_array().expect("a list").iter();
        policies.map(|policy| policy["name"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(names(&service.get("/v1/policies", Some(&cast.member)).await.body), ["default", "strict", "ours"]);
    assert_eq!(names(&service.get("/v1/policies", Some(&cast.stranger)).await.body), ["default", "strict"]);
    assert_eq!(service.delete("/v1/policies/ours", Some(&cast.admin)).await.body["version"], 3);
    assert_eq!(service.get("/v1/policies/ours", Some(&cast.admin)).await.status, 404);
    assert_eq!(service.get("/v1/policies/ours?version=2", Some(&cast.admin)).await.status, 200);
    for (name, body, status) in [
        ("default", json!({ "text": "" }), 409),
        ("Ours", json!({ "text": "" }), 422),
        ("ours", json!({ "text": "[policy]\nverdict = []\n" }), 422),
        ("ours", json!({ "text": "[[rule]]\nid = 'a'\nrequire = 'scan.scor < 1'\nreason = 'x'\n" }), 422),
        ("ours", json!({ "text": "[[test]]\nname = 'x'\nviolates = ['verdict']\n" }), 422),
        ("ours", json!({ "text": " ".repeat(70_000) }), 422),
        ("ours", json!({}), 422),
    ] {
        let answer = service.put(&format!("/v1/policies/{name}"), Some(&cast.owner), &body).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
    }
}
