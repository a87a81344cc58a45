//! `check_lockfile` in words.

use super::untrusted::bounded_fence;
use super::untrusted_line;
use super::verdict::verdict;
use crate::api::{BatchAnswer, CheckLockfileResponse, LockfilePin};

/// Renders what is known of the pins: numbers first, then a line for each, the names last.
pub(super) fn render(response: &CheckLockfileResponse) -> String {
    let summary = &response.summary;
    let worst = match response.worst_status {
        Some(status) => format!("the worst is {}", status.as_str()),
        None => "none of them is known, so no verdict".to_owned(),
    };
    let mut lines = vec![
        format!("Safety: {} pins, {worst}; {} to be blocked.", summary.total, summary.blocked),
        format!("Format: {}", untrusted_line(&response.format, 40)),
        format!(
            "Known: {}, with other content than is indexed: {}, unknown: {}, not to be read: {}, not looked up: {}",
            summary.matched, summary.changed, summary.unknown, summary.unreadable, summary.omitted
        ),
        next_step(response).to_owned(),
    ];
    lines.extend(response.pins.iter().enumerate().map(|(index, pin)| of_pin(index + 1, pin)));
    let words = response.pins.iter().enumerate().map(|(index, pin)| {
        let reason = match &pin.answer {
            BatchAnswer::Error(envelope) => format!(": {}", untrusted_line(&envelope.error.message, 300)),
            BatchAnswer::Hit(hit) => format!(", indexed as {}", untrusted_line(&hit.skill.name, 200)),
            BatchAnswer::Miss(_) => String::new(),
        };
        format!("[{}] {} at {}{reason}", index + 1, untrusted_line(&pin.name, 200), untrusted_line(&pin.key, 200))
    });
    let notices = response.notices.iter().map(|notice| format!("notice: {}", untrusted_line(notice, 300)));
    let words: Vec<String> = words.chain(notices).collect();
    lines.push(bounded_fence("words of the lockfile", &words.join("\n")).text);
    lines.join("\n")
}

fn next_step(response: &CheckLockfileResponse) -> &'static str {
    let summary = &response.summary;
    if summary.blocked > 0 {
        "Next: do not load the skills that are to be blocked; tell your user which, and why (inspect_skill)."
    } else if summary.changed > 0 {
        "Next: compare_skills with the pinned digest and the skill_id shows what an update would change."
    } else {
        "Next: `touchmark check` compares the files on disk with these records, which this does not."
    }
}

fn of_pin(number: usize, pin: &LockfilePin) -> String {
    match &pin.answer {
        BatchAnswer::Hit(hit) => {
            let indexed = verdict(&hit.safety.summary());
            match hit.comparison.is_current_content() {
                Some(true) => format!("[{number}] {indexed}; same content: yes; skill_id: {}", hit.skill.skill_id),
                Some(false) => format!(
                    "[{number}] unknown for what is pinned, which is not the indexed content; the indexed content is {indexed}; skill_id: {}",
                    hit.skill.skill_id
                ),
                None => format!(
                    "[{number}] {indexed} for its source; content not compared; skill_id: {}",
                    hit.skill.skill_id
                ),
            }
        }
        BatchAnswer::Miss(miss) => match miss.block_line() {
            Some(reason) => format!("[{number}] not indexed, do not load it: {}", untrusted_line(&reason, 700)),
            None => format!("[{number}] unknown, nothing in the index matches"),
        },
        BatchAnswer::Error(envelope) => format!("[{number}] not looked up: {}", envelope.error.code.as_str()),
    }
}
