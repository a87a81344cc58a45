//! A call that a payment covers: reserve, check, run, settle, answer, in this order.
//!
//! Whatever fails before the settlement frees the payment, and without a settlement there is
//! no answer. The call runs on where its client hangs up, so that no payment is left half way.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::problem::unforeseen;
use super::{Answered, Exposed, PaymentNotes, PaymentProof, Services};
use crate::api::{ErrorCode, Problem};
use crate::meter::{ClientAddress, Quota};
use crate::payment::{Entry, Payment, PaymentFailure, PaymentRefusal, Payments, Receipt, RefusalKind, Resource};
use crate::skill::{Sha256Digest, SkillId, Timestamp};

/// When to try again after an outage of those who know a chain, in seconds.
const RETRY_SECONDS: u64 = 30;

/// A call that has to be paid.
pub(super) struct PaidCall {
    pub operation: Exposed,
    pub services: Services,
    pub payments: Arc<Payments>,
    pub resource: Arc<Resource>,
    pub client: ClientAddress,
    /// The quota that is used up.
    pub quota: Quota,
    pub request: Value,
}

impl PaidCall {
    /// Runs the call where `proof` pays for it.
    pub async fn run(self, proof: Option<&PaymentProof>) -> Answered {
        let payment = match proof {
            None => return self.refused(required(&self), None),
            Some(PaymentProof::Foreign) => return self.refused(unsupported(), None),
            Some(proof) => match self.payments.read(proof) {
                Ok(payment) => payment,
                Err(refusal) => return self.refused(unread(&refusal), None),
            },
        };
        let quota = self.quota;
        let (reply, answered) = oneshot::channel();
        tokio::spawn(self.pay(payment, reply));
        answered.await.unwrap_or_else(|_| Answered {
            outcome: Err(Problem::internal()),
            quota: Some(quota),
            payment: PaymentNotes::default(),
        })
    }

    async fn pay(self, payment: Payment, reply: oneshot::Sender<Answered>) {
        let reserved = match self.payments.enter(payment, &self.resource, digest(&self), &self.client.to_string()).await
        {
            Ok(Entry::Reserved(reserved)) => reserved,
            Ok(Entry::Answered(again)) => {
                self.entitle_again(&again.answer, again.entitles_from);
                if reply.send(self.paid(again.answer.clone(), again.receipt.clone())).is_ok() {
                    again.delivered().await;
                }
                return;
            }
            Err(failure) => return drop(reply.send(self.failed(failure))),
        };
        let checked = match reserved.check().await {
            Ok(checked) => checked,
            Err(failure) => return drop(reply.send(self.failed(failure))),
        };
        let run = AssertUnwindSafe(self.operation.run(&self.services, self.request.clone())).catch_unwind();
        let answer = match run.await.unwrap_or_else(|_| Err(unforeseen(self.operation.name, &"it panicked"))) {
            Ok(answer) => answer,
            Err(problem) => {
                checked.release("the call failed").await;
                return drop(reply.send(self.answered(Err(problem), PaymentNotes::default())));
            }
        };
        if reply.is_closed() {
            self.take_back(&answer);
            return checked.release("its client hung up").await;
        }
        match checked.settle(&answer).await {
            Ok(paid) => {
                if reply.send(self.paid(answer, paid.receipt.clone())).is_ok() {
                    paid.delivered().await;
                }
            }
            Err(failure) => {
                // Where nobody knows, the answer may still be given, with what it entitles to.
                if !matches!(failure, PaymentFailure::Unsettled { .. }) {
                    self.take_back(&answer);
                }
                drop(reply.send(self.failed(failure)));
            }
        }
    }

    /// Takes back what an answer entitles to that nobody gets.
    fn take_back(&self, answer: &Value) {
        if let Some(query_id) = answer.get("query_id").and_then(Value::as_str) {
            self.services.entitlements().revoke(query_id);
        }
    }

