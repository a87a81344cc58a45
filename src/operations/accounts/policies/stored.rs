//! The policies of a team: list, show, write, withdraw. Members and auditors read them, owners
//! and admins write them.

use super::super::refusals::store_failure;
use super::super::team::{entry, team_where};
use super::super::{Access, AccountOperation, Holder};
use super::chosen::{invalid, no_policy, read};
use crate::account::{Role, Scope, TeamId, Tier};
use crate::api::accounts::{
    ListPoliciesRequest, PoliciesView, PolicySummaryView, PolicyView, Refusal, RefusalCode, ShowPolicyRequest,
    WithdrawPolicyRequest, WithdrawnPolicyView, WritePolicyRequest,
};
use crate::operations::Services;
use crate::policy::{NAMED, NamedPolicy, Policy, RuleId};
use crate::store::{NewPolicy, PolicyWrite, StoredPolicy};

/// Policies that a team may have at once.
const POLICIES: u32 = 50;
/// Bytes of a policy of a team.
const TEXT_BYTES: usize = 64 * 1024;
/// Tests of a policy that are told where they fail.
const TOLD: usize = 5;

const READS: Access = Access::Holder { scope: Scope::PoliciesEvaluate, tier: Tier::Team };
const WRITES: Access = Access::Holder { scope: Scope::AccountManage, tier: Tier::Team };

/// Lists the policies that may be named.
pub struct ListPolicies;

impl AccountOperation for ListPolicies {
    type Request = ListPoliciesRequest;
    type Response = PoliciesView;
    const NAME: &'static str = "list_policies";
    const TITLE: &'static str = "List policies";
    const SUMMARY: &'static str = "Lists the policies that everybody has, and those of the caller's team.";
    const ACCESS: Access = READS;

    async fn run(services: &Services, holder: Holder<'_>, _: ListPoliciesRequest) -> Result<PoliciesView, Refusal> {
        let principal = holder.principal()?;
        let mut policies: Vec<PolicySummaryView> = NAMED.iter().map(of_named).collect();
        if let Some((team, _)) = &principal.team {
            let stored = services.store().policies(team).await.map_err(|error| store_failure(&error))?;
            policies.extend(stored.iter().map(of_stored));
        }
        Ok(PoliciesView { policies })
    }
}

/// Shows a policy.
pub struct ShowPolicy;

impl AccountOperation for ShowPolicy {
    type Request = ShowPolicyRequest;
    type Response = PolicyView;
    const NAME: &'static str = "show_policy";
    const TITLE: &'static str = "Show a policy";
    const SUMMARY: &'static str =
        "Shows the text of a policy that everybody has, or of the caller's team, in any version that it had.";
    const ACCESS: Access = READS;

    async fn run(services: &Services, holder: Holder<'_>, request: ShowPolicyRequest) -> Result<PolicyView, Refusal> {
        let principal = holder.principal()?;
        if let Some(named) = NamedPolicy::find(&request.name) {
            return Ok(PolicyView { summary: of_named(named), text: named.text.to_owned() });
        }
        let nothing = || no_policy(&request.name);
        let (team, _) = principal.team.as_ref().ok_or_else(nothing)?;
        let stored = services.store().policy(team, &request.name, request.version).await;
        let stored = stored.map_err(|error| store_failure(&error))?.ok_or_else(nothing)?;
        Ok(PolicyView { summary: of_stored(&stored), text: stored.text })
    }
}

/// Keeps a version of a policy.
pub struct WritePolicy;

impl AccountOperation for WritePolicy {
    type Request = WritePolicyRequest;
    type Response = PolicyView;
    const NAME: &'static str = "write_policy";
    const TITLE: &'static str = "Write a policy of one's team";
    const SUMMARY: &'static str = "Keeps a new version of a policy of the team, where it can be read and its own tests \
         pass. Earlier versions stay. For owners and admins.";
    const ACCESS: Access = WRITES;

