//! Payments in headers: `PAYMENT-SIGNATURE`, `PAYMENT-REQUIRED` and `PAYMENT-RESPONSE` of x402
//! version 2, `X-PAYMENT` and `X-PAYMENT-RESPONSE` of version 1, which reads its offers in
//! bodies.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::answer;
use crate::api::Problem;
use crate::operations::{Call, Challenge, Exposed, PaymentProof, PaymentVersion, Receipt, Resource, Services};

const SIGNATURE: HeaderName = HeaderName::from_static("payment-signature");
const REQUIRED: HeaderName = HeaderName::from_static("payment-required");
const RESPONSE: HeaderName = HeaderName::from_static("payment-response");
const PAYMENT_V1: HeaderName = HeaderName::from_static("x-payment");
const RESPONSE_V1: HeaderName = HeaderName::from_static("x-payment-response");

/// Returns what a payment for the operation would be for, where it may cost something.
pub(super) fn resource(services: &Services, operation: &Exposed) -> Option<Arc<Resource>> {
    let binding = operation.rest.filter(|_| operation.charge.is_discovery() && services.is_paid())?;
    Some(Arc::new(Resource {
        url: format!("{}{}", services.public_url(), binding.path),
        description: format!("{}: a discovery workflow", operation.title),
        call: Call::Post { example: operation.example() },
    }))
}

/// Takes the payment out of the headers. Version 2 goes before version 1.
pub(super) fn proof(headers: &HeaderMap) -> Option<PaymentProof> {
    let one = |name: HeaderName, make: fn(String) -> PaymentProof| {
        let mut values = headers.get_all(name).iter();
        let first = values.next()?;
        Some(match (first.to_str(), values.next()) {
            (Ok(text), None) => make(text.to_owned()),
            _ => PaymentProof::Unreadable,
        })
    };
    one(SIGNATURE, PaymentProof::SignatureHeader).or_else(|| one(PAYMENT_V1, PaymentProof::PaymentHeader)).or_else(
        || {
            // The HTTP authentication scheme of the Machine Payments Protocol.
            let is_foreign = |value: &HeaderValue| {
                value.as_bytes().get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"payment "))
            };
            headers.get_all(AUTHORIZATION).iter().any(is_foreign).then_some(PaymentProof::Foreign)
        },
    )
}

/// Answers with a problem and an offer: the header is for clients of version 2, the fields
/// beside the error for those of version 1.
pub(super) fn challenge(problem: &Problem, challenge: &Challenge) -> Response<Body> {
    let mut body = serde_json::to_value(problem.envelope()).unwrap_or_default();
    if let (Some(body), Some(offer)) = (body.as_object_mut(), challenge.required_v1.as_object()) {
        body.extend(offer.clone());
    }
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::PAYMENT_REQUIRED);
    let mut response = answer::json(status, &body);
    add(response.headers_mut(), REQUIRED, &challenge.required);
    response
}

/// Adds the receipt, under the name of its version.
pub(super) fn add_receipt(headers: &mut HeaderMap, receipt: &Receipt) {
    let name = match receipt.version {
        PaymentVersion::One => RESPONSE_V1,
        PaymentVersion::Two => RESPONSE,
    };
    add(headers, name, &receipt.response);
}

fn add(headers: &mut HeaderMap, name: HeaderName, message: &Value) {
    if let Ok(value) = HeaderValue::try_from(STANDARD.encode(message.to_string())) {
        headers.insert(name, value);
    }
}
