//! What protects the machine, the project or the agent is switched off.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::lead_in::{is_turned_round, is_under_warning};
use crate::scan::evidence::setting::{is_code, is_data, is_specimen, is_taught, teaches_security};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};
use crate::skill::FileClass;

pub(crate) static RULE: Rule = Rule {
    id: "security-control-disabled",
    summary: "What protects the machine, the project or the agent is switched off",
    phase: Phase::AgentControl,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Leave the protection on, and fix what it complains about.",
    references: &["AST03", "ASI02", "LLM06", "AML.T0081", "CWE-693"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("security_control_disabled.md"),
    hook: Hook::Text {
        needles: &[
            "disabl",
            "bypass",
            "turn off",
            "turns off",
            "turning off",
            "switch off",
            "circumvent",
            "suppress",
            "deactivat",
            "setenforce",
            "ufw ",
            "iptables",
            "spctl",
            "csrutil",
            "mppreference",
            "advfirewall",
            "auditctl",
            "xattr",
            "systemctl",
            "_unauthorized",
            "httpsverify",
            "ca_bundle",
            "sslverify",
            "ssl_no_verify",
            "strict-ssl",
            "insecure_transport",
            "enforcement",
            "strict_mode",
            "skip_",
            "allow_all",
            "histfile",
            "history -c",
            "wevtutil",
            "--no-verify",
            "_override",
            "bypass_",
            "unrestricted",
            "unfiltered",
            "uninstall",
            "remov",
            "guardrail",
            "user root",
            "sandbox",
            "audit",
            "policies.",
            "policy.",
        ],
        check,
    },
};

/// A kind of protection, how it is switched off, and how bad that is alone.
struct Control {
    reason: &'static str,
    severity: Severity,
    sign: Pattern,
    form: Form,
}

/// How a protection is switched off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// By a command or a setting.
    Command,
    /// By a sentence that tells the agent to.
    Order,
    /// By a word that a client reads.
    Word,
}

