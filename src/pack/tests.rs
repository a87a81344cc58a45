//! Packs that somebody forged or changed.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::skill::{Sha256Digest, Timestamp};

const TYPE: &str = "application/vnd.touchmark.signature-pack.v1+json";

fn day(number: i64) -> Timestamp {
    Timestamp::from_milliseconds(1_780_000_000_000 + number * 86_400_000)
}

/// A key that is the same in every run.
fn key(byte: u8) -> PackSigningKey {
    PackSigningKey::parse(&format!("touchmark-pack-key-v1:{}", STANDARD.encode([byte; 32]))).expect("a key")
}

fn document() -> Value {
    json!({
        "version": 7,
        "issuer": "https://skills.example",
        "issued_at": day(0),
        "expires_at": day(14),
        "signatures": [{
            "id": "sig_1", "phase": 3, "name": "drop", "description": "A place of a campaign", "kind": "host",
            "pattern": "drop.example", "severity": "high", "weight": 5, "ecosystem": "any",
            "created_at": day(-9), "updated_at": day(-9)
        }],
        "threats": [{
            "digests": [Sha256Digest::of(b"x")],
            "packages": [{ "ecosystem": "npm", "name": "evil", "version": null }],
            "category": "backdoor", "severity": "critical", "description": "Opens a shell",
            "references": [], "first_seen": day(-2), "last_seen": day(-1), "report_count": 3
        }]
    })
}

/// Signs whatever is said, as whoever stole a key or has one of his own would.
fn signed(document: &Value, key: &PackSigningKey) -> Vec<u8> {
    SealedPack::sign_payload(document.to_string().into_bytes(), key).to_bytes()
}

fn open(bytes: &[u8], now: Timestamp) -> Result<PackDocument, PackError> {
    SealedPack::parse(bytes)?.open(&[key(9).public(), key(1).public()], now)
}

fn good() -> Vec<u8> {
    signed(&document(), &key(1))
}

#[test]
fn a_good_pack_is_opened_by_any_pinned_key_for_its_time() {
    let pack = open(&good(), day(1)).expect("a good pack");
    assert_eq!((pack.version, pack.threats.len(), pack.signatures.len()), (7, 1, 1));
    assert_eq!(open(&signed(&document(), &key(9)), day(13)), Ok(pack.clone()), "another key that is pinned");
    let sealed = SealedPack::sign(&pack, &key(1)).expect("it can be signed");
    assert_eq!(open(&sealed.to_bytes(), day(1)), Ok(pack));
    let public = key(1).public();
    assert_eq!(public.to_string().parse(), Ok(public));
}

/// Changes one field of the envelope.
fn envelope(change: impl Fn(&mut Value)) -> Vec<u8> {
    let mut envelope: Value = serde_json::from_slice(&good()).expect("JSON");
    change(&mut envelope);
    // Written in the order of a pack, so that nothing but the change is wrong with it.
    let fields: Vec<String> = ["payload", "payloadType", "signatures"]
        .iter()
        .filter(|name| envelope.get(**name).is_some())
        .map(|name| format!("{}:{}", json!(name), envelope[*name]))
        .collect();
    format!("{{{}}}", fields.join(",")).into_bytes()
}

/// Changes one field of what is signed, and signs it with the pinned key.
fn resigned(change: impl Fn(&mut Value)) -> Vec<u8> {
    let mut changed = document();
    change(&mut changed);
    signed(&changed, &key(1))
}

/// Changes what is signed and keeps the signature.
fn payload(change: impl Fn(&mut Value)) -> Vec<u8> {
    let mut changed = document();
    change(&mut changed);
    envelope(|envelope| envelope["payload"] = json!(STANDARD.encode(changed.to_string())))
}

