//! `POST /v1/scans`.

use super::super::super::Services;
use super::super::policies::check_policy;
use super::super::refusals::unforeseen;
use super::super::{Access, AccountOperation, Holder};
use super::admit::{find, keep, may_scan};
use super::target::ScanTarget;
use super::view::{Threats, scan_view};
use crate::account::{ScanId, Scope, Tier};
use crate::api::accounts::{Refusal, RefusalCode, ScanView, SubmitScanRequest};
use crate::skill::sanitise_line;
use crate::store::{NewScan, ScanKind};

/// Characters of a target and of the name of a policy that are kept.
const TARGET_CHARACTERS: usize = 1_000;
const POLICY_CHARACTERS: usize = 100;

/// Queues a scan of a target.
pub struct SubmitScan;

impl AccountOperation for SubmitScan {
    type Request = SubmitScanRequest;
    type Response = ScanView;
    const NAME: &'static str = "submit_scan";
    const TITLE: &'static str = "Scan a target";
    const SUMMARY: &'static str = "Queues a scan of a repository, a host of skills, an archive, a package of npm or PyPI or an indexed skill, and returns \
         it at once: ask for it by its id, or follow its events, until it is completed.";
    const ACCESS: Access = Access::Holder { scope: Scope::ScansWrite, tier: Tier::Pro };

    async fn run(services: &Services, holder: Holder<'_>, request: SubmitScanRequest) -> Result<ScanView, Refusal> {
        let principal = holder.principal()?;
        may_scan(principal)?;
        ScanTarget::parse(&request.target, services.reach())
            .map_err(|error| Refusal::new(RefusalCode::ValidationError, error.to_string()))?;
        let policy = request.policy.map(|name| sanitise_line(&name, POLICY_CHARACTERS)).filter(|name| !name.is_empty());
        if let Some(name) = &policy {
            check_policy(services, principal, name).await?;
        }
        let id = ScanId::draw().map_err(|error| unforeseen(&error))?;
        let scan = NewScan {
            key: id.clone().into(),
            kind: ScanKind::Target,
            owner: principal.user.clone(),
            team: principal.team.as_ref().map(|(team, _)| team.clone()),
            target: sanitise_line(&request.target, TARGET_CHARACTERS),
            policy,
            digest: None,
            result: None,
            file: None,
        };
        keep(services, principal, &scan).await?;
        let kept = find(services, principal, id.as_str(), false).await?;
        Ok(scan_view(&kept, &Threats::default(), None))
    }
}
