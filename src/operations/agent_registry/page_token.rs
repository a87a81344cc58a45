//! Where the next page begins. A token is good for the request that it was given for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::api::Problem;
use crate::skill::Sha256Digest;

/// Bytes of a token.
const TOKEN_BYTES: usize = 4_096;
/// Hex digits of the request's fingerprint.
const FINGERPRINT_DIGITS: usize = 16;

/// Writes a token that says where to go on with what was asked.
pub(super) fn write(asked: &str, place: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}:{place}", fingerprint(asked)))
}

/// Reads the place of a token.
///
/// # Errors
/// Fails where this server did not write it for the same request.
pub(super) fn read(asked: &str, token: &str) -> Result<String, Problem> {
    let failure = || Problem::invalid_request("pageToken: not one of an earlier page of this request");
    if token.len() > TOKEN_BYTES {
        return Err(failure());
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| failure())?;
    let text = String::from_utf8(bytes).map_err(|_| failure())?;
    let (mark, place) = text.split_once(':').ok_or_else(failure)?;
    if mark == fingerprint(asked) { Ok(place.to_owned()) } else { Err(failure()) }
}

fn fingerprint(asked: &str) -> String {
    let mut digits = Sha256Digest::of(asked.as_bytes()).to_hex();
    digits.truncate(FINGERPRINT_DIGITS);
    digits
}
