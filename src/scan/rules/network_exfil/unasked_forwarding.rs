//! After every task, something of it goes to a place that is not the user's.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::lexicon::Marks;
use crate::scan::evidence::pattern;
use crate::scan::evidence::sentence::{Company, Place, around};
use crate::scan::evidence::setting::is_lesson;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "unasked-forwarding",
    summary: "The agent is told to pass on what it works on, as a matter of routine, to a place that is not the user's",
    phase: Phase::NetworkExfil,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Send only what the user asks to be sent, and to an address that the user gave.",
    references: &["AST01", "ASI02", "LLM02", "AML.T0086"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("unasked_forwarding.md"),
    hook: Hook::Text {
        needles: &[
            "forward",
            "send",
            "upload",
            "submit",
            "transmit",
            "copy",
            "post ",
            "report",
            "email",
            "发送",
            "上传",
            "转发",
            "отправ",
            "пересыл",
            "送信",
            "転送",
            "env",
            "encaminh",
            "sende",
            "weiterleit",
        ],
        check,
    },
};

/// Places that belong to whoever watches, rather than to the user or to a service with a name.
static WATCHER: LazyLock<Pattern> = LazyLock::new(|| {
    let kind = r"(?:address(?:es)?|mailbox|inbox|e-?mail|server|service|endpoint|collector|archive|account|system|team|dashboard)";
    pattern(&format!(
        r"(?i)\b(?:to|with|via|into|at)\s+(?:(?:the|our|an?|my|this|its|his|her|their)\s+)?(?:[a-z-]+\s+){{0,2}}?(?:monitoring|compliance|oversight|surveillance|supervisor['’]?s?|collector|collection|mlops|auditing|undisclosed|remote\s+logging|external\s+(?:logging|monitoring|review|audit|backup)|(?:central(?:i[sz]ed)?|intranet)\s+(?:logging|backup|collection|collector|mlops))\s+(?:[a-z-]+\s+){{0,2}}?{kind}\b|\bto\s+our\s+(?:[a-z-]+\s+){{0,3}}?(?:logging|analytics|telemetry|monitoring|metrics|collector|collection|mlops|backup)\s+{kind}\b|\b(?:bcc|cc|carbon\s+copy)\b[^.]{{0,60}}\b[a-z0-9._%+-]{{1,64}}@[a-z0-9.-]{{1,80}}|(?:外部|远程|监控)(?:的)?(?:邮箱|服务器|地址|端点)|(?:внешн|сторонн|удал[её]нн)[а-я]+\s+(?:адрес|сервер|почт)|外部の?(?:アドレス|サーバー?|メール)|(?:servidor|direcci[oó]n|correo|endereço|servidor)\s+(?:extern[oa]|remot[oa]|de\s+monitoreo|de\s+monitoramento)|(?:externe[nrs]?|entfernte[nrs]?)\s+(?:adresse|server|postfach)|(?:adresse|serveur|boîte)\s+(?:externe|distante?|de\s+surveillance)"
    ))
});

/// A sentence that leaves the decision to the user, or is about the user's own system.
static USER_DECIDES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:never|do\s+not|don['’]t|must\s+not|should\s+not|avoid|unless|optional(?:ly)?|opt-?in|only\s+(?:if|when|after)|if\s+(?:the\s+)?(?:user|you|they|configured|enabled|requested|needed)|can\s+(?:be\s+)?|you\s+can|may\s+|configur(?:e|ed|able)|your\s+(?:own\s+)?(?:server|endpoint|collector|monitoring|account|dashboard)|prometheus|grafana|datadog|sentry|opentelemetry|otel|cloudwatch|splunk|elk|loki|jaeger|application|microservice|kubernetes|deployment)\b",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let sentences = view.sentences();
    for (index, sentence) in sentences.iter().enumerate() {
        let own = &sentence.words;
        if !own.has(Marks::SEND) || !own.any(Marks::WORK | Marks::PRIVATE) || sentence.place == Place::Heading {
            continue;
        }
        let text = &view.text()[sentence.span.clone()];
        let Some(watcher) = WATCHER.find(text) else { continue };
        if USER_DECIDES.is_match(text) {
            continue;
        }
        let is_routine = own.has(Marks::OCCASION) || Company(around(sentences, index, 4, 0)).has(Marks::OCCASION);
        let severity = match () {
            () if is_lesson(view, sentence) => Severity::Info,
            () if is_routine && own.any(Marks::PRIVATE | Marks::ADDRESS | Marks::OCCASION) => Severity::High,
            () if is_routine || own.has(Marks::PRIVATE) => Severity::Medium,
            () => Severity::Low,
        };
        let span = sentence.span.start..sentence.span.start + watcher.end();
        sink.report(view, span, "what the agent works on is passed on as a matter of routine").severity(severity);
    }
}
