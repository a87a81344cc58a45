//! `verify_skill` in words.

use super::untrusted::bounded_fence;
use super::untrusted_line;
use super::verdict::{basis, verdict};
use crate::api::{CoversWord, StrengthWord, VerifyHit, VerifyMiss, VerifyResponse};

/// Renders what is known of what a caller holds.
pub(super) fn render(response: &VerifyResponse) -> String {
    match response {
        VerifyResponse::Hit(hit) => of_hit(hit),
        VerifyResponse::Miss(VerifyMiss { threat: Some(threat), .. }) => format!(
            "Safety: dangerous, a known threat that is not in the index\nMatched: no\nThreat: {}\nNext: do not load it.",
            untrusted_line(&threat.line(), 700),
        ),
        VerifyResponse::Miss(VerifyMiss { takedown: Some(takedown), .. }) => format!(
            "Safety: not in the index, which would not give it out\nMatched: no\nNotice: {}\nNext: {}",
            untrusted_line(&takedown.line(), 700),
            if takedown.blocks { "do not load it." } else { "treat it as unaudited; ask your user before it is used." }
        ),
        VerifyResponse::Miss(_) => "Safety: unknown, no verdict: nothing in the index matches.\n\
            Matched: no\n\
            Next: treat it as unaudited; ask your user before it is used."
            .to_owned(),
    }
}

fn of_hit(hit: &VerifyHit) -> String {
    let indexed = verdict(&hit.safety.summary());
    let is_same = hit.comparison.is_current_content();
    let first = match is_same {
        // The verdict is about other bytes than those that the caller holds.
        Some(false) => format!(
            "Safety: unknown for what you hold, which is not the indexed content; the indexed content is {indexed}"
        ),
        _ => format!("Safety: {indexed}"),
    };
    let recipe = hit.comparison.recipe.as_ref();
    let same = match is_same {
        Some(true) if recipe.is_some_and(|recipe| recipe.strength == StrengthWord::Weak) => {
            "as far as a weak digest can tell, which other bytes can share: compare the bundle digest as well"
        }
        Some(true) => "yes",
        Some(false) if recipe.is_some_and(|recipe| !recipe.is_current) => {
            "no: what you hold is an earlier revision, so do not load it before your user has looked"
        }
        Some(false) => "no: what you hold differs from what is indexed, so do not load it before your user has looked",
        None => "not compared: no content_hash was given, so this says nothing of the bytes that you hold",
    };
    let matched_by = serde_json::to_value(hit.matched_by).unwrap_or_default();
    let mut lines = vec![
        first,
        format!("Matched: yes, by {}", matched_by.as_str().unwrap_or_default()),
        format!("Same content: {same}"),
        format!("Indexed content_hash: {}", hit.comparison.current_content_hash.as_deref().unwrap_or("unknown")),
        format!("skill_id: {}", hit.skill.skill_id),
        format!("Source: {}", untrusted_line(&hit.skill.source_url, 500)),
    ];
    if let Some(recipe) = recipe {
        let compared = format!(
            "Compared by: {} ({}, covers {}). {}",
            recipe.name,
            if recipe.strength == StrengthWord::Strong { "strong" } else { "weak" },
            if recipe.covers == CoversWord::WholeBundle { "the whole bundle" } else { "SKILL.md only" },
            recipe.note
        );
        lines.push(untrusted_line(&compared, 500));
    }
    if let Some(hash) = &hit.comparison.current_package_hash {
        lines.push(format!("Indexed bundle: {hash}"));
    }
    lines.extend(hit.takedown.as_ref().map(|takedown| format!("Notice: {}", untrusted_line(&takedown.line(), 700))));
    if hit.takedown.is_none() {
        lines.extend(hit.source_state.as_ref().map(|state| format!("Notice: {}", untrusted_line(&state.line(), 500))));
    }
    lines.extend(basis(&hit.safety));
    lines.push(bounded_fence("name", &untrusted_line(&hit.skill.name, 200)).text);
    lines.join("\n")
}
