//! Asks an index or a server about everything that a project holds.

use futures::StreamExt;

use super::arguments::Global;
use super::backend::Backend;
use super::failure::Failure;
use super::remote_error::RemoteError;
use crate::api::{VerifyRequest, VerifyResponse};
use crate::config::StorageConfig;
use crate::operations::{ProjectReport, VerifySkill};

/// Questions that are under way at once.
const AT_ONCE: usize = 8;

/// Why no verdict was looked up, where there is nobody to ask.
const NO_INDEX: &str = "no verdict was looked up: there is no index on this machine; `touchmark ingest` makes one, \
                        --url asks a server, --offline asks for bytes only";

/// Asks for every verdict that the report needs. Returns what to tell beside the report.
///
/// That nobody can be asked is no failure of the command: the verdicts are unknown then, and
/// the report says so.
pub(super) async fn ask(global: &Global, report: &mut ProjectReport) -> Option<&'static str> {
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

/// Takes the answers in the order of the questions, until nobody answers any more.
async fn answer(backend: &Backend, questions: &[VerifyRequest], report: &mut ProjectReport) {
    let mut answers = futures::stream::iter(questions.iter().cloned())
        .map(|question| async { backend.ask::<VerifySkill>(question).await })
        .buffered(AT_ONCE);
    for (index, question) in questions.iter().enumerate() {
        let answer: Result<VerifyResponse, Failure> = match answers.next().await {
            Some(answer) => answer.map(|answer| answer.value),
            None => return,
        };
        match answer {
            Ok(response) => report.answer(question, Ok(&response)),
            Err(failure) if is_about_question(&failure) => report.answer(question, Err(&failure.to_string())),
            Err(failure) => return fail(&questions[index..], &failure.to_string(), report),
        }
    }
}

fn fail(questions: &[VerifyRequest], reason: &str, report: &mut ProjectReport) {
    for question in questions {
        report.answer(question, Err(reason));
    }
}

/// Tells whether the next question may fare better.
fn is_about_question(failure: &Failure) -> bool {
    match failure {
        Failure::Problem(_) => true,
        Failure::Remote(RemoteError::Refused { retry_after_seconds, .. }) => retry_after_seconds.is_none(),
        _ => false,
    }
}
