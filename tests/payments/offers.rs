//! What is offered, what a payment buys, and what stays free.

use serde_json::{Value, json};
use touchmark::store::PaymentState;

use crate::payer::{PAY_TO, PAYER, decode, encode, payment, payment_v1};
use crate::service::{Service, Setup};

#[tokio::test]
async fn beyond_the_free_tier_there_is_an_offer_and_a_payment_gets_the_answer() {
    let service = Service::start(Setup::PAID).await;
    let offered = service.discover(&[]).await;
    assert_eq!((offered.status, offered.code()), (402, "PAYMENT_REQUIRED"), "{}", offered.body);
    assert_eq!(offered.body["error"]["is_retriable"], true);
    assert_eq!(offered.body["error"]["retry_after_seconds"], Value::Null);
    assert_eq!(offered.header("x-ratelimit-remaining"), Some("0"));
    let required = decode(offered.header("payment-required"));
    assert_eq!((&required["x402Version"], &required["accepts"][0]), (&json!(2), &payment(1)["accepted"]));
    assert_eq!(required["resource"]["url"], "https://touchmark.example/discover");
    assert!(required["error"].as_str().is_some_and(|error| error.contains("0.002 USD")));
    let input = &required["extensions"]["bazaar"]["info"]["input"];
    assert_eq!((&input["method"], &input["bodyType"]), (&json!("POST"), &json!("json")));
    assert_eq!(required["extensions"]["payment-identifier"]["info"]["required"], false);

    let paid = service.pay(&payment(1)).await;
    assert!(paid.is_answered(), "{} {}", paid.status, paid.body);
    let receipt = decode(paid.header("payment-response"));
    let expected = json!({
        "success": true, "transaction": payment(1)["payload"]["authorization"]["nonce"], "network": "eip155:8453",
        "payer": PAYER, "amount": "2000",
    });
    assert_eq!(receipt, expected);
    assert_eq!((service.facilitator.checks(), service.facilitator.settles(), service.facilitator.charged()), (1, 1, 1));
    let entry = service.ledger().await.remove(0);
    assert_eq!((entry.state, entry.is_delivered, entry.payment.units), (PaymentState::Settled, true, 2_000));
    assert_eq!(entry.payment.pay_to, PAY_TO.to_lowercase());

    // The workflow that was paid: five inspections, and no more.
    let inspect = json!({ "skill_id": service.skill_id, "query_id": paid.body["query_id"] });
    for _ in 0..5 {
        assert_eq!(service.post("/inspect", &inspect, &[]).await.status, 200);
    }
    assert_eq!(service.post("/inspect", &inspect, &[]).await.code(), "RATE_LIMITED");
    assert_eq!(service.facilitator.charged(), 1);
}

#[tokio::test]
async fn clients_of_version_1_find_their_offer_in_the_body_and_their_receipt_in_its_header() {
    let service = Service::start(Setup::PAID).await;
    let offered = service.discover(&[]).await;
    let first = &offered.body["accepts"][0];
    assert_eq!((&offered.body["x402Version"], &first["network"]), (&json!(1), &json!("base")));
    assert_eq!((&first["maxAmountRequired"], &first["payTo"]), (&json!("2000"), &json!(PAY_TO)));
    assert_eq!(first["resource"], "https://touchmark.example/discover");

    let paid = service.discover(&[("x-payment", &encode(&payment_v1(1)))]).await;
    assert!(paid.is_answered(), "{} {}", paid.status, paid.body);
    let receipt = decode(paid.header("x-payment-response"));
    assert_eq!((&receipt["success"], &receipt["network"]), (&json!(true), &json!("base")));
    assert_eq!(paid.header("payment-response"), None);
    let request = service.facilitator.last.lock().expect("no panic").clone().expect("it was asked");
    assert_eq!((request.x402_version, &request.payment_requirements), (1, first));
    // The same nonce in version 2 is the same payment.
    assert_eq!(service.pay(&payment(1)).await.reason(), "invalid_transaction_state");
    assert_eq!(service.facilitator.charged(), 1);
}

#[tokio::test]
async fn what_is_free_is_free_first() {
    let service = Service::start(Setup { free: 2, ..Setup::PAID }).await;
    assert!(service.pay(&payment(1)).await.is_answered());
    let garbled = service.discover(&[("payment-signature", "garbled"), ("authorization", "Payment x")]).await;
    assert!(garbled.is_answered(), "{}", garbled.body);
    assert_eq!((service.facilitator.checks(), service.facilitator.charged()), (0, 0));
    assert_eq!(service.discover(&[]).await.code(), "PAYMENT_REQUIRED");
    let paid = service.pay(&payment(1)).await;
    assert!(paid.is_answered(), "the same payment buys the next");
    assert_eq!((service.facilitator.charged(), paid.header("x-ratelimit-remaining")), (1, Some("0")));
    for path in ["/health", "/docs", "/openapi.json", "/.well-known/x402", "/verify?content_hash=sha256:00"] {
        assert_ne!(service.get(path).await.status, 402, "{path}");
    }
}

