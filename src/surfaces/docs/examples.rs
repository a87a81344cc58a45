//! The page of examples: the text of the programs that `just examples` runs.

use super::catalogue::DEFAULT_URL;
use super::pages::{Page, page};

/// Language, what runs it, text.
const EXAMPLES: [(&str, &str, &str, &str); 4] = [
    ("curl", "bash", "bash discover.sh", include_str!("../../../examples/clients/discover.sh")),
    ("Python", "python", "python3 discover.py", include_str!("../../../examples/clients/discover.py")),
    ("TypeScript", "typescript", "node discover.ts", include_str!("../../../examples/clients/discover.ts")),
    ("Rust", "rust", "cargo run --example discover", include_str!("../../../examples/clients/discover.rs")),
];

/// Writes the page for a service at `url`.
pub(super) fn examples(url: &str) -> Page {
    let mut body = "Each program does the same: it finds a skill, drops what is blocked, inspects the first of the rest, and verifies its pin. None needs a package beyond what its language has, but for `jq` and, in Rust, `reqwest`, `serde_json` and `tokio`.\n".to_owned();
    for (language, fence, run, text) in EXAMPLES {
        let text = text.replace(DEFAULT_URL, url);
        body.push_str(&format!("\n## {language}\n\n```{fence}\n{text}```\n\n`{run}`\n"));
    }
    page("/docs/examples", "Examples", "Discover, inspect and verify in curl, Python, TypeScript and Rust.", &body)
}
