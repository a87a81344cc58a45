//! `touchmark webhooks`.

use serde_json::json;

use super::arguments::Global;
use super::exit::Outcome;
use super::failure::Failure;
use super::local;
use super::output::Output;
use super::webhooks_arguments::{WebhooksArguments, WebhooksCommand};
use crate::operations::accounts::{list_webhooks, retry_webhooks};
use crate::skill::sanitise_line;

/// Lists or retries messages in the data folder of this machine.
pub(super) async fn run(global: &Global, arguments: WebhooksArguments, output: &Output) -> Result<Outcome, Failure> {
    let services = local::open(global).await?;
    let (body, text) = match arguments.command {
        WebhooksCommand::List(arguments) => {
            let messages = list_webhooks(&services, !arguments.all).await.map_err(crate::app::AppError::from)?;
            let mut text = String::new();
            let mut rows = Vec::new();
            for message in &messages {
                let url = sanitise_line(&message.url, 200);
                let answer = message.last_answer.as_deref().map(|answer| sanitise_line(answer, 200));
                let state = message.state.as_str();
                text += &format!(
                    "{}  {state}, {} attempts  {url}\n    {}, due {}\n",
                    message.id,
                    message.attempt,
                    answer.as_deref().unwrap_or("not sent yet"),
                    message.due_at,
                );
                rows.push(json!({
                    "id": message.id, "state": state, "attempts": message.attempt, "url": url, "answer": answer,
                    "verification_id": message.verification, "user": message.user, "due_at": message.due_at,
                    "created_at": message.created_at,
                }));
            }
            if rows.is_empty() {
                text = "there are none\n".to_owned();
            }
            (json!({ "messages": rows }), text)
        }
        WebhooksCommand::Retry(arguments) => {
            let count = retry_webhooks(&services, arguments.id.as_deref()).await.map_err(crate::app::AppError::from)?;
            if count == 0 && !arguments.all {
                return Err(Failure::NoSuchWebhook);
            }
            (json!({ "retried": count }), format!("{count} messages are sent again by the service\n"))
        }
    };
    if output.json {
        output.pretty(&body.to_string())?;
    } else {
        output.text(&text)?;
    }
    Ok(Outcome::Done)
}
