//! What a bundle is able to do, told by single facts. A capability never makes a verdict.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::evidence::{Pattern, pattern};
use serde::{Deserialize, Serialize};

use super::layer::ends_in_view;
use super::{BundleView, FileView, Region, TextView};
use crate::skill::{FileClass, limits, sanitise_line};

/// Something that a skill is able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Ships or asks for something that runs.
    Execution,
    /// Reaches the network.
    Network,
    /// Runs shell commands.
    Shell,
    /// Writes or deletes files.
    Filesystem,
    /// Reads secrets or the environment.
    Credentials,
    /// Installs packages.
    Packages,
}

impl Capability {
    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Execution => "execution",
            Self::Network => "network",
            Self::Shell => "shell",
            Self::Filesystem => "filesystem",
            Self::Credentials => "credentials",
            Self::Packages => "packages",
        }
    }
}

/// How the code of a file shows that it is able to do something.
pub(super) static SIGNS: LazyLock<[(Capability, Pattern); 5]> = LazyLock::new(|| {
    let sign = |capability, text: &str| (capability, pattern(text));
    [
        sign(
            Capability::Network,
            r"\b(?:curl|wget)\s|\brequests\.(?:get|post|put|request)\(|\burllib\.request|\bhttpx\.|\bfetch\(|\baxios\b|\bInvoke-WebRequest\b|\bsocket\.(?:socket|create_connection)",
        ),
        sign(
            Capability::Shell,
            r"\bsubprocess\.|\bos\.(?:system|popen)\(|\bchild_process\b|\bexecSync\(|\bspawn\(|\bStart-Process\b",
        ),
        sign(
            Capability::Filesystem,
            r"\bshutil\.(?:rmtree|move|copy)|\bos\.(?:remove|unlink)\(|\bfs\.(?:write|rm|unlink)|\brm\s+-[rf]|\.write_text\(|\bopen\([^)\n]{0,80}['\x22][wa]b?['\x22]",
        ),
        sign(
            Capability::Credentials,
            r"\bos\.environ\b|\bos\.getenv\(|\bprocess\.env\b|\bkeyring\.|\$\{?[A-Z_]*(?:TOKEN|SECRET|API_KEY|PASSWORD)\b",
        ),
        sign(
            Capability::Packages,
            r"\b(?:pip3?|uv pip|pipx)\s+install\s|\bnpm\s+(?:i|install)\s|\bnpx\s|\buvx\s|\b(?:brew|apt|apt-get|cargo|gem|go)\s+install\s",
        ),
    ]
});

/// Returns what the bundle can do, each with the first place that shows it.
pub(super) fn infer(view: &BundleView<'_>) -> BTreeMap<Capability, String> {
    let mut capabilities = BTreeMap::new();
    for file in &view.files {
        if file.file.class == FileClass::Script {
            capabilities.entry(Capability::Execution).or_insert_with(|| match file.origin {
                Some(origin) => origin.location.path.clone(),
                None => sanitise_line(file.path(), limits::NAME_BYTES),
            });
        }
        let Some(text) = &file.text else { continue };
        for (capability, sign) in
            SIGNS.iter().filter(|(capability, _)| !capabilities.contains_key(capability)).collect::<Vec<_>>()
        {
            if let Some(found) = sign.find_iter(text.text()).take(50).find(|found| is_code(text, found.start())) {
                let place = match text.origin() {
                    Some(origin) => origin.location.path.clone(),
                    None => {
                        let (line, _) = text.position(found.start());
                        format!("{}:{line}", sanitise_line(text.path(), limits::NAME_BYTES))
                    }
                };
                capabilities.insert(*capability, place);
            }
        }
    }
    capabilities
}

/// Tells whether what stands at `offset` is code rather than running text.
pub(super) fn is_code(text: &TextView<'_>, offset: usize) -> bool {
    matches!(text.region(offset), Region::Code | Region::CodeBlock(_) | Region::InlineCode)
}

/// Tells whether the bundle holds something that runs: a script, an executable, or a
/// command that a client runs while it loads SKILL.md (`` !`command` ``).
pub(super) fn executes_code(view: &BundleView<'_>) -> bool {
    static DYNAMIC_CONTEXT: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?m)(?:^|\s)!`[^`\n]+`"));
    let is_view = |file: &FileView<'_>| file.origin.is_some_and(|origin| ends_in_view(&origin.chain));
    let has_script = view.files.iter().filter(|file| !is_view(file)).any(|file| {
        file.file.class == FileClass::Script || file.file.language.is_some() || is_native(file.file.bytes())
    });
    has_script || view.instructions().is_some_and(|text| DYNAMIC_CONTEXT.is_match(text.text()))
}

/// Tells whether bytes begin as an ELF, PE, Mach-O or WebAssembly file does.
pub(super) fn is_native(bytes: Option<&[u8]>) -> bool {
    const MAGIC: [&[u8]; 7] = [
        b"\x7fELF",
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\xce\xfa\xed\xfe",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
        b"\0asm",
    ];
    bytes.is_some_and(|bytes| {
        MAGIC.iter().any(|magic| bytes.starts_with(magic)) || (bytes.starts_with(b"MZ") && bytes.len() > 64)
    })
}
