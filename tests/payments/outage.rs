//! Facilitators that are down, slow, or talk nonsense.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use touchmark::operations::reconcile_payments;
use touchmark::payment::{Patience, Settlement};
use touchmark::store::PaymentState;

use crate::facilitator::Says;
use crate::payer::payment;
use crate::service::{Answer, Service, Setup};

fn assert_unavailable(answer: &Answer, status: u16, reason: &str) {
    let heard = (answer.status, answer.code(), answer.reason());
    assert_eq!(heard, (status, "PAYMENT_UNAVAILABLE", reason), "{}", answer.body);
    assert_eq!(answer.body["error"]["retry_after_seconds"], 30);
    assert_eq!(answer.header("retry-after"), Some("30"));
    assert!(answer.body.get("results").is_none() && answer.header("payment-response").is_none());
}

/// Nobody but a settlement is waited for long.
const HASTY: Patience =
    Patience { check: Duration::from_secs(2), total: Duration::from_secs(3), settlement: Duration::from_secs(60) };
/// Longer than all of the above but a settlement.
const LATE: Duration = Duration::from_secs(4);

#[tokio::test]
async fn whoever_cannot_pay_hears_within_five_seconds() {
    let service = Service::start(Setup { patience: Patience::DEFAULT, ..Setup::PAID }).await;
    service.facilitator.checks_say(Says::Nothing);
    // Whoever says nothing is never heard, so the answer comes from the patience running out.
    assert_unavailable(&service.pay(&payment(1)).await, 503, "facilitator_unavailable");
    assert!(Patience::DEFAULT.total < Duration::from_secs(5), "{:?}", Patience::DEFAULT.total);
}

#[tokio::test]
async fn a_check_ends_with_the_time_for_all_that_comes_before_the_settlement() {
    let patience = Patience { check: Duration::from_secs(60), total: Duration::from_millis(500), ..HASTY };
    let service = Arc::new(Service::start(Setup { patience, ..Setup::PAID }).await);
    service.facilitator.checks_say(Says::Nothing);
    // One of them waits for the other before it asks.
    let calls = (0..2).map(|_| {
        let service = service.clone();
        async move { service.pay(&payment(1)).await }
    });
    for answer in futures::future::join_all(calls).await {
        assert!(matches!(answer.status, 409 | 503), "{}", answer.body);
    }
    assert_eq!(service.facilitator.settles(), 0);
}

#[tokio::test]
async fn a_settlement_is_waited_for_longer_than_a_check() {
    let patience = HASTY;
    let service = Service::start(Setup { patience, ..Setup::PAID }).await;
    service.facilitator.settlements_say(Says::Late(LATE));
    let answer = service.pay(&payment(1)).await;
    assert!(answer.is_answered(), "{}", answer.body);
    assert!(Patience::DEFAULT.settlement >= touchmark::facilitator::Timeouts::STANDARD.settle);
}

#[tokio::test]
async fn a_look_up_that_nobody_waits_for_may_take_its_time() {
    let service = Service::start(Setup { patience: HASTY, ..Setup::PAID }).await;
    service.facilitator.settlements_say(Says::Unavailable(None));
    assert_unavailable(&service.pay(&payment(1)).await, 503, "settlement_unknown");
    service.facilitator.settlements_became(Settlement::Done(Some("0x77".to_owned())));
    *service.facilitator.look_up.lock().expect("no panic") = LATE;
    assert_unavailable(&service.pay(&payment(1)).await, 503, "settlement_unknown");
    assert_eq!(reconcile_payments(&service.services).await.expect("it is asked"), 1);
    assert!(service.pay(&payment(1)).await.is_answered());
}

