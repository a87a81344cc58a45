//! `POST /v1/policies/evaluate`.

use super::super::refusals::unforeseen;
use super::super::{Access, AccountOperation, Holder};
use super::chosen::{Chosen, chosen};
use super::subject::subject;
use crate::account::{Scope, Tier};
use crate::api::accounts::{EvaluatePolicyRequest, PolicyEvaluationView, PolicyResult, PolicyViolationView, Refusal};
use crate::operations::Services;
use crate::policy::Violation;

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
        let judged = services.compute().run(move || (policy.judge_stated(&facts, now), facts)).await;
        let (judgement, facts) = judged.map_err(|error| unforeseen(&error))?;
        let result = if judgement.violations.is_empty() { PolicyResult::Pass } else { PolicyResult::Fail };
        Ok(PolicyEvaluationView {
            result,
            policy: view,
            violations: judgement.violations.into_iter().map(violation).collect(),
            notices: judgement.notices,
            facts,
            evaluated_at: now,
        })
    }
}

fn violation(violation: Violation) -> PolicyViolationView {
    PolicyViolationView {
        rule: violation.name().to_owned(),
        reason: violation.message,
        remedy: violation.remedy.unwrap_or_default(),
        observed: violation.observed.into_iter().collect(),
    }
}
