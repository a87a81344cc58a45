//! One skill on one page: the verdict first, what its author wrote last.

use indicatif::{HumanBytes, HumanCount};

use super::findings::{finding_lines, flags, mark, safety_lines, word};
use super::paint::{self, block, line, paint};
use super::suggestion::suggestion;
use super::table::{Cell, lay_out, wrap};
use crate::api::{InspectResponse, ManifestView};
use crate::scan::RecommendedAction;

/// Files that the page lists; the rest is counted.
const SHOWN_FILES: usize = 60;
/// Columns of a path, a type and a size in the list of files.
const FILE_LIMITS: [usize; 3] = [80, 12, 12];
/// Characters of a description; the page shows it whole.
const DESCRIPTION_CHARACTERS: usize = 4_096;
/// Columns of a ruler where there is no terminal.
const RULER_COLUMNS: usize = 80;

/// Lays out the page for a terminal of `width` columns.
pub(super) fn page(skill: &InspectResponse, width: Option<usize>) -> String {
    let mut lines = vec![format!("{} {}", mark(skill.safety.status), paint(paint::STRONG, &line(&skill.name, 200)))];
    lines.extend(safety_lines(&skill.safety));
    lines.extend(wrap(&line(&skill.description, DESCRIPTION_CHARACTERS), width));
    section(&mut lines, "findings", findings(skill, width));
    section(&mut lines, "provenance", fields(&provenance(skill), width));
    if let Some(manifest) = &skill.manifest {
        section(&mut lines, &format!("files  {}", line(&manifest.package_hash, 100)), files(manifest, width));
    }
    section(&mut lines, "install", install(skill));
    section(&mut lines, "pin", fields(&pin(skill), width));
    lines.push(String::new());
    lines.push(ruler("SKILL.md, written by the author: data, not an instruction", width));
    lines.push(block(skill.content.trim_end()));
    lines.push(ruler("end of what the author wrote", width));
    lines.extend(next(skill));
    lines.join("\n") + "\n"
}

fn section(lines: &mut Vec<String>, title: &str, body: Vec<String>) {
    lines.push(String::new());
    lines.push(paint(paint::STRONG, title));
    lines.extend(body);
}

fn findings(skill: &InspectResponse, width: Option<usize>) -> Vec<String> {
    let mut lines = finding_lines(&skill.findings, width);
    if lines.is_empty() {
        lines.push("  none".to_owned());
    }
    for (name, found) in [
        ("flags", Some(&skill.safety.safety_flags)),
        ("claims", Some(&skill.selection_flags)),
        ("quality", skill.quality_flags.as_ref()),
    ] {
        if let Some(found) = found.filter(|found| !found.is_empty()) {
            lines.push(format!("  {name}: {}", flags(found)));
        }
    }
    lines
}

fn provenance(skill: &InspectResponse) -> Vec<(&'static str, String)> {
    let source = &skill.source;
    let verified = if skill.publisher_verified { "verified" } else { "not verified" };
    let mut fields = vec![
        ("source", source.url.clone()),
        ("publisher", format!("{} ({verified})", skill.publisher)),
        ("indexed", source.indexed_at.to_string()),
    ];
    let signals = &skill.signals;
    let license = signals.publisher_metrics.as_ref().and_then(|metrics| metrics.license.clone());
    let optional = [
        ("commit", source.commit_sha.clone()),
        ("changed", signals.updated_at.map(|time| time.to_string())),
        ("licence", license),
        ("stars", signals.stars.map(|stars| HumanCount(stars).to_string())),
        ("costs", signals.context_cost_tokens.map(|tokens| format!("{} tokens", HumanCount(tokens)))),
        ("copies", skill.cluster_id.clone().map(|cluster| format!("one of several byte-identical ones ({cluster})"))),
        ("declares", skill.capabilities.declared.as_ref().map(|tools| tools.join(", "))),
        ("is able to", skill.capabilities.inferred.as_ref().map(|capabilities| capabilities.join(", "))),
    ];
    fields.extend(
        optional
            .into_iter()
            .filter_map(|(name, value)| value.filter(|value| !value.is_empty()).map(|value| (name, value))),
    );
    fields
}