#[tokio::test]
async fn a_ledger_that_fails_after_the_settlement_keeps_no_paid_answer_back() {
    let service = Service::start(Setup::PAID).await;
    service.refuse_to_note_settlements(true).await;
    let answer = service.pay(&payment(1)).await;
    assert!(answer.is_answered(), "{}", answer.body);
    assert_eq!(crate::payer::decode(answer.header("payment-response"))["success"], true);
    assert_eq!(service.states().await, [PaymentState::Settling]);
    // Who comes again is not told that nothing was charged.
    service.facilitator.settlements_became(Settlement::Done(Some("0x77".to_owned())));
    assert_unavailable(&service.pay(&payment(1)).await, 503, "settlement_unknown");
    service.refuse_to_note_settlements(false).await;
    assert_eq!(reconcile_payments(&service.services).await.expect("it is asked"), 1);
    assert_eq!(service.states().await, [PaymentState::Settled]);
    assert_eq!((service.facilitator.settles(), service.facilitator.charged()), (1, 1));
}

#[tokio::test]
async fn an_outage_of_checks_is_told_and_costs_nothing() {
    let service = Service::start(Setup::IMPATIENT).await;
    for (says, status) in [
        (Says::Unavailable(None), 503),
        (Says::Unavailable(Some(500)), 500),
        (Says::Unavailable(Some(502)), 502),
        (Says::Unavailable(Some(200)), 503),
        (Says::Nothing, 503),
        (Says::AnotherPayer, 503),
        (Says::Panic, 503),
    ] {
        service.facilitator.checks_say(says.clone());
        assert_unavailable(&service.pay(&payment(1)).await, status, "facilitator_unavailable");
        assert_eq!(service.states().await, [PaymentState::Abandoned]);
    }
    assert_eq!(service.facilitator.settles(), 0);
}

#[tokio::test]
async fn a_settlement_of_which_nobody_knows_is_asked_about_and_not_repeated() {
    for (says, status) in [
        (Says::Unavailable(None), 503),
        (Says::Unavailable(Some(500)), 500),
        (Says::Unavailable(Some(504)), 504),
        (Says::Nothing, 503),
        (Says::Panic, 503),
    ] {
        let setup = if matches!(says, Says::Nothing) { Setup::IMPATIENT } else { Setup::PAID };
        let service = Service::start(setup).await;
        service.facilitator.settlements_say(says.clone());
        let withheld = service.pay(&payment(1)).await;
        assert_unavailable(&withheld, status, "settlement_unknown");
        assert_eq!(service.states().await, [PaymentState::Settling]);
        // Nobody knows yet.
        assert_unavailable(&service.pay(&payment(1)).await, 503, "settlement_unknown");
        // It was on the chain all the time: the answer that was paid for is given, once.
        service.facilitator.settlements_became(Settlement::Done(Some("0x77".to_owned())));
        let other = service
            .post(
                "/discover",
                &json!({ "query": "another" }),
                &[("payment-signature", &crate::payer::encode(&payment(1)))],
            )
            .await;
        assert_eq!(other.reason(), "invalid_transaction_state", "it paid for another request");
        let given = service.pay(&payment(1)).await;
        assert!(given.is_answered(), "{}", given.body);
        let receipt = crate::payer::decode(given.header("payment-response"));
        assert_eq!((&receipt["success"], &receipt["transaction"]), (&json!(true), &json!("0x77")));
        assert_eq!(service.pay(&payment(1)).await.reason(), "invalid_transaction_state");
        assert_eq!(service.facilitator.settles(), 1, "{says:?}");
    }
}

#[tokio::test]
async fn a_settlement_that_never_happened_frees_nobody_to_be_charged_later() {
    let service = Service::start(Setup::PAID).await;
    service.facilitator.settlements_say(Says::Unavailable(None));
    assert_eq!(service.pay(&payment(1)).await.code(), "PAYMENT_UNAVAILABLE");
    service.facilitator.settlements_became(Settlement::Never);
    let refused = service.pay(&payment(1)).await;
    assert_eq!((refused.status, refused.reason()), (402, "invalid_transaction_state"));
    assert!(refused.header("payment-required").is_some(), "it may sign a new one");
    assert_eq!(service.states().await, [PaymentState::Failed]);
    service.facilitator.settlements_say(Says::Yes);
    assert!(service.pay(&payment(2)).await.is_answered());
}
