//! Code that is fetched and run in one breath, so that nobody can look at it.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::command::PLACES;
use crate::scan::evidence::setting::{frontmatter, is_about_owner, is_acquainted, is_code, is_shown, window};
use crate::scan::evidence::url::{HostKind, Url, urls};
use crate::scan::evidence::vendor_installer::is_vendor_installer;
use crate::scan::evidence::{find_bounded, pattern};
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
    revision: 2,
    page: include_str!("download_to_shell.md"),
    hook: Hook::Text {
        needles: &[
            "curl",
            "wget",
            "invoke-expression",
            "iex",
            "urlopen",
            "requests.get",
            "fetch(",
            "aria2c",
            "lwp-",
            "lynx",
            "w3m",
            "mshta",
            "regsvr32",
            "rundll32",
            "msiexec",
            "certutil",
            "bitsadmin",
            "downloadfile",
            "downloadstring",
            "invoke-webrequest",
            "file_get_contents",
            "https.get",
            "http.get",
            "lwp::simple",
            "open-uri",
            "git clone",
            "dig ",
            "nslookup",
        ],
        check,
    },
};

/// A download that is piped on, with its address inside.
static PIPED: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        // curl … | sudo bash -s --
        r"(?:\b|\\n)(?:curl|wget)\b(?:[^\n;]|\\\r?\n)*?\|\s*(?:(?:sudo|doas|env|exec|nohup)\s+(?:-\S+\s+|\w+=\S+\s+){0,4}){0,2}(?:/(?:usr/)?bin/)?(?:ba|z|da|k|a)?sh(?:[\s`'\x22);&\\]|$)",
        // curl … | python3 -   and nothing after it that would say what python does
        r"\b(?:curl|wget)\b(?:[^\n;]|\\\r?\n)*?\|\s*(?:sudo\s+)?(?:/(?:usr/)?bin/)?(?:python[\d.]*|node|perl|ruby|php)\s*(?:-\s*)?(?:[`'\x22);&\n]|$)",
        // iwr … | iex
        r"\b(?:iwr|irm|curl|wget|invoke-webrequest|invoke-restmethod|downloadstring)\b[^\n]*?\|\s*(?:iex|invoke-expression)\b",
        // aria2c -o- … | sh, lynx -source … | bash, GET … | sh
        r"\b(?:aria2c|lwp-request|lwp-download|lynx\s+-(?:source|dump)|w3m\s+-dump_source|http|fetch\s+-o\s*-|GET)\s[^\n;|]*?://[^\n;|]+\|\s*(?:sudo\s+)?(?:ba|z|da|k)?sh(?:[\s`'\x22);&\\]|$)",
        // certutil -urlcache -f http://… x.exe && x.exe
        r"\b(?:certutil(?:\.exe)?\s[^\n]*?-urlcache|bitsadmin(?:\.exe)?\s[^\n]*?/transfer)\b[^\n]*?(?:&&?|;)\s*\S",
        // DownloadFile(…); Start-Process …
        r"\b(?:downloadfile\s*\(|(?:iwr|invoke-webrequest|start-bitstransfer)\s)[^\n]*?(?:;|&&)\s*(?:start-process|start|&|invoke-item|\.\\)",
        // https.get(…, r => … eval(body))
        r"\bhttps?\.get\(\s*['\x22]https?://[^\n]*?\b(?:eval|Function|exec(?:Sync)?)\(",
        // fetch(…).then(r => r.text()).then(eval)
        r"\bfetch\(\s*['\x22`]https?://[^\n]*?\.then\(\s*(?:eval|Function)\b",
        // curl -o a.zip … && unzip -P secret a.zip
        r"\b(?:curl|wget)\b(?:[^\n]|\\\r?\n)*?(?:&&|;|\n)\s*(?:unzip\s+(?:-\w+\s+)*-P\s?\S+|7z\w*\s+[xe]\s+(?:\S+\s+)?-p\S+|unrar\s+[xe]\s+-p\S+)",
    ];
    pattern(&format!("(?im){}", forms.join("|")))
});

