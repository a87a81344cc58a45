//! Passwords, and what is kept of them.

use std::fmt;

use argon2::password_hash::phc::PasswordHash as PhcString;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use super::random::{self, RandomError};

/// The fewest characters of a password, as the contract says.
const FEWEST_CHARACTERS: usize = 8;
/// The most bytes: nobody types more, and every byte is hashed.
const MOST_BYTES: usize = 1024;
/// Memory of one hash in KiB: the least that OWASP advises for two passes (Password Storage
/// Cheat Sheet, Argon2id).
const MEMORY_KIB: u32 = 19_456;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Letters of a password that is drawn: 100 bits.
const DRAWN_LENGTH: usize = 20;
/// Bytes of salt (RFC 9106, section 3.1).
const SALT_BYTES: usize = 16;

/// A password in the clear, for as long as it is checked. It is never shown.
pub struct Password(String);

/// A password that is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// It can be guessed.
    #[error("the password is too short; take at least {FEWEST_CHARACTERS} characters")]
    TooShort,
    /// Nobody types that.
    #[error("the password is too long; take at most {MOST_BYTES} bytes")]
    TooLong,
}

impl Password {
    /// Takes a password to be set.
    ///
    /// # Errors
    /// Fails where it is too short or too long.
    pub fn new(text: String) -> Result<Self, PasswordError> {
        if text.chars().count() < FEWEST_CHARACTERS {
            return Err(PasswordError::TooShort);
        }
        Self::presented(text)
    }

    /// Draws a password that nobody can guess, for somebody who will change it.
    ///
    /// # Errors
    /// Fails where the system has no random numbers.
    pub fn draw() -> Result<String, RandomError> {
        random::letters(DRAWN_LENGTH)
    }

    /// Takes a password to be compared, which may be shorter than one that could be set.
    ///
    /// # Errors
    /// Fails where it is too long.
    pub fn presented(text: String) -> Result<Self, PasswordError> {
        if text.len() > MOST_BYTES { Err(PasswordError::TooLong) } else { Ok(Self(text)) }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(…)")
    }
}

/// What is kept of a password: a hash with its parameters and salt, in the PHC string format.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Reads what [`PasswordHash::as_str`] gave.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the text to be kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordHash(…)")
    }
}

/// Makes and compares hashes with Argon2id (RFC 9106). A hash takes 19 MiB and some 20 ms of a
/// core, so that callers go through a bounded pool.
#[derive(Clone)]
pub struct PasswordHasher {
    argon2: Argon2<'static>,
    /// What is compared where there is no such account, so that nobody learns that from the time.
    nobody: PasswordHash,
}

impl fmt::Debug for PasswordHasher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordHasher")
    }
}

impl PasswordHasher {
    /// Makes a hasher.
    ///
    /// # Errors
    /// Fails where the system has no random numbers.
    pub fn new() -> Result<Self, RandomError> {
        let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("the parameters are within those of RFC 9106");
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let unknown: [u8; 32] = random::bytes()?;
        let nobody = hash(&argon2, &unknown)?;
        Ok(Self { argon2, nobody })
    }

    /// Hashes a password with a salt of its own.
    ///
    /// # Errors
    /// Fails where the system has no random numbers.
    pub fn hash(&self, password: &Password) -> Result<PasswordHash, RandomError> {
        hash(&self.argon2, password.0.as_bytes())
    }

    /// Tells whether it is the password of an account. Without an account it does the same work
    /// and says no.
    pub fn is_password(&self, password: &Password, kept: Option<&PasswordHash>) -> bool {
        let compared = kept.unwrap_or(&self.nobody);
        let is_equal = PhcString::new(compared.as_str())
            .is_ok_and(|parsed| self.argon2.verify_password(password.0.as_bytes(), &parsed).is_ok());
        is_equal && kept.is_some()
    }
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> Result<PasswordHash, RandomError> {
    let salt: [u8; SALT_BYTES] = random::bytes()?;
    let hashed: PhcString = argon2
        .hash_password_with_salt(password, &salt)
        .expect("Argon2 takes any password of this length with a salt of 16 bytes");
    Ok(PasswordHash(hashed.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::new(text.to_owned()).expect("a password")
    }

    #[test]
    fn only_the_password_itself_is_taken_and_nobody_has_one() {
        let hasher = PasswordHasher::new().expect("random numbers");
        let kept = hasher.hash(&password("s3cure-passw0rd")).expect("a hash");
        assert!(kept.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", kept.as_str());
        assert!(hasher.is_password(&password("s3cure-passw0rd"), Some(&kept)));
        assert!(!hasher.is_password(&password("s3cure-passw0re"), Some(&kept)));
        assert!(!hasher.is_password(&password("s3cure-passw0rd"), None));
        assert!(!hasher.is_password(&password("s3cure-passw0rd"), Some(&PasswordHash::from_stored("x".to_owned()))));
        let again = hasher.hash(&password("s3cure-passw0rd")).expect("a hash");
        assert_ne!(kept.as_str(), again.as_str(), "each has a salt of its own");
    }

    #[test]
    fn lengths_are_bounded_and_counted_in_characters() {
        assert_eq!(Password::new("1234567".to_owned()).err(), Some(PasswordError::TooShort));
        assert_eq!(Password::new("ññññ".to_owned()).err(), Some(PasswordError::TooShort));
        assert!(Password::new("密码密码密码密码".to_owned()).is_ok());
        assert_eq!(Password::new("x".repeat(1025)).err(), Some(PasswordError::TooLong));
        assert!(Password::presented(String::new()).is_ok());
    }
}