static CONTROLS: LazyLock<[Control; 9]> = LazyLock::new(|| {
    let control = |reason, severity, forms: &[&str]| Control {
        reason,
        severity,
        sign: pattern(&format!("(?im){}", forms.join("|"))),
        form: Form::Command,
    };
    [
        control(
            "a protection of the machine is switched off",
            Severity::High,
            &[
                r"\bsetenforce\s+0\b|^\s*SELINUX\s*=\s*(?:disabled|permissive)|\bufw\s+(?:--force\s+)?disable\b",
                r"\biptables\s+(?:-F|--flush)\b|\bnft\s+flush\s+ruleset\b|\bspctl\s+--(?:master|global)-disable|\bcsrutil\s+disable",
                r"\bDisableRealtimeMonitoring\s+(?:\$true|1)|\bAdd-MpPreference\s+-Exclusion|\badvfirewall\s+set\s+\w+\s+state\s+off",
                r"\bsystemctl\s+(?:stop|disable|mask)\s+(?:--now\s+)?(?:firewalld|ufw|auditd|apparmor|falcon-sensor|clamav\S*|fail2ban|osqueryd?|wazuh\S*|sysmon)\b",
                r"\baa-(?:disable|teardown)\b|\bauditctl\s+-(?:e\s*0|D)\b|\bsc(?:\.exe)?\s+(?:stop|config|delete)\s+WinDefend|\bsysctl\s+[^\n]{0,40}randomize_va_space\s*=\s*0",
            ],
        ),
        control(
            "traces are wiped or not kept",
            Severity::High,
            &[
                r"\bunset\s+HISTFILE\b|\bhistory\s+-c\b|\bset\s+\+o\s+history\b|\bHISTFILE=/dev/null|\bwevtutil\s+cl\b|\bClear-EventLog\b|\brm\s+(?:-\w+\s+)?~/\.(?:bash|zsh)_history|\btruncate\s[^\n]{0,40}/var/log/",
            ],
        ),
        control(
            SWITCH,
            Severity::High,
            &[
                r"\b\w*(?:ENFORCEMENT|STRICT_MODE|GUARDRAILS?|SAFETY_CHECKS?|POLICY_CHECKS?|SECURITY_CHECKS?|AUDIT_LOG(?:GING)?|AUDIT_ENABLED|SECURE_MODE|CONTENT_FILTER(?:ING)?|SANDBOX(?:_MODE|_ENABLED)?)['\x22]?\s*[=:]\s*['\x22]?(?:disabled|off|false|0|none|log_only|permissive|no)\b",
                r"\b\w*(?:VALIDATION_SKIP|SKIP_(?:VALIDATION|SECURITY|VERIFICATION|AUDIT|CONFIRMATIONS?)|ALLOW_ALL_TOOLS|ALLOW_ALL|DISABLE_(?:SECURITY|AUDIT\w*|SANDBOX|GUARDRAILS?|SAFETY\w*))['\x22]?\s*[=:]\s*['\x22]?(?:true|1|on|yes)\b",
                r"['\x22](?:allow_all(?:_tools)?|skip_?confirmations?|auto_?approve(?:_?all)?|disable_?confirmations?)['\x22]\s*:\s*true",
            ],
        ),
        control(
            "the verification of certificates is switched off for everything",
            Severity::Medium,
            &[
                r"\bNODE_TLS_REJECT_UNAUTHORIZED['\x22]?\]?\s*[=:]\s*['\x22]?0|\bPYTHONHTTPSVERIFY['\x22]?\s*[=:]\s*['\x22]?0|\b(?:CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|SSL_CERT_FILE)\s*=\s*(?:''|\x22\x22)",
                r"\bhttp\.sslVerify\s+['\x22]?false|\bGIT_SSL_NO_VERIFY\s*=\s*['\x22]?(?:1|true)|\bstrict-ssl\s*(?:=|\s)\s*false|\bOAUTHLIB_INSECURE_TRANSPORT\s*=\s*['\x22]?1",
            ],
        ),
        control(
            "a commit goes past the hooks that check it",
            Severity::Low,
            &[r"\bgit\s+(?:commit|push)\s[^\n`]{0,80}--no-verify\b|\bcore\.hooksPath\s+/dev/null"],
        ),
        control(
            "a tool that looks for vulnerabilities or secrets is taken out",
            Severity::Medium,
            &[
                r"\b(?:remov|disabl|uninstall|delet|bypass|strip|turn(?:s|ing)?\s+off\b)\w*\s+(?:the\s+|all\s+|any\s+)?(?:\w+[\s-]){0,2}?(?:security(?:-related)?\s+(?:scann?(?:ing|ers?)|dev\s+dependencies|tools?|layers?|linters?)|secret\s+scann\w*|vulnerability\s+scann\w*|safety\s+check\s|bandit|pip-audit|gitleaks|trufflehog|semgrep|trivy|dependabot|codeql)\b",
                r"\b(?:pip|npm|uv|apt|brew)\s+(?:uninstall|remove|purge)\s[^\n]{0,60}\b(?:bandit|safety|pip-audit|gitleaks|semgrep|clamav)\b",
            ],
        ),
        control(
            "the rules of a policy are replaced by ones that allow everything",
            Severity::High,
            &[
                r"\b(?:write_file|edit_file)\(\s*['\x22][\w./-]*(?:polic(?:y|ies)|permissions?|guardrails?|sandbox|security)[\w.-]*\.(?:json|ya?ml|toml)['\x22][^\n]{0,40}",
                r"\b(?:unconditional|blanket|universal|catch-?all)\s+allow\s+rules?\b|\ballow-?\s?all\s+(?:policy|policies|rules?)\b",
            ],
        ),
        Control {
            reason: "a word that unlocks the agent stands where a client reads it",
            severity: Severity::Medium,
            sign: pattern(concat!(
                r"(?im)\b(?:ADMIN|SYSTEM|SAFETY|SECURITY|ROOT|RESEARCHER?|DEVELOPER)_OVERRIDE(?:_ENABLED)?\b|\bBYPASS_(?:CONTENT|SAFETY|SECURITY|POLICY|APPROVAL|PERMISSION|GUARDRAIL|FILTER|MODERATION)\w*|\bUNRESTRICTED_MODE\b|\bJAILBREAK_\w+",
                r"|\b(?:enters?|activates?|switch(?:es)?\s+to|enables?)\s+(?:an?\s+|the\s+)?(?:unrestricted|unfiltered|uncensored|jailbr\w+|god)\s+mode\b",
            )),
            form: Form::Word,
        },
        Control {
            reason: "the agent is told to switch a protection off",
            severity: Severity::Medium,
            sign: pattern(
                r"(?im)\b(?:disabl(?:e|es|ing)|turn(?:s|ing)?\s+off|switch(?:es|ing)?\s+off|deactivat(?:e|es|ing)|bypass(?:es|ing)?|circumvent(?:s|ing)?|suppress(?:es|ing)?)\s+(?:all\s+|any\s+|every\s+|the\s+|your\s+|its\s+|existing\s+)?(?:\w+[\s-]){0,3}?(?:firewalls?|anti-?virus|selinux|apparmor|gatekeeper|windows\s+defender|sandbox(?:ing)?|guardrails?|safety\s+(?:checks?|filters?|controls?|mechanisms?)|security(?:\s+(?:checks?|controls?|scan\w*|polic\w+|warnings?|hooks?|tools?|measures?|software))?|audit\s+(?:log\w*|trail)|permission\s+(?:gate|checks?|prompts?|system)|content\s+filter\w*|malware\s+(?:scan\w*|protection)|endpoint\s+protection|confirmation\s+prompts?)\b",
            ),
            form: Form::Order,
        },
    ]
});