#[test]
fn what_is_forged_or_changed_is_refused() {
    let good = good();
    let text = String::from_utf8(good.clone()).expect("text");
    let signature = |text: String| envelope(|envelope| envelope["signatures"][0]["sig"] = json!(text));
    let old: Value = serde_json::from_slice(&good).expect("JSON");
    let sig = STANDARD.decode(old["signatures"][0]["sig"].as_str().expect("text")).expect("base64");
    // The order of the group added to the second half: the same signature, written otherwise.
    let order: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut malleable = sig.clone();
    let mut carry = 0;
    for (index, part) in order.into_iter().enumerate() {
        let sum = u16::from(malleable[32 + index]) + u16::from(part) + carry;
        (malleable[32 + index], carry) = ((sum & 0xff) as u8, sum >> 8);
    }
    let many: Vec<Value> = (0..1_001_u32).map(|number| json!(Sha256Digest::of(&number.to_le_bytes()))).collect();
    let rows: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", Vec::new(), "not a signed pack"),
        ("no JSON", b"pack".to_vec(), "not a signed pack"),
        ("a list", b"[]".to_vec(), "not a signed pack"),
        ("cut off", good[..good.len() - 1].to_vec(), "not a signed pack"),
        ("a tail", [&good[..], b" "].concat(), "it is not written"),
        ("a line end", [&good[..], b"\n"].concat(), "it is not written"),
        ("two packs", [&good[..], &good[..]].concat(), "not a signed pack"),
        ("spaces", text.replace("\":\"", "\": \"").into_bytes(), "it is not written"),
        ("an escape", text.replace("payloadType", "payload\\u0054ype").into_bytes(), "it is not written"),
        ("a field twice", text.replacen('{', "{\"payload\":\"\",", 1).into_bytes(), "not a signed pack"),
        ("a field more", text.replacen('{', "{\"x\":1,", 1).into_bytes(), "not a signed pack"),
        ("another type", envelope(|pack| pack["payloadType"] = json!("application/json")), "payloadType"),
        (
            "no type",
            envelope(|pack| {
                pack.as_object_mut().expect("one").remove("payloadType");
            }),
            "not a signed",
        ),
        ("a later type", envelope(|pack| pack["payloadType"] = json!(TYPE.replace("v1", "v2"))), "payloadType"),
        ("no signature", envelope(|pack| pack["signatures"] = json!([])), "0 signatures"),
        (
            "the signature twice",
            envelope(|pack| pack["signatures"] = json!([pack["signatures"][0], pack["signatures"][0]])),
            "2 signatures",
        ),
        ("an empty signature", signature(String::new()), "64 bytes"),
        ("a signature of nulls", signature(STANDARD.encode([0; 64])), "the signature is not"),
        ("a short signature", signature(STANDARD.encode(&sig[..63])), "64 bytes"),
        ("a long signature", signature(STANDARD.encode([&sig[..], b"x"].concat())), "64 bytes"),
        ("another alphabet", signature(URL_SAFE.encode([0xff; 64])), "sig"),
        ("no padding", signature(STANDARD.encode(&sig).trim_end_matches('=').to_owned()), "sig"),
        ("the signature written otherwise", signature(STANDARD.encode(&malleable)), "the signature is not"),
        ("a key that nobody pinned", signed(&document(), &key(2)), "which is not pinned"),
        (
            "a foreign key under a pinned name",
            String::from_utf8(signed(&document(), &key(2)))
                .expect("text")
                .replace(&key(2).public().id(), &key(1).public().id())
                .into_bytes(),
            "the signature is not",
        ),
        (
            "the name of the other pinned key",
            text.replace(&key(1).public().id(), &key(9).public().id()).into_bytes(),
            "the signature is not",
        ),
        ("an odd name", envelope(|pack| pack["signatures"][0]["keyid"] = json!("0123456789ABCDEF")), "keyid"),
        ("no name", envelope(|pack| pack["signatures"][0]["keyid"] = json!("")), "keyid"),
        ("another version", payload(|pack| pack["version"] = json!(8)), "the signature is not"),
        ("a longer life", payload(|pack| pack["expires_at"] = json!(day(80))), "the signature is not"),
        ("no threats", payload(|pack| pack["threats"] = json!([])), "the signature is not"),
        (
            "another digest",
            payload(|pack| pack["threats"][0]["digests"] = json!([Sha256Digest::of(b"y")])),
            "the signature is not",
        ),
        ("signed, version 0", resigned(|pack| pack["version"] = json!(0)), "no number from 1"),
        ("signed, a version below", resigned(|pack| pack["version"] = json!(-1)), "says what cannot be"),
        ("signed, a version beyond", resigned(|pack| pack["version"] = json!(u64::MAX)), "no number from 1"),
        ("signed, a field more", resigned(|pack| pack["x"] = json!(1)), "unknown field"),
        ("signed, good for no time", resigned(|pack| pack["expires_at"] = json!(day(0))), "the pack is good from"),
        ("signed, good for ever", resigned(|pack| pack["expires_at"] = json!(day(91))), "the pack is good from"),
        (
            "signed, from the future",
            resigned(|pack| {
                pack["issued_at"] = json!(day(3));
                pack["expires_at"] = json!(day(9));
            }),
            "in the future",
        ),
        ("signed, expired", resigned(|pack| pack["expires_at"] = json!(day(1))), "expired"),
        ("signed, a hostile issuer", resigned(|pack| pack["issuer"] = json!("a\u{1b}[2J")), "no plain line"),
        ("signed, no digest", resigned(|pack| pack["threats"][0]["digests"] = json!(["sha256:12"])), "SHA-256"),
        (
            "signed, nothing to recognise",
            resigned(|pack| {
                pack["threats"][0]["digests"] = json!([]);
                pack["threats"][0]["packages"] = json!([]);
            }),
            "needs a digest",
        ),
        ("signed, too many digests", resigned(|pack| pack["threats"][0]["digests"] = json!(many)), "1001 digests"),
        (
            "signed, one threat twice",
            resigned(|pack| pack["threats"] = json!([pack["threats"][0], pack["threats"][0]])),
            "two threats",
        ),
        (
            "signed, a hostile package",
            resigned(|pack| pack["threats"][0]["packages"][0]["name"] = json!("a\u{202e}b")),
            "cannot name",
        ),
        (
            "signed, a reference that runs",
            resigned(|pack| pack["threats"][0]["references"] = json!(["javascript:alert(1)"])),
            "a reference",
        ),
        ("signed, no pattern", resigned(|pack| pack["signatures"][0]["pattern"] = json!("")), "sig_1"),
    ];
    assert!(rows.len() >= 25);
    for (what, bytes, expected) in rows {
        let error = open(&bytes, day(1)).expect_err(what).to_string();
        assert!(error.contains(expected), "{what}: {error}");
    }
    assert!(matches!(
        SealedPack::parse(&vec![b' '; PACK_BYTES + 1]),
        Err(PackError::TooLong { size_bytes, .. }) if size_bytes == PACK_BYTES + 1
    ));
}