    async fn run(services: &Services, holder: Holder<'_>, request: WritePolicyRequest) -> Result<PolicyView, Refusal> {
        let (principal, team, _) = team_where(&holder, Role::manages_members)?;
        let WritePolicyRequest { name, text, follows } = request;
        name.parse::<RuleId>().map_err(|_| invalid("name has 1 to 64 lower-case letters, digits and hyphens"))?;
        if NamedPolicy::find(&name).is_some() || name == "evaluate" {
            return Err(Refusal::new(RefusalCode::Conflict, format!("the name `{name}` is taken; take another one")));
        }
        if text.len() > TEXT_BYTES {
            return Err(invalid(format!("text has {} bytes, the limit is {TEXT_BYTES}", text.len())));
        }
        let policy = read(services, text.clone()).await?.map_err(|error| invalid(format!("text: {error}")))?;
        let now = services.now();
        let tested = services.compute().run(move || policy.run_cases(now)).await;
        let tested = tested.map_err(|error| super::super::refusals::unforeseen(&error))?;
        let failed: Vec<&str> =
            tested.iter().filter(|case| !case.is_kept()).map(|case| case.name.as_str()).take(TOLD).collect();
        if !failed.is_empty() {
            return Err(invalid(format!("tests of the policy fail: {}", failed.join("; "))));
        }
        let new = NewPolicy { team, name: &name, text: Some(&text), follows, by: &principal.user, most: POLICIES };
        let digest = crate::skill::Sha256Digest::of(text.as_bytes()).to_string();
        let entry = entry(principal, team, "policy.write", &name, serde_json::json!({ "text_sha256": digest }));
        let written = services.store().write_policy(&new, &entry, now).await.map_err(|error| store_failure(&error))?;
        match written {
            PolicyWrite::Written(version) => shown(services, team, &name, version).await,
            PolicyWrite::Overtaken(current) => {
                let message = format!("the policy is at version {current}; read it, and write one that follows that");
                Err(Refusal::new(RefusalCode::Conflict, message))
            }
            PolicyWrite::TooMany | PolicyWrite::Nothing => {
                let message = format!("the team has {POLICIES} policies already; withdraw one first");
                Err(Refusal::new(RefusalCode::Conflict, message))
            }
        }
    }
}

/// Withdraws a policy.
pub struct WithdrawPolicy;

impl AccountOperation for WithdrawPolicy {
    type Request = WithdrawPolicyRequest;
    type Response = WithdrawnPolicyView;
    const NAME: &'static str = "withdraw_policy";
    const TITLE: &'static str = "Withdraw a policy of one's team";
    const SUMMARY: &'static str = "Withdraws a policy of the team: nobody can name it any more, and its versions can \
         still be shown. For owners and admins.";
    const ACCESS: Access = WRITES;

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: WithdrawPolicyRequest,
    ) -> Result<WithdrawnPolicyView, Refusal> {
        let (principal, team, _) = team_where(&holder, Role::manages_members)?;
        let name = request.name;
        let by = &principal.user;
        let withdrawal = NewPolicy { team, name: &name, text: None, follows: None, by, most: POLICIES };
        let entry = entry(principal, team, "policy.withdraw", &name, serde_json::json!({}));
        let withdrawn = services.store().write_policy(&withdrawal, &entry, services.now()).await;
        match withdrawn.map_err(|error| store_failure(&error))? {
            PolicyWrite::Written(version) => Ok(WithdrawnPolicyView { name, version }),
            _ => Err(no_policy(&name)),
        }
    }
}

async fn shown(services: &Services, team: &TeamId, name: &str, version: u32) -> Result<PolicyView, Refusal> {
    let stored = services.store().policy(team, name, Some(version)).await.map_err(|error| store_failure(&error))?;
    let stored = stored.ok_or_else(Refusal::internal)?;
    Ok(PolicyView { summary: of_stored(&stored), text: stored.text })
}

fn of_named(named: &NamedPolicy) -> PolicySummaryView {
    PolicySummaryView {
        name: named.name.to_owned(),
        is_builtin: true,
        version: None,
        rules: rules(named.text),
        written_by: None,
        written_at: None,
    }
}

fn of_stored(stored: &StoredPolicy) -> PolicySummaryView {
    PolicySummaryView {
        name: stored.name.clone(),
        is_builtin: false,
        version: Some(stored.version),
        rules: rules(&stored.text),
        written_by: Some(stored.written_by.clone()),
        written_at: Some(stored.written_at),
    }
}

/// Returns the ids of the rules of a policy; none where it can no longer be read.
fn rules(text: &str) -> Vec<String> {
    Policy::rule_ids(text)
}
