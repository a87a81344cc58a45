//! Which policy is meant.

use super::super::refusals::{store_failure, unforeseen};
use crate::account::{Principal, TeamId};
use crate::api::accounts::{EvaluatedPolicyView, Refusal, RefusalCode};
use crate::operations::Services;
use crate::policy::expression::Expression;
use crate::policy::{NamedPolicy, Policy, PolicyError};
use crate::skill::sanitise_line;

/// The policy that is meant where none is named.
const DEFAULT: &str = "default";

/// A policy that was read, and by what it is named.
pub(super) struct Chosen {
    pub policy: Policy,
    pub view: Option<EvaluatedPolicyView>,
}

/// Reads the policy that a request names, or the expression in its place.
pub(super) async fn chosen(
    services: &Services,
    principal: &Principal,
    name: Option<&str>,
    version: Option<u32>,
    expression: Option<&str>,
) -> Result<Chosen, Refusal> {
    if let Some(text) = expression {
        if name.is_some() || version.is_some() {
            return Err(invalid("give a policy or an expression, not both"));
        }
        let text = text.to_owned();
        let read =
            services.compute().run(move || Expression::parse(&text)).await.map_err(|error| unforeseen(&error))?;
        let expression = read.map_err(|error| invalid(format!("expression: {error}")))?;
        return Ok(Chosen { policy: Policy::of_expression(expression), view: None });
    }
    named(services, principal.team.as_ref().map(|(team, _)| team), name.unwrap_or(DEFAULT), version).await
}

/// Reads a policy by its name: one that everybody has, or one of a team.
pub(super) async fn named(
    services: &Services,
    team: Option<&TeamId>,
    name: &str,
    version: Option<u32>,
) -> Result<Chosen, Refusal> {
    let (text, version) = match NamedPolicy::find(name) {
        Some(_) if version.is_some() => return Err(invalid("a policy that everybody has has no versions")),
        Some(named) => (named.text.to_owned(), None),
        None => {
            let Some(team) = team else { return Err(no_policy(name)) };
            let stored = services.store().policy(team, name, version).await.map_err(|error| store_failure(&error))?;
            let stored = stored.ok_or_else(|| no_policy(name))?;
            (stored.text, Some(stored.version))
        }
    };
    let policy = read(services, text).await?.map_err(|error| {
        // It was read when it was written; the words of expressions are only added to.
        tracing::error!(%error, policy = name, "a stored policy cannot be read");
        Refusal::internal()
    })?;
    Ok(Chosen { policy, view: Some(EvaluatedPolicyView { name: name.to_owned(), version }) })
}

/// Reads a policy where it keeps nobody waiting.
pub(super) async fn read(services: &Services, text: String) -> Result<Result<Policy, PolicyError>, Refusal> {
    services.compute().run(move || Policy::parse(&text)).await.map_err(|error| unforeseen(&error))
}

pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::ValidationError, message)
}

pub(super) fn no_policy(name: &str) -> Refusal {
    Refusal::not_found(&format!("policy: {}", sanitise_line(name, 64)))
}