#[test]
fn a_key_for_which_anything_is_a_signature_is_none() {
    let mut weak = [0_u8; 32];
    weak[0] = 1;
    for text in [
        format!("ed25519:{}", STANDARD.encode(weak)),
        format!("ed25519:{}", STANDARD.encode([0; 31])),
        STANDARD.encode([1; 32]),
        String::new(),
    ] {
        assert_eq!(text.parse::<PackPublicKey>(), Err(PackKeyError::Public), "{text}");
    }
    for text in ["", "touchmark-pack-key-v1:", "touchmark-pack-key-v1:AAAA", "ed25519:AAAA"] {
        assert!(matches!(PackSigningKey::parse(text), Err(PackKeyError::Secret)), "{text}");
    }
    let secret = key(1).to_secret_text();
    assert_eq!(PackSigningKey::parse(&secret).map(|key| key.public().id()), Ok(key(1).public().id()));
    assert!(!format!("{:?}", key(1)).contains(secret.trim().trim_start_matches("touchmark-pack-key-v1:")));
}

proptest! {
    #[test]
    fn no_bit_can_change(index in any::<prop::sample::Index>(), bit in 0_u32..8) {
        let mut bytes = good();
        let place = index.index(bytes.len());
        bytes[place] ^= 1 << bit;
        prop_assert!(open(&bytes, day(1)).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused_and_have_one_spelling(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(pack) = SealedPack::parse(&bytes) {
            prop_assert_eq!(pack.to_bytes(), bytes);
        }
    }
}
