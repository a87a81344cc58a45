//! Code that is fetched and run in one breath, so that nobody can look at it.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::{is_about_owner, is_code, is_shown, window};
use crate::scan::evidence::url::{HostKind, Url, urls};
use crate::scan::evidence::vendor_installer::is_vendor_installer;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "download-to-shell",
    summary: "A download is handed to a shell or an interpreter without being looked at",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Download the file, read it, compare its digest, and run it only then; or install from a package manager.",
    references: &["AST01", "ASI05", "LLM03", "AML.T0011", "CWE-494"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("download_to_shell.md"),
    hook: Hook::Text {
        needles: &["curl", "wget", "invoke-expression", "iex", "urlopen", "requests.get", "fetch("],
        check,
    },
};

static FETCH_AND_RUN: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        // curl … | sudo bash -s --
        r"\b(?:curl|wget)\b(?:[^\n;]|\\\r?\n){0,400}?\|\s*(?:(?:sudo|doas|env|exec|nohup)\s+(?:-\S+\s+|\w+=\S+\s+){0,4}){0,2}(?:/(?:usr/)?bin/)?(?:ba|z|da|k|a)?sh(?:[\s`'\x22);&\\]|$)",
        // curl … | python3 -   and nothing after it that would say what python does
        r"\b(?:curl|wget)\b(?:[^\n;]|\\\r?\n){0,400}?\|\s*(?:sudo\s+)?(?:/(?:usr/)?bin/)?(?:python[\d.]*|node|perl|ruby|php)\s*(?:-\s*)?(?:[`'\x22);&\n]|$)",
        // bash <(curl …), source <(wget …)
        r"(?:\b(?:ba|z|k)?sh|\bsource|(?:^|[\s;&])\.|\bpython[\d.]*)\s+(?:-\S+\s+){0,3}<\(\s*(?:curl|wget)\b[^\n)]{0,400}",
        // eval "$(curl …)", sh -c "$(curl …)"
        r"(?:\beval|\b(?:ba|z)?sh\s+-l?c|\bpython[\d.]*\s+-c)\s+['\x22]?(?:\$\(|`)\s*(?:curl|wget)\b[^\n)`]{0,400}",
        // iwr … | iex
        r"\b(?:iwr|irm|curl|wget|invoke-webrequest|invoke-restmethod|downloadstring)\b[^\n]{0,400}?\|\s*(?:iex|invoke-expression)\b",
        // iex (iwr …), iex ((New-Object Net.WebClient).DownloadString(…))
        r"\b(?:iex|invoke-expression)\b[\s(&'\x22]{0,8}(?:new-object\s+(?:system\.)?net\.webclient|iwr|irm|invoke-webrequest|invoke-restmethod|curl)\b[^\n]{0,300}",
        // exec(requests.get(…).text), eval(await (await fetch(…)).text())
        r"\b(?:exec|eval)\s*\(\s*(?:compile\s*\(\s*)?(?:await\s*\(?\s*){0,2}(?:requests\.get|urllib\.request\.urlopen|urlopen|httpx\.get|fetch)\s*\([^\n]{0,300}",
    ];
    pattern(&format!("(?im){}", forms.join("|")))
});

/// `curl -o FILE`, whose first group is the file.
static TO_FILE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i)\b(?:curl|wget)\b[^\n|;]{0,300}?(?:\s-[a-zA-Z]{0,5}[oO]\s*|\s--output(?:-document)?[=\s]|\s>\s*)["']?([\w$./{}~-]{2,80})"#,
    )
});

