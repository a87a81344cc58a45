//! What a call over a network draws from the free tier of its client, and what it hears when
//! that is used up: that it has to pay, or to wait.
//!
//! A call that fails draws nothing. Calls without a client (the command line, MCP over standard
//! input) are the owner's own and are never counted.

use serde::Deserialize;
use serde_json::{Value, json};

use super::paid_call::PaidCall;
use super::{Caller, Exposed, Services, inspect_skill};
use crate::api::{ErrorCode, InspectQuery, InspectRequest, Problem, SkillSelector};
use crate::meter::{Admission, Bucket, ClientAddress, Meter};
pub use crate::meter::{Draw, Quota};
pub use crate::payment::{Challenge, Receipt};

/// What an operation costs a client of its free tier.
#[derive(Debug, Clone, Copy)]
pub enum Charge {
    /// Nothing, ever.
    Nothing,
    /// A discovery workflow.
    Workflow,
    /// A discovery workflow, unless a `query_id` entitles to it.
    Inspection,
    /// As many look-ups as the function reads off the request.
    Lookups(fn(&Value) -> u32),
}

impl Charge {
    /// Tells whether it draws on the discovery workflows of a client, beyond which a payment is
    /// asked for where payments are taken.
    pub fn is_discovery(self) -> bool {
        matches!(self, Self::Workflow | Self::Inspection)
    }
}

/// An answer with what is left of the quota that paid for it.
#[derive(Debug)]
pub struct Answered {
    /// The answer, or why there is none.
    pub outcome: Result<Value, Problem>,
    /// How the discovery quota of the client stands, where the operation is one of discovery
    /// and there is a quota.
    pub quota: Option<Quota>,
    /// What the client hears of payments.
    pub payment: PaymentNotes,
}

/// What a client hears of payments beside the answer.
#[derive(Debug, Default)]
pub struct PaymentNotes {
    /// How to pay, where a payment would get an answer.
    pub challenge: Option<Box<Challenge>>,
    /// What became of the payment, where it was to be settled.
    pub receipt: Option<Receipt>,
}

impl Answered {
    fn unpaid(outcome: Result<Value, Problem>, quota: Option<Quota>) -> Self {
        Self { outcome, quota, payment: PaymentNotes::default() }
    }
}

impl Exposed {
    /// Runs the operation for a caller, as far as its quota goes or its payment.
    pub async fn run_for(&self, services: &Services, caller: &Caller, request: Value) -> Answered {
        let (Some(meter), Some(client)) = (services.meter(), caller.client) else {
            return Answered::unpaid(self.run(services, request).await, None);
        };
        match self.charge {
            Charge::Nothing => Answered::unpaid(self.run(services, request).await, None),
            Charge::Workflow => run_workflow(self, services, meter, client, caller, request).await,
            Charge::Inspection => inspect(self, services, meter, client, caller, request).await,
            Charge::Lookups(count) => {
                let draw = match admit_lookups(services, Some(client), count(&request)) {
                    Ok(draw) => draw,
                    Err(problem) => return Answered::unpaid(Err(problem), None),
                };
                let outcome = self.run(services, request).await;
                if outcome.is_err() {
                    give_back(services, draw);
                }
                Answered::unpaid(outcome, None)
            }
        }
    }
}

/// Counts look-ups of pins for a surface that answers from what it has kept.
///
/// # Errors
/// Says that the client has used up its look-ups of the day.
pub fn admit_lookups(services: &Services, client: Option<ClientAddress>, count: u32) -> Result<Option<Draw>, Problem> {
    let (Some(meter), Some(client)) = (services.meter(), client) else { return Ok(None) };
    match meter.admit(client, Bucket::Lookups, count, services.now()) {
        Admission::Free(draw) => Ok(Some(draw)),
        Admission::Exhausted(quota) => Err(lookups_used_up(quota, count)),
    }
}

/// Takes back what was counted for look-ups that failed.
pub fn give_back(services: &Services, draw: Option<Draw>) {
    if let (Some(meter), Some(draw)) = (services.meter(), draw) {
        meter.give_back(draw);
    }
}

