//! What an operation with accounts is, and how it is seen by surfaces that know only its shape.

use std::sync::Arc;

use futures::future::BoxFuture;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::operation::schema_of;
use super::super::{ClientAddress, Services};
use super::refusals::{nobody, too_often};
use super::scans::Upload;
use super::{AccountServices, Credential, authenticate};
use crate::account::{Principal, Scope, Tier};
use crate::api::accounts::{Refusal, RefusalCode};
use crate::meter::Rate;
use crate::skill::sanitise_line;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Anyone,
    /// Who has shown who they are, with this scope and at least this tier.
    Holder {
        /// What a key has to be for.
        scope: Scope,
        /// The least tier.
        tier: Tier,
    },
}

/// Who calls.
#[derive(Debug, Clone)]
pub struct Holder<'a> {
    /// What operations with accounts work with.
    pub accounts: &'a AccountServices,
    /// Who has shown who they are; nobody where [`Access::Anyone`] may call.
    pub principal: Option<Principal>,
    /// The address of the client, where it is known.
    pub client: Option<ClientAddress>,
    /// The file that was uploaded, for an operation of [`Shape::File`].
    pub file: Option<Upload>,
}

impl Holder<'_> {
    /// Returns who calls an operation that [`Access::Anyone`] may not.
    ///
    /// # Errors
    /// Fails where nobody has shown who they are.
    pub fn principal(&self) -> Result<&Principal, Refusal> {
        self.principal.as_ref().ok_or_else(nobody)
    }
}

/// What goes over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One JSON object each way.
    Json,
    /// A file comes, and one JSON object goes.
    File,
    /// JSON objects go as events, whenever the answer has changed, until its `is_final` is true.
    Events,
}

/// A use case of the API with accounts.
pub trait AccountOperation: Send + Sync + 'static {
    /// What a caller says: the body, the query and the parts of the path as one object.
    type Request: DeserializeOwned + JsonSchema + Send + 'static;
    /// What it gets.
    type Response: Serialize + JsonSchema + Send + 'static;
    /// `verb_resource`: the name of the function and the route's id.
    const NAME: &'static str;
    /// A few words for a list.
    const TITLE: &'static str;
    /// What it does and when to use it.
    const SUMMARY: &'static str;
    /// Who may call it.
    const ACCESS: Access;
    /// What goes over the wire.
    const SHAPE: Shape = Shape::Json;

    /// Does it.
    fn run(
        services: &Services,
        holder: Holder<'_>,
        request: Self::Request,
    ) -> impl Future<Output = Result<Self::Response, Refusal>> + Send;
}

/// HTTP methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountMethod {
    /// The request is in the query.
    Get,
    /// The request is in the body, as JSON.
    Post,
    /// The request is in the body, as JSON.
    Put,
    /// The request is in the path.
    Delete,
}

/// Which envelope errors have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// `{detail, code, status}`.
    Detail,
    /// `{error: {code, message, status}}`.
    Cloud,
}

/// Where an operation is in the REST API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountBinding {
    /// The method.
    pub method: AccountMethod,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// The status of an answer.
    pub success: u16,
    /// Which envelope errors have.
    pub envelope: Envelope,
    /// The group in the documents.
    pub tag: &'static str,
}

/// An answer, with how the rate of the caller stands.
#[derive(Debug)]
pub struct AccountAnswer {
    /// The answer, or why there is none.
    pub outcome: Result<Value, Refusal>,
    /// How the rate of the caller stands, where somebody has shown who they are.
    pub rate: Option<Rate>,
}

type Run = Arc<dyn for<'a> Fn(&'a Services, Holder<'a>, Value) -> BoxFuture<'a, Result<Value, Refusal>> + Send + Sync>;

/// An operation whose types are hidden behind JSON, for surfaces.
#[derive(Clone)]
pub struct ExposedAccountOperation {
    /// The name.
    pub name: &'static str,
    /// The title.
    pub title: &'static str,
    /// What it does and when to use it.
    pub summary: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What goes over the wire.
    pub shape: Shape,
    /// Its place in the REST API.
    pub binding: AccountBinding,
    /// Schema of the request.
    pub request_schema: fn() -> Schema,
    /// Schema of the response.
    pub response_schema: fn() -> Schema,
    run: Run,
}

impl std::fmt::Debug for ExposedAccountOperation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ExposedAccountOperation").field("name", &self.name).finish_non_exhaustive()
    }
}

impl ExposedAccountOperation {
    /// Hides the types of `O`.
    pub fn of<O: AccountOperation>(binding: AccountBinding) -> Self {
        let run: Run = Arc::new(|services, holder, request| {
            Box::pin(async move {
                let request = parse_request::<O::Request>(request)?;
                let response = O::run(services, holder, request).await?;
                serde_json::to_value(response).map_err(|error| {
                    tracing::error!(operation = O::NAME, %error, "an answer could not be written");
                    Refusal::internal()
                })
            })
        });
        Self {
            name: O::NAME,
            title: O::TITLE,
            summary: O::SUMMARY,
            access: O::ACCESS,
            shape: O::SHAPE,
            binding,
            request_schema: || schema_of::<O::Request>(schemars::generate::Contract::Deserialize),
            response_schema: || schema_of::<O::Response>(schemars::generate::Contract::Serialize),
            run,
        }
    }