/// The head of a command that runs what it fetches; the address follows.
static OPENED: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        // bash <(curl …), source <(wget …)
        r"(?:\b(?:ba|z|k)?sh|\bsource|(?:^|[\s;&])\.|\bpython[\d.]*)\s+(?:-\S+\s+){0,3}<\(\s*(?:curl|wget)\b",
        // eval "$(curl …)", sh -c "$(curl …)"
        r"(?:\beval|\b(?:ba|z)?sh\s+-l?c|\bpython[\d.]*\s+-c)\s+['\x22]?(?:\$\(|`)\s*(?:curl|wget)\b",
        // iex (iwr …), iex ((New-Object Net.WebClient).DownloadString(…))
        r"\b(?:iex|invoke-expression)\b[\s(&'\x22]{0,8}(?:new-object\s+(?:system\.)?net\.webclient|iwr|irm|invoke-webrequest|invoke-restmethod|curl)\b",
        // mshta http://…, regsvr32 /i:http://…, msiexec /i http://…
        r"\b(?:mshta|rundll32|regsvr32|msiexec|installutil)(?:\.exe)?\s(?:[^\s]+\s+){0,4}?[^\s]{0,12}?(?:https?:|\\\\)",
        // perl -e 'eval get(…)', php -r 'eval(file_get_contents(…))', ruby -e 'eval(URI.open(…).read)'
        r"\b(?:eval|exec|system)\b[\s(]{0,4}(?:file_get_contents|URI\.open|open|Net::HTTP\.get|LWP::Simple::get|get)\s*\(\s*(?:URI\()?['\x22]https?:",
        // exec(requests.get(…).text), eval(await (await fetch(…)).text())
        r"\b(?:exec|eval)\s*\(\s*(?:compile\s*\(\s*)?(?:await\s*\(?\s*){0,2}(?:requests\.get|urllib\.request\.urlopen|urlopen|httpx\.get|fetch|\w{1,30}\.urlopen|__import__\(['\x22](?:urllib\.request|requests)['\x22]\)\.\w+)\s*\(",
    ];
    pattern(&format!("(?im){}", forms.join("|")))
});

/// `curl -o FILE`, whose first group is the file.
static TO_FILE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i)\b(?:curl|wget)\b[^\n|;]*?(?:\s-[a-zA-Z]{0,5}[oO]\s*|\s--output(?:-document)?[=\s]|\s>\s*)["']?([\w$./{}~-]{2,80})"#,
    )
});

/// Bytes of one command that fetches and runs, and bytes in which its address follows.
const COMMAND_BYTES: usize = 600;
const ADDRESS_BYTES: usize = 300;

/// A download that keeps the name it has there.
static TO_REMOTE_NAME: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)\b(?:curl\s(?:[^\n|;&]{0,200}?\s)?-[a-zA-Z]{0,5}O\b|wget\b)[^\n|;&]{0,300}"));

/// A repository that is fetched and something in it that is run by the next command.
static CLONE_AND_RUN: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\bgit\s+clone\s+[^\n|;&]{0,200}(?:\n\s*|;\s*|&&\s*)(?:cd\s+\S+\s*(?:\n|;|&&)\s*)?(?:sudo\s+)?(?:(?:python[\d.]*|node|(?:ba|z)?sh|perl|ruby)\s+[\w./-]+|\./[\w./-]+)",
    )
});

