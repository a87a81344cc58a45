//! A compiled program in a wheel that says it has none, or that is for another machine.

use crate::scan::evidence::native::{System, is_declared, native};
use crate::scan::{
    BundleView, Confidence, Hook, Lifecycle, PackageRegistryKind, Persona, Phase, Rule, Severity, Sink, inner_path,
};

pub(crate) static RULE: Rule = Rule {
    id: "undeclared-binary",
    summary: "A wheel holds a compiled program for a machine that its name does not declare",
    phase: Phase::Provenance,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Install from the source, or look at what starts the program.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("undeclared_binary.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let Some(package) = &view.beside.package else { return };
    let wheels: Vec<&str> = package.files.iter().map(String::as_str).filter(|name| name.ends_with(".whl")).collect();
    if package.registry != PackageRegistryKind::Pypi || wheels.is_empty() {
        return;
    }
    for file in view.files.iter().filter(|file| file.origin.is_none() && !file.path().starts_with("sdist/")) {
        let Some(program) = file.file.bytes().and_then(native) else { continue };
        if program.system == System::Virtual || wheels.iter().any(|wheel| is_declared(wheel, program)) {
            continue;
        }
        let declared = match wheels.iter().any(|wheel| wheel.ends_with("-none-any.whl")) {
            true => "says that it is for any machine",
            false => "is for another machine",
        };
        let reason = format!("the file is a program for {program}, and the wheel {declared}");
        sink.report_file(file.path(), inner_path(file.path()), reason);
    }
}
