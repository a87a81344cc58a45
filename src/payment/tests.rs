//! What the room takes for a payment. The rows of payments that are none are in
//! tests/payments, where each is sent to a service.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::skill::Timestamp;

const PAY_TO: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
const PAYER: &str = "0x857b06519E91e3A54538791bDbb0E22373e36b66";
const NOW_SECONDS: u64 = 1_780_000_000;

fn now() -> Timestamp {
    Timestamp::from_milliseconds(1_780_000_000_500)
}

fn terms(price: &str) -> Terms {
    Terms::new(price.parse().expect("a price"), PAY_TO.parse().expect("an address"))
}

fn offers() -> Offers {
    Offers::new(terms("0.002"), Vec::new())
}

fn payload(units: &str) -> Value {
    json!({
        "signature": format!("0x{}{}1b", "11".repeat(32), "22".repeat(32)),
        "authorization": {
            "from": PAYER, "to": PAY_TO, "value": units,
            "validAfter": (NOW_SECONDS - 600).to_string(), "validBefore": (NOW_SECONDS + 300).to_string(),
            "nonce": format!("0x{}", "ab".repeat(32)),
        },
    })
}

fn second(terms: &Terms) -> Value {
    let units = terms.units().to_string();
    json!({ "x402Version": 2, "accepted": terms.requirements(), "payload": payload(&units) })
}

fn read(message: Value) -> Result<Payment, PaymentRefusal> {
    Payment::read(&PaymentProof::Message(message), &offers(), now())
}

#[test]
fn a_payment_of_either_version_is_read() {
    let header = |message: &Value| STANDARD.encode(message.to_string());
    let message = second(&terms("0.002"));
    let by_message = read(message.clone()).expect("a payment");
    let by_header = Payment::read(&PaymentProof::SignatureHeader(header(&message)), &offers(), now());
    let by_header = by_header.expect("a payment");
    assert_eq!((by_header.key(), by_header.digest()), (by_message.key(), by_message.digest()));
    assert_eq!((by_header.network(), by_header.terms.units()), ("eip155:8453", 2_000));

    let first = json!({ "x402Version": 1, "scheme": "exact", "network": "base", "payload": payload("2000") });
    let first = Payment::read(&PaymentProof::PaymentHeader(header(&first)), &offers(), now()).expect("a payment");
    assert_eq!((first.network(), first.key()), ("base", by_message.key()), "one nonce is one payment in both versions");
}

#[test]
fn a_header_is_read_in_every_alphabet_of_base64() {
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
    let text = second(&terms("0.002")).to_string();
    for header in [STANDARD_NO_PAD.encode(&text), URL_SAFE.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
        assert!(Payment::read(&PaymentProof::SignatureHeader(header), &offers(), now()).is_ok());
    }
}

#[test]
fn what_is_absent_may_be_null_and_is_not_forwarded_in_a_payload() {
    let plain = second(&terms("0.002"));
    let mut message = plain.clone();
    message["resource"] = Value::Null;
    message["extensions"] = Value::Null;
    message["payload"]["permit2Authorization"] = Value::Null;
    let resource =
        Resource { url: String::new(), description: String::new(), call: Call::Post { example: Value::Null } };
    let request = read(message).expect("a payment").request(&resource);
    assert_eq!(request.payment_payload["payload"], plain["payload"]);
}

#[test]
fn nobody_alone_keeps_all_others_from_paying() {
    use super::in_flight::{Entrance, InFlight};
    let in_flight = std::sync::Arc::new(InFlight::default());
    let enter = |number: u32, client: &str| {
        let mut message = second(&terms("0.002"));
        message["payload"]["authorization"]["nonce"] = json!(format!("0x{number:064x}"));
        in_flight.enter(&read(message).expect("a payment"), crate::skill::Sha256Digest::of(b"a"), client)
    };
    let mut guards: Vec<Entrance> = (0..32).map(|number| enter(number, "a")).collect();
    assert!(guards.iter().all(|entrance| matches!(entrance, Entrance::Open(_))));
    assert!(matches!(enter(32, "a"), Entrance::TooMany));
    assert!(matches!(enter(0, "a"), Entrance::Busy { .. }), "one that is there is waited for");
    assert!(matches!(enter(33, "b"), Entrance::Open(_)), "others pay");
    drop(guards.pop());
    guards.push(enter(32, "a"));
    assert!(matches!(guards.last(), Some(Entrance::Open(_))), "one has ended");
    assert!(matches!(enter(34, "a"), Entrance::TooMany));
    drop(guards);
    assert!(matches!(enter(35, "a"), Entrance::Open(_)));
}

