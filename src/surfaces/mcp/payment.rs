//! Payments in messages (x402 version 2, transport MCP): the offer is the result of a call,
//! payment and receipt are in `_meta`.

use std::sync::Arc;

use rmcp::model::{CallToolResult, ContentBlock, JsonObject, MetaObject};
use serde_json::{Value, json};

use super::schema::input_schema;
use crate::operations::{Call, Challenge, Exposed, PaymentProof, Receipt, Resource};

/// Where a call carries its payment.
const PAYMENT_KEY: &str = "x402/payment";
/// Where a result carries the receipt.
const RECEIPT_KEY: &str = "x402/payment-response";

/// Returns what a payment for the tool would be for, where it may cost something.
pub(super) fn resource(operation: &Exposed) -> Option<Arc<Resource>> {
    let name = operation.tool?.name;
    operation.charge.is_discovery().then(|| {
        Arc::new(Resource {
            url: format!("mcp://tool/{name}"),
            description: format!("{}: a discovery workflow", operation.title),
            call: Call::Tool {
                name: name.to_owned(),
                input_schema: Value::Object(input_schema((operation.request_schema)())),
                example: operation.example(),
            },
        })
    })
}

/// Takes the payment out of the meta data of a call.
pub(super) fn proof(meta: &JsonObject) -> Option<PaymentProof> {
    meta.get(PAYMENT_KEY).cloned().map(PaymentProof::Message)
}

/// Answers with an offer: the same JSON for programs and as text.
pub(super) fn challenge(challenge: &Challenge) -> CallToolResult {
    let mut result = CallToolResult::error(vec![ContentBlock::text(challenge.required.to_string())]);
    result.structured_content = Some(challenge.required.clone());
    result
}

/// Adds the receipt to a result.
pub(super) fn add_receipt(meta: &mut MetaObject, receipt: &Receipt) {
    meta.0.insert(RECEIPT_KEY.to_owned(), receipt.response.clone());
}

/// Lets the structured content of a tool be an offer as well: clients hold results against
/// the schema.
pub(super) fn with_offer(answer: JsonObject) -> JsonObject {
    let offer = json!({
        "type": "object",
        "description": "An offer of x402: the call has to be paid, and was not answered.",
        "properties": {
            "x402Version": { "const": 2 },
            "error": { "type": "string" },
            "resource": { "type": "object" },
            "accepts": { "type": "array", "items": { "type": "object" } },
            "extensions": { "type": "object" },
        },
        "required": ["x402Version", "accepts"],
    });
    JsonObject::from_iter([("type".to_owned(), json!("object")), ("anyOf".to_owned(), json!([answer, offer]))])
}
