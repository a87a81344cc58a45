//! `POST /v1/policies/evaluate`.

use super::super::refusals::unforeseen;
use super::super::{Access, AccountOperation, Holder};
use super::chosen::{Chosen, chosen, named};
use super::subject::subject;
use crate::account::{Principal, Scope, TeamId, Tier};
use crate::api::accounts::{
    EvaluatePolicyRequest, PolicyEvaluationView, PolicyResult, PolicyViolationView, Refusal, RefusalCode,
    ScanPolicyView,
};
use crate::operations::Services;
use crate::policy::{Policy, StatedFacts, Violation};
use crate::skill::Timestamp;

/// Holds a skill against a policy.
pub struct EvaluatePolicy;

impl AccountOperation for EvaluatePolicy {
    type Request = EvaluatePolicyRequest;
    type Response = PolicyEvaluationView;
    const NAME: &'static str = "evaluate_policy";
    const TITLE: &'static str = "Evaluate a policy";
    const SUMMARY: &'static str = "Holds a skill, or a scan result that the caller states, against a policy or a single \
         expression. Tells whether it passes, and if not, by which rule, why, and what would make it pass. What \
         cannot be said of it does not pass.";
    const ACCESS: Access = Access::Holder { scope: Scope::PoliciesEvaluate, tier: Tier::Team };

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: EvaluatePolicyRequest,
    ) -> Result<PolicyEvaluationView, Refusal> {
        let principal = holder.principal()?;
        let EvaluatePolicyRequest { policy, version, expression, .. } = &request;
        let Chosen { policy, view } =
            chosen(services, principal, policy.as_deref(), *version, expression.as_deref()).await?;
        let facts = subject(services, principal, &request).await?;
        let now = services.now();
        let (result, violations, notices, facts) = judge(services, policy, facts, now).await?;
        Ok(PolicyEvaluationView { result, policy: view, violations, notices, facts, evaluated_at: now })
    }
}

/// What comes of a policy, with the facts that it was asked about.
type Judged = (PolicyResult, Vec<PolicyViolationView>, Vec<String>, StatedFacts);

async fn judge(services: &Services, policy: Policy, facts: StatedFacts, now: Timestamp) -> Result<Judged, Refusal> {
    let judged = services.compute().run(move || (policy.judge_stated(&facts, now), facts)).await;
    let (judgement, facts) = judged.map_err(|error| unforeseen(&error))?;
    let result = if judgement.violations.is_empty() { PolicyResult::Pass } else { PolicyResult::Fail };
    Ok((result, judgement.violations.into_iter().map(violation).collect(), judgement.notices, facts))
}

/// Holds what a scan found against a policy as a team has it now; none where it has none of this
/// name.
pub(in crate::operations::accounts) async fn evaluate_for_team(
    services: &Services,
    team: Option<&TeamId>,
    name: &str,
    facts: StatedFacts,
) -> Result<Option<ScanPolicyView>, Refusal> {
    let Chosen { policy, view } = match named(services, team, name, None).await {
        Ok(chosen) => chosen,
        Err(refusal) if refusal.code == RefusalCode::NotFound => return Ok(None),
        Err(refusal) => return Err(refusal),
    };
    let Some(view) = view else { return Ok(None) };
    let (result, violations, notices, _) = judge(services, policy, facts, services.now()).await?;
    Ok(Some(ScanPolicyView { result, policy: view, violations, notices }))
}

/// Tells whether somebody may name a policy.
///
/// # Errors
/// Refuses where there is none of this name for them.
pub(in crate::operations::accounts) async fn check_policy(
    services: &Services,
    principal: &Principal,
    name: &str,
) -> Result<(), Refusal> {
    named(services, principal.team.as_ref().map(|(team, _)| team), name, None).await.map(|_| ())
}

fn violation(violation: Violation) -> PolicyViolationView {
    PolicyViolationView {
        rule: violation.name().to_owned(),
        reason: violation.message,
        remedy: violation.remedy.unwrap_or_default(),
        observed: violation.observed.into_iter().collect(),
    }
}
