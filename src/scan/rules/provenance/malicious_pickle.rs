//! Pickles that call something when they are loaded.

use crate::scan::evidence::pickle::{is_pickle, read};
use crate::scan::evidence::setting::is_specimen_path;
use crate::scan::{Confidence, FileView, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "malicious-pickle",
    summary: "A pickle calls a function that runs commands when it is loaded",
    phase: Phase::Provenance,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Do not load the file; ship data in a format that holds no code.",
    references: &["AST05", "ASI05", "LLM03", "AML.T0010", "CWE-502"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("malicious_pickle.md"),
    hook: Hook::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(bytes) = view.file.bytes() else { return };
    let is_named = matches!(
        view.file.path.extension().as_deref(),
        Some(
            "pkl"
                | "pickle"
                | "p"
                | "pck"
                | "pcl"
                | "joblib"
                | "pt"
                | "pth"
                | "ckpt"
                | "model"
                | "dill"
                | "npy"
                | "sav"
        )
    );
    if !is_pickle(bytes) && !is_named {
        return;
    }
    let pickle = read(bytes);
    // A text is a pickle of the first protocol only where all of it is one.
    if view.text.is_some() && !is_named && !pickle.is_whole {
        return;
    }
    let Some(first) = pickle.unsafe_globals.first() else { return };
    let is_shown = is_specimen_path(view.path()) || view.origin.is_some_and(|origin| origin.is_shown);
    let (severity, reason) = match (is_shown, pickle.has_call) {
        (true, _) => (Severity::Medium, "a specimen of a pickle that calls a function when it is loaded"),
        (_, true) => (Severity::Critical, "loading the file calls the function"),
        (_, false) => (Severity::High, "loading the file gives access to the function"),
    };
    sink.report_view(view, first, reason).severity(severity);
}