    /// Entitles to what a kept answer entitled to, where this process does not know it.
    fn entitle_again(&self, answer: &Value, from: Timestamp) {
        let results = answer.get("results").and_then(Value::as_array);
        let (Some(query_id), Some(results)) = (answer.get("query_id").and_then(Value::as_str), results) else { return };
        let id = |result: &Value| result.get("skill_id")?.as_str()?.parse::<SkillId>().ok();
        let skills = results.iter().filter_map(id).collect();
        self.services.entitlements().reissue(query_id, skills, from);
    }

    fn paid(&self, answer: Value, receipt: Receipt) -> Answered {
        self.answered(Ok(answer), PaymentNotes { challenge: None, receipt: Some(receipt) })
    }

    fn failed(&self, failure: PaymentFailure) -> Answered {
        let receipt = match &failure {
            PaymentFailure::Refused { receipt, .. } => receipt.clone(),
            _ => None,
        };
        self.refused(problem_of(&failure), receipt)
    }

    fn refused(&self, problem: Problem, receipt: Option<Receipt>) -> Answered {
        // Whoever may pay anew hears how.
        let challenge =
            (problem.status == 402).then(|| Box::new(self.payments.challenge(&self.resource, &problem.message)));
        self.answered(Err(problem), PaymentNotes { challenge, receipt })
    }

    fn answered(&self, outcome: Result<Value, Problem>, payment: PaymentNotes) -> Answered {
        Answered { outcome, quota: Some(self.quota), payment }
    }
}

/// A digest of the request, however its fields are ordered.
fn digest(call: &PaidCall) -> Sha256Digest {
    let mut request = call.request.clone();
    request.sort_all_objects();
    Sha256Digest::of(format!("{}\n{request}", call.operation.name).as_bytes())
}

fn required(call: &PaidCall) -> Problem {
    let message = format!(
        "the {} free discovery workflows of this day are used up; pay {} USD for this call with x402, or wait for midnight UTC",
        call.quota.limit,
        call.payments.terms().price()
    );
    Problem::new(ErrorCode::PaymentRequired, message)
}

fn unsupported() -> Problem {
    let message = "payments of this protocol are not taken; pay with x402, as a call without a payment says";
    Problem::new(ErrorCode::ProtocolUnsupported, message)
}

fn unread(refusal: &PaymentRefusal) -> Problem {
    let status = match refusal.kind {
        RefusalKind::Malformed => 400,
        RefusalKind::Mismatch => 402,
    };
    failed(status, refusal.to_string(), refusal.reason)
}

fn problem_of(failure: &PaymentFailure) -> Problem {
    let message = failure.to_string();
    match failure {
        PaymentFailure::Used => failed(402, message, "invalid_transaction_state"),
        PaymentFailure::Busy => failed(409, message, "payment_in_progress"),
        PaymentFailure::Conflict => failed(409, message, "payment_identifier_conflict"),
        PaymentFailure::Refused { reason, status, .. } => failed(status.unwrap_or(402), message, reason),
        PaymentFailure::Unavailable { status } => unavailable(message, *status, "facilitator_unavailable"),
        PaymentFailure::TooMany => unavailable(message, None, "too_many_at_once"),
        PaymentFailure::Unsettled { status } => unavailable(message, *status, "settlement_unknown"),
        PaymentFailure::Store(error) => {
            tracing::error!(%error, "the ledger of payments failed");
            let message = "the ledger of payments does not answer; this call has charged nothing; send it again with the same payment";
            unavailable(message.to_owned(), None, "ledger_unavailable")
        }
    }
}

fn failed(status: u16, message: String, reason: &str) -> Problem {
    let details = Some(json!({ "reason": reason }));
    Problem { status, details, ..Problem::new(ErrorCode::PaymentFailed, message) }
}

fn unavailable(message: String, status: Option<u16>, reason: &str) -> Problem {
    let problem = Problem::new(ErrorCode::PaymentUnavailable, message);
    Problem {
        status: status.unwrap_or(problem.status),
        retry_after_seconds: Some(RETRY_SECONDS),
        details: Some(json!({ "reason": reason })),
        ..problem
    }
}
