//! Policies: `/v1/policies`. Evaluating them, and those of a team with their versions.
//!
//! A policy is a text as in `touchmark.toml`, and what holds a skill against it is what
//! `touchmark check` uses (`crate::policy`); here is only where skills and texts come from.

mod chosen;
mod evaluate;
mod stored;
mod subject;

pub use evaluate::EvaluatePolicy;
pub(super) use evaluate::{check_policy, evaluate_for_team};
pub use stored::{ListPolicies, ShowPolicy, WithdrawPolicy, WritePolicy};
