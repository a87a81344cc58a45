//! Machine code in a bundle, told by its first bytes.

use crate::scan::capability::is_native;
use crate::scan::{Confidence, FileView, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};
use crate::skill::FileClass;

pub(crate) static RULE: Rule = Rule {
    id: "native-binary",
    summary: "The bundle ships machine code, which nobody can read",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ship the source or the name of a package, or publish the digest where its builder vouches for it.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("native_binary.md"),
    hook: Hook::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let bytes = view.file.bytes();
    if !is_native(bytes) || view.text.is_some() {
        return;
    }
    let bytes = bytes.unwrap_or_default();
    // Java classes begin as universal Mach-O files do; theirs is a version of 45 and more.
    let is_class = bytes.starts_with(b"\xca\xfe\xba\xbe") && bytes.get(7).is_some_and(|version| *version >= 45);
    let (severity, reason) = match view.file.class {
        // A picture or a document that is a program wants to be taken for something else.
        FileClass::Asset | FileClass::Reference | FileClass::Config | FileClass::Instructions => {
            (Severity::High, "the file is called otherwise and is a program")
        }
        _ if is_class || bytes.starts_with(b"\0asm") => (Severity::Low, "the file is compiled for a virtual machine"),
        _ => (Severity::Medium, "the file is a compiled program"),
    };
    sink.report_file(
        view.path(),
        &format!("{} bytes, begins with {}", bytes.len(), hex::encode(&bytes[..bytes.len().min(4)])),
        reason,
    )
    .severity(severity);
}
