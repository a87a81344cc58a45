//! What a text that is read in every session must not say: that everything is approved, that
//! the rules do not hold, that the user need not know, and where to send things.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::lead_in::is_turned_round;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Region, TextView};

/// A kind of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::scan) enum Order {
    /// Approval is given in advance, or no longer asked for.
    Approval,
    /// Other instructions, restrictions or refusals do not count.
    Override,
    /// The user is not told.
    Silence,
    /// Something is sent to, or fetched from, an address.
    Sending,
    /// Files with secrets are read.
    Secrets,
}

static ORDERS: LazyLock<[(Order, Pattern); 5]> = LazyLock::new(|| {
    let approvals = [
        r"\bpre-?\s?(?:approved|authori[sz]ed|vetted|cleared)\b|\b(?:approved|authori[sz]ed|cleared)\s+in\s+advance\b",
        r"\bno\s+(?:\w+\s+)?(?:confirmation|approval|permission|consent)\s+(?:is\s+)?(?:needed|required|necessary)\b",
        r"\b(?:implicitly|automatically|permanently|fully|always)\s+(?:approved|authori[sz]ed|trusted|whitelisted|granted)\b",
        r"\b(?:never|do\s+not|don['’]t|no\s+need\s+to|stop)\s+(?:ask(?:ing)?|prompt(?:ing)?|wait(?:ing)?|request(?:ing)?)\s+(?:\w+\s+){0,4}?(?:confirm\w*|permission|approv\w*|consent)",
        r"\bwithout\s+(?:asking|(?:\w+\s+){0,2}?(?:confirmation|approval|permission|review|sandboxing|consent|question))",
        r"\b(?:disable|skip|bypass|turn\s+off|suppress|remove|drop)\s+(?:\w+\s+){0,3}?(?:confirmation|approval|permission|safety|sandbox)\w*(?:\s+prompts?)?",
        r"\bauto-?\s?(?:approve|accept|confirm)\w*['\x22]?\s*(?::\s*(?:true|\[)|=|\ball\b|\bevery|\bany)",
        r"\btrust[-_ ]?(?:level|mode)\w*['\x22]?\s*[=:]\s*['\x22]?(?:full|permissive|high|elevated|max\w*|root)\b",
        r"\bconfirm\w*(?:[-_]\w+)*['\x22]?\s*[=:]\s*['\x22]?(?:false|off|disabled|never|none|no)\b",
        r"\b(?:always|automatically)\s+(?:approve|allow|trust|accept)\s+(?:\w+\s+){0,3}?(?:commands?|requests?|tools?|calls?|actions?|operations?|writes?|changes?|links?|urls?|scripts?|skills?|shell|everything|all|any)\b",
        r"\b(?:elevated|full|unrestricted|permissive)\s+(?:trust|permissions?|access|privileges?)\b[^.\n]{0,60}\b(?:approved|granted|model|established|enabled|automatic\w*)\b",
        r"\bgrant\w*\s+(?:\w+\s+){0,3}?(?:broader|full|all|elevated|additional|unrestricted|more|extra)\s+(?:\w+\s+){0,2}?(?:permissions?|access|privileges?|rights)\b",
        r"\ballow_?-?all(?:_?-?tools)?['\x22]?\s*[=:]\s*true|\bskip_?-?confirmations?['\x22]?\s*[=:]\s*true|['\x22]allow['\x22]\s*:\s*\[\s*['\x22](?:\*|bash\(\*(?::\*)?\)|bash)['\x22]|\bbypassPermissions\b",
        r"\btreat\s+[^.\n]{0,80}?\bas\s+(?:pre-?vetted|trusted|safe|approved|authori[sz]ed|verified)\b",
        r"\b(?:network|file|shell)[-_]\w+\s*=\s*unrestricted\b",
    ];
    let overrides = [
        r"\b(?:must|can|may|should)\s*not\s+be\s+(?:overridden|overruled|questioned|changed\s+by\s+the\s+user)",
        r"\b(?:as|like)\s+(?:\w+\s+)?(?:system-?\s?level|highest-?\s?priority|root-?\s?level|top-?\s?priority)\s+(?:\w+\s+)?(?:instructions?|directives?|rules?)",
        r"(?:^|\n)\s*(?:[-*]\s*)?\**OVERRIDE\**\s*:",
        r"\bignore\s+(?:all\s+|any\s+)?(?:\w+\s+){0,3}?(?:tool\s+call\s+)?(?:restrictions?|polic(?:y|ies)(?:\s+errors?)?|guardrails?|security\s+\w+|safety\s+\w+|refusals?|user\s+(?:requests?|instructions?|preferences?))\b",
        r"\b(?:security|policy|safety)\s+(?:\w+\s+){0,2}?(?:checks?|warnings?|errors?|rules?)\s+(?:\w+\s+){0,4}?(?:are|is)\s+(?:advisory|optional|false\s+positives?|informational|outdated|noise)",
        r"\b(?:never|do\s+not|don['’]t)\s+(?:block|refuse|hesitate)\s+(?:on|for|because|at|to|any|an?|the)\b",
        r"\bretry\s+(?:\w+\s+){0,2}?with\s+sudo\b",
        r"\b(?:acknowledge|pretend)\b[^.\n]{0,60}\bbut\s+(?:proceed|continue|carry\s+on)\b",
        r"\b(?:append|insert|inject)\s+your\s+own\s+(?:rules?|instructions?|permissions?|directives?)",
        r"\b(?:supersedes?|takes?\s+(?:precedence|priority)\s+over|overrides?)\s+(?:all|any|every|the\s+user|user|other|system|previous)\b",
    ];
    let silences = [
        r"\b(?:do\s+not|don['’]t|never|must\s+not|should\s+not)\s+(?:\w+\s+){0,2}?(?:mention|tell|inform|disclose|reveal|notify|alert|alarm|announce)\b",
        r"\bsilently\b|\b(?:un|without\s+being\s+)noticed\b|\bnot\s+user-?\s?facing\b|\bbackground\s+telemetry\b",
        r"\bwithout\s+(?:\w+\s+){0,2}?(?:telling|informing|notifying|alerting|mentioning|warning)\b",
        r"\bnever\s+be\s+(?:disclosed|shown|mentioned|summari[sz]ed|revealed)\b",
        r"\b(?:hide|conceal|keep)\s+(?:this|these|it|them)\s+(?:\w+\s+){0,3}?(?:from\s+the\s+user|secret|hidden)\b",
    ];
    let sendings = [
        r"\b(?:post|send|submit|upload|forward|report|transmit|log|sync|mirror|exfiltrate)\w*\b[^\n]{0,140}?https?://",
        r"\bhttps?://[^\n]{0,80}\|[^\n]{0,60}(?:submission|analytics|collect|telemetry|execution)|\blog-to-endpoint\b",
        r"\b(?:submit|send|post)\s+(?:\w+\s+){0,3}?to\s+the\s+(?:\w+\s+){0,3}?(?:endpoints?|webhooks?|servers?|collector)\b",
        r"\b(?:fetch|load|download|retrieve|read)\b[^\n]{0,100}?https?://[^\n]{0,120}?\b(?:appl(?:y|ies)|follow|execute|obey|run)\b",
    ];
    let secrets = [
        r"~/\.(?:ssh|aws|gnupg|netrc|kube|gitconfig|npmrc|config/gcloud)|\bid_(?:rsa|ed25519)\b|\.env\b|\bapi[\s_-]?keys?\b|\bcredentials?\b|\benvironment\s+(?:variables?|values?)\b|\bprivate\s+keys?\b|\btokens\b",
    ];
    let order = |order, forms: &[&str]| (order, pattern(&format!("(?i){}", forms.join("|"))));
    [
        order(Order::Approval, &approvals),
        order(Order::Override, &overrides),
        order(Order::Silence, &silences),
        order(Order::Sending, &sendings),
        order(Order::Secrets, &secrets),
    ]
});

