//! Jupyter notebooks: code, prose and output, whether the notebook shows or hides them.

use serde_json::Value;

use super::{Host, Opener};

/// Bytes of a notebook that is parsed.
const NOTEBOOK_BYTES: usize = 8 * 1024 * 1024;
/// Bytes of output that are read; what a program printed is rarely more than logs.
const OUTPUT_BYTES: usize = 256 * 1024;

pub(super) fn open(opener: &mut Opener<'_>, bytes: &[u8], host: &Host) {
    let size = Some(bytes.len() as u64);
    if bytes.len() > NOTEBOOK_BYTES {
        opener.unread(host, "notebook", size, "the notebook is larger than what is read of one");
        return;
    }
    let Ok(notebook) = serde_json::from_slice::<Value>(bytes) else {
        opener.unread(host, "notebook", size, "the notebook is not valid JSON");
        return;
    };
    let mut texts = Texts::default();
    // Version 3 keeps its cells in worksheets.
    let worksheets = notebook["worksheets"].as_array().map_or(&[][..], Vec::as_slice);
    let cells = worksheets.iter().map(|sheet| &sheet["cells"]).chain([&notebook["cells"]]);
    for cell in cells.filter_map(Value::as_array).flatten() {
        texts.add(cell);
    }
    opener.add_text(host, "notebook code", "cells.py", texts.code);
    opener.add_text(host, "notebook shell code", "cells.sh", texts.shell);
    opener.add_text(host, "notebook text", "cells.md", texts.prose);
    opener.add_text(host, "notebook output", "output.txt", texts.output);
}

#[derive(Debug, Default)]
struct Texts {
    code: String,
    shell: String,
    prose: String,
    output: String,
}

impl Texts {
    fn add(&mut self, cell: &Value) {
        let source = joined(if cell["source"].is_null() { &cell["input"] } else { &cell["source"] });
        if cell["cell_type"] != "code" {
            push(&mut self.prose, &source);
            return;
        }
        let first = source.trim_start().lines().next().unwrap_or_default();
        let is_shell =
            ["%%bash", "%%sh", "%%script", "%%cmd", "%%system", "%%!"].iter().any(|mark| first.starts_with(mark));
        push(if is_shell { &mut self.shell } else { &mut self.code }, &source);
        // A line with `!` is given to a shell.
        for line in source.lines().filter_map(|line| shell_line(line.trim_start())) {
            self.shell.push_str(line);
            self.shell.push('\n');
        }
        for output in cell["outputs"].as_array().into_iter().flatten() {
            let data = &output["data"];
            for text in [&output["text"], &data["text/plain"], &data["text/html"], &data["text/markdown"]] {
                let text = joined(text);
                if self.output.len() + text.len() <= OUTPUT_BYTES {
                    push(&mut self.output, &text);
                }
            }
        }
    }
}

fn shell_line(line: &str) -> Option<&str> {
    ["!!", "!", "%sx ", "%system "]
        .iter()
        .find_map(|mark| line.strip_prefix(mark))
        .filter(|line| !line.starts_with('='))
}

/// A text in a notebook is one string, or a list of lines.
fn joined(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

fn push(texts: &mut String, text: &str) {
    if !text.trim().is_empty() {
        texts.push_str(text.trim_end());
        texts.push_str("\n\n");
    }
}
