//! What is shown of approvals: amounts, what moved, and what differs.

use serde_json::Value;

use super::findings::{count, word};
use super::paint::{self, line, paint};
use super::table::{Cell, lay_out};
use crate::approval::{ChangedFile, Difference, Drift, DriftedFile, FileFacts, ListedFile, Manifest};

/// Characters of a path that are shown.
const PATH_CHARACTERS: usize = 1_200;
/// Characters of a value of the frontmatter that are shown.
const VALUE_CHARACTERS: usize = 160;

/// Returns how much a manifest holds, in words.
pub(super) fn amount(manifest: &Manifest) -> String {
    let files = count(manifest.files().len() as u64, "file");
    format!("{files}, {}", count(manifest.total_bytes(), "byte"))
}

/// Lays out names and values, a line each.
pub(super) fn fields(fields: &[(&str, String)]) -> String {
    let rows: Vec<Vec<Cell>> = fields
        .iter()
        .map(|(name, value)| {
            vec![Cell::new(format!("  {name}"), paint::FAINT), Cell::plain(line(value, PATH_CHARACTERS))]
        })
        .collect();
    lay_out(&rows, &[], None).into_iter().map(|line| line + "\n").collect()
}

/// Returns what moved since an approval: numbers on the first line, then a line for each file.
pub(super) fn drift_page(drift: &Drift) -> String {
    let Drift { added, removed, modified, mode_changed, .. } = drift;
    let mut rows = Vec::new();
    let files = |files: &[DriftedFile], mark: &'static str| -> Vec<Vec<Cell>> {
        files
            .iter()
            .filter_map(|file| {
                let shown = file.actual.as_ref().or(file.expected.as_ref())?;
                let mode = if shown.executable { "executable" } else { "not executable" };
                let note = if mark == "mode" { mode.to_owned() } else { count(shown.size, "byte") };
                Some(row(mark, &word(&shown.class), file.path.as_str(), &note))
            })
            .collect()
    };
    rows.extend(files(added, "added"));
    rows.extend(files(removed, "removed"));
    rows.extend(files(modified, "modified"));
    rows.extend(files(mode_changed, "mode"));
    let head = format!(
        "{} added, {} removed, {} modified, {} with another mode\n",
        added.len(),
        removed.len(),
        modified.len(),
        mode_changed.len()
    );
    let digests =
        [("approved", drift.expected_root_digest.to_string()), ("is now", drift.actual_root_digest.to_string())];
    format!("{head}{}{}", laid_out(&rows), fields(&digests))
}

/// Returns what differs between two folders.
pub(super) fn difference_page(difference: &Difference) -> String {
    let Difference { base, candidate, added, removed, changed, .. } = difference;
    if difference.is_empty() {
        return format!(
            "{}\n{}",
            paint(paint::GOOD.bold(), "identical"),
            fields(&[("digest", base.root_digest.to_string())])
        );
    }
    let listed = |files: &[ListedFile], mark: &'static str| -> Vec<Vec<Cell>> {
        files.iter().map(|file| row(mark, &word(&file.class), file.path.as_str(), &shown_facts(&file.facts))).collect()
    };
    let mut rows = listed(added, "added");
    rows.extend(listed(removed, "removed"));
    rows.extend(changed.iter().map(changed_row));
    let head = format!(
        "{}  {} added, {} removed, {} changed\n",
        paint(paint::CARE.bold(), "different"),
        added.len(),
        removed.len(),
        changed.len()
    );
    let digests = [("base", base.root_digest.to_string()), ("candidate", candidate.root_digest.to_string())];
    format!("{head}{}{}{}", laid_out(&rows), frontmatter_lines(difference), fields(&digests))
}

fn changed_row(file: &ChangedFile) -> Vec<Cell> {
    let mark = if file.content_changed { "changed" } else { "mode" };
    let mut notes = Vec::new();
    if file.content_changed {
        notes.push(format!("{} → {}", file.base.size, count(file.candidate.size, "byte")));
    }
    if file.mode_changed {
        notes.push(if file.candidate.executable { "now executable" } else { "no longer executable" }.to_owned());
    }
    row(mark, &word(&file.class), file.path.as_str(), &notes.join(", "))
}

fn shown_facts(facts: &FileFacts) -> String {
    let size = count(facts.size, "byte");
    if facts.executable { format!("{size}, executable") } else { size }
}

/// Returns a line for each key of the frontmatter that another value stands at.
fn frontmatter_lines(difference: &Difference) -> String {
    let (before, after) = (difference.base.frontmatter(), difference.candidate.frontmatter());
    let mut lines = String::new();
    let statuses = (difference.base.frontmatter_status(), difference.candidate.frontmatter_status());
    if statuses.0 != statuses.1 {
        lines.push_str(&format!("  frontmatter was {}, is {}\n", statuses.0, statuses.1));
    }
    let keys = before.into_iter().chain(after).flat_map(|mapping| mapping.keys());
    let mut keys: Vec<&String> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let value =
            |mapping: Option<&serde_json::Map<String, Value>>| mapping.and_then(|mapping| mapping.get(key)).cloned();
        let (old, new) = (value(before), value(after));
        if old != new {
            lines.push_str(&format!("  {}: {} → {}\n", line(key, 60), shown_value(old), shown_value(new)));
        }
    }
    lines
}

fn shown_value(value: Option<Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => format!("\"{}\"", line(&text, VALUE_CHARACTERS)),
        Some(other) => line(&other.to_string(), VALUE_CHARACTERS),
    }
}

fn row(mark: &'static str, class: &str, path: &str, note: &str) -> Vec<Cell> {
    let style = match mark {
        "added" => paint::CARE,
        "removed" => paint::FAINT,
        _ => paint::BAD,
    };
    vec![
        Cell::new(format!("  {mark}"), style),
        Cell::new(class.to_owned(), paint::FAINT),
        Cell::new(note.to_owned(), paint::FAINT),
        Cell::plain(line(path, PATH_CHARACTERS)),
    ]
}

fn laid_out(rows: &[Vec<Cell>]) -> String {
    lay_out(rows, &[], None).into_iter().map(|line| line + "\n").collect()
}