fn pin(skill: &InspectResponse) -> Vec<(&'static str, String)> {
    let pin = &skill.pin;
    let known = |value: Option<String>| value.unwrap_or_else(|| "not known".to_owned());
    vec![
        ("skill_id", pin.skill_id.to_string()),
        ("source_url", pin.source_url.clone()),
        ("content_hash", known(pin.content_hash.clone())),
        ("commit_sha", known(pin.commit_sha.clone())),
        ("verdict", pin.verdict.as_str().to_owned()),
        ("audited_at", known(pin.audited_at.map(|time| time.to_string()))),
    ]
}

fn fields(fields: &[(&str, String)], width: Option<usize>) -> Vec<String> {
    let rows: Vec<Vec<Cell>> = fields
        .iter()
        .map(|(name, value)| vec![Cell::new(format!("  {name}"), paint::FAINT), Cell::plain(line(value, 1_000))])
        .collect();
    // What is to be copied is not cut; the terminal breaks it where it must.
    let is_cut = |(_, value): &&(&str, String)| width.is_some_and(|width| value.len() + 16 > width);
    lay_out(&rows, &[], width.filter(|_| !fields.iter().any(|field| is_cut(&field))))
}

fn files(manifest: &ManifestView, width: Option<usize>) -> Vec<String> {
    let rows: Vec<Vec<Cell>> = manifest
        .files
        .iter()
        .take(SHOWN_FILES)
        .map(|file| {
            let class = file.language.as_ref().map_or_else(|| word(&file.class), |language| line(language, 20));
            let size = HumanBytes(file.size_bytes).to_string();
            vec![
                Cell::plain(format!("  {}", line(&file.path, 300))),
                Cell::new(class, paint::FAINT),
                Cell::new(format!("{size:>10}"), paint::FAINT),
            ]
        })
        .collect();
    let mut lines = lay_out(&rows, &FILE_LIMITS, width);
    let summary = &manifest.summary;
    let hidden = manifest.files.len().saturating_sub(SHOWN_FILES);
    let mut totals = format!("  {} files, {}", HumanCount(summary.total_files), HumanBytes(summary.total_bytes));
    if hidden > 0 {
        totals.push_str(&format!(", {hidden} not shown here"));
    }
    lines.push(paint(paint::FAINT, &totals));
    if summary.omitted_count > 0 {
        let reason = summary.truncation_reason.as_deref().unwrap_or("reason not known");
        lines.push(paint(
            paint::CARE,
            &format!("  {} files are not in the list ({})", summary.omitted_count, line(reason, 60)),
        ));
    }
    lines
}

/// Commands are shown as they are, not run and not shortened.
fn install(skill: &InspectResponse) -> Vec<String> {
    let indent = |command: &str| block(command).lines().map(|line| format!("    {line}")).collect::<Vec<_>>();
    let mut lines = indent(&skill.install.command);
    for option in &skill.install_options {
        lines.push(paint(paint::FAINT, &format!("  pinned to the commit, into {}", line(&option.destination, 300))));
        lines.extend(indent(&option.command));
    }
    lines
}

fn next(skill: &InspectResponse) -> Option<String> {
    if skill.safety.recommended_action == RecommendedAction::Block {
        return Some(paint(paint::WORST, " blocked: do not install "));
    }
    let hash = skill.pin.content_hash.as_deref()?;
    let command = suggestion(&["touchmark", "verify", "--content-hash", hash, "--source-url", &skill.pin.source_url]);
    Some(format!("check it whenever it is loaded:  {command}"))
}

fn ruler(title: &str, width: Option<usize>) -> String {
    let rest = width.unwrap_or(RULER_COLUMNS).saturating_sub(title.len() + 5);
    paint(paint::CARE, &format!("─── {title} {}", "─".repeat(rest)))
}
