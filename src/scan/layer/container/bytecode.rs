//! Python bytecode: the names and texts in it, as lines that rules can read.

use super::{Host, Opener};
use crate::scan::evidence::python_bytecode::{self, Bytecode};
use crate::skill::BundleFile;

/// Bytes of lines that are kept.
const LINES_BYTES: usize = 256 * 1024;

pub(super) fn open(opener: &mut Opener<'_>, bytes: &[u8], file: &BundleFile, host: &Host) {
    match python_bytecode::read(bytes) {
        Some(bytecode) => {
            let name = python_bytecode::source_name(file.path.file_name()).unwrap_or_else(|| "bytecode.py".to_owned());
            if !bytecode.is_whole {
                opener.unread(host, "bytecode", Some(bytes.len() as u64), "the bytecode was read as far as it goes");
            }
            opener.add_text(host, "names and texts of the bytecode", &name, lines(&bytecode));
        }
        None => opener.unread(
            host,
            "bytecode",
            Some(bytes.len() as u64),
            "the bytecode is of an unknown version or damaged",
        ),
    }
}

/// Writes each function's names as one dotted line, in the order of their use, and its texts
/// below: not the source, but what a line of it would hold.
fn lines(bytecode: &Bytecode) -> String {
    let mut lines = String::new();
    for code in &bytecode.codes {
        lines.push_str(&format!("def {}():\n", code.name));
        if !code.names.is_empty() {
            lines.push_str(&format!("    {}\n", code.names.join(".")));
        }
        for text in &code.texts {
            lines.push_str(&format!("    {text}\n"));
        }
        if lines.len() > LINES_BYTES {
            break;
        }
    }
    lines
}