/// Bytes after a download in which its file is still said to be run by the same step.
const STEP_BYTES: usize = 500;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in FETCH_AND_RUN.find_iter(text) {
        if sink.is_full(view.path()) {
            return;
        }
        if !is_code(view, found.start()) && !found.as_str().contains("://") {
            continue;
        }
        // The address may stand on the next line of a continued command.
        let reach = window(text, found.start(), found.len() + 200);
        let url = urls(reach).next().filter(|url| url.span.start < found.len());
        report(view, sink, found.range(), url.as_ref());
    }
    for captures in TO_FILE.captures_iter(text) {
        if sink.is_full(view.path()) {
            return;
        }
        let (Some(found), Some(file)) = (captures.get(0), captures.get(1)) else { continue };
        let Some(url) = urls(view.line(found.start())).next() else { continue };
        let line_rest = &text[found.end()..view.line_range(found.start()).end.max(found.end())];
        if is_run_at_once(line_rest, file.as_str()) {
            report(view, sink, found.range(), Some(&url));
            continue;
        }
        let is_unaccounted = matches!(url.host_kind(), HostKind::RawAddress | HostKind::Drop)
            || (!url.is_encrypted && url.host_kind() == HostKind::Named);
        if is_unaccounted && is_run(window(text, found.end(), STEP_BYTES), file.as_str()) {
            let severity = if is_shown(view, &found.range()) { Severity::Info } else { Severity::Critical };
            sink.report(
                view,
                found.range(),
                format!("a file from `{}` is stored and run by the next commands", url.host),
            )
            .severity(severity);
        }
    }
}

fn report(view: &TextView<'_>, sink: &mut Sink<'_>, span: Range<usize>, url: Option<&Url<'_>>) {
    let (severity, confidence, reason) = match url {
        Some(url) if is_vendor_installer(url) => (
            Severity::Info,
            Confidence::High,
            format!("the installer of `{}` is run unseen, as its vendor documents", url.host),
        ),
        Some(url) => {
            let host = url.host;
            match url.host_kind() {
                HostKind::Local | HostKind::Placeholder => {
                    (Severity::Low, Confidence::Low, format!("a download from `{host}` is run unseen"))
                }
                HostKind::RawAddress => (
                    Severity::Critical,
                    Confidence::High,
                    format!("a download from the bare address `{host}` is run unseen"),
                ),
                HostKind::Drop => (
                    Severity::Critical,
                    Confidence::High,
                    format!("a download from `{host}`, where anybody can leave a file, is run unseen"),
                ),
                _ if !url.is_encrypted => (
                    Severity::Critical,
                    Confidence::Medium,
                    format!("a download from `{host}` over an open connection is run unseen"),
                ),
                HostKind::KnownService => {
                    (Severity::Medium, Confidence::Medium, format!("a file of somebody at `{host}` is run unseen"))
                }
                HostKind::Named if is_about_owner(view, url) => (
                    Severity::Low,
                    Confidence::Medium,
                    format!("the installer of `{host}`, which the skill is about, is run unseen"),
                ),
                HostKind::Named => {
                    (Severity::High, Confidence::Medium, format!("a download from `{host}` is run unseen"))
                }
            }
        }
        None if view.text()[span.clone()].contains('$') => {
            (Severity::Medium, Confidence::Low, "a download from a computed address is run unseen".to_owned())
        }
        None => (Severity::Info, Confidence::Low, "a download that is run unseen is spoken of".to_owned()),
    };
    let severity = if severity > Severity::Info && is_shown(view, &span) { Severity::Info } else { severity };
    sink.report(view, span, reason).severity(severity).confidence(confidence);
}

/// Tells whether the rest of the line hands the file to a shell.
fn is_run_at_once(rest: &str, file: &str) -> bool {
    rest.split(['&', ';']).map(str::trim_start).any(|step| {
        ["bash ", "sh ", "sudo bash ", "sudo sh ", "source ", "zsh "].iter().any(|verb| step.starts_with(verb))
            && step.contains(file)
    })
}

fn is_run(after: &str, file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    after.lines().filter(|line| line.contains(name)).any(|line| {
        let line = line.trim_start_matches([' ', '\t', '&', ';', '$']);
        [
            "chmod +x",
            "chmod 7",
            "chmod a+x",
            "chmod u+x",
            "sh ",
            "bash ",
            "python",
            "./",
            "sudo ",
            "nohup ",
            "exec ",
            "open ",
        ]
        .iter()
        .any(|verb| {
            line.starts_with(verb) || line.contains(&format!("&& {verb}")) || line.contains(&format!("; {verb}"))
        })
    })
}