/// Runs what is a workflow of its own.
async fn run_workflow(
    operation: &Exposed,
    services: &Services,
    meter: &Meter,
    client: ClientAddress,
    caller: &Caller,
    request: Value,
) -> Answered {
    match meter.admit(client, Bucket::Workflows, 1, services.now()) {
        Admission::Free(draw) => {
            let outcome = operation.run(services, request).await;
            let quota = if outcome.is_err() { meter.give_back(draw) } else { draw.quota };
            Answered::unpaid(outcome, Some(quota))
        }
        // The one place where a payment takes the part of the free tier, for searches and for
        // inspections. One that comes before is not looked at: what is free is free first.
        Admission::Exhausted(quota) => match (services.payments(), &caller.resource) {
            (Some(payments), Some(resource)) => {
                let (operation, services) = (operation.clone(), services.clone());
                let (payments, resource) = (payments.clone(), resource.clone());
                let call = PaidCall { operation, services, payments, resource, client, quota, request };
                call.run(caller.payment.as_ref()).await
            }
            _ => Answered::unpaid(Err(free_tier_used_up(quota)), Some(quota)),
        },
    }
}

async fn inspect(
    operation: &Exposed,
    services: &Services,
    meter: &Meter,
    client: ClientAddress,
    caller: &Caller,
    request: Value,
) -> Answered {
    let now = services.now();
    let discovery = || Some(meter.quota(client, Bucket::Workflows, now));
    let query = InspectRequest::deserialize(&request).ok().and_then(|request| InspectQuery::try_from(request).ok());
    let Some(query) = query else {
        // Malformed: the operation says how, before it looks anything up.
        return Answered::unpaid(operation.run(services, request).await, discovery());
    };
    let guard = meter.quota(client, Bucket::UnresolvedInspects, now);
    if guard.remaining == 0 && !is_entitled(services, &query) {
        return Answered::unpaid(Err(unresolved_used_up(guard)), discovery());
    }
    let mut answered = match query.query_id {
        // What it entitles to was counted with its search; where it does not serve, the
        // operation refuses.
        Some(_) => Answered::unpaid(operation.run(services, request).await, discovery()),
        None => match find_before_payment(services, meter, client, caller, &query).await {
            Ok(()) => run_workflow(operation, services, meter, client, caller, request).await,
            Err(problem) => Answered::unpaid(Err(problem), discovery()),
        },
    };
    if matches!(&answered.outcome, Err(problem) if leads_nowhere(problem))
        && let Admission::Exhausted(guard) = meter.admit(client, Bucket::UnresolvedInspects, 1, now)
    {
        // Others that came at the same time have used it up.
        answered.outcome = Err(unresolved_used_up(guard));
    }
    answered
}

/// Looks for the skill before a client is asked to pay for it.
async fn find_before_payment(
    services: &Services,
    meter: &Meter,
    client: ClientAddress,
    caller: &Caller,
    query: &InspectQuery,
) -> Result<(), Problem> {
    let is_asked = services.is_paid() && caller.resource.is_some() && caller.payment.is_none();
    if is_asked && meter.quota(client, Bucket::Workflows, services.now()).remaining == 0 {
        inspect_skill::select(services, &query.selector).await?;
    }
    Ok(())
}

/// Tells whether an inspection was a guess: of a skill, or of a `query_id` that entitles to it.
fn leads_nowhere(problem: &Problem) -> bool {
    matches!(problem.code, ErrorCode::NotFound | ErrorCode::InvalidQueryId)
}

/// Tells, without looking anything up, whether the search named by `query_id` returned the
/// skill.
fn is_entitled(services: &Services, query: &InspectQuery) -> bool {
    let (SkillSelector::Id(skill), Some(query_id)) = (&query.selector, &query.query_id) else { return false };
    services.entitlements().entitles(query_id, *skill, services.now())
}

fn free_tier_used_up(quota: Quota) -> Problem {
    let message = format!(
        "the {} free discovery workflows of this day are used up; there are new ones at midnight UTC",
        quota.limit
    );
    // Not 429: the contract answers an exhausted free tier with 402, and with this code where
    // payments are off.
    Problem { status: 402, ..used_up(message, "discovery", quota) }
}

fn unresolved_used_up(quota: Quota) -> Problem {
    let message = format!(
        "{} inspections of this day led to no skill; search with /discover, and pass its query_id with a skill_id of its results",
        quota.limit
    );
    used_up(message, "unresolved_inspects", quota)
}

fn lookups_used_up(quota: Quota, count: u32) -> Problem {
    let message = format!(
        "{} of the {} look-ups of this day are left and {count} are asked for; there are new ones at midnight UTC",
        quota.remaining, quota.limit
    );
    used_up(message, "verify", quota)
}

fn used_up(message: String, quota_name: &str, quota: Quota) -> Problem {
    let mut problem = Problem::new(ErrorCode::RateLimited, message);
    problem.retry_after_seconds = Some(quota.reset_seconds);
    problem.details = Some(json!({ "quota": quota_name, "limit": quota.limit, "remaining": quota.remaining }));
    problem
}