#[test]
fn an_offer_stands_for_its_time_after_the_price_has_changed() {
    let withdrawn_at = Timestamp::from_milliseconds(now().as_milliseconds() - 299_000);
    let offers = Offers::new(terms("0.005"), vec![(terms("0.002"), withdrawn_at)]);
    let at = |seconds: i64| Timestamp::from_milliseconds(now().as_milliseconds() + seconds * 1_000);
    let read = |price: &str, now| Payment::read(&PaymentProof::Message(second(&terms(price))), &offers, now);
    assert_eq!(read("0.005", now()).map(|payment| payment.terms.units()), Ok(5_000));
    assert_eq!(read("0.002", now()).map(|payment| payment.terms.units()), Ok(2_000));
    assert_eq!(read("0.002", at(1)).map(|payment| payment.terms.units()), Ok(2_000));
    assert_eq!(read("0.002", at(2)).expect_err("it is withdrawn").reason, "invalid_payment_requirements");
    assert_eq!(read("0.001", now()).expect_err("it was never offered").reason, "invalid_payment_requirements");
}

#[test]
fn a_payment_may_be_named() {
    let named = |id: Value| {
        let mut message = second(&terms("0.002"));
        message["extensions"] = json!({ "payment-identifier": { "info": { "required": false, "id": id } } });
        read(message).map(|payment| payment.identifier.map(|identifier| identifier.to_string()))
    };
    assert_eq!(named(json!("pay_0123456789-A")), Ok(Some("pay_0123456789-A".to_owned())));
    for id in
        [json!("short"), json!("a".repeat(129)), json!("pay 0123456789 AB"), json!(7), json!(["pay_0123456789-A"])]
    {
        assert_eq!(named(id).expect_err("no name").kind, RefusalKind::Malformed);
    }
    assert_eq!(read(second(&terms("0.002"))).expect("a payment").identifier, None);
}

#[test]
fn two_payments_are_one_by_their_nonce_and_the_same_by_their_signature() {
    let base = read(second(&terms("0.002"))).expect("a payment");
    let changed = |pointer: &str, value: Value| {
        let mut message = second(&terms("0.002"));
        *message.pointer_mut(pointer).expect("a field") = value;
        let payment = read(message).expect("a payment");
        (payment.key() == base.key(), payment.digest() == base.digest())
    };
    let other_signature = format!("0x{}{}1c", "11".repeat(32), "22".repeat(32));
    assert_eq!(changed("/payload/authorization/from", json!(PAYER.to_lowercase())), (true, true));
    assert_eq!(changed("/payload/signature", json!(other_signature)), (true, false));
    assert_eq!(changed("/payload/authorization/validAfter", json!("0")), (true, false));
    assert_eq!(changed("/payload/authorization/nonce", json!(format!("0x{}", "cd".repeat(32)))), (false, false));
    assert_eq!(changed("/payload/authorization/from", json!(PAY_TO)), (false, false));
}

#[test]
fn a_facilitator_is_asked_with_the_offer_and_what_was_sent() {
    let resource = Resource {
        url: "https://touchmark.example/discover".to_owned(),
        description: "Find skills.".to_owned(),
        call: Call::Post { example: json!({ "query": "x" }) },
    };
    let mut message = second(&terms("0.002"));
    message["accepted"]["payTo"] = json!(PAY_TO.to_lowercase());
    let request = read(message.clone()).expect("a payment").request(&resource);
    assert_eq!((request.x402_version, &request.payment_payload), (2, &message));
    assert_eq!(request.payment_requirements["payTo"], PAY_TO);
    let challenge = Challenge::new(&terms("0.002"), &resource, "payment required");
    assert_eq!(challenge.required["accepts"][0], request.payment_requirements);
    assert_eq!(challenge.required["extensions"]["bazaar"]["info"]["input"]["method"], "POST");
    assert_eq!(challenge.required_v1["accepts"][0]["resource"], resource.url);
    // It has to fit into a header that proxies let through.
    assert!(STANDARD.encode(challenge.required.to_string()).len() < 3_500);
}

proptest! {
    #[test]
    fn nothing_that_is_sent_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let header = STANDARD.encode(&bytes);
        let proof = PaymentProof::SignatureHeader(String::from_utf8_lossy(&bytes).into_owned());
        prop_assert!(Payment::read(&proof, &offers(), now()).is_err());
        prop_assert!(Payment::read(&PaymentProof::PaymentHeader(header), &offers(), now()).is_err());
    }

    #[test]
    fn a_payment_with_any_field_replaced_is_refused_or_is_the_offer(field in 0..6usize, text in ".{0,80}") {
        let names = ["from", "to", "value", "validAfter", "validBefore", "nonce"];
        let mut message = second(&terms("0.002"));
        message["payload"]["authorization"][names[field]] = json!(text);
        if let Ok(payment) = read(message) {
            prop_assert_eq!(payment.authorization.value, "2000");
            prop_assert_eq!(payment.authorization.to.to_string().to_lowercase(), PAY_TO.to_lowercase());
        }
    }
}
