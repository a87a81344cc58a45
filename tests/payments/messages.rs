//! Payments of tools, over MCP.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::facilitator::Says;
use crate::payer::{payment, payment_v1};
use crate::service::{Service, Setup};

fn query() -> Value {
    json!({ "query": "zebra tables" })
}

#[tokio::test]
async fn the_result_of_an_unpaid_call_is_the_offer_and_a_paid_one_carries_the_receipt() {
    let service = Service::start(Setup::PAID).await;
    let offered = service.tool("discover_skills", query(), None).await;
    assert_eq!(offered["isError"], true);
    let required = &offered["structuredContent"];
    assert_eq!((&required["x402Version"], &required["accepts"][0]), (&json!(2), &payment(1)["accepted"]));
    assert_eq!(required["resource"]["url"], "mcp://tool/discover_skills");
    let text: Value = serde_json::from_str(offered["content"][0]["text"].as_str().expect("a text")).expect("JSON");
    assert_eq!(text, *required);
    assert_eq!(offered["_meta"]["touchmark/error"]["code"], "PAYMENT_REQUIRED");
    let input = &required["extensions"]["bazaar"]["info"]["input"];
    assert_eq!((&input["type"], &input["tool"]), (&json!("mcp"), &json!("discover_skills")));

    let paid = service.tool("discover_skills", query(), Some(&payment(1))).await;
    assert_eq!(paid["isError"], false, "{paid}");
    let receipt = &paid["_meta"]["x402/payment-response"];
    assert_eq!((&receipt["success"], &receipt["network"]), (&json!(true), &json!("eip155:8453")));
    assert!(paid["structuredContent"]["results"].as_array().is_some_and(|results| !results.is_empty()));
    let inspect = json!({ "skill_id": service.skill_id, "query_id": paid["structuredContent"]["query_id"] });
    assert_eq!(service.tool("inspect_skill", inspect, None).await["isError"], false);
    let alone = json!({ "skill_id": service.skill_id });
    let offered = service.tool("inspect_skill", alone.clone(), None).await;
    assert_eq!(offered["structuredContent"]["resource"]["url"], "mcp://tool/inspect_skill");
    assert_eq!(service.tool("inspect_skill", alone, Some(&payment_v1(2))).await["isError"], false);
    assert_eq!(service.facilitator.charged(), 2);
    // What was paid over one transport is used up on the other.
    assert_eq!(service.pay(&payment(1)).await.reason(), "invalid_transaction_state");
}

#[tokio::test]
async fn a_client_that_hangs_up_before_the_settlement_is_not_charged_for_a_tool() {
    let service = Arc::new(Service::start(Setup::PAID).await);
    service.facilitator.holds_checks.store(true, Ordering::SeqCst);
    let paying = tokio::spawn({
        let service = service.clone();
        async move { service.tool("discover_skills", query(), Some(&payment(1))).await }
    });
    service.facilitator.held.notified().await;
    paying.abort();
    assert!(paying.await.is_err_and(|error| error.is_cancelled()));
    service.facilitator.holds_checks.store(false, Ordering::SeqCst);
    service.facilitator.go.notify_one();
    // Whoever comes with the payment meets it free.
    let paid = service.tool("discover_skills", query(), Some(&payment(1))).await;
    assert_eq!(paid["isError"], false, "{paid}");
    assert_eq!(service.ledger().await[0].attempt, 2);
    assert_eq!((service.facilitator.settles(), service.facilitator.charged()), (1, 1));
}

#[tokio::test]
async fn a_payment_that_buys_nothing_is_told_in_the_result() {
    let service = Service::start(Setup::PAID).await;
    let mut long = payment(1);
    long["junk"] = json!("x".repeat(20_000));
    let mut dear = payment(1);
    dear["accepted"]["amount"] = json!("1");
    for (sent, status_has_offer, code) in [
        (dear, true, "PAYMENT_FAILED"),
        (json!("garbled"), false, "PAYMENT_FAILED"),
        (json!({ "x402Version": 9 }), false, "PAYMENT_FAILED"),
        (long, false, "PAYMENT_FAILED"),
    ] {
        let refused = service.tool("discover_skills", query(), Some(&sent)).await;
        assert_eq!((&refused["isError"], &refused["_meta"]["touchmark/error"]["code"]), (&json!(true), &json!(code)));
        assert_eq!(refused["structuredContent"].is_object(), status_has_offer, "{refused}");
    }
    service.facilitator.settlements_say(Says::Refused("insufficient_funds", None));
    let refused = service.tool("discover_skills", query(), Some(&payment(1))).await;
    assert_eq!(refused["isError"], true);
    let receipt = &refused["_meta"]["x402/payment-response"];
    assert_eq!((&receipt["success"], &receipt["errorReason"]), (&json!(false), &json!("insufficient_funds")));
    assert_eq!(refused["structuredContent"]["x402Version"], 2);
    assert!(!refused.to_string().contains("zebra-tables"), "no word of the answer: {refused}");
    service.facilitator.checks_say(Says::Unavailable(None));
    let unavailable = service.tool("discover_skills", query(), Some(&payment(2))).await;
    let error = &unavailable["_meta"]["touchmark/error"];
    assert_eq!((&error["code"], &error["retry_after_seconds"]), (&json!("PAYMENT_UNAVAILABLE"), &json!(30)));
    assert_eq!(service.facilitator.charged(), 0);
}

#[tokio::test]
async fn output_schemas_allow_the_offer_where_there_may_be_one() {
    let paid = Service::start(Setup::PAID).await.tools().await;
    let free = Service::start(Setup { price: None, ..Setup::PAID }).await.tools().await;
    for (place, (name, is_charged)) in
        [("discover_skills", true), ("inspect_skill", true), ("verify_skill", false)].into_iter().enumerate()
    {
        assert_eq!((&paid[place]["name"], &paid[place]["outputSchema"]["type"]), (&json!(name), &json!("object")));
        let answer = if is_charged { &paid[place]["outputSchema"]["anyOf"][0] } else { &paid[place]["outputSchema"] };
        assert_eq!(answer, &free[place]["outputSchema"], "{name}");
        let offer = &paid[place]["outputSchema"]["anyOf"][1]["required"];
        assert_eq!(offer == &json!(["x402Version", "accepts"]), is_charged, "{name}");
    }
}
