//! Processes that are killed between the steps of a payment.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use touchmark::operations::reconcile_payments;
use touchmark::payment::Settlement;
use touchmark::store::PaymentState;

use crate::facilitator::Says;
use crate::payer::payment;
use crate::service::{Service, Setup};

/// Pays, and ends the process when the facilitator is asked to check or to settle. Nobody of
/// the old process ever comes further.
async fn killed_at(service: Service, nonce: u32, is_check: bool) -> Service {
    let holds = if is_check { &service.facilitator.holds_checks } else { &service.facilitator.holds };
    holds.store(true, Ordering::SeqCst);
    let service = Arc::new(service);
    let paying = tokio::spawn({
        let service = service.clone();
        async move { service.pay(&payment(nonce)).await }
    });
    service.facilitator.held.notified().await;
    paying.abort();
    let _ = paying.await;
    let service = Arc::into_inner(service).expect("nobody else has it").restart(Setup::PAID).await;
    service.facilitator.holds.store(false, Ordering::SeqCst);
    service.facilitator.holds_checks.store(false, Ordering::SeqCst);
    service
}

async fn state(service: &Service, nonce: u32) -> PaymentState {
    let nonce = format!("{nonce:064x}");
    let entries = service.ledger().await;
    entries.into_iter().find(|entry| entry.payment.nonce == nonce).expect("it is in the ledger").state
}

#[tokio::test]
async fn twenty_kills_between_run_and_settlement_charge_nobody_twice_and_the_ledger_is_true() {
    let mut service = Service::start(Setup::PAID).await;
    let mut charged = 0;
    for nonce in 1..=20 {
        let (has_moved, is_asked_by_payer) = (nonce % 2 == 0, nonce % 4 < 2);
        service.facilitator.settlements_say(if has_moved { Says::Yes } else { Says::Nothing });
        service = killed_at(service, nonce, false).await;
        service.facilitator.settlements_say(Says::Yes);
        charged += usize::from(has_moved);
        assert_eq!(state(&service, nonce).await, PaymentState::Settling);
        // As long as nobody knows, nothing is answered and nothing charged again.
        service.facilitator.settlements_became(Settlement::Unknown);
        assert_eq!(reconcile_payments(&service.services).await.expect("it is asked"), 0);
        assert_eq!(service.pay(&payment(nonce)).await.code(), "PAYMENT_UNAVAILABLE");
        let outcome = if has_moved { Settlement::Done(Some(format!("0x5e{nonce}"))) } else { Settlement::Never };
        service.facilitator.settlements_became(outcome);
        if !is_asked_by_payer {
            assert_eq!(reconcile_payments(&service.services).await.expect("it is asked"), 1);
        }
        let answer = service.pay(&payment(nonce)).await;
        assert_eq!(answer.is_answered(), has_moved, "{}", answer.body);
        let expected = if has_moved { PaymentState::Settled } else { PaymentState::Failed };
        assert_eq!(state(&service, nonce).await, expected);
        assert_eq!(service.facilitator.charged(), charged);
    }
    assert_eq!((service.facilitator.settles(), charged), (20, 10), "each was asked for once");
}

#[tokio::test]
async fn a_kill_before_the_settlement_frees_the_payment() {
    let mut service = Service::start(Setup::PAID).await;
    for nonce in 1..=5 {
        service = killed_at(service, nonce, true).await;
        assert_eq!(state(&service, nonce).await, PaymentState::Abandoned);
        assert!(service.pay(&payment(nonce)).await.is_answered());
        assert_eq!(state(&service, nonce).await, PaymentState::Settled);
    }
    assert_eq!((service.facilitator.settles(), service.facilitator.charged()), (5, 5));
}

#[tokio::test]
async fn another_process_that_starts_cannot_make_this_one_charge_what_it_has_closed() {
    let service = Arc::new(Service::start(Setup::PAID).await);
    service.facilitator.holds_checks.store(true, Ordering::SeqCst);
    let paying = tokio::spawn({
        let service = service.clone();
        async move { service.pay(&payment(1)).await }
    });
    service.facilitator.held.notified().await;
    let _other = service.beside(Setup::PAID).await;
    service.facilitator.go.notify_one();
    let refused = paying.await.expect("no panic");
    assert_eq!((refused.status, refused.code()), (503, "PAYMENT_UNAVAILABLE"), "{}", refused.body);
    assert_eq!((service.facilitator.settles(), service.states().await), (0, vec![PaymentState::Abandoned]));
}
