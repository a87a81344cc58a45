//! Machine code in a bundle, told by its first bytes.

use crate::scan::beside::SOURCE_FOLDER;
use crate::scan::capability::is_native;
use crate::scan::evidence::native::{is_declared, native};
use crate::scan::evidence::run_order::run_orders;
use crate::scan::{BundleView, Confidence, FileView, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};
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
    revision: 3,
    page: include_str!("native_binary.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    // What is inside of an archive is told of as its content.
    let programs: Vec<&FileView<'_>> = view
        .files
        .iter()
        .filter(|file| file.origin.is_none() && file.text.is_none() && is_native(file.file.bytes()))
        .collect();
    // A package loads its own modules: that is what they are there for.
    let is_package = view.beside.package.is_some();
    let ordered = run_orders(view, programs.iter().filter(|_| !is_package).map(|file| file.file.path.file_name()));
    for file in programs {
        let bytes = file.file.bytes().unwrap_or_default();
        let (severity, reason) = judge(file, bytes, ordered.contains(file.file.path.file_name()));
        let program = native(bytes);
        let wheels = view.beside.package.iter().flat_map(|package| &package.files);
        let is_declared = program.is_some_and(|program| wheels.clone().any(|wheel| is_declared(wheel, program)));
        // What a wheel is for stands in its name, and whoever takes one wants it compiled.
        let is_expected = is_declared && !file.path().starts_with(SOURCE_FOLDER);
        let (severity, reason) = match program {
            Some(program) if is_expected => {
                (Severity::Low, format!("the file is compiled for {program}, as the name of the wheel declares"))
            }
            Some(program) => (severity, format!("{reason}, for {program}")),
            None => (severity, reason.to_owned()),
        };
        let evidence = format!("{} bytes, begins with {}", bytes.len(), hex::encode(&bytes[..bytes.len().min(4)]));
        sink.report_view(file, &evidence, reason).severity(severity);
    }
}

fn judge(file: &FileView<'_>, bytes: &[u8], is_run: bool) -> (Severity, &'static str) {
    // Java classes begin as universal Mach-O files do; theirs is a version of 45 and more.
    let is_class = bytes.starts_with(b"\xca\xfe\xba\xbe") && bytes.get(7).is_some_and(|version| *version >= 45);
    match file.file.class {
        // A picture or a document that is a program wants to be taken for something else.
        FileClass::Asset | FileClass::Reference | FileClass::Config | FileClass::Instructions => {
            (Severity::High, "the file is called otherwise and is a program")
        }
        _ if is_class || bytes.starts_with(b"\0asm") => (Severity::Low, "the file is compiled for a virtual machine"),
        _ if is_run => (Severity::High, "a text has a compiled program run that nobody can read"),
        _ => (Severity::Medium, "the file is a compiled program"),
    }
}
