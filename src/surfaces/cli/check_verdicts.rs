//! Asks an index or a server about everything that a project holds.

use serde_json::Value;

use super::arguments::Global;
use super::backend::Backend;
use super::failure::Failure;
use crate::api::{BatchAnswer, VerifyRequest, VerifyResponse};
use crate::config::StorageConfig;
use crate::operations::{InspectSkill, ProjectReport};

/// Skills of a report that are inspected: a client has a quota of them.
const INSPECTED: usize = 20;
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
        Ok(backend) => {
            answer(&backend, &questions, report).await;
            recall(&backend, report).await;
        }
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

/// Asks for what was recorded and is not there any more. An index that does not know it, or does
/// not answer, leaves the review with what the bytes say.
async fn recall(backend: &Backend, report: &mut ProjectReport) {
    let questions = report.recorded_questions();
    let pins: Result<Vec<Value>, _> = questions.iter().map(serde_json::to_value).collect();
    let Ok(pins) = pins else { return };
    let answers = if pins.is_empty() { Ok(Vec::new()) } else { backend.verify_batch(&pins).await };
    let Ok(answers) = answers else {
        report.notices.push("the index could not be asked for what was recorded".to_owned());
        return;
    };
    let mut inspected = 0;
    for (question, answer) in questions.iter().zip(answers) {
        let BatchAnswer::Hit(hit) = answer else { continue };
        let skill = match ProjectReport::recorded_revision(&hit) {
            Some(request) if inspected < INSPECTED => {
                inspected += 1;
                backend.ask::<InspectSkill>(request).await.ok()
            }
            _ => None,
        };
        report.recall(question, &hit, skill.as_ref().map(|answer| &answer.value));
    }
}

fn fail(questions: &[VerifyRequest], reason: &str, report: &mut ProjectReport) {
    for question in questions {
        report.answer(question, Err(reason));
    }
}
