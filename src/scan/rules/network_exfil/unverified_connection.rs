//! Connections whose certificate nobody checks.

use std::sync::LazyLock;

use crate::scan::evidence::setting::{around, is_code, is_shown_code};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "unverified-connection",
    summary: "A connection is made without checking who is at the other end",
    phase: Phase::NetworkExfil,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Leave the check of certificates on, and give the tool the certificate that it lacks.",
    references: &["AST04", "ASI03", "LLM02", "AML.T0083", "CWE-295"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("unverified_connection.md"),
    hook: Hook::Text {
        needles: &[
            "verify",
            "cert_none",
            "rejectunauthorized",
            "tls_reject",
            "insecure",
            " -k",
            "-sk",
            "no-check-certificate",
            "skipcertificatecheck",
            "strict-ssl",
        ],
        check,
    },
};

static UNCHECKED: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"\bverify\s*=\s*False\b|\bssl\.CERT_NONE\b|\b_create_unverified_context\b|\bcheck_hostname\s*=\s*False",
        r"\brejectUnauthorized\s*:\s*false|\bNODE_TLS_REJECT_UNAUTHORIZED\s*['\x22\]]*\s*=\s*['\x22]?0|\bInsecureSkipVerify\s*:\s*true",
        r"\bcurl\s(?:[^\n]{0,300}?\s)?(?:-[a-jl-zA-Z]{0,6}k[a-zA-Z]{0,6}|--insecure)(?:\s|$)",
        r"\bwget\s[^\n]{0,300}?--no-check-certificate",
        r"\b(?:http\.)?sslVerify[\s=]+(?:false|0)\b|\bGIT_SSL_NO_VERIFY\s*=\s*(?:1|true)|-SkipCertificateCheck\b|\bstrict-ssl[\s=]+false\b|\bPYTHONHTTPSVERIFY\s*=\s*['\x22]?0",
    ];
    pattern(&format!("(?m){}", forms.join("|")))
});

/// A secret that goes along.
static SECRET: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\bauthorization\b|\bbearer\b|\bauth\s*=|x-api-key|\b\w*(?:api_?key|token|secret|passw(?:or)?d)\w*\b\s*(?:[=:,})\x22']|$)|\s-u\s+\S+:",
    )
});

/// Machines whose certificates nobody signs.
static NEAR: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0|\b10\.\d+\.\d+\.\d+|\b192\.168\.|\b172\.(?:1[6-9]|2\d|3[01])\.|\.local\b|\.svc\b|\bkubernetes\b",
    )
});

/// Bytes of a statement around the switch.
const STATEMENT_BYTES: usize = 240;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in UNCHECKED.find_iter(view.text()).filter(|found| is_code(view, found.start())) {
        let statement = around(view, &found.range(), STATEMENT_BYTES);
        if NEAR.is_match(statement) || is_shown_code(view, &found.range()) {
            continue;
        }
        let severity = if SECRET.is_match(statement) && !view.is_markdown() { Severity::Medium } else { Severity::Low };
        let reason = match severity {
            Severity::Medium => "a secret goes to whoever answers, whose certificate is not checked",
            _ => "the certificate of whoever answers is not checked",
        };
        sink.report(view, found.range(), reason).severity(severity);
    }
}
