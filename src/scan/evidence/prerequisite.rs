//! How much the words around an address look like a prerequisite that nobody needs.
//!
//! No sign is enough alone: honest tools are required, downloaded, and described for two
//! systems. Together, around an address of a stranger, they are the shape of a campaign.

use std::sync::LazyLock;

use crate::scan::TextView;
use crate::scan::evidence::setting::{around, is_about_owner};
use crate::scan::evidence::url::{HostKind, Url};
use crate::scan::evidence::vendor_installer::is_vendor_installer;
use crate::scan::evidence::{Pattern, pattern};

/// Bytes around an address in which it is demanded.
const WIDE_BYTES: usize = 450;
/// Bytes around an address in which what it gives is opened and started.
const NEAR_BYTES: usize = 200;

/// Words that fetch.
static FETCHES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:download|get|grab|fetch|obtain|install|visit|open|go\s+to|navigate|head\s+to|follow|see|use)\b|下载|安装|访问|descarg|télécharg|скача|herunterlad",
    )
});
/// Words that leave no choice.
static DEMANDS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:required?|requires|must|mandatory|critical|important|prerequisites?|necessary|needed|essential|before\s+(?:using|you|running|proceeding|starting|first|continuing|going|any)|will\s+not\s+(?:work|function|run|start)|won['’]t\s+(?:work|run|start)|cannot\s+(?:work|function|operate|be\s+used|run)|does\s+not\s+work|without\s+(?:this|the|it)|unless|nothing\s+works|not\s+bundled)\b|必须|必需|需要先|obligatorio|requis|обязательно|erforderlich",
    )
});
/// A file that is a program, or hides one.
static PROGRAM_PATH: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?i)\.(?:exe|zip|rar|7z|dmg|pkg|msi|msix|scr|bat|cmd|jar|apk|iso|ps1|vbs|hta|appimage)$|/releases/")
});
/// Words that start what was fetched.
static STARTS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:run|execute|launch|open|start|double[\s-]click|install)\s+(?:the\s|it\b|them\b|this\b|[\w.-]{1,40}\.(?:exe|msi|dmg|pkg|bat)\b|[A-Z]\w+)|运行|执行",
    )
});
/// A password that opens what was fetched.
static PASSWORD: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:pass(?:word|code|phrase)?|pwd|extract(?:ion)?\s+(?:using|with|key|code)|unzip\s+(?:using|with)|unlock\s+(?:key|code))\b\s*[:=]?\s*(?:is\s+)?(?:pass\w*\s*:?\s*)?[*`'\x22]{1,3}\w{3,32}|\((?:pass\w*|pw|pwd|key|code)\s*:\s*[^\s)]+\)|密码\s*[:：]\s*\S+",
    )
});
/// A command that somebody else wrote is put into a terminal.
static PASTES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:paste|execute|run|enter|copy|type)\b[^\n]{0,100}\b(?:terminal|command\s+prompt|powershell|console|cmd)\b|\b(?:installation|install|setup|activation)\s+(?:command|script|snippet|one-?liner)\b",
    )
});
/// Names of systems.
static SYSTEMS: LazyLock<[Pattern; 3]> = LazyLock::new(|| {
    [
        pattern(r"(?i)\bwindows\b"),
        pattern(r"(?i)\bmac\s?os\b|\bOS\s?X\b|\bapple\s+silicon\b"),
        pattern(r"(?i)\blinux\b"),
    ]
});
/// A host that bears the name of an agent and a word for a program.
static IMITATION: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:get|my|the|try|install|download)?-?(?:open-?claw|clawd?(?:-?(?:bot|hub))?|molt-?bot|claude(?:-?code)?|anthropic|open-?ai|chat-?gpt|codex|cursor|copilot|gemini|skills?)-?(?:cli|agents?|app|apps|tools?|install(?:er)?|setup|downloads?|drivers?|providers?|clients?|desktop|updates?|updater|auth|wallet|launcher|helper|core|plugin|pro|package|runtime|engine)$|^(?:get|install|setup|download|update)-?(?:open-?claw|clawd?(?:-?bot)?|molt-?bot|claude(?:-?code)?|chat-?gpt|codex|cursor|copilot)$",
    )
});

/// Counts the signs around an address that stands in running text or in a block.
pub(in crate::scan) fn signs(view: &TextView<'_>, url: &Url<'_>) -> u32 {
    let kind = url.host_kind();
    if matches!(kind, HostKind::Local | HostKind::Placeholder) || is_vendor_installer(url) {
        return 0;
    }
    let (wide, near) = (around(view, &url.span, WIDE_BYTES), around(view, &url.span, NEAR_BYTES));
    if !FETCHES.is_match(near) {
        return 0;
    }
    let is_program = PROGRAM_PATH.is_match(url.path);
    if kind == HostKind::KnownService && !is_program {
        return 0;
    }
    let systems = SYSTEMS.iter().filter(|system| system.is_match(wide)).count();
    let strange = match kind {
        HostKind::RawAddress | HostKind::Drop => 2,
        _ => 0,
    };
    let count = u32::from(DEMANDS.is_match(wide))
        + u32::from(is_program)
        + u32::from(STARTS.is_match(near))
        + 2 * u32::from(PASSWORD.is_match(near))
        + u32::from(PASTES.is_match(near))
        + u32::from(systems >= 2)
        + strange;
    if is_of_skill(view, url) { count.saturating_sub(3) } else { count }
}

/// Tells whether a host imitates the name of an agent's vendor and offers a program for it.
pub(in crate::scan) fn is_imitation(url: &Url<'_>) -> bool {
    url.host_kind() == HostKind::Named && IMITATION.is_match(url.registered_label())
}

/// Tells whether what an address gives is what the skill is about.
fn is_of_skill(view: &TextView<'_>, url: &Url<'_>) -> bool {
    if url.host_kind() == HostKind::KnownService {
        // The name of a repository stands where the skill says what it is for.
        let repository = url.path.split('/').nth(2).unwrap_or("").to_ascii_lowercase();
        let head = head(view.lowered());
        return repository.len() >= 3 && head.contains(&repository);
    }
    is_about_owner(view, url)
}

/// Returns what a document says of itself before it begins: its frontmatter, or its first line.
fn head(text: &str) -> &str {
    let frontmatter = text.strip_prefix("---").and_then(|body| body.split_once("\n---"));
    frontmatter.map_or_else(|| text.trim_start().lines().next().unwrap_or(""), |(frontmatter, _)| frontmatter)
}

#[cfg(test)]
mod tests {
    use super::head;

    #[test]
    fn a_head_ends_where_the_frontmatter_does_whatever_its_last_character_takes() {
        for (text, expected) in [
            ("---\nname: demo 🏠\n---\nbody", "\nname: demo 🏠"),
            ("---\nname: 家\n---", "\nname: 家"),
            ("\n# Heading\nbody", "# Heading"),
            ("--- no end", "--- no end"),
            ("", ""),
        ] {
            assert_eq!(head(text), expected, "{text:?}");
        }
    }
}
