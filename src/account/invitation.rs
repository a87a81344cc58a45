//! Secrets that let somebody into a team, once.

use std::fmt;
use std::str::FromStr;

use super::random::{self, ALPHABET, RandomError};
use crate::skill::Sha256Digest;

/// What every invitation begins with.
const PREFIX: &str = "inv_";
/// Letters after the prefix: 260 bits, so that a plain digest of them is as good as a slow hash.
const LENGTH: usize = 52;

/// The secret of an invitation in the clear: shown once, when it is made, and read from requests.
pub struct InvitationSecret(String);

/// A text that is no secret of an invitation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an invitation: expected {PREFIX} and {LENGTH} letters and digits")]
pub struct InvitationParseError;

impl InvitationSecret {
    /// Draws a new one.
    ///
    /// # Errors
    /// Fails where the system has no random numbers.
    pub fn draw() -> Result<Self, RandomError> {
        Ok(Self(format!("{PREFIX}{}", random::letters(LENGTH)?)))
    }

    /// Returns the secret, for the one time that it is shown.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns what is kept of it, and by which it is looked up.
    pub fn digest(&self) -> Sha256Digest {
        Sha256Digest::of(self.0.as_bytes())
    }
}

impl fmt::Debug for InvitationSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("InvitationSecret(…)")
    }
}

impl FromStr for InvitationSecret {
    type Err = InvitationParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_one = text
            .strip_prefix(PREFIX)
            .is_some_and(|rest| rest.len() == LENGTH && rest.bytes().all(|byte| ALPHABET.contains(&byte)));
        if is_one { Ok(Self(text.to_owned())) } else { Err(InvitationParseError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_known_by_its_digest_and_never_written_by_accident() {
        let secret = InvitationSecret::draw().expect("random numbers");
        let again: InvitationSecret = secret.expose().parse().expect("an invitation");
        assert_eq!(again.digest(), secret.digest());
        assert!(!format!("{secret:?}").contains(&secret.expose()[8..]));
        for other in ["", "inv_", "sk_live_0", &secret.expose()[1..], &format!("{} ", secret.expose())] {
            assert!(other.parse::<InvitationSecret>().is_err(), "{other:?}");
        }
    }
}
