//! A payment is charged once, however often it is sent, and never for an error.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use touchmark::store::PaymentState;

use crate::facilitator::Says;
use crate::payer::{decode, encode, named, payment};
use crate::service::{Answer, Service, Setup};

const NAME: &str = "pay_7d5d747be160e280";

/// Sends the same payment a hundred times at once.
async fn a_hundred(service: &Arc<Service>, payment: &Value) -> Vec<Answer> {
    let calls = (0..100).map(|_| {
        let (service, payment) = (service.clone(), payment.clone());
        tokio::spawn(async move { service.pay(&payment).await })
    });
    futures::future::join_all(calls).await.into_iter().map(|call| call.expect("no panic")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_payment_that_is_sent_a_hundred_times_at_once_gets_one_answer() {
    let service = Arc::new(Service::start(Setup::PAID).await);
    let answers = a_hundred(&service, &payment(1)).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_answered()).count(), 1);
    for answer in answers.iter().filter(|answer| !answer.is_answered()) {
        let heard = (answer.status, answer.code(), answer.reason());
        assert_eq!(heard, (402, "PAYMENT_FAILED", "invalid_transaction_state"));
    }
    assert_eq!((service.facilitator.settles(), service.facilitator.charged()), (1, 1));
    assert_eq!(service.states().await, [PaymentState::Settled]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_named_payment_that_is_sent_a_hundred_times_at_once_gets_the_same_answer() {
    let service = Arc::new(Service::start(Setup::PAID).await);
    let answers = a_hundred(&service, &named(1, NAME)).await;
    let answered: BTreeSet<String> = answers.iter().map(|answer| answer.body["query_id"].to_string()).collect();
    assert!(answers.iter().all(Answer::is_answered));
    assert_eq!((answered.len(), service.facilitator.settles(), service.facilitator.charged()), (1, 1, 1));
    assert!(answers.iter().all(|answer| decode(answer.header("payment-response"))["success"] == true));
}

#[tokio::test]
async fn a_name_belongs_to_one_request_and_one_payer() {
    let service = Service::start(Setup::PAID).await;
    let first = service.pay(&named(1, NAME)).await;
    let search = async |body: Value, payment: Value| {
        service.post("/discover", &body, &[("payment-signature", &encode(&payment))]).await
    };
    // A newly signed payment of the same name is not charged.
    let again = search(json!({ "query": "zebra tables" }), named(2, NAME)).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    let other = search(json!({ "query": "zebra tables", "limit": 3 }), named(1, NAME)).await;
    assert_eq!((other.status, other.code(), other.reason()), (409, "PAYMENT_FAILED", "payment_identifier_conflict"));
    let mut stranger = named(3, NAME);
    stranger["payload"]["authorization"]["from"] = json!("0x036CbD53842c5426634e7929541eC2318f3dCF7e");
    assert_eq!(service.pay(&stranger).await.status, 409, "a name alone is no proof");
    assert_eq!(service.facilitator.charged(), 1);
    // The answer survives the process, and so does what it entitles to.
    let service = service.restart(Setup::PAID).await;
    let kept = service.pay(&named(1, NAME)).await;
    assert_eq!((kept.status, &kept.body), (200, &first.body));
    let inspect = json!({ "skill_id": service.skill_id, "query_id": first.body["query_id"] });
    assert_eq!(service.post("/inspect", &inspect, &[]).await.status, 200);
    assert_eq!(service.facilitator.charged(), 1);
}

#[tokio::test]
async fn a_hundred_calls_that_fail_are_not_charged() {
    let service = Service::start(Setup::PAID).await;
    let good = encode(&payment(1));
    for round in 0..100_u32 {
        let own = encode(&payment(1_000 + round));
        let header = [("payment-signature", if round % 2 == 0 { good.as_str() } else { own.as_str() })];
        let (path, body, status) = match round % 4 {
            0 => ("/discover", json!({ "query": "" }), 400),
            1 => ("/discover", json!({ "query": "x", "limt": 1 }), 400),
            2 => ("/inspect", json!({ "source_url": "https://github.com/o/r/blob/main/SKILL.md" }), 404),
            _ => ("/discover", json!({ "query": "x".repeat(501) }), 400),
        };
        let failed = service.post(path, &body, &header).await;
        assert_eq!(failed.status, status, "{}", failed.body);
        assert_eq!(failed.header("payment-response"), None);
    }
    assert_eq!((service.facilitator.checks(), service.facilitator.settles()), (100, 0));
    assert!(service.states().await.iter().all(|state| *state == PaymentState::Abandoned));
    assert!(service.pay(&payment(1)).await.is_answered(), "the payment is as good as new");
    assert_eq!(service.facilitator.charged(), 1);
}

#[tokio::test]
async fn a_refused_settlement_leaves_no_answer_and_no_entitlement() {
    let service = Arc::new(Service::start(Setup::PAID).await);
    service.facilitator.settlements_say(Says::Refused("insufficient_funds", None));
    service.facilitator.holds.store(true, Ordering::SeqCst);
    let paying = tokio::spawn({
        let service = service.clone();
        async move { service.pay(&payment(1)).await }
    });
    service.facilitator.held.notified().await;
    let entry = service.ledger().await.remove(0);
    let answer: Value = serde_json::from_str(&entry.answer.expect("the answer is kept first")).expect("JSON");
    service.facilitator.go.notify_one();
    let refused = paying.await.expect("no panic");
    assert_eq!((refused.status, refused.code(), refused.reason()), (402, "PAYMENT_FAILED", "insufficient_funds"));
    assert!(refused.body.get("results").is_none());
    let receipt = decode(refused.header("payment-response"));
    assert_eq!(
        (&receipt["success"], &receipt["errorReason"], &receipt["transaction"]),
        (&json!(false), &json!("insufficient_funds"), &json!(""))
    );
    assert!(refused.header("payment-required").is_some());
    let inspect = json!({ "skill_id": service.skill_id, "query_id": answer["query_id"] });
    let inspected = service.post("/inspect", &inspect, &[]).await;
    assert_eq!(
        (inspected.code(), &inspected.body["error"]["details"]["kind"]),
        ("INVALID_QUERY_ID", &json!("unknown"))
    );
    // What was sent to be settled is not tried again.
    assert_eq!(service.pay(&payment(1)).await.reason(), "invalid_transaction_state");
    let entry = service.ledger().await.remove(0);
    assert_eq!(
        (entry.state, entry.answer, entry.reason.as_deref()),
        (PaymentState::Failed, None, Some("insufficient_funds"))
    );
    assert_eq!((service.facilitator.settles(), service.facilitator.charged()), (1, 0));
}

#[tokio::test]
async fn a_client_that_hangs_up_before_the_settlement_is_not_charged() {
    let service = Arc::new(Service::start(Setup::PAID).await);
    service.facilitator.holds_checks.store(true, Ordering::SeqCst);
    let paying = tokio::spawn({
        let service = service.clone();
        async move { service.pay(&payment(1)).await }
    });
    service.facilitator.held.notified().await;
    paying.abort();
    assert!(paying.await.is_err_and(|error| error.is_cancelled()));
    service.facilitator.holds_checks.store(false, Ordering::SeqCst);
    service.facilitator.go.notify_one();
    // Whoever comes with the payment meets it free.
    let answer = service.pay(&payment(1)).await;
    assert!(answer.is_answered(), "{}", answer.body);
    assert_eq!(service.ledger().await[0].attempt, 2);
    assert_eq!((service.facilitator.settles(), service.facilitator.charged()), (1, 1));
}