/// Why a switch is reported.
const SWITCH: &str = "a switch that enforces a policy is set to off";

/// Where a sentence that gives an order begins its verb.
static GIVES_ORDER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[.:;!,]\s+|\b(?:and|then|must|should|please|also|to|will|skill|it|agent|first|always|can|may|step\s+\d+:?|you)\s+)$",
    )
});
/// Words that make the order a demand, or let it cover everything.
static DEMANDS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:must|required?|always|any|all|every|automatically|silently|before\s+(?:setup|install\w*|running|you|the|continuing|proceeding))\b",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if is_specimen(view) || is_data(view) || teaches_security(view) {
        return;
    }
    let mut found: Vec<(&Control, Range<usize>, Severity)> = Vec::new();
    for control in CONTROLS.iter() {
        let place = control.sign.find_iter(view.text()).take(12).map(|place| place.range()).find_map(|place| {
            let severity = severity(view, control, &place)?;
            Some((place, severity))
        });
        if let Some((place, severity)) = place {
            found.push((control, place, severity));
        }
    }
    // Whoever takes out one protection has a reason; whoever takes out two, a plan.
    let is_plan = found.len() >= 2;
    for (control, place, severity) in found {
        let severity = if is_plan { Severity::High } else { severity };
        sink.report(view, place, control.reason).severity(severity);
    }
}

fn severity(view: &TextView<'_>, control: &Control, place: &Range<usize>) -> Option<Severity> {
    // A parameter or variable of a library is no switch that somebody set: those are in capitals,
    // or are keys of a configuration.
    let is_variable =
        control.reason == SWITCH && view.text()[place.clone()].starts_with(|first: char| first.is_lowercase());
    if view.is_of_package() && !view.is_markdown() && view.file().class != FileClass::Config && is_variable {
        return None;
    }
    let is_order = control.form == Form::Order;
    let is_command = is_code(view, place.start);
    if is_order && (is_command || !is_given(view, place)) || is_denied(view, place) {
        return None;
    }
    let line = view.line(place.start);
    match () {
        () if is_order && DEMANDS.is_match(line) => Some(Severity::High),
        () if control.form == Form::Word && view.region(place.start) == Region::Frontmatter => Some(Severity::High),
        () if is_command || is_order || control.severity == Severity::Medium => Some(control.severity),
        () => None,
    }
}

fn is_given(view: &TextView<'_>, place: &Range<usize>) -> bool {
    let before = &view.text()[view.line_range(place.start).start..place.start];
    let before = before
        .trim_start_matches([' ', '\t', '-', '*', '>', '#', '.', ')'])
        .trim_start_matches(|c: char| c.is_ascii_digit());
    GIVES_ORDER.is_match(before.trim_start_matches(['.', ')', ' ', '*', '`']))
}

fn is_denied(view: &TextView<'_>, place: &Range<usize>) -> bool {
    match view.region(place.start) {
        Region::CodeBlock(_) | Region::Code => {
            let line = view.line(place.start).trim_start();
            line.starts_with('#') && !line.starts_with("#!") || is_under_warning(view, place.start)
        }
        _ => is_taught(view, place) || is_turned_round(view, place),
    }
}
