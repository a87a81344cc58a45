//! `/v1/team/invitations`: letting somebody in. An invitation is good once, for one address, for
//! a week; what is kept of it is a digest.

use super::super::refusals::{bad, store_failure, unforeseen};
use super::super::{Access, AccountOperation, Holder};
use super::{CHANGES, entry, team_where};
use crate::account::{EmailAddress, EmailParseError, InvitationSecret, Role, RoleParseError, Scope, Tier};
use crate::api::accounts::{
    AcceptInvitationRequest, InvitationView, InvitationsView, InviteRequest, ListInvitationsRequest,
    MadeInvitationView, MembershipView, Refusal, RefusalCode, WithdrawInvitationRequest, WithdrawnInvitationView,
};
use crate::operations::Services;
use crate::skill::Timestamp;
use crate::store::{AuditEntry, Invitation};

/// How long an invitation is good: a week, in milliseconds.
const GOOD_MS: i64 = 7 * 86_400_000;
/// Invitations of a team that may wait.
const WAITING: usize = 100;

/// Invites somebody.
pub struct InviteMember;

impl AccountOperation for InviteMember {
    type Request = InviteRequest;
    type Response = MadeInvitationView;
    const NAME: &'static str = "invite_member";
    const TITLE: &'static str = "Invite somebody into one's team";
    const SUMMARY: &'static str = "Makes an invitation for an e-mail address, in the place of an earlier one. It is \
         shown this once, is good once and for a week, and only an account with that address can accept it. For \
         owners and admins.";
    const ACCESS: Access = CHANGES;

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: InviteRequest,
    ) -> Result<MadeInvitationView, Refusal> {
        let (principal, team, _) = team_where(&holder, Role::manages_members)?;
        let email: EmailAddress = request.email.parse().map_err(|error: EmailParseError| bad(&error))?;
        let role: Role = request.role.parse().map_err(|error: RoleParseError| bad(&error))?;
        if role == Role::Owner {
            let message = "nobody is invited as the owner; invite them as an admin and hand the team over";
            return Err(Refusal::new(RefusalCode::BadRequest, message));
        }
        let (store, now) = (services.store(), services.now());
        let members = store.team_members(team).await.map_err(|error| store_failure(&error))?;
        if members.iter().any(|member| member.email == email) {
            return Err(Refusal::new(RefusalCode::Conflict, "this address is in the team already"));
        }
        let waiting = store.invitations(team, now).await.map_err(|error| store_failure(&error))?;
        if waiting.iter().filter(|invitation| invitation.email != email).count() >= WAITING {
            let message = format!("{WAITING} invitations wait already; withdraw one first");
            return Err(Refusal::new(RefusalCode::Conflict, message));
        }
        let secret = InvitationSecret::draw().map_err(|error| unforeseen(&error))?;
        let expires_at = Timestamp::from_milliseconds(now.as_milliseconds().saturating_add(GOOD_MS));
        let (team, invited_by) = (team.clone(), principal.user.clone());
        let detail = serde_json::json!({ "role": role, "expires_at": expires_at });
        let entry = entry(principal, &team, "team.invite", &email, detail);
        let invitation =
            Invitation { digest: secret.digest(), team, email: email.clone(), role, invited_by, expires_at };
        store.invite(&invitation, &entry, now).await.map_err(|error| store_failure(&error))?;
        Ok(MadeInvitationView { invitation: secret.expose().to_owned(), email: email.to_string(), role, expires_at })
    }
}

/// Lists the invitations that wait.
pub struct ListInvitations;

impl AccountOperation for ListInvitations {
    type Request = ListInvitationsRequest;
    type Response = InvitationsView;
    const NAME: &'static str = "list_invitations";
    const TITLE: &'static str = "List the invitations of one's team";
    const SUMMARY: &'static str = "Lists who is invited into the team and has not accepted yet. For owners and admins.";
    const ACCESS: Access = CHANGES;

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        _: ListInvitationsRequest,
    ) -> Result<InvitationsView, Refusal> {
        let (_, team, _) = team_where(&holder, Role::manages_members)?;
        let waiting =
            services.store().invitations(team, services.now()).await.map_err(|error| store_failure(&error))?;
        let view = |invitation: Invitation| InvitationView {
            email: invitation.email.to_string(),
            role: invitation.role,
            invited_by: invitation.invited_by,
            expires_at: invitation.expires_at,
        };
        Ok(InvitationsView { invitations: waiting.into_iter().map(view).collect() })
    }
}

/// Takes an invitation back.
pub struct WithdrawInvitation;

impl AccountOperation for WithdrawInvitation {
    type Request = WithdrawInvitationRequest;
    type Response = WithdrawnInvitationView;
    const NAME: &'static str = "withdraw_invitation";
    const TITLE: &'static str = "Take an invitation back";
    const SUMMARY: &'static str = "Takes back the invitation of an e-mail address. For owners and admins.";
    const ACCESS: Access = CHANGES;

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: WithdrawInvitationRequest,
    ) -> Result<WithdrawnInvitationView, Refusal> {
        let (principal, team, _) = team_where(&holder, Role::manages_members)?;
        let email: EmailAddress = request.email.parse().map_err(|_| Refusal::not_found("invitation"))?;
        let entry = entry(principal, team, "team.withdraw_invitation", &email, serde_json::json!({}));
        let now = services.now();
        let withdrawn = services.store().withdraw_invitation(team, &email, &entry, now).await;
        if withdrawn.map_err(|error| store_failure(&error))? {
            Ok(WithdrawnInvitationView { email: email.to_string(), withdrawn_at: now })
        } else {
            Err(Refusal::not_found("invitation"))
        }
    }
}

/// Accepts an invitation.
pub struct AcceptInvitation;

impl AccountOperation for AcceptInvitation {
    type Request = AcceptInvitationRequest;
    type Response = MembershipView;
    const NAME: &'static str = "accept_invitation";
    const TITLE: &'static str = "Accept an invitation";
    const SUMMARY: &'static str =
        "Lets the caller into the team that invited the e-mail address of the account. An account is in one team.";
    // Whoever is invited need not have the tier of the team yet.
    const ACCESS: Access = Access::Holder { scope: Scope::AccountManage, tier: Tier::Free };

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: AcceptInvitationRequest,
    ) -> Result<MembershipView, Refusal> {
        let principal = holder.principal()?;
        if principal.team.is_some() {
            return Err(Refusal::new(RefusalCode::Conflict, "this account is in a team already; leave it first"));
        }
        let nothing = || Refusal::not_found("invitation for this account, or it has ended");
        let secret: InvitationSecret = request.invitation.parse().map_err(|_| nothing())?;
        let (actor, subject) = (principal.user.to_string(), principal.user.to_string());
        // The store names the team, which only the invitation knows.
        let entry = AuditEntry { actor, team: None, action: "team.join", subject, detail: serde_json::json!({}) };
        let (store, now) = (services.store(), services.now());
        let joined = store.accept_invitation(secret.digest(), &principal.user, &entry, now).await;
        let team = joined.map_err(|error| store_failure(&error))?.ok_or_else(nothing)?;
        let account = store.account(&principal.user).await.map_err(|error| store_failure(&error))?;
        let role = account.and_then(|account| account.membership).map(|membership| membership.role);
        Ok(MembershipView { id: principal.user.clone(), team, role })
    }
}
