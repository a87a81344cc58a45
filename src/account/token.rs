//! Access tokens: JSON Web Tokens (RFC 7519) that are signed with EdDSA (RFC 8037).

use std::collections::HashMap;

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

use super::{SigningKey, UserId};
use crate::skill::Timestamp;

/// Seconds for which a token is good: short enough that a tier or a password that changed is
/// soon known everywhere.
const LIFETIME_SECONDS: i64 = 3_600;
/// Seconds by which clocks of two nodes may differ.
const LEEWAY_SECONDS: i64 = 30;
/// The longest token that is looked at, in bytes; ours have some 300.
const LONGEST: usize = 2_048;
/// The only way of signing that is accepted, whatever a token says of itself (RFC 8725,
/// section 3.1).
const ALGORITHM: Algorithm = Algorithm::EdDSA;
/// What a token is for (RFC 9068, section 2.1), so that nothing else we sign is one.
const TYPE: &str = "at+jwt";

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It was good, and is not any more.
    #[error("the access token has expired; log in again")]
    Expired,
    /// It is none of ours.
    #[error("the access token is not valid")]
    Invalid,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    /// The sessions of an account end together when this number grows.
    ses: u32,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// A token that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// The token.
    pub text: String,
    /// Seconds for which it is good.
    pub expires_in: u64,
}

/// Makes and reads the tokens of one instance.
#[derive(Debug, Clone)]
pub struct AccessTokens {
    issuer: String,
    current: SigningKey,
    keys: HashMap<String, SigningKey>,
}

impl AccessTokens {
    /// Signs with `current`, and accepts what one of `earlier` signed as well. `issuer` is the
    /// address of the instance, so that tokens of another one are refused.
    pub fn new(issuer: String, current: SigningKey, earlier: impl IntoIterator<Item = SigningKey>) -> Self {
        let keys = earlier.into_iter().chain([current.clone()]).map(|key| (key.id().to_owned(), key)).collect();
        Self { issuer, current, keys }
    }

    /// Makes a token for the `session` of an account.
    ///
    /// # Errors
    /// Fails where the key cannot sign.
    pub fn issue(&self, user: &UserId, session: u32, now: Timestamp) -> Result<IssuedToken, TokenError> {
        let iat = seconds(now);
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.issuer.clone(),
            sub: user.clone(),
            ses: session,
            iat,
            nbf: iat,
            exp: iat + LIFETIME_SECONDS,
        };
        let header =
            Header { kid: Some(self.current.id().to_owned()), typ: Some(TYPE.to_owned()), ..Header::new(ALGORITHM) };
        let text = encode(&header, &claims, self.current.encoding()).map_err(|_| TokenError::Invalid)?;
        Ok(IssuedToken { text, expires_in: LIFETIME_SECONDS.unsigned_abs() })
    }

    /// Reads whose token it is, and of which session.
    ///
    /// # Errors
    /// Fails where it is not ours, was changed, or has expired. Only who holds a good signature
    /// learns that it has expired.
    pub fn read(&self, text: &str, now: Timestamp) -> Result<(UserId, u32), TokenError> {
        if text.len() > LONGEST {
            return Err(TokenError::Invalid);
        }
        let header = decode_header(text).map_err(|_| TokenError::Invalid)?;
        let is_ours = header.alg == ALGORITHM && header.typ.as_deref() == Some(TYPE);
        let key = header.kid.as_deref().filter(|_| is_ours).and_then(|id| self.keys.get(id));
        let mut validation = Validation::new(ALGORITHM);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.issuer]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        // Times are compared below, by the clock of the caller.
        (validation.validate_exp, validation.validate_nbf) = (false, false);
        let claims = decode::<Claims>(text, key.ok_or(TokenError::Invalid)?.decoding(), &validation)
            .map_err(|_| TokenError::Invalid)?
            .claims;
        let now = seconds(now);
        if claims.exp + LEEWAY_SECONDS <= now {
            return Err(TokenError::Expired);
        }
        // One that is good for longer than any that is issued was made with a stolen key.
        if claims.nbf > now + LEEWAY_SECONDS || claims.exp - claims.nbf > LIFETIME_SECONDS {
            return Err(TokenError::Invalid);
        }
        Ok((claims.sub, claims.ses))
    }
}

fn seconds(time: Timestamp) -> i64 {
    time.as_milliseconds().div_euclid(1_000)
}

#[cfg(test)]
mod tests;
