//! Many pins at once: what a lockfile holds.

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use super::verify_skill::verify;
use super::{Charge, Effect, Operation, Services};
use crate::api::{
    BatchAnswer, ErrorCode, Problem, VerifyBatchQuery, VerifyBatchRequest, VerifyBatchResponse, VerifyQuery,
};

/// `POST /verify/batch`.
#[derive(Debug)]
pub struct VerifyPins;

/// Pins that are looked up at once; the store reads as many.
const CONCURRENT: usize = 4;

impl Operation for VerifyPins {
    type Request = VerifyBatchRequest;
    type Response = VerifyBatchResponse;
    const NAME: &'static str = "verify_pins";
    const TITLE: &'static str = "Verify many pins";
    const SUMMARY: &'static str = "Re-check 1 to 100 pins in one request, free and without an account: objects as /inspect returns them under pin, or with content_hash, source_url or both. \
        Answers in order, each as /verify does; a pin that cannot be read has an error in its place and spoils no other.";
    const EFFECT: Effect = Effect::ReadOnlyIdempotent;
    const CHARGE: Charge = Charge::Lookups(pin_count);

    async fn run(services: &Services, request: VerifyBatchRequest) -> Result<VerifyBatchResponse, Problem> {
        let VerifyBatchQuery { entries } = request.try_into()?;
        let answers = stream::iter(entries).map(|entry| answer(services, entry)).buffered(CONCURRENT);
        Ok(VerifyBatchResponse { results: answers.try_collect().await? })
    }
}

/// Counts the pins of a request. What is no list is refused anyway.
fn pin_count(request: &Value) -> u32 {
    let pins = request.get("pins").and_then(Value::as_array).map_or(0, Vec::len);
    u32::try_from(pins).unwrap_or(u32::MAX)
}

/// Answers one pin. What the caller cannot mend ends the whole request, so that an answer
/// never says of a pin what is true of the service.
async fn answer(services: &Services, entry: Result<VerifyQuery, Problem>) -> Result<BatchAnswer, Problem> {
    let outcome = match entry {
        Ok(query) => verify(services, query).await,
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(response) => Ok(response.into()),
        Err(problem) if problem.code == ErrorCode::InvalidRequest => Ok(BatchAnswer::Error(problem.envelope())),
        Err(problem) => Err(problem),
    }
}
