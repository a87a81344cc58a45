//! Asks an index or a server about everything that a project holds.

use serde_json::Value;

use super::arguments::Global;
use super::backend::Backend;
use super::failure::Failure;
use crate::api::{BatchAnswer, VerifyRequest, VerifyResponse};
use crate::config::StorageConfig;
use crate::operations::ProjectReport;

/// Why no verdict was looked up, where there is nobody to ask.
const NO_INDEX: &str = "no verdict was looked up: there is no index on this machine; `touchmark ingest` makes one, \
                        --url asks a server, --offline asks for bytes only";

/// Asks for every verdict that the report needs. Returns what to tell beside the report.
///
/// That nobody can be asked is no failure of the command: the verdicts are unknown then, and
/// the report says so.
pub(super) async fn ask(global: &Global, report: &mut ProjectReport) -> Option<&'static str> {
    report.mark_unasked();
    let questions = report.questions();
    if questions.is_empty() {
        return None;
    }
    let has_url = global.url.as_deref().is_some_and(|url| !url.trim().is_empty());
    if !has_url && !StorageConfig::is_there(global.data_dir.as_deref()) {
        report.answer_without_index();
        return Some(NO_INDEX);
    }
    match Backend::open(global).await {
        Ok(backend) => answer(&backend, &questions, report).await,
        Err(failure) => fail(&questions, &failure.to_string(), report),
    }
    None
}

/// Asks in batches and hands over the answers, each to its question.
async fn answer(backend: &Backend, questions: &[VerifyRequest], report: &mut ProjectReport) {
    let pins: Result<Vec<Value>, _> = questions.iter().map(serde_json::to_value).collect();
    let answers = match pins {
        Ok(pins) => backend.verify_batch(&pins).await,
        Err(error) => Err(Failure::from(error)),
    };
    match answers {
        Ok(answers) => {
            for (question, answer) in questions.iter().zip(answers) {
                match answer {
                    BatchAnswer::Hit(hit) => report.answer(question, Ok(&VerifyResponse::Hit(hit))),
                    BatchAnswer::Miss(miss) => report.answer(question, Ok(&VerifyResponse::Miss(miss))),
                    BatchAnswer::Error(envelope) => report.answer(question, Err(&envelope.error.message)),
                }
            }
        }
        Err(failure) => fail(questions, &failure.to_string(), report),
    }
}

fn fail(questions: &[VerifyRequest], reason: &str, report: &mut ProjectReport) {
    for question in questions {
        report.answer(question, Err(reason));
    }
}
