use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_milliseconds(1_780_000_000_000 + seconds * 1_000)
}

fn tokens() -> AccessTokens {
    AccessTokens::new("https://skills.example".to_owned(), SigningKey::draw().expect("a key"), [])
}

fn user() -> UserId {
    UserId::draw().expect("an id")
}

/// The three parts of a token, the first two as JSON.
fn parts(text: &str) -> (Value, Value, String) {
    let read =
        |part: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON") };
    let parts: Vec<&str> = text.split('.').collect();
    (read(parts[0]), read(parts[1]), parts[2].to_owned())
}

fn join(header: &Value, claims: &Value, signature: &str) -> String {
    let write = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{signature}", write(header), write(claims))
}

/// Signs any claims with the key of `tokens`, as somebody could who had stolen it.
fn signed(tokens: &AccessTokens, header: Header, claims: &Value) -> String {
    encode(&header, claims, tokens.current.encoding()).expect("a token")
}

#[test]
fn a_token_is_good_for_its_account_and_its_time() {
    let (tokens, user) = (tokens(), user());
    let issued = tokens.issue(&user, 3, at(0)).expect("a token");
    assert_eq!(issued.expires_in, 3_600);
    for (seconds, expected) in [
        (0, Ok((user.clone(), 3))),
        (-29, Ok((user.clone(), 3))),
        (3_600, Ok((user.clone(), 3))),
        (3_630, Err(TokenError::Expired)),
        (-31, Err(TokenError::Invalid)),
    ] {
        assert_eq!(tokens.read(&issued.text, at(seconds)), expected, "after {seconds} s");
    }
}

#[test]
fn a_key_that_was_replaced_is_accepted_for_as_long_as_it_is_named() {
    let (first, user) = (tokens(), user());
    let issued = first.issue(&user, 0, at(0)).expect("a token");
    let second = AccessTokens::new(first.issuer.clone(), SigningKey::draw().expect("a key"), [first.current.clone()]);
    assert!(second.read(&issued.text, at(1)).is_ok());
    let third = AccessTokens::new(first.issuer.clone(), second.current.clone(), []);
    assert_eq!(third.read(&issued.text, at(1)), Err(TokenError::Invalid));
    let stored = SigningKey::from_stored(first.current.seed()).expect("a key");
    assert_eq!(stored.id(), first.current.id());
}

#[test]
fn forged_tokens_are_refused() {
    let (tokens, user) = (tokens(), user());
    let good = tokens.issue(&user, 0, at(0)).expect("a token").text;
    let (header, claims, signature) = parts(&good);
    let with = |value: &Value, key: &str, new: Value| {
        let mut value = value.clone();
        value[key] = new;
        value
    };
    let without = |value: &Value, key: &str| {
        let mut value = value.clone();
        value.as_object_mut().expect("an object").remove(key);
        value
    };
    let key_id = header["kid"].as_str().expect("a key id").to_owned();
    let ours = || Header { kid: Some(key_id.clone()), typ: Some(TYPE.to_owned()), ..Header::new(ALGORITHM) };
    let public = URL_SAFE_NO_PAD.encode(ed25519_dalek::SigningKey::from_bytes(tokens.current.seed()).verifying_key());
    let confused = {
        // The public key as the secret of HMAC, the oldest confusion.
        let bytes = URL_SAFE_NO_PAD.decode(&public).expect("base64");
        let header = Header { kid: Some(key_id.clone()), typ: Some(TYPE.to_owned()), ..Header::new(Algorithm::HS256) };
        encode(&header, &claims, &jsonwebtoken::EncodingKey::from_secret(&bytes)).expect("a token")
    };
    let stranger = SigningKey::draw().expect("a key");
    let other = AccessTokens::new(tokens.issuer.clone(), stranger.clone(), []);
    let elsewhere = AccessTokens::new("https://other.example".to_owned(), tokens.current.clone(), []);
    let mut flipped = good.clone().into_bytes();
    let last = flipped.len() - 10;
    flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
    let rows: Vec<(&str, String)> = vec![
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("one part", "abc".to_owned()),
        ("four parts", format!("{good}.x")),
        ("not base64", good.replacen('.', "!.", 1)),
        ("no signature", good.rsplit_once('.').map(|(head, _)| format!("{head}.")).expect("parts")),
        ("a bit of the signature", String::from_utf8(flipped).expect("text")),
        ("alg none", join(&with(&header, "alg", json!("none")), &claims, "")),
        ("alg none with the signature", join(&with(&header, "alg", json!("none")), &claims, &signature)),
        ("alg nOnE", join(&with(&header, "alg", json!("nOnE")), &claims, "")),
        ("alg HS256 over the public key", confused),
        ("alg RS256", join(&with(&header, "alg", json!("RS256")), &claims, &signature)),
        ("alg ES256", join(&with(&header, "alg", json!("ES256")), &claims, &signature)),
        ("no alg", join(&without(&header, "alg"), &claims, &signature)),
        ("alg as a list", join(&with(&header, "alg", json!(["EdDSA"])), &claims, &signature)),
        ("another account", join(&header, &with(&claims, "sub", json!(UserId::draw().expect("an id"))), &signature)),
        ("another session", join(&header, &with(&claims, "ses", json!(1)), &signature)),
        ("a later end", join(&header, &with(&claims, "exp", json!(9_999_999_999_i64)), &signature)),
        ("no key id", signed(&tokens, Header { kid: None, ..ours() }, &claims)),
        ("an unknown key id", signed(&tokens, Header { kid: Some("x".to_owned()), ..ours() }, &claims)),
        ("a path as key id", signed(&tokens, Header { kid: Some("../../dev/null".to_owned()), ..ours() }, &claims)),
        ("a key of its own in the header", {
            let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": public });
            join(&with(&header, "jwk", jwk), &claims, &signature)
        }),
        ("a key from an address", join(&with(&header, "jku", json!("https://keys.example/")), &claims, &signature)),
        ("a stranger's key", other.issue(&user, 0, at(0)).expect("a token").text),
        ("a stranger's key under our key id", encode(&ours(), &claims, stranger.encoding()).expect("a token")),
        ("another instance", elsewhere.issue(&user, 0, at(0)).expect("a token").text),
        ("another type", signed(&tokens, Header { typ: Some("JWT".to_owned()), ..ours() }, &claims)),
        ("no issuer", signed(&tokens, ours(), &without(&claims, "iss"))),
        ("no audience", signed(&tokens, ours(), &without(&claims, "aud"))),
        ("another audience", signed(&tokens, ours(), &with(&claims, "aud", json!("https://other.example")))),
        ("no account", signed(&tokens, ours(), &without(&claims, "sub"))),
        ("an account that is none", signed(&tokens, ours(), &with(&claims, "sub", json!("root")))),
        ("no end", signed(&tokens, ours(), &without(&claims, "exp"))),
        ("an end that is text", signed(&tokens, ours(), &with(&claims, "exp", json!("never")))),
        (
            "good for a year",
            signed(&tokens, ours(), &with(&claims, "exp", json!(claims["nbf"].as_i64().expect("a time") + 31_536_000))),
        ),
        ("no session", signed(&tokens, ours(), &without(&claims, "ses"))),
        ("three kilobytes", format!("{}.{}", "A".repeat(3_000), good)),
        ("a zero byte", format!("{good}\0")),
    ];
    assert!(tokens.read(&good, at(1)).is_ok());
    for (name, forged) in rows {
        assert_eq!(tokens.read(&forged, at(1)), Err(TokenError::Invalid), "{name}");
    }
}