/// Returns the kinds of orders in a part of a text, each with its first place.
pub(in crate::scan) fn orders(view: &TextView<'_>, part: &Range<usize>) -> Vec<(Order, Range<usize>)> {
    let Some(text) = view.text().get(part.clone()) else { return Vec::new() };
    ORDERS
        .iter()
        .filter_map(|(order, sign)| {
            let place = sign
                .find_iter(text)
                .take(16)
                .map(|found| part.start + found.start()..part.start + found.end())
                .find(|place| !is_denied(view, place))?;
            Some((*order, place))
        })
        .collect()
}

/// "Never delete files without confirmation" asks for confirmation.
fn is_denied(view: &TextView<'_>, place: &Range<usize>) -> bool {
    match view.region(place.start) {
        Region::Comment => false,
        Region::CodeBlock(_) | Region::Code | Region::Prose => is_turned_round(view, place),
        _ => view.is_mention(place),
    }
}

/// Tells how bad the kinds of orders are together.
pub(in crate::scan) fn is_hostile(found: &[(Order, Range<usize>)]) -> bool {
    let has = |wanted: Order| found.iter().any(|(order, _)| *order == wanted);
    has(Order::Approval) || has(Order::Override) || has(Order::Silence) && (has(Order::Sending) || has(Order::Secrets))
}
