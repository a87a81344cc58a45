//! What proves to a receiver that a message is from here, and of when.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::WebhookSecret;

/// The header with the id of a message, the same at every attempt.
pub const ID_HEADER: &str = "webhook-id";
/// The header with the time of the attempt, in whole seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The header with the signatures.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// Signs a message with each secret: HMAC-SHA256 of `id.timestamp.body` (Standard Webhooks,
/// "Signature scheme"), as `v1,` and base64, separated by spaces. While a secret is replaced
/// there are two, so that a receiver that knows either accepts the message.
pub fn signatures(secrets: &[WebhookSecret], id: &str, timestamp_seconds: i64, body: &[u8]) -> String {
    let signed: Vec<String> = secrets.iter().map(|secret| sign(secret, id, timestamp_seconds, body)).collect();
    signed.join(" ")
}

fn sign(secret: &WebhookSecret, id: &str, timestamp_seconds: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.key()).expect("HMAC takes keys of every length");
    mac.update(format!("{id}.{timestamp_seconds}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(bytes: &[u8]) -> WebhookSecret {
        format!("whsec_{}", STANDARD.encode(bytes)).parse().expect("a secret")
    }

    /// Vectors that we computed with the `hmac` module of Python.
    #[test]
    fn signatures_are_those_of_another_implementation() {
        let counted: Vec<u8> = (0..32).collect();
        let rows = [
            (vec![0x61; 24], "msg_1", 0, "", "M022unO32fPpDkKZmJarD4xqCKWs+prSXIihrLaOooc="),
            (
                counted.clone(),
                "msg_2kCq7TzB4",
                1_780_000_000,
                r#"{"type":"verification.completed"}"#,
                "btGlTXA5LsC0zNRQ4yOpNjc8DcqoMLUgiWPYfAMSKbM=",
            ),
            (
                vec![0xff; 64],
                "msg_é",
                1_780_000_000,
                "Zeile\n\u{1f511}",
                "kbfWqzvnpc0JxT0PTSXniw6A1c7Wk0dh0v+u6+h74jo=",
            ),
        ];
        for (key, id, timestamp, body, expected) in rows {
            assert_eq!(sign(&secret(&key), id, timestamp, body.as_bytes()), format!("v1,{expected}"), "{id}");
        }
    }

    #[test]
    fn every_part_counts_and_two_secrets_give_two_signatures() {
        let (old, new) = (secret(&[1; 32]), secret(&[2; 32]));
        let base = sign(&new, "msg_1", 1, b"{}");
        for other in [
            sign(&old, "msg_1", 1, b"{}"),
            sign(&new, "msg_2", 1, b"{}"),
            sign(&new, "msg_1", 2, b"{}"),
            sign(&new, "msg_1", 1, b"{ }"),
        ] {
            assert_ne!(other, base);
        }
        let both = signatures(&[new, old.clone()], "msg_1", 1, b"{}");
        assert_eq!(both, format!("{base} {}", sign(&old, "msg_1", 1, b"{}")));
    }
}
