//! A way into the machine that is opened from inside.

use std::sync::LazyLock;

use crate::scan::evidence::command::{PLACES, is_run};
use crate::scan::evidence::setting::is_code;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "opened-tunnel",
    summary: "A port of this machine is opened to a host that is written in the skill",
    phase: Phase::NetworkExfil,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Open a tunnel only to a host of the user's, for one port, and close it afterwards.",
    references: &["AST01", "ASI05", "AML.T0096", "CWE-284"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("opened_tunnel.md"),
    hook: Hook::Text {
        needles: &["ssh ", "ngrok tcp", "chisel", "bore local", "frpc", "cloudflared", "autossh"],
        check,
    },
};

static TUNNEL: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        // ssh -R 2222:localhost:22 user@host
        r"\b(?:auto)?ssh\s[^\n|;]{0,120}-\w*R\s*(?:[\w.*-]*:)?\d{1,5}:(?:localhost|127\.0\.0\.1|[\w.-]+):\d{1,5}\s[^\n|;]{0,100}?[\w.-]+@[\w-]+(?:\.[\w-]+)+",
        r"\bngrok\s+tcp\s+(?:22|3389|5900|445)\b",
        r"\bcloudflared\s+[^\n]{0,60}--url\s+(?:ssh|rdp|tcp|smb)://\S+",
        r"\bbore\s+local\s+\d{1,5}\s+--to\s+[\w-]+(?:\.[\w-]+)+",
        r"\bchisel\s+client\s[^\n]{0,80}\bR:\S*",
    ];
    pattern(&format!("(?i){}", forms.join("|")))
});

/// Hosts that the reader is to fill in.
static BLANK: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?i)@(?:your|my|<|\$|example|server|host|vps|remote|bastion|jump)|@[\w.-]*example\.(?:com|org|net)")
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in TUNNEL.find_iter(view.text()).take(PLACES).filter(|found| is_code(view, found.start())) {
        if BLANK.is_match(found.as_str()) {
            continue;
        }
        let severity = if is_run(view, &found.range()) { Severity::High } else { Severity::Info };
        sink.report(view, found.range(), "somebody elsewhere gets a way into this machine").severity(severity);
    }
}