/// Code that a name server hands out.
static DEAD_DROP: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:dig|nslookup|host)\b[^\n|]{0,120}\btxt\b[^\n]{0,200}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh(?:[\s`'\x22);&\\]|$)|\b(?:eval|(?:ba)?sh\s+-c)\s+['\x22]?\$\(\s*(?:dig|nslookup|host)\b[^\n]{0,120}\btxt\b[^\n]{0,120}",
    )
});

/// Bytes after a download in which its file is still said to be run by the same step.
const STEP_BYTES: usize = 500;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    check_nameless(view, sink);
    let piped = find_bounded(&PIPED, text, COMMAND_BYTES).map(|found| found.range());
    let opened = OPENED.find_iter(text).map(|found| {
        let line = view.line_range(found.start());
        found.start()..text.floor_char_boundary((found.end() + ADDRESS_BYTES).min(line.end)).max(found.end())
    });
    for found in piped.chain(opened) {
        if sink.is_full(view.path()) {
            return;
        }
        if !is_code(view, found.start) && !text[found.clone()].contains("://") {
            continue;
        }
        // The address may stand on the next line of a continued command.
        let reach = window(text, found.start, found.len() + 200);
        let url = urls(reach).next().filter(|url| url.span.start < found.len());
        report(view, sink, found, url.as_ref());
    }
    for found in find_bounded(&TO_FILE, text, COMMAND_BYTES) {
        if sink.is_full(view.path()) {
            return;
        }
        let Some(file) = TO_FILE.captures(found.as_str()).and_then(|captures| captures.get(1)) else { continue };
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
        let is_stranger =
            url.host_kind() == HostKind::Named && !is_acquainted(view, &url) && !is_vendor_installer(&url);
        let after = window(text, found.end(), STEP_BYTES);
        if is_stranger && after.lines().skip(1).any(|step| is_started_from_scratch(step.trim_start(), file.as_str())) {
            report(view, sink, found.range(), Some(&url));
        }
    }
}

/// Reports what is fetched under the name that it has there, as a repository, or from a name
/// server, and run.
fn check_nameless(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in TO_REMOTE_NAME.find_iter(text).take(PLACES) {
        let Some(url) = urls(found.as_str()).next() else { continue };
        let Some(file) = url.path.rsplit('/').next().filter(|file| file.len() >= 2) else { continue };
        let rest = &text[found.end()..view.line_range(found.start()).end.max(found.end())];
        // An installer with that name is at least one that says so.
        if is_run_at_once(rest, file) && !(url.is_encrypted && file.contains("install")) {
            report(view, sink, found.range(), Some(&url));
        }
    }
    for found in CLONE_AND_RUN.find_iter(text).take(PLACES) {
        let Some(url) = urls(found.as_str()).next() else { continue };
        let is_stranger = match url.host_kind() {
            HostKind::RawAddress | HostKind::Drop => true,
            HostKind::Named => !is_acquainted(view, &url) && !is_forge(url.host),
            _ => false,
        };
        if is_stranger {
            let severity = if is_shown(view, &found.range()) { Severity::Info } else { Severity::High };
            sink.report(view, found.range(), format!("a repository from `{}` is fetched and run unseen", url.host))
                .severity(severity)
                .confidence(Confidence::Medium);
        }
    }
    for found in DEAD_DROP.find_iter(text).take(PLACES).filter(|found| is_code(view, found.start())) {
        let severity = if is_shown(view, &found.range()) { Severity::Info } else { Severity::Critical };
        sink.report(view, found.range(), "commands are taken from the record of a name server and run")
            .severity(severity);
    }
}

/// Tells whether a host is a home of repositories, going by its name.
fn is_forge(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    ["git.", "gitlab.", "gitea.", "code.", "codeberg.org", "sr.ht", "gitee.com", "sourceforge.net", "savannah."]
        .iter()
        .any(|name| host.starts_with(name) || host.contains(name))
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
                HostKind::Named if is_about_owner(view, url) || is_named_after(view, url) => (
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

/// Tells whether the skill says at its head that it is about the owner of the host, in one word
/// or in several.
fn is_named_after(view: &TextView<'_>, url: &Url<'_>) -> bool {
    let label: String = letters(url.registered_label());
    label.len() >= 6 && letters(frontmatter(view)).contains(&label)
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// Tells whether the rest of the line hands the file to a shell.
fn is_run_at_once(rest: &str, file: &str) -> bool {
    rest.split(['&', ';']).map(str::trim_start).any(|step| {
        ["bash ", "sh ", "sudo bash ", "sudo sh ", "source ", "zsh "].iter().any(|verb| step.starts_with(verb))
            && step.contains(file)
            || is_started_from_scratch(step, file)
    })
}

/// Tells whether a step starts a file that was put where nobody looks.
fn is_started_from_scratch(step: &str, file: &str) -> bool {
    let is_scratch = ["/tmp/", "/var/tmp/", "/dev/shm/", "$TMPDIR"].iter().any(|folder| file.starts_with(folder))
        || file.rsplit('/').next().is_some_and(|name| name.starts_with('.') && name.len() > 2);
    is_scratch
        && (step.starts_with(file)
            || step.starts_with(&format!("nohup {file}"))
            || step.starts_with(&format!("./{file}")))
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
