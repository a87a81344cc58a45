//! Skills that are harmless one by one.

use std::sync::LazyLock;

use crate::scan::evidence::network_sink::sends;
use crate::scan::evidence::secret_file::{SecretKind, secret_files};
use crate::scan::evidence::setting::{is_specimen, is_taught, window};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "cross-skill-chain",
    summary: "One skill of the bundle reads secrets, and another one that it leads to sends data out",
    phase: Phase::AgentControl,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Review the skills together, as one.",
    references: &["AST10", "ASI07", "LLM06", "AML.T0084", "CWE-200"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("cross_skill_chain.md"),
    hook: Hook::Bundle(check),
};

/// A command or an order that takes what a file holds.
static TAKES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[\s;&|(`*])(?:cat|head|base64|cp|tar|zip|read|reads|collect|collects|gather|gathers|extract|extracts|load|loads|copy|copies|open|dump|export|get-content)\b[^\n]{0,160}$",
    )
});

/// A place where one skill leaves something for another.
static DROP: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?:/tmp|/var/tmp|/dev/shm|~/\.cache|\$TMPDIR)/[\w.-]*[\w-][\w./-]*"));

/// Bytes before a name in which the order to read it stands.
const ORDER_BYTES: usize = 160;
/// Skills of one bundle that are compared.
const SKILLS: usize = 200;

/// A skill among several, with what its files do.
#[derive(Debug)]
struct Part<'v, 'a> {
    folder: &'v str,
    reads: Option<(&'v TextView<'a>, usize)>,
    sends: bool,
    drops: Vec<&'a str>,
    texts: Vec<&'v TextView<'a>>,
}

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let folders: Vec<&str> = view
        .files
        .iter()
        .filter(|file| file.origin.is_none() && file.file.path.file_name().eq_ignore_ascii_case("skill.md"))
        .map(|file| file.file.path.as_str().rsplit_once('/').map_or("", |(folder, _)| folder))
        .take(SKILLS)
        .collect();
    if folders.len() < 2 {
        return;
    }
    let parts: Vec<Part<'_, '_>> = folders.iter().map(|folder| part(view, folder, &folders)).collect();
    for source in parts.iter().filter(|part| !part.sends) {
        let Some((text, at)) = source.reads else { continue };
        let Some(target) = parts.iter().find(|target| target.sends && is_led(source, target)) else { continue };
        let name = if target.folder.is_empty() { "the bundle's own skill" } else { target.folder };
        sink.report(text, at..at + 1, format!("what is read here is handed to `{name}`, which sends data out"));
    }
}

/// Collects what the files of one skill do; those of a skill below it are that one's.
fn part<'v, 'a>(view: &'v BundleView<'a>, folder: &'v str, folders: &[&str]) -> Part<'v, 'a> {
    let is_inside = |path: &str, folder: &str| {
        folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    };
    let texts: Vec<&TextView<'_>> = view
        .texts()
        .filter(|text| text.origin().is_none() && !is_specimen(text) && is_inside(text.path(), folder))
        .filter(|text| {
            !folders
                .iter()
                .any(|other| other.len() > folder.len() && is_inside(other, folder) && is_inside(text.path(), other))
        })
        .collect();
    let reads = texts.iter().find_map(|text| Some((*text, read(text)?)));
    let does_send = texts.iter().any(|text| {
        sends(text.text()).iter().any(|send| (send.is_to_stranger() || send.is_mail()) && !is_taught(text, &send.span))
    });
    let drops =
        texts.iter().flat_map(|text| DROP.find_iter(text.text())).map(|found| found.as_str()).take(100).collect();
    Part { folder, reads, sends: does_send, drops, texts }
}

/// Returns where a text takes what a file with secrets holds.
fn read(text: &TextView<'_>) -> Option<usize> {
    let found = secret_files(text.text()).take(200).find(|file| {
        let line = text.line_range(file.span.start);
        let start = text.text().ceil_char_boundary(line.start.max(file.span.start.saturating_sub(ORDER_BYTES)));
        file.kind != SecretKind::Settings
            && TAKES.is_match(window(text.text(), start, file.span.start - start))
            && !is_taught(text, &file.span)
    })?;
    Some(found.span.start)
}

/// Tells whether one skill leads to another: it names it, or both use the same place.
fn is_led(source: &Part<'_, '_>, target: &Part<'_, '_>) -> bool {
    let name = target.folder.rsplit('/').next().unwrap_or_default();
    let is_named = name.len() >= 4 && source.texts.iter().any(|text| text.text().contains(name));
    is_named || source.drops.iter().any(|place| target.drops.contains(place))
}
