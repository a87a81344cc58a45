//! What an operation is, and how it is seen by surfaces that know only its shape.

use std::sync::Arc;

use futures::future::BoxFuture;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Charge, Services};
use crate::api::Problem;

/// A use case.
pub trait Operation: Send + Sync + 'static {
    /// What a caller says.
    type Request: DeserializeOwned + JsonSchema + Send + 'static;
    /// What it gets.
    type Response: Serialize + JsonSchema + Send + 'static;
    /// `verb_resource`: the name of the function, the route's id and the tool.
    const NAME: &'static str;
    /// A few words for a list.
    const TITLE: &'static str;
    /// What it does and when to use it, for people and models.
    const SUMMARY: &'static str;
    /// What it does to the world.
    const EFFECT: Effect;
    /// What it costs a client, where that is counted.
    const CHARGE: Charge = Charge::Nothing;
    /// A request as JSON, for descriptors of what may cost something.
    const EXAMPLE: &'static str = "{}";

    /// Does it.
    fn run(services: &Services, request: Self::Request)
    -> impl Future<Output = Result<Self::Response, Problem>> + Send;
}

/// What an operation does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Reads, and answers the same to the same request while nothing changes.
    ReadOnlyIdempotent,
    /// Reads, and hands out something new with every answer.
    ReadOnly,
}

/// HTTP methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The request is in the query.
    Get,
    /// The request is in the body, as JSON.
    Post,
}

/// How the answers of an operation may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// Not at all.
    None,
    /// By anyone, with an entity tag: for a while where something was found, shorter where not.
    Public {
        /// Seconds for an answer.
        hit_seconds: u32,
        /// Seconds for an answer whose `matched` is false.
        miss_seconds: u32,
    },
}

/// Where an operation is in the REST API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestBinding {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: &'static str,
    /// How answers may be kept.
    pub caching: Caching,
}

/// How an operation is offered as a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToolBinding {
    /// The tool's name.
    pub name: &'static str,
}

type Run = Arc<dyn Fn(Services, Value) -> BoxFuture<'static, Result<Value, Problem>> + Send + Sync>;

/// An operation whose types are hidden behind JSON, for surfaces.
#[derive(Clone)]
pub struct Exposed {
    /// The name.
    pub name: &'static str,
    /// The title.
    pub title: &'static str,
    /// What it does and when to use it.
    pub summary: &'static str,
    /// What it does to the world.
    pub effect: Effect,
    /// Its place in the REST API, if it has one.
    pub rest: Option<RestBinding>,
    /// The tool that it is, if it is one.
    pub tool: Option<ToolBinding>,
    /// What it costs a client, where that is counted.
    pub charge: Charge,
    example: &'static str,
    /// Schema of the request.
    pub request_schema: fn() -> Schema,
    /// Schema of the response.
    pub response_schema: fn() -> Schema,
    run: Run,
}

impl std::fmt::Debug for Exposed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Exposed").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Exposed {
    /// Hides the types of `O`.
    pub fn of<O: Operation>(rest: Option<RestBinding>, tool: Option<ToolBinding>) -> Self {
        let run: Run = Arc::new(|services, request| {
            Box::pin(async move {
                let request = parse_request::<O::Request>(request)?;
                let response = O::run(&services, request).await?;
                serde_json::to_value(response).map_err(|error| super::problem::unforeseen(O::NAME, &error))
            })
        });
        Self {
            name: O::NAME,
            title: O::TITLE,
            summary: O::SUMMARY,
            effect: O::EFFECT,
            rest,
            tool,
            charge: O::CHARGE,
            example: O::EXAMPLE,
            request_schema: || schema_of::<O::Request>(schemars::generate::Contract::Deserialize),
            response_schema: || schema_of::<O::Response>(schemars::generate::Contract::Serialize),
            run,
        }
    }

    /// Returns a request.
    pub fn example(&self) -> Value {
        serde_json::from_str(self.example).unwrap_or_default()
    }

    /// Runs the operation on a JSON request.
    ///
    /// # Errors
    /// A problem that says which part of the request to change, or what went wrong.
    pub async fn run(&self, services: &Services, request: Value) -> Result<Value, Problem> {
        (self.run)(services.clone(), request).await
    }
}

/// Reads a request, naming the field that does not fit.
fn parse_request<T: DeserializeOwned>(request: Value) -> Result<T, Problem> {
    if !request.is_object() {
        return Err(Problem::invalid_request(
            "the request is not a JSON object; send an object such as {\"query\": \"…\"}",
        ));
    }
    serde_path_to_error::deserialize(request).map_err(|error| {
        // A path holds the names of fields, which whoever asks has chosen.
        let path = crate::skill::sanitise_line(&error.path().to_string(), 100);
        let reason = crate::skill::sanitise_line(&error.into_inner().to_string(), 300);
        // The names of our number types mean nothing to a client.
        let reason = reason
            .replace("expected u32", "expected a whole number")
            .replace("expected u64", "expected a whole number");
        let message = if path == "." { reason } else { format!("{path}: {reason}") };
        Problem::invalid_request(message)
    })
}

pub(super) fn schema_of<T: JsonSchema>(contract: schemars::generate::Contract) -> Schema {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.contract = contract;
        settings.meta_schema = None;
    });
    settings.into_generator().into_root_schema_for::<T>()
}