#[tokio::test]
async fn an_inspection_alone_is_paid_likewise_and_only_where_there_is_something() {
    let service = Service::start(Setup::PAID).await;
    let known = json!({ "skill_id": service.skill_id });
    let offered = service.post("/inspect", &known, &[]).await;
    assert_eq!((offered.status, offered.code()), (402, "PAYMENT_REQUIRED"));
    assert_eq!(decode(offered.header("payment-required"))["resource"]["url"], "https://touchmark.example/inspect");
    let paid = service.post("/inspect", &known, &[("payment-signature", &encode(&payment(1)))]).await;
    assert_eq!((paid.status, &paid.body["skill_id"]), (200, &json!(service.skill_id)), "{}", paid.body);

    let unknown = json!({ "skill_id": "00000000-0000-5000-8000-000000000000" });
    for headers in [&[][..], &[("payment-signature", encode(&payment(2)).as_str())][..]] {
        let answer = service.post("/inspect", &unknown, headers).await;
        assert_eq!((answer.status, answer.code()), (404, "NOT_FOUND"), "{}", answer.body);
    }
    assert_eq!(service.facilitator.charged(), 1);
}

#[tokio::test]
async fn with_payments_off_an_exhausted_tier_is_what_it_was() {
    let service = Service::start(Setup { price: None, ..Setup::PAID }).await;
    for headers in
        [&[][..], &[("payment-signature", encode(&payment(1)).as_str())][..], &[("authorization", "Payment x")][..]]
    {
        let refused = service.discover(headers).await;
        assert_eq!((refused.status, refused.code()), (402, "RATE_LIMITED"), "{}", refused.body);
        assert!(refused.header("retry-after").is_some());
        assert!(refused.header("payment-required").is_none() && refused.body.get("accepts").is_none());
    }
    assert_eq!(service.ledger().await, []);
    let descriptor = service.get("/.well-known/x402.json").await.body;
    assert_eq!((&descriptor["enabled"], &descriptor["resources"]), (&json!(false), &json!([])));
}

#[tokio::test]
async fn a_changed_price_leaves_the_old_offer_standing() {
    let service = Service::start(Setup::PAID).await;
    let service = service.restart(Setup { price: Some("0.005"), ..Setup::PAID }).await;
    let offered = decode(service.discover(&[]).await.header("payment-required"));
    assert_eq!(offered["accepts"][0]["amount"], "5000");
    assert!(service.pay(&payment(1)).await.is_answered());
    let request = service.facilitator.last.lock().expect("no panic").clone().expect("it was asked");
    assert_eq!(request.payment_requirements["amount"], "2000");
    let first = service.discover(&[("x-payment", &encode(&payment_v1(2)))]).await;
    assert!(first.is_answered(), "{}", first.body);
    let mut never_offered = payment(3);
    never_offered["accepted"]["amount"] = json!("3000");
    assert_eq!(service.pay(&never_offered).await.reason(), "invalid_payment_requirements");
}

#[tokio::test]
async fn descriptors_say_what_costs_how_much() {
    let service = Service::start(Setup::PAID).await;
    let descriptor = service.get("/.well-known/x402").await.body;
    assert_eq!(descriptor, service.get("/.well-known/x402.json").await.body);
    let paid = ["https://touchmark.example/discover", "https://touchmark.example/inspect"];
    assert_eq!((&descriptor["enabled"], &descriptor["resources"]), (&json!(true), &json!(paid)));
    assert_eq!(descriptor["items"][0]["accepts"][0], payment(1)["accepted"]);
    assert!(descriptor["free"].as_array().expect("a list").contains(&json!("https://touchmark.example/verify")));
    let openapi = service.get("/openapi.json").await.body;
    let price = json!({ "mode": "fixed", "currency": "USD", "amount": "0.002" });
    for (path, method, expected) in
        [("/discover", "post", price.clone()), ("/inspect", "post", price), ("/verify", "get", Value::Null)]
    {
        assert_eq!(openapi["paths"][path][method]["x-payment-info"]["price"], expected, "{path}");
    }
    let health = service.get("/health").await.body;
    assert_eq!(health["links"]["x402"], "https://touchmark.example/.well-known/x402.json");
}