    /// Runs the operation for whoever shows this credential: asks who it is, counts the call,
    /// and looks whether they may, before the request is read.
    pub async fn run(
        &self,
        services: &Services,
        credential: Option<Credential>,
        client: Option<ClientAddress>,
        request: Result<Value, Refusal>,
    ) -> AccountAnswer {
        let Some(accounts) = services.accounts() else {
            let refusal = Refusal::new(RefusalCode::NotFound, "this instance has no accounts");
            return AccountAnswer { outcome: Err(refusal), rate: None };
        };
        let Access::Holder { scope, tier } = self.access else {
            let holder = Holder { accounts, principal: None, client, file: None };
            let outcome = match request {
                Ok(request) => (self.run)(services, holder, request).await,
                Err(refusal) => Err(refusal),
            };
            return AccountAnswer { outcome, rate: None };
        };
        let (principal, rate) = match self.admit(services, accounts, credential, scope, tier).await {
            Ok(admitted) => admitted,
            Err(answer) => return answer,
        };
        let outcome = match request {
            Ok(request) => {
                let holder = Holder { accounts, principal: Some(principal), client, file: None };
                (self.run)(services, holder, request).await
            }
            Err(refusal) => Err(refusal),
        };
        AccountAnswer { outcome, rate: Some(rate) }
    }

    /// Asks who it is, counts the call, and looks whether they may.
    async fn admit(
        &self,
        services: &Services,
        accounts: &AccountServices,
        credential: Option<Credential>,
        scope: Scope,
        tier: Tier,
    ) -> Result<(Principal, Rate), AccountAnswer> {
        let principal = authenticate(services, accounts, credential)
            .await
            .map_err(|refusal| AccountAnswer { outcome: Err(refusal), rate: None })?;
        let rate = accounts.rate_of(&principal, services.now());
        let refused = if !rate.is_admitted {
            too_often(&rate, services.now(), "too many requests in a minute")
        } else if let Err(forbidden) = principal.may(scope, tier) {
            Refusal::new(RefusalCode::Forbidden, forbidden.to_string())
        } else {
            return Ok((principal, rate));
        };
        Err(AccountAnswer { outcome: Err(refused), rate: Some(rate) })
    }

    /// Runs an operation of [`Shape::File`]: only for whoever may call it does `receive` take the
    /// file in.
    pub async fn run_with_file(
        &self,
        services: &Services,
        credential: Option<Credential>,
        client: Option<ClientAddress>,
        receive: impl Future<Output = Result<Upload, Refusal>> + Send,
    ) -> AccountAnswer {
        let (Some(accounts), Access::Holder { scope, tier }) = (services.accounts(), self.access) else {
            return AccountAnswer { outcome: Err(nobody()), rate: None };
        };
        let (principal, rate) = match self.admit(services, accounts, credential, scope, tier).await {
            Ok(admitted) => admitted,
            Err(answer) => return answer,
        };
        let outcome = match receive.await {
            Ok(file) => {
                let holder = Holder { accounts, principal: Some(principal), client, file: Some(file) };
                (self.run)(services, holder, Value::Object(serde_json::Map::new())).await
            }
            Err(refusal) => Err(refusal),
        };
        AccountAnswer { outcome, rate: Some(rate) }
    }

    /// Runs an operation of [`Shape::Events`] once more, which is not counted: whoever may not
    /// call it any more is refused.
    pub async fn run_again(
        &self,
        services: &Services,
        credential: Option<Credential>,
        client: Option<ClientAddress>,
        request: Value,
    ) -> Result<Value, Refusal> {
        let (Some(accounts), Access::Holder { scope, tier }) = (services.accounts(), self.access) else {
            return Err(nobody());
        };
        let principal = authenticate(services, accounts, credential).await?;
        principal.may(scope, tier).map_err(|error| Refusal::new(RefusalCode::Forbidden, error.to_string()))?;
        let holder = Holder { accounts, principal: Some(principal), client, file: None };
        (self.run)(services, holder, request).await
    }
}

/// Writes numbers such as `5.0` and `5e0` as whole ones, which they are to a schema.
fn with_whole_numbers(value: Value) -> Value {
    match value {
        Value::Number(number) => {
            // Beyond these a float stands for several whole numbers.
            let whole = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0 && float.abs() < 2e15);
            whole.map_or(Value::Number(number), |float| Value::from(float as i64))
        }
        Value::Array(values) => values.into_iter().map(with_whole_numbers).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, with_whole_numbers(value))).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

/// Reads a request, naming the field that does not fit.
fn parse_request<T: DeserializeOwned>(request: Value) -> Result<T, Refusal> {
    if !request.is_object() {
        return Err(Refusal::new(RefusalCode::ValidationError, "the request is not a JSON object"));
    }
    serde_path_to_error::deserialize(with_whole_numbers(request)).map_err(|error| {
        let path = sanitise_line(&error.path().to_string(), 100);
        let reason = sanitise_line(&error.into_inner().to_string(), 300);
        let message = if path == "." { reason } else { format!("{path}: {reason}") };
        Refusal::new(RefusalCode::ValidationError, message)
    })
}
