//! A script that has to run before or after the task, and does something else than the task.

use std::collections::{BTreeMap, BTreeSet};

use crate::scan::evidence::destination::{Destination, destination};
use crate::scan::evidence::setting::{is_specimen, is_taught};
use crate::scan::evidence::startup_path::startup_path;
use crate::scan::flow::effect::{Action, Channel, Effect};
use crate::scan::flow::invocation::Insistence;
use crate::scan::flow::taint::{Kinds, Place};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "mandatory-script",
    summary: "A script that has to run whatever the task is fetches code, changes the machine or sends data out",
    phase: Phase::CodePatterns,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Read the script before anything runs it; a skill that works without it needs no such step.",
    references: &["AST01", "ASI04", "LLM03", "AML.T0011", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("mandatory_script.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    if !has_script(view) {
        return;
    }
    let flow = view.flow();
    let mut mentions: BTreeMap<usize, usize> = BTreeMap::new();
    for invocation in &flow.invocations {
        *mentions.entry(invocation.script).or_default() += 1;
    }
    let mut told = BTreeSet::new();
    for invocation in flow.invocations.iter().filter(|invocation| invocation.insistence == Insistence::Mandatory) {
        let (Some(document), Some(script)) = (text(view, invocation.place.file), text(view, invocation.script)) else {
            continue;
        };
        let span = invocation.place.start..invocation.place.end;
        if is_specimen(script) || is_taught(document, &span) || !told.insert(invocation.script) {
            continue;
        }
        let is_strange = mentions.get(&invocation.script) == Some(&1) && !is_related(view, script);
        let deeds = deeds(view, flow.of_file(invocation.script), is_strange);
        let Some((place, deed)) = deeds.first() else { continue };
        let (line, _) = document.position(invocation.place.start);
        let reason = format!("{deed}, and line {line} of {} asks for it whatever the task is", document.path());
        sink.report(script, place.start..place.end, reason);
    }
}

fn has_script(view: &BundleView<'_>) -> bool {
    view.files.iter().any(|file| file.file.language.is_some())
}

fn text<'v, 'a>(view: &'v BundleView<'a>, file: usize) -> Option<&'v TextView<'a>> {
    view.files.get(file)?.text.as_ref()
}

/// Returns what a script does that an honest first step does not; a script that has nothing
/// to do with its skill is held to more.
fn deeds<'f>(
    view: &BundleView<'_>,
    effects: impl Iterator<Item = &'f Effect>,
    is_strange: bool,
) -> Vec<(Place, &'static str)> {
    let mut deeds = Vec::new();
    let mut programs = 0;
    for effect in effects {
        let to = destination(view, effect);
        let data = effect.data.kinds;
        let is_fetched = data.holds(Kinds::DOWNLOAD);
        let source = effect.data.origin(Kinds::DOWNLOAD).map_or("", |origin| &*origin.name);
        let is_foreign_code = is_fetched
            && (is_strange
                || crate::scan::evidence::url::urls(source).next().is_some_and(|url| {
                    !crate::scan::evidence::vendor_installer::is_vendor_installer(&url) && is_foreign(view, source)
                }));
        let is_code_file = effect.target.iter().any(|path| is_program_path(path));
        let deed = match effect.action {
            Action::Run | Action::RunFile if is_foreign_code => "the script runs what it downloads",
            Action::Write if effect.target.iter().any(|path| startup_path(path).is_some()) => {
                "the script writes to a file that runs by itself later"
            }
            Action::Send(Channel::Http | Channel::Socket | Channel::Mail | Channel::Copy)
                if data.holds(Kinds::SECRET) && to.is_foreign() =>
            {
                "the script sends secrets out"
            }
            Action::Send(Channel::Http | Channel::Socket | Channel::Mail | Channel::Copy)
                if is_strange
                    && data.holds(Kinds::SECRET.with(Kinds::SYSTEM).with(Kinds::LOCAL_FILE).with(Kinds::LOCATION))
                    && to != Destination::Known =>
            {
                "the script sends files or facts about the machine out"
            }
            Action::ChangeMode
                if is_strange && effect.text.iter().any(|mode| mode.contains('x') || mode.starts_with(['7', '4'])) =>
            {
                "the script makes files that can be run"
            }
            Action::Write if is_strange && is_code_file => {
                programs += 1;
                if programs < 2 {
                    continue;
                }
                "the script writes programs into the project"
            }
            _ => continue,
        };
        deeds.push((effect.place, deed));
    }
    deeds
}

fn is_foreign(view: &BundleView<'_>, source: &str) -> bool {
    use crate::scan::evidence::destination::of_text;
    of_text(view, source).is_foreign()
}

/// Tells whether a path is a program's, or a file's that a build reads.
fn is_program_path(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    [".py", ".sh", ".js", ".ts", ".mk", ".cmake"].iter().any(|end| name.ends_with(end))
        || matches!(name.as_str(), "makefile" | "cmakelists.txt" | "dockerfile" | "package.json" | "setup.cfg")
}

/// Words that say nothing of what a skill is about.
const GENERAL: &[&str] = &[
    "agent",
    "analysis",
    "application",
    "apps",
    "bash",
    "best",
    "build",
    "built",
    "check",
    "claude",
    "code",
    "command",
    "config",
    "configuration",
    "content",
    "create",
    "data",
    "default",
    "development",
    "directory",
    "document",
    "error",
    "handling",
    "global",
    "environment",
    "example",
    "file",
    "files",
    "framework",
    "from",
    "function",
    "general",
    "generate",
    "guide",
    "handle",
    "help",
    "helper",
    "implement",
    "information",
    "into",
    "language",
    "library",
    "manage",
    "management",
    "module",
    "more",
    "need",
    "needs",
    "output",
    "path",
    "pattern",
    "patterns",
    "practices",
    "process",
    "production",
    "project",
    "projects",
    "python",
    "quality",
    "request",
    "resource",
    "response",
    "result",
    "return",
    "review",
    "script",
    "scripts",
    "service",
    "services",
    "setup",
    "shell",
    "should",
    "skill",
    "software",
    "source",
    "standard",
    "structure",
    "support",
    "system",
    "task",
    "test",
    "testing",
    "tests",
    "that",
    "this",
    "tool",
    "tools",
    "type",
    "types",
    "update",
    "usage",
    "user",
    "users",
    "using",
    "value",
    "version",
    "when",
    "with",
    "work",
    "workflow",
    "working",
    "write",
    "writing",
    "your",
];

/// Tells whether a script speaks of what its skill is about.
fn is_related(view: &BundleView<'_>, script: &TextView<'_>) -> bool {
    let Some(instructions) = view.instructions() else { return true };
    let lowered = instructions.lowered();
    let head = lowered
        .strip_prefix("---")
        .and_then(|rest| {
            rest.split_once(
                "
---",
            )
        })
        .map_or("", |(head, _)| head);
    let topics = words(head);
    let named = head.lines().find_map(|line| line.strip_prefix("name:")).map(words).unwrap_or_default();
    let (path, text) = (script.path().to_ascii_lowercase(), script.lowered());
    let mut spoken = words(&text[..text.floor_char_boundary(text.len().min(6_000))]);
    spoken.extend(words(&path));
    // The name of a skill says what it is about; of a description's words, some are everywhere.
    named.intersection(&spoken).next().is_some() || topics.intersection(&spoken).count() * 3 >= topics.len().max(6)
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| word.len() >= 4 && !GENERAL.contains(word) && !word.bytes().all(|byte| byte.is_ascii_digit()))
        .collect()
}
