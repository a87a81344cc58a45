//! `compare_skills` in words.

use super::untrusted::bounded_fence;
use super::{findings, untrusted_line};
use crate::api::{CompareSkillsResponse, ComparedSide};

/// Items of each list that are shown; the rest is in structured content.
const ITEMS: usize = 60;

/// Renders what a change means, in the order in which a reviewer needs it.
pub(super) fn render(response: &CompareSkillsResponse) -> String {
    let (base, candidate) = (&response.base, &response.candidate);
    let trend = match (response.is_same, response.is_worse) {
        (true, _) => "the same bytes",
        (false, true) => "worse than before",
        (false, false) => "not worse than before",
    };
    let mut lines = vec![
        format!("Safety: {} after, {} before; {trend}.", status(candidate), status(base)),
        format!("Base: {}", digests(base)),
        format!("Candidate: {}", digests(candidate)),
    ];
    for act in &response.new_acts {
        let news = if act.is_new_to_skill { "" } else { " in more files" };
        lines.push(format!("Now{news}: {}", untrusted_line(&act.act, 100)));
    }
    lines.extend(response.gone_acts.iter().map(|act| format!("No longer: {}", untrusted_line(act, 100))));
    lines.push(format!(
        "Tools added: {}, removed: {}; files changed: {}; findings gone: {}",
        response.added_tools.len(),
        response.removed_tools.len(),
        response.file_count,
        response.gone_finding_count
    ));
    lines.push(format!("New or worse findings: {}", response.new_finding_count));
    lines.extend(findings::listed(&response.new_findings));
    lines.push("Next: show your user what is new before the candidate is used.".to_owned());
    lines.extend(findings::evidence(&response.new_findings));
    lines.push(bounded_fence("words of the authors", &words(response).join("\n")).text);
    if !response.diff.is_empty() {
        lines.push(bounded_fence("diff", &response.diff).text);
    }
    lines.join("\n")
}

fn status(side: &ComparedSide) -> String {
    format!("{} ({})", side.status.as_str(), side.recommended_action.as_str())
}

fn digests(side: &ComparedSide) -> String {
    let runs_code = if side.executes_code { "yes" } else { "no" };
    format!(
        "content_hash {}, package_hash {}, risk {}, runs code: {runs_code}, files not read: {}",
        untrusted_line(&side.content_hash, 100),
        untrusted_line(&side.package_hash, 100),
        side.risk_score,
        side.unread_count
    )
}

fn words(response: &CompareSkillsResponse) -> Vec<String> {
    let line = |text: &str| untrusted_line(text, 300);
    let mut words = vec![
        format!("base name: {}", line(&response.base.name)),
        format!("candidate name: {}", line(&response.candidate.name)),
    ];
    words.extend(response.added_tools.iter().take(ITEMS).map(|tool| format!("tool added: {}", line(tool))));
    words.extend(response.removed_tools.iter().take(ITEMS).map(|tool| format!("tool removed: {}", line(tool))));
    let places = response.new_acts.iter().flat_map(|act| act.places.iter().map(move |place| (act, place)));
    words.extend(places.take(ITEMS).map(|(act, place)| format!("{}: {}", line(&act.act), line(place))));
    words.extend(response.frontmatter.iter().take(ITEMS).map(|change| {
        let side = |value: &Option<String>| value.as_deref().map_or_else(|| "(none)".to_owned(), line);
        format!("frontmatter {}: {} → {}", line(&change.key), side(&change.before), side(&change.after))
    }));
    words.extend(response.files.iter().take(ITEMS).map(|file| {
        let from = file.from.as_deref().map(|from| format!(", was {}", line(from))).unwrap_or_default();
        format!("file {}: {}{from}", line(&file.kind), line(&file.path))
    }));
    words
}
