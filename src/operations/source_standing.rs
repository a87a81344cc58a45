//! How a skill stands to its sources, and what follows for its verdict.

use std::time::Duration;

use super::Services;
use super::problem::store_failed;
use crate::api::{CurrentContent, Problem, SafetyView, SourceCheck, SourceStandingView, SourceState, TakedownView};
use crate::skill::{RepositoryFacts, RepositoryKey, Timestamp, sanitise_line};
use crate::store::{SkillRecord, SkillStanding, StoredTakedown, StoredVerdict};

/// How long ago a source may have been seen. The longest interval of a crawl is 30 days
/// (`crawl::interval`); one visit may fail and be made up for before anybody worries.
const UNSEEN: Duration = Duration::from_secs(45 * 24 * 3_600);
/// How far a clock may be ahead of the one that wrote a time, as of another machine.
const CLOCK_SKEW: Duration = Duration::from_secs(3_600);
/// The source of the skills inside of the program, which cannot change beside it.
const PROGRAM_SOURCE: &str = "starter:";
/// Characters of what an operator or a host says.
const TEXT_CHARACTERS: usize = 300;

/// How a skill stands to its sources.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standing {
    /// What is to be told; nothing where the source is as it should be.
    pub view: Option<SourceStandingView>,
    /// Why it is not given out.
    pub takedown: Option<TakedownView>,
    check: SourceCheck,
}

impl Standing {
    /// Shows a verdict on a skill of this standing.
    pub fn safety(&self, verdict: StoredVerdict, record: &SkillRecord) -> SafetyView {
        let current = CurrentContent { content_hash: record.content_hash, package_hash: record.package_hash };
        let mut safety = SafetyView::new(super::verify_skill::facts(verdict), current, self.check);
        if self.takedown.as_ref().is_some_and(|takedown| takedown.blocks) {
            safety.block();
        }
        safety
    }
}

/// Tells how a skill stands to its sources.
///
/// # Errors
/// Fails where the store does.
pub(super) async fn standing(
    services: &Services,
    operation: &'static str,
    record: &SkillRecord,
) -> Result<Standing, Problem> {
    let store = services.store();
    let known = store.standing(record.skill_id).await.map_err(store_failed(operation))?;
    let keys: Vec<RepositoryKey> = RepositoryKey::of(&record.source.identity).into_iter().collect();
    let facts = services.facts(&keys).await.map_err(store_failed(operation))?;
    let facts = facts.first().and_then(|known| known.facts.as_ref());
    Ok(match known {
        Some(known) => judge(&known, facts, services.now()),
        // It vanished since its record was read, which a store does not do.
        None => Standing { view: None, takedown: None, check: SourceCheck::Unverifiable },
    })
}

/// Shows a takedown.
pub(super) fn takedown_view(stored: &StoredTakedown) -> TakedownView {
    let takedown = &stored.takedown;
    let line = |text: &Option<String>| text.as_ref().map(|text| sanitise_line(text, TEXT_CHARACTERS));
    TakedownView {
        reason: takedown.reason.as_str().to_owned(),
        since: takedown.since,
        scope: takedown.target.parts().0.to_owned(),
        reference: line(&takedown.reference),
        note: line(&takedown.note),
        blocks: takedown.reason.blocks(),
    }
}

