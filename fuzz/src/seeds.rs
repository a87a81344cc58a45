//! Writes the examples of the rules' pages as seeds: `cargo run --bin seeds`, in `fuzz/`.

use std::fs;
use std::io;
use std::path::Path;

use touchmark::scan::RULES;

fn main() -> io::Result<()> {
    for rule in RULES.iter() {
        for (index, block) in rule.page.split("\n```").skip(1).step_by(2).enumerate() {
            let (info, content) = block.split_once('\n').unwrap_or((block, ""));
            let path = info.split_whitespace().find_map(|word| word.strip_prefix("file=")).unwrap_or("SKILL.md");
            let target = match Path::new(path).extension().and_then(|extension| extension.to_str()) {
                Some("md") | None => "document",
                Some("json" | "toml" | "yaml" | "yml" | "cfg" | "txt") => "configuration",
                Some("zip" | "tar" | "gz" | "pyc" | "pkl" | "docx" | "ipynb" | "png" | "pdf") => "container",
                Some(_) => "script",
            };
            let folder = Path::new("corpus").join(target);
            fs::create_dir_all(&folder)?;
            // The first byte of most targets chooses the kind of file.
            let seed = if target == "document" { content.to_owned() } else { format!("\0{content}") };
            fs::write(folder.join(format!("{}-{index}", rule.id)), seed)?;
        }
    }
    Ok(())
}
