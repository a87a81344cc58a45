//! Bytes that nobody can guess.

/// The system has no random numbers, so no secret can be made.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random numbers: {0}")]
pub struct RandomError(#[from] getrandom::Error);

/// Returns `N` bytes of the system's generator.
pub(super) fn bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// Crockford's base32 in lower case: no letter looks like another, and each is five bits.
pub(super) const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Returns `length` letters and digits of the system's generator, each equally likely.
pub(super) fn letters(length: usize) -> Result<String, RandomError> {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        // 32 letters divide 256, so that a remainder prefers none of them.
        let drawn: [u8; 16] = bytes()?;
        text.extend(drawn.iter().take(length - text.len()).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])));
    }
    Ok(text)
}
