//! `inspect_skill` in words.

use super::findings;
use super::untrusted::bounded_fence;
use super::untrusted_line;
use super::verdict::{basis, verdict};
use crate::api::{InspectResponse, ManifestView, Pin};

/// Files that are listed.
const FILES: usize = 100;

/// Renders what is needed to decide on a skill: what was found out first, then what its author
/// wrote, the content last.
pub(super) fn render(response: &InspectResponse) -> String {
    let mut lines = vec![format!("Safety: {}", verdict(&response.safety.summary()))];
    lines.extend(basis(&response.safety));
    let notice = response.source_state.as_ref().map(|state| untrusted_line(&state.line(), 500));
    lines.extend(notice.map(|notice| format!("Notice: {notice}")));
    lines.extend(findings::listed(&response.findings));
    lines.extend(provenance(response));
    lines.push(format!("Pin to store: {}", pin(&response.pin)));
    lines.push(format!("Next: {}", next_step(response)));
    lines.push(about(response));
    lines.extend(findings::evidence(&response.findings));
    lines.extend(response.manifest.as_ref().map(files));
    lines.push(install(response));
    lines.extend(content(&response.content));
    lines.join("\n")
}

fn next_step(response: &InspectResponse) -> &'static str {
    match response.safety.recommended_action.as_str() {
        "block" => "do not install it; tell your user what was found.",
        _ => "show your user the verdict, the findings and the install command; install only after they confirm.",
    }
}

fn provenance(response: &InspectResponse) -> Vec<String> {
    let source = &response.source;
    let mut lines = vec![
        format!("skill_id: {}", response.skill_id),
        format!("Source: {}", untrusted_line(&source.url, 500)),
        format!(
            "Commit: {}",
            source.commit_sha.as_deref().map_or_else(|| "unknown".to_owned(), |sha| untrusted_line(sha, 64))
        ),
        format!("Indexed: {}", source.indexed_at),
    ];
    lines.extend(source.content_hash.as_ref().map(|hash| format!("content_hash: {}", untrusted_line(hash, 100))));
    if let Some(manifest) = &response.manifest {
        let summary = &manifest.summary;
        let scripts = if summary.has_scripts { "yes" } else { "no" };
        lines.push(format!("package_hash: {}", untrusted_line(&manifest.package_hash, 100)));
        lines.push(format!("Files: {}, {} bytes, scripts: {scripts}", summary.total_files, summary.total_bytes));
    }
    let list = |items: &[String]| match items {
        [] => "none".to_owned(),
        _ => items.iter().map(|item| untrusted_line(item, 60)).collect::<Vec<_>>().join(", "),
    };
    lines.extend(
        response.capabilities.inferred.as_ref().map(|inferred| format!("Capabilities seen: {}", list(inferred))),
    );
    lines.extend(response.quality_flags.as_ref().map(|flags| format!("Quality flags: {}", list(flags))));
    lines
}

/// Writes the pin as JSON of printable ASCII on one line, which says the same as any other JSON
/// of it and can hold neither a line break nor a mark.
fn pin(pin: &Pin) -> String {
    let json = serde_json::to_string(pin).unwrap_or_default();
    let mut ascii = String::with_capacity(json.len());
    let mut units = [0; 2];
    for character in json.chars() {
        match character {
            ' '..='~' if !matches!(character, '<' | '>') => ascii.push(character),
            _ => character.encode_utf16(&mut units).iter().for_each(|unit| ascii.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    ascii
}

fn about(response: &InspectResponse) -> String {
    let mut words = format!(
        "name: {}\npublisher: {}\ndescription: {}",
        untrusted_line(&response.name, 200),
        untrusted_line(&response.publisher, 100),
        untrusted_line(&response.description, 2_000)
    );
    if let Some(declared) = &response.capabilities.declared {
        let tools: Vec<String> = declared.iter().take(FILES).map(|tool| untrusted_line(tool, 120)).collect();
        words.push_str(&format!("\nallowed-tools: {}", tools.join(" ")));
    }
    bounded_fence("words of the author", &words).text
}

fn files(manifest: &ManifestView) -> String {
    let mut lines: Vec<String> = manifest
        .files
        .iter()
        .take(FILES)
        .map(|file| format!("{} ({} bytes)", untrusted_line(&file.path, 200), file.size_bytes))
        .collect();
    if manifest.files.len() > FILES {
        lines.push(format!("and {} more in the structured content", manifest.files.len() - FILES));
    }
    bounded_fence("files of the bundle", &lines.join("\n")).text
}

/// The commands are this service's, their arguments an author's: a person looks before they run.
fn install(response: &InspectResponse) -> String {
    let mut commands = vec![response.install.command.clone()];
    commands.extend(
        response.install_options.iter().map(|option| format!("# to {}\n{}", option.destination, option.command)),
    );
    bounded_fence("install commands, for your user to confirm", &commands.join("\n\n")).text
}

fn content(content: &str) -> Vec<String> {
    let fence = bounded_fence("SKILL.md", content);
    let note = match fence.left_out {
        0 => None,
        count => {
            Some(format!("The last {count} characters of SKILL.md are left out here; the structured content has them."))
        }
    };
    note.into_iter().chain([fence.text]).collect()
}