fn judge(known: &SkillStanding, facts: Option<&RepositoryFacts>, now: Timestamp) -> Standing {
    let seen_at = known.seen_at();
    let is_of_program = known.sources.iter().any(|source| source.key.starts_with(PROGRAM_SOURCE));
    let takedown = known.takedowns.first().map(takedown_view);
    let moved_to = facts.and_then(|facts| facts.moved_to.as_ref());
    let age_ms = now.as_milliseconds().saturating_sub(seen_at.as_milliseconds());
    let host_says_gone = facts.filter(|facts| facts.is_gone).map(|facts| facts.asked_at);
    let gone = match (known.gone_since(), host_says_gone) {
        // A source that was never visited, as one without any sighting, is not gone by that.
        (Some(since), _) if !known.sources.is_empty() => Some(Some(since)),
        // What was seen after the host was asked is there again.
        (_, Some(asked_at)) if asked_at.is_none_or(|asked_at| asked_at >= seen_at) => Some(asked_at),
        _ => None,
    };
    let found = if let Some(takedown) = &takedown {
        Some((SourceState::TakenDown, Some(takedown.since)))
    } else if let Some(since) = gone {
        Some((SourceState::Gone, since))
    } else if !known.is_listed {
        Some((SourceState::Removed, known.unlisted_at))
    } else if is_of_program {
        None
    } else if age_ms < -milliseconds(CLOCK_SKEW) {
        Some((SourceState::Clock, None))
    } else if age_ms > milliseconds(UNSEEN) {
        Some((SourceState::Unseen, Some(seen_at)))
    } else if moved_to.is_some() {
        Some((SourceState::Moved, None))
    } else if let Some(since) = known.failing_since().filter(|_| !known.sources.is_empty()) {
        Some((SourceState::Unreachable, Some(since)))
    } else if facts.is_some_and(|facts| facts.is_archived == Some(true)) {
        Some((SourceState::Archived, None))
    } else {
        None
    };
    // One failed visit does not make doubtful what was seen a day before; that takes as long as
    // never to be visited. What the host says of a repository leaves its content as it was.
    let is_unverifiable = gone.is_some()
        || !known.is_listed && known.takedowns.is_empty()
        || matches!(found, Some((SourceState::Unseen | SourceState::Clock, _)));
    let view = found.map(|(state, since)| SourceStandingView {
        state,
        is_listed: known.is_listed,
        since,
        last_seen_at: seen_at,
        moved_to: moved_to.map(|key| sanitise_line(key.as_str(), TEXT_CHARACTERS)),
    });
    Standing { view, takedown, check: if is_unverifiable { SourceCheck::Unverifiable } else { SourceCheck::Possible } }
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::SourceHistory;

    const DAY: i64 = 24 * 3_600_000;

    fn day(number: i64) -> Timestamp {
        Timestamp::from_milliseconds(1_780_000_000_000 + number * DAY)
    }

    fn source(seen: i64) -> SourceHistory {
        SourceHistory {
            key: "git:https://github.com/o/r".to_owned(),
            seen_at: Some(day(seen)),
            changed_at: Some(day(seen)),
            failing_since: None,
            gone_since: None,
            unlisted_at: None,
        }
    }

    fn known(is_listed: bool, sources: Vec<SourceHistory>) -> SkillStanding {
        let unlisted_at = (!is_listed).then(|| day(9));
        SkillStanding { is_listed, unlisted_at, indexed_at: day(-400), sources, takedowns: Vec::new() }
    }

    #[test]
    fn the_worst_that_is_known_of_a_source_is_told() {
        use SourceCheck::{Possible, Unverifiable};
        let gone = |seen| SourceHistory { gone_since: Some(day(8)), failing_since: Some(day(8)), ..source(seen) };
        let failing = SourceHistory { failing_since: Some(day(8)), ..source(7) };
        let program = SourceHistory { key: "starter:touchmark".to_owned(), ..source(-900) };
        let facts = RepositoryFacts::default();
        let archived = RepositoryFacts { is_archived: Some(true), ..facts.clone() };
        let moved = RepositoryFacts {
            moved_to: Some(RepositoryKey::from_stored("github.com/o/new".to_owned())),
            ..facts.clone()
        };
        let host_gone = |asked| RepositoryFacts { is_gone: true, asked_at: Some(day(asked)), ..facts.clone() };
        let rows = [
            ("seen", known(true, vec![source(9)]), &facts, None, Possible),
            ("seen long ago", known(true, vec![source(-35)]), &facts, None, Possible),
            ("not seen for too long", known(true, vec![source(-36)]), &facts, Some(SourceState::Unseen), Unverifiable),
            ("in the program", known(true, vec![program]), &facts, None, Possible),
            ("of two, one is seen", known(true, vec![source(-100), source(9)]), &facts, None, Possible),
            ("seen in the future", known(true, vec![source(11)]), &facts, Some(SourceState::Clock), Unverifiable),
            ("heard to be gone once", known(true, vec![gone(7)]), &facts, Some(SourceState::Gone), Unverifiable),
            ("of two, one is gone", known(true, vec![gone(7), source(9)]), &facts, None, Possible),
            ("gone and unlisted", known(false, vec![gone(7)]), &facts, Some(SourceState::Gone), Unverifiable),
            ("removed", known(false, vec![]), &facts, Some(SourceState::Removed), Unverifiable),
            ("unreachable", known(true, vec![failing]), &facts, Some(SourceState::Unreachable), Possible),
            ("archived", known(true, vec![source(9)]), &archived, Some(SourceState::Archived), Possible),
            ("moved", known(true, vec![source(9)]), &moved, Some(SourceState::Moved), Possible),
            ("the host says gone", known(true, vec![source(7)]), &host_gone(9), Some(SourceState::Gone), Unverifiable),
            ("the host said gone, and it is back", known(true, vec![source(9)]), &host_gone(7), None, Possible),
        ];
        for (what, known, facts, state, check) in rows {
            let standing = judge(&known, Some(facts), day(9).max(day(10)));
            assert_eq!((standing.view.map(|view| view.state), standing.check), (state, check), "{what}");
        }
    }
}
