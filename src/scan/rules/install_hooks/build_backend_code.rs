//! A build back end that lies in the package itself, and does more than build.

use crate::scan::evidence::configuration::{Entry, entries};
use crate::scan::evidence::install_code::{InstallAct, install_code};
use crate::scan::evidence::reach::folder_of;
use crate::scan::evidence::setting::is_specimen;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "build-backend-code",
    summary: "The build back end lies in the package, and reaches out while the package is built",
    phase: Phase::InstallHooks,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Build in a container without network, or install the wheel after reading it.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-829"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("build_backend_code.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let manifests = view.texts().filter(|text| {
        text.origin().is_none() && text.file().path.file_name() == "pyproject.toml" && !is_specimen(text)
    });
    for manifest in manifests {
        let entries = entries(manifest);
        let is_backend = |entry: &&Entry| entry.path == "build-system/build-backend";
        let Some(backend) = entries.iter().find(is_backend) else { continue };
        // Without `backend-path` it is that of another package (PEP 517).
        let folders = entries.iter().filter(|entry| entry.path.starts_with("build-system/backend-path"));
        let folders = folders.flat_map(|entry| entry.value.split(['[', ']', ',', '"', '\'']));
        let root = folder_of(manifest.path());
        let module = backend.value.split(':').next().unwrap_or_default().trim().replace('.', "/");
        for folder in folders.map(str::trim).filter(|folder| !folder.is_empty()) {
            let folder = folder.trim_start_matches("./").trim_matches(['/', '.']);
            let parts = [root, folder, module.as_str()];
            let path = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
            let names = [format!("{path}.py"), format!("{path}/__init__.py")];
            let found = view
                .files
                .iter()
                .position(|file| file.origin.is_none() && names.iter().any(|name| name == file.path()));
            let Some(found) = found.and_then(|file| install_code(view, file)) else { continue };
            let Some(text) = view.files.get(found.file).and_then(|file| file.text.as_ref()) else { continue };
            let severity = if found.act == InstallAct::StartsPrograms { Severity::Info } else { found.act.severity() };
            let reason = format!("the build back end of the package {} while it is built", found.act.words());
            sink.report(text, found.span, reason).severity(severity);
        }
    }
}
