//! Calls of the Model Context Protocol over streamable HTTP, one answer for one request.
//!
//! Revision 2026-07-28 is asked first: everything is in every request. A server that does not
//! know it is initialised as before (2025-11-25). Bodies are read whole and within bounds, which
//! is why this is no client of a library: those read whatever a server sends.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{CONTENT_TYPE, HeaderName};
use serde_json::{Value, json};
use url::Url;

use crate::source::error::shown;
use crate::source::web::{Answer, Session, WebError, WebRequest};

const ACCEPT: &str = "application/json, text/event-stream";
const STATELESS: &str = "2026-07-28";
const INITIALISED: &str = "2025-11-25";
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
/// Bytes of an answer that is no file.
const ANSWER_BYTES: u64 = 16 * 1024 * 1024;
/// A method that the server does not have (JSON-RPC 2.0, section 5.1).
const NO_METHOD: i64 = -32_601;

/// Why a call has no result.
#[derive(Debug)]
pub(super) enum CallError {
    /// Nobody answered as HTTP servers do.
    Web(WebError),
    /// The answer is none of the protocol.
    Form(String),
    /// The server says that it cannot, with its code.
    Refused(i64, String),
}

impl std::fmt::Display for CallError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Web(error) => error.fmt(formatter),
            Self::Form(reason) => formatter.write_str(reason),
            Self::Refused(code, message) => write!(formatter, "the server answers with error {code}: {message}"),
        }
    }
}

impl CallError {
    /// Tells whether the server does not know the method.
    pub(super) fn is_unknown_method(&self) -> bool {
        matches!(self, Self::Refused(NO_METHOD, _))
    }
}

/// A server that answered.
pub(super) struct Server {
    session: Session,
    url: Url,
    version: String,
    /// What an initialised server wants to be told again.
    session_id: Option<String>,
    is_stateless: bool,
    next_id: u64,
}

impl Server {
    /// Finds out which revision a server speaks.
    ///
    /// # Errors
    /// Fails where it speaks neither.
    pub(super) fn open(session: Session, url: Url) -> Result<Self, CallError> {
        let mut server =
            Self { session, url, version: STATELESS.to_owned(), session_id: None, is_stateless: true, next_id: 1 };
        match server.call("server/discover", json!({}), ANSWER_BYTES) {
            Ok(_) => return Ok(server),
            // It took longer than a server may, or leads where nobody may go.
            Err(CallError::Web(error)) if !matches!(error, WebError::Status(_)) => return Err(CallError::Web(error)),
            Err(_) => {}
        }
        (server.version, server.is_stateless) = (INITIALISED.to_owned(), false);
        server.initialise()?;
        Ok(server)
    }

    fn initialise(&mut self) -> Result<(), CallError> {
        let params = json!({ "protocolVersion": INITIALISED, "capabilities": {}, "clientInfo": client_info() });
        let (result, answer) = self.exchange("initialize", params, ANSWER_BYTES)?;
        if let Some(version) = result.get("protocolVersion").and_then(Value::as_str).filter(|text| is_token(text)) {
            self.version = version.to_owned();
        }
        self.session_id = answer.header(&SESSION).filter(|text| is_token(text)).map(str::to_owned);
        let note = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        let request = self.request("notifications/initialized", None, &note);
        let answer = self.session.send(&request, ANSWER_BYTES).map_err(CallError::Web)?;
        if answer.status >= 400 { Err(CallError::Web(WebError::Status(answer.status))) } else { Ok(()) }
    }

    /// Calls a method and returns its result.
    ///
    /// # Errors
    /// Fails where there is none.
    pub(super) fn call(&mut self, method: &str, params: Value, body_bytes: u64) -> Result<Value, CallError> {
        self.exchange(method, params, body_bytes).map(|(result, _)| result)
    }

    /// Tells whether the time for the server is over.
    pub(super) fn is_over(&self) -> bool {
        self.session.is_over()
    }

    fn exchange(&mut self, method: &str, mut params: Value, limit: u64) -> Result<(Value, Answer), CallError> {
        let id = self.next_id;
        self.next_id += 1;
        let name = params.get("uri").and_then(Value::as_str).filter(|_| method == "resources/read").map(str::to_owned);
        if self.is_stateless
            && let Some(object) = params.as_object_mut()
        {
            let meta = json!({
                "io.modelcontextprotocol/protocolVersion": self.version,
                "io.modelcontextprotocol/clientInfo": client_info(),
                "io.modelcontextprotocol/clientCapabilities": {},
            });
            object.insert("_meta".to_owned(), meta);
        }
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let request = self.request(method, name.as_deref(), &body);
        let answer = self.session.send(&request, limit).map_err(CallError::Web)?;
        let message = match message_of(&answer, id) {
            Some(message) => message,
            None if answer.status != 200 => return Err(CallError::Web(WebError::Status(answer.status))),
            None => return Err(CallError::Form("the server's answer is none of the protocol".to_owned())),
        };
        if let Some(error) = message.get("error") {
            let code = error.get("code").and_then(Value::as_i64).unwrap_or_default();
            let text = error.get("message").and_then(Value::as_str).unwrap_or_default();
            return Err(CallError::Refused(code, shown(text)));
        }
        match message.get("result") {
            Some(result) if result.is_object() => Ok((result.clone(), answer)),
            _ => Err(CallError::Form("the server's answer has no result".to_owned())),
        }
    }

    fn request(&self, method: &str, name: Option<&str>, body: &Value) -> WebRequest {
        let mut request = WebRequest::post_json(self.url.clone(), ACCEPT, body.to_string().into_bytes());
        if method != "initialize" {
            request = request.header(VERSION, &self.version);
        }
        if self.is_stateless {
            request = request.header(METHOD, method);
        }
        if let Some(name) = name.filter(|_| self.is_stateless) {
            request = request.header(NAME, &header_text(name));
        }
        match &self.session_id {
            Some(id) => request.header(SESSION, id),
            None => request,
        }
    }
}

fn client_info() -> Value {
    json!({ "name": "touchmark", "version": env!("CARGO_PKG_VERSION") })
}

/// Tells whether a text may be sent back in a header.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.len() <= 256 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Writes a text for a header, as SEP-2243 says: in Base64 where it is not plain ASCII.
fn header_text(text: &str) -> String {
    let is_plain =
        text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && text.trim() == text && !text.starts_with("=?base64?");
    if is_plain { text.to_owned() } else { format!("=?base64?{}?=", STANDARD.encode(text)) }
}

/// Finds the answer to a request in a body, which is one message or a stream of events.
fn message_of(answer: &Answer, id: u64) -> Option<Value> {
    let is_answer = |message: &Value| {
        let is_about = message.get("id").is_none_or(|found| found.is_null() || found.as_u64() == Some(id));
        is_about && (message.get("result").is_some() || message.get("error").is_some())
    };
    let is_stream = answer.header(&CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/event-stream"));
    if !is_stream {
        return serde_json::from_slice(&answer.body).ok().filter(is_answer);
    }
    let text = String::from_utf8_lossy(&answer.body).replace("\r\n", "\n");
    text.split("\n\n").find_map(|event| {
        let data: Vec<&str> =
            event.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim_start).collect();
        serde_json::from_str(&data.join("\n")).ok().filter(is_answer)
    })
}
