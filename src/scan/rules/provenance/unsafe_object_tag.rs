//! YAML whose tags build objects of a program.

use std::sync::LazyLock;

use crate::scan::evidence::python_sink::is_unsafe_global;
use crate::scan::evidence::setting::is_taught;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "unsafe-object-tag",
    summary: "A YAML tag calls a function of the program that loads it",
    phase: Phase::Provenance,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the tag, and load YAML with a loader that knows data alone.",
    references: &["AST05", "ASI05", "LLM03", "AML.T0010", "CWE-502"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("unsafe_object_tag.md"),
    hook: Hook::Text {
        needles: &["!!python/", "!ruby/object", "!!javax.", "!!com.sun.", "tag:yaml.org,2002:python/"],
        check,
    },
};

/// The tag, and the module and name that it calls.
static PYTHON: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?:!!|tag:yaml\.org,2002:)python/object(?:/(?:apply|new))?:([\w.]+)\.(\w+)"));

static OTHER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"!ruby/object:(?:Gem::\w+|ERB|Net::\w+|PStore)|!!javax\.script\.ScriptEngineManager|!!com\.sun\.rowset\.JdbcRowSetImpl",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in PYTHON.captures_iter(view.text()).take(50) {
        let (Some(whole), Some(module), Some(name)) = (found.get(0), found.get(1), found.get(2)) else { continue };
        let severity = match is_unsafe_global(module.as_str(), name.as_str()) {
            _ if is_taught(view, &whole.range()) => Severity::Info,
            true => Severity::Critical,
            false => Severity::Low,
        };
        let reason = format!("loading the text calls `{}.{}`", module.as_str(), name.as_str());
        sink.report(view, whole.range(), reason).severity(severity);
    }
    for found in OTHER.find_iter(view.text()).take(50) {
        let severity = if is_taught(view, &found.range()) { Severity::Info } else { Severity::Critical };
        sink.report(view, found.range(), "loading the text builds an object that runs code").severity(severity);
    }
}
