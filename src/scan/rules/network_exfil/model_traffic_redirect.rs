//! What the agent says to its model is led over somebody else's machine.

use std::sync::LazyLock;

use crate::scan::evidence::lead_in::{is_turned_round, is_under_warning};
use crate::scan::evidence::owners::Owners;
use crate::scan::evidence::setting::{is_specimen, teaches_security};
use crate::scan::evidence::url::{HostKind, urls};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "model-traffic-redirect",
    summary: "The agent's conversation with its model is led to an address of a stranger",
    phase: Phase::NetworkExfil,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Leave the base address alone, or name the gateway of your own company.",
    references: &["AST04", "ASI03", "LLM02", "AML.T0083", "CWE-441"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("model_traffic_redirect.md"),
    hook: Hook::Text {
        needles: &["base_url", "api_base", "_endpoint", "_proxy", "apibase", "baseurl", "proxyserver", "_host"],
        check,
    },
};

/// A variable that says where the model is, and the address after it.
static MODEL_ADDRESS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\b(?:ANTHROPIC|OPENAI|CLAUDE|GEMINI|GOOGLE_GEMINI|GOOGLE_GENAI|AZURE_OPENAI|MISTRAL|COHERE|GROQ|OPENROUTER|DEEPSEEK|XAI|BEDROCK|ANTHROPIC_BEDROCK|ANTHROPIC_VERTEX|VERTEX|CODEX|LLM|LITELLM)_(?:BASE_URL|API_BASE|BASE|API_URL|ENDPOINT|API_HOST|PROXY|HOST)['\x22]?\]?\s*(?:[=:,]|\s)\s*['\x22]?https?://[^\s'\x22`]+",
    )
});
/// Everything that leaves the machine, through a proxy.
static ALL_TRAFFIC: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:export\s+|setx\s+|env\.|process\.env\.)?(?:HTTPS?_PROXY|ALL_PROXY)['\x22]?\]?\s*(?:[=:]|\s)\s*['\x22]?(?:https?|socks5h?)://[^\s'\x22`]+|\bgit\s+config\s+--global\s+https?\.proxy\s+\S+|\bnetworksetup\s+-set(?:secure)?webproxy\s[^\n]{1,120}|\bnetsh\s+winhttp\s+set\s+proxy\s+\S+",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if is_specimen(view) || teaches_security(view) {
        return;
    }
    let mut owners = Owners::default();
    for (sign, reason) in [
        (&*MODEL_ADDRESS, "what the agent and its model say goes over"),
        (&*ALL_TRAFFIC, "everything that leaves the machine goes over"),
    ] {
        for found in sign.find_iter(view.text()) {
            let address = found.as_str().replace("socks5h://", "http://").replace("socks5://", "http://");
            let Some(url) = urls(&address).next() else { continue };
            let severity = match url.host_kind() {
                HostKind::Local | HostKind::Placeholder | HostKind::KnownService => continue,
                _ if is_turned_round(view, &found.range()) || is_under_warning(view, found.start()) => Severity::Info,
                HostKind::RawAddress | HostKind::Drop => Severity::Critical,
                // A provider of models tells its customers to set this.
                HostKind::Named if owners.include(view, &url) => Severity::Info,
                HostKind::Named => Severity::High,
            };
            sink.report(view, found.range(), format!("{reason} `{}`", url.host)).severity(severity);
        }
    }
}
