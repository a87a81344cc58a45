//! A package that does at its installation what its version before did not.

use crate::scan::evidence::install_code::{InstallAct, InstallHook, install_hooks};
use crate::scan::layer::Layers;
use crate::scan::{
    BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Ruleset, Severity, Sink, VersionJump, VersionStep,
};

pub(crate) static RULE: Rule = Rule {
    id: "version-jump",
    summary: "Installing this version runs what the version before did not, and that reaches out",
    phase: Phase::Provenance,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Stay with the version before until the maintainers say what the new step is for.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("version_jump.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let (Some(before), Some(package)) = (&view.beside.before, &view.beside.package) else { return };
    let step = VersionStep::between(&before.name, &package.version);
    let layers = Layers::default();
    let old_view = BundleView::new(&before.bundle, &layers, &[], Ruleset::builtin().signatures());
    let old = install_hooks(&old_view);
    for hook in install_hooks(view) {
        let Some(severity) = judge(&hook, &old, step) else { continue };
        let Some(text) = view.files.get(hook.file).and_then(|file| file.text.as_ref()) else { continue };
        let words = match hook.act {
            Some(act) if act > InstallAct::StartsPrograms => act.words(),
            _ => "runs at every start of Python",
        };
        let reason = format!("`{}` {words}; version {} had nothing like it", hook.name, before.name);
        sink.report(text, hook.span, reason).severity(severity);
    }
    let jump = VersionJump::between(before, &package.version, view.bundle);
    let path = view.bundle.instructions().path.as_str();
    sink.report_file(path, &jump.words(), "what came since the version before").severity(Severity::Info);
}

/// Tells how bad it is that a hook does what none of `old` did; nothing where one did.
fn judge(hook: &InstallHook, old: &[InstallHook], step: VersionStep) -> Option<Severity> {
    let is_path_file = hook.name.ends_with(".pth");
    let same = old.iter().find(|known| known.name == hook.name);
    let is_new = match same {
        None => true,
        // What it did already, it may do in other words.
        Some(known) => known.content != hook.content && known.act < hook.act,
    };
    let act = hook.act.filter(|_| is_new)?;
    match (act, step) {
        (InstallAct::Hostile, _) => Some(Severity::Critical),
        (InstallAct::StartsPrograms, _) if is_path_file && same.is_none() => Some(Severity::Medium),
        (InstallAct::StartsPrograms, _) => None,
        (_, VersionStep::Major) => Some(Severity::Medium),
        _ => Some(Severity::High),
    }
}
