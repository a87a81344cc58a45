//! Somebody who has shown who they are.

use super::{ApiKeyId, Role, Scope, Scopes, TeamId, Tier, UserId};

/// By what somebody has shown who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// They logged in, and may do all that the account may.
    Token,
    /// They hold a key, and may do what it is for.
    Key {
        /// The key.
        id: ApiKeyId,
        /// What it is for.
        scopes: Scopes,
    },
}

/// Somebody who has shown who they are, as the store knows them at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The account.
    pub user: UserId,
    /// Its tier; that of the team where it is in one.
    pub tier: Tier,
    /// The team, and what the account is in it.
    pub team: Option<(TeamId, Role)>,
    /// By what it was shown.
    pub proof: Proof,
}

/// Why somebody may not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// The key is for something else.
    #[error("this API key is not for that; use one with the scope {0}")]
    Scope(Scope),
    /// The tier is too small.
    #[error("this needs the {0} tier")]
    Tier(Tier),
    /// Only somebody who logged in may do that.
    #[error("an API key cannot do that; log in and use the access token")]
    NeedsLogin,
    /// The account is in no team.
    #[error("this account is in no team")]
    NoTeam,
    /// The role is too small.
    #[error("the role {0} may not do that")]
    Role(Role),
}

impl Principal {
    /// Tells whether they may do what `scope` and `tier` are needed for.
    ///
    /// # Errors
    /// Says what is missing.
    pub fn may(&self, scope: Scope, tier: Tier) -> Result<(), Forbidden> {
        match &self.proof {
            Proof::Key { .. } if scope == Scope::AccountManage => return Err(Forbidden::NeedsLogin),
            Proof::Key { scopes, .. } if !scopes.contains(scope) => return Err(Forbidden::Scope(scope)),
            _ => {}
        }
        if self.tier < tier { Err(Forbidden::Tier(tier)) } else { Ok(()) }
    }

    /// Returns the team and the role in it.
    ///
    /// # Errors
    /// Fails where there is none.
    pub fn team(&self) -> Result<(&TeamId, Role), Forbidden> {
        self.team.as_ref().map(|(team, role)| (team, *role)).ok_or(Forbidden::NoTeam)
    }

    /// Tells whether something of this account and team is theirs to see: their own, or their
    /// team's.
    pub fn sees(&self, owner: &UserId, team: Option<&TeamId>) -> bool {
        self.user == *owner || self.team.as_ref().is_some_and(|(own, _)| Some(own) == team)
    }

    /// Tells whether something of this account and team is theirs to change: their own, or
    /// their team's where they manage it.
    pub fn changes(&self, owner: &UserId, team: Option<&TeamId>) -> bool {
        let role = self.team.as_ref().map(|(_, role)| *role);
        let is_silent = role.is_some_and(|role| !role.writes());
        let manages = self.sees(owner, team) && role.is_some_and(Role::manages_members);
        !is_silent && (self.user == *owner || manages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(role: Option<Role>, proof: Proof) -> (Principal, UserId, TeamId) {
        let (user, team) = (UserId::draw().expect("an id"), TeamId::draw().expect("an id"));
        let own = role.map(|role| (team.clone(), role));
        (Principal { user: user.clone(), tier: Tier::Pro, team: own, proof }, user, team)
    }

    #[test]
    fn a_key_does_what_it_is_for_and_a_token_what_the_account_may() {
        let id = ApiKeyId::draw().expect("an id");
        let (key, ..) = principal(None, Proof::Key { id, scopes: Scopes::new([Scope::ScansRead]) });
        let (token, ..) = principal(None, Proof::Token);
        let rows = [
            (&key, Scope::ScansRead, Tier::Pro, Ok(())),
            (&key, Scope::ScansRead, Tier::Team, Err(Forbidden::Tier(Tier::Team))),
            (&key, Scope::ScansWrite, Tier::Free, Err(Forbidden::Scope(Scope::ScansWrite))),
            (&key, Scope::AccountManage, Tier::Free, Err(Forbidden::NeedsLogin)),
            (&token, Scope::AccountManage, Tier::Free, Ok(())),
            (&token, Scope::PoliciesEvaluate, Tier::Team, Err(Forbidden::Tier(Tier::Team))),
        ];
        for (principal, scope, tier, expected) in rows {
            assert_eq!(principal.may(scope, tier), expected, "{scope} {tier}");
        }
    }

    #[test]
    fn what_belongs_to_others_is_neither_seen_nor_changed() {
        let other = UserId::draw().expect("an id");
        let foreign = TeamId::draw().expect("an id");
        // Role, then (sees, changes) of: their own, of a colleague, of another team, of nobody's team.
        let rows = [
            (None, [(true, true), (false, false), (false, false), (false, false)]),
            (Some(Role::Owner), [(true, true), (true, true), (false, false), (false, false)]),
            (Some(Role::Admin), [(true, true), (true, true), (false, false), (false, false)]),
            (Some(Role::Member), [(true, true), (true, false), (false, false), (false, false)]),
            (Some(Role::Auditor), [(true, false), (true, false), (false, false), (false, false)]),
        ];
        for (role, expected) in rows {
            let (principal, user, team) = principal(role, Proof::Token);
            let things = [(&user, Some(&team)), (&other, Some(&team)), (&other, Some(&foreign)), (&other, None)];
            let seen = things.map(|(owner, team)| (principal.sees(owner, team), principal.changes(owner, team)));
            assert_eq!(seen, expected, "{role:?}");
        }
    }
}
