//! The API keys of an account: `/v1/auth/keys`.

use super::super::Services;
use super::refusals::{bad, store_failure, unforeseen};
use super::register_account::NAME_CHARACTERS;
use super::{Access, AccountOperation, Holder};
use crate::account::{ApiKey, ApiKeyId, Principal, Scope, ScopeParseError, Scopes, Tier};
use crate::api::accounts::{
    CreateApiKeyRequest, CreatedApiKeyView, ListApiKeysRequest, ListedApiKeyView, ListedApiKeysView, Refusal,
    RefusalCode, RevokeApiKeyRequest, RevokedApiKeyView,
};
use crate::skill::sanitise_line;
use crate::store::{ApiKeyRecord, AuditEntry, NewApiKey};

/// Keys that an account may hold at once.
const KEYS: usize = 50;
/// Only somebody who logged in makes, sees and revokes keys.
const ACCESS: Access = Access::Holder { scope: Scope::AccountManage, tier: Tier::Free };

/// Makes a key.
pub struct CreateApiKey;

impl AccountOperation for CreateApiKey {
    type Request = CreateApiKeyRequest;
    type Response = CreatedApiKeyView;
    const NAME: &'static str = "create_api_key";
    const TITLE: &'static str = "Make an API key";
    const SUMMARY: &'static str = "Makes a key for a program, with a name and what it is for. The key is shown this \
         once; only its digest is kept.";
    const ACCESS: Access = ACCESS;

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: CreateApiKeyRequest,
    ) -> Result<CreatedApiKeyView, Refusal> {
        let principal = holder.principal()?;
        let name = sanitise_line(&request.name, NAME_CHARACTERS);
        if name.is_empty() {
            return Err(Refusal::new(RefusalCode::BadRequest, "name is empty; say what the key is for"));
        }
        let scopes: Result<Vec<Scope>, ScopeParseError> = match &request.scopes {
            Some(scopes) => scopes.iter().map(|scope| scope.parse()).collect(),
            None => Ok(Scope::OF_KEYS.to_vec()),
        };
        let scopes = Scopes::new(scopes.map_err(|error| bad(&error))?);
        if scopes.as_slice().is_empty() {
            return Err(Refusal::new(RefusalCode::BadRequest, "scopes is empty; a key has to be for something"));
        }
        let held = services.store().api_keys(&principal.user).await.map_err(|error| store_failure(&error))?;
        if held.iter().filter(|key| key.revoked_at.is_none()).count() >= KEYS {
            let message = format!("this account holds {KEYS} keys already; revoke one first");
            return Err(Refusal::new(RefusalCode::Conflict, message));
        }
        let key = ApiKey::draw().map_err(|error| unforeseen(&error))?;
        let id = ApiKeyId::draw().map_err(|error| unforeseen(&error))?;
        let new = NewApiKey {
            id: id.clone(),
            user: principal.user.clone(),
            digest: key.digest(),
            name: name.clone(),
            hint: key.hint(),
            scopes: scopes.clone(),
        };
        let entry = entry(principal, "api_key.create", &id, serde_json::json!({ "scopes": scopes.to_string() }));
        let now = services.now();
        services.store().create_api_key(&new, &entry, now).await.map_err(|error| store_failure(&error))?;
        let scopes = scopes.as_slice().to_vec();
        Ok(CreatedApiKeyView { id, key: key.expose().to_owned(), name, scopes, created_at: now })
    }
}

/// Lists the keys of the caller.
pub struct ListApiKeys;

impl AccountOperation for ListApiKeys {
    type Request = ListApiKeysRequest;
    type Response = ListedApiKeysView;
    const NAME: &'static str = "list_api_keys";
    const TITLE: &'static str = "List one's API keys";
    const SUMMARY: &'static str = "Lists the keys of the account, revoked ones included: how each begins, what it is \
         for and when it was last used.";
    const ACCESS: Access = ACCESS;

    async fn run(services: &Services, holder: Holder<'_>, _: ListApiKeysRequest) -> Result<ListedApiKeysView, Refusal> {
        let keys = services.store().api_keys(&holder.principal()?.user).await.map_err(|error| store_failure(&error))?;
        Ok(ListedApiKeysView { keys: keys.into_iter().map(listed).collect() })
    }
}

/// Revokes a key of the caller.
pub struct RevokeApiKey;

impl AccountOperation for RevokeApiKey {
    type Request = RevokeApiKeyRequest;
    type Response = RevokedApiKeyView;
    const NAME: &'static str = "revoke_api_key";
    const TITLE: &'static str = "Revoke an API key";
    const SUMMARY: &'static str = "Revokes a key of the account at once and for ever.";
    const ACCESS: Access = ACCESS;

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: RevokeApiKeyRequest,
    ) -> Result<RevokedApiKeyView, Refusal> {
        let principal = holder.principal()?;
        let id: ApiKeyId = request.id.parse().map_err(|_| Refusal::not_found("API key"))?;
        let (now, entry) = (services.now(), entry(principal, "api_key.revoke", &id, serde_json::json!({})));
        let revoked = services.store().revoke_api_key(&principal.user, &id, &entry, now).await;
        if revoked.map_err(|error| store_failure(&error))? {
            Ok(RevokedApiKeyView { id, revoked_at: now })
        } else {
            Err(Refusal::not_found("API key"))
        }
    }
}

fn entry(principal: &Principal, action: &'static str, key: &ApiKeyId, detail: serde_json::Value) -> AuditEntry {
    let team = principal.team.as_ref().map(|(team, _)| team.clone());
    AuditEntry { actor: principal.user.to_string(), team, action, subject: key.to_string(), detail }
}

fn listed(key: ApiKeyRecord) -> ListedApiKeyView {
    ListedApiKeyView {
        id: key.id,
        name: key.name,
        hint: key.hint,
        scopes: key.scopes.as_slice().to_vec(),
        created_at: key.created_at,
        last_used_at: key.last_used_at,
        revoked_at: key.revoked_at,
    }
}
