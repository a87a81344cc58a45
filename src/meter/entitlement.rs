//! A search entitles to inspect what it returned: five times, within one hour.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use moka::sync::Cache;
use uuid::Uuid;

use crate::skill::{SkillId, Timestamp};

/// Inspections for each search.
const INSPECTIONS: u32 = 5;
/// How long a search entitles, in milliseconds.
const LIFETIME_MS: i64 = 60 * 60 * 1_000;
/// How long a search is remembered, so that `expired` can be told from `unknown`.
const REMEMBERED: Duration = Duration::from_secs(2 * 60 * 60);
/// Searches that are remembered at once, which bounds the memory.
const CAPACITY: u64 = 200_000;

/// The searches that entitle to something.
#[derive(Debug, Clone)]
pub struct Entitlements {
    grants: Cache<String, Arc<Grant>>,
}

#[derive(Debug)]
struct Grant {
    skills: Vec<SkillId>,
    /// In milliseconds; later where its answer was given later.
    issued_at_ms: AtomicI64,
    used: AtomicU32,
}

/// Why a search does not entitle to an inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// This server did not issue it.
    Unknown,
    /// It is older than an hour.
    Expired,
    /// It did not return this skill.
    MismatchedSkill,
    /// Its five inspections are used up.
    UsedUp,
}

impl Entitlements {
    /// Starts without any.
    pub fn new() -> Self {
        Self { grants: Cache::builder().max_capacity(CAPACITY).time_to_live(REMEMBERED).build() }
    }

    /// Remembers a search that returned `skills`, and returns its opaque id.
    pub fn issue(&self, skills: Vec<SkillId>, now: Timestamp) -> String {
        let query_id = format!("q_{}", Uuid::new_v4().simple());
        self.grants.insert(query_id.clone(), Arc::new(Grant::new(skills, now)));
        query_id
    }

    /// Forgets a search whose answer nobody gets.
    pub fn revoke(&self, query_id: &str) {
        self.grants.invalidate(query_id);
    }

    /// Remembers a search whose answer is given again, or only now: it entitles from `from` on.
    /// Of one that is known, what was used stays used, and its time begins anew only where
    /// `from` is later.
    pub fn reissue(&self, query_id: &str, skills: Vec<SkillId>, from: Timestamp) {
        let grant = self.grants.get_with_by_ref(query_id, || Arc::new(Grant::new(skills, from)));
        if grant.issued_at_ms.fetch_max(from.as_milliseconds(), Ordering::Relaxed) < from.as_milliseconds() {
            // Put there again, it is remembered for as long as it now entitles.
            self.grants.insert(query_id.to_owned(), grant);
        }
    }

    /// Tells whether an inspection of `skill` is left, and uses none.
    pub fn entitles(&self, query_id: &str, skill: SkillId, now: Timestamp) -> bool {
        self.grants.get(query_id).is_some_and(|grant| {
            grant.refusal(skill, now).is_none() && grant.used.load(Ordering::Relaxed) < INSPECTIONS
        })
    }

    /// Uses one inspection of `skill`.
    ///
    /// # Errors
    /// Says why the search does not entitle to it; nothing is used then.
    pub fn redeem(&self, query_id: &str, skill: SkillId, now: Timestamp) -> Result<(), Refusal> {
        let grant = self.grants.get(query_id).ok_or(Refusal::Unknown)?;
        if let Some(refusal) = grant.refusal(skill, now) {
            return Err(refusal);
        }
        let use_one = |used: u32| (used < INSPECTIONS).then_some(used + 1);
        grant.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, use_one).map(|_| ()).map_err(|_| Refusal::UsedUp)
    }
}

impl Grant {
    fn new(skills: Vec<SkillId>, issued_at: Timestamp) -> Self {
        Self { skills, issued_at_ms: AtomicI64::new(issued_at.as_milliseconds()), used: AtomicU32::new(0) }
    }

    fn refusal(&self, skill: SkillId, now: Timestamp) -> Option<Refusal> {
        if now.as_milliseconds() - self.issued_at_ms.load(Ordering::Relaxed) > LIFETIME_MS {
            return Some(Refusal::Expired);
        }
        (!self.skills.contains(&skill)).then_some(Refusal::MismatchedSkill)
    }
}

impl Default for Entitlements {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skill::SourceIdentity;

    fn skill(name: &str) -> SkillId {
        SkillId::of(&SourceIdentity::new("github.com", "o", "r", name))
    }

    fn minutes(minutes: i64) -> Timestamp {
        Timestamp::from_milliseconds(1_780_000_000_000 + minutes * 60_000)
    }

    #[test]
    fn a_search_entitles_to_five_inspections_of_its_results_within_an_hour() {
        let entitlements = Entitlements::new();
        let query_id = entitlements.issue(vec![skill("a"), skill("b")], minutes(0));
        assert_eq!(entitlements.redeem("q_other", skill("a"), minutes(1)), Err(Refusal::Unknown));
        assert_eq!(entitlements.redeem(&query_id, skill("c"), minutes(1)), Err(Refusal::MismatchedSkill));
        for at in 0..5 {
            assert!(entitlements.entitles(&query_id, skill("a"), minutes(at)));
            assert_eq!(entitlements.redeem(&query_id, skill(if at % 2 == 0 { "a" } else { "b" }), minutes(at)), Ok(()));
        }
        assert!(!entitlements.entitles(&query_id, skill("a"), minutes(10)));
        assert_eq!(entitlements.redeem(&query_id, skill("a"), minutes(10)), Err(Refusal::UsedUp));
        assert_eq!(entitlements.redeem(&query_id, skill("a"), minutes(61)), Err(Refusal::Expired));
    }

    #[test]
    fn a_search_is_taken_back_and_given_again() {
        let entitlements = Entitlements::new();
        let query_id = entitlements.issue(vec![skill("a")], minutes(0));
        assert_eq!(entitlements.redeem(&query_id, skill("a"), minutes(1)), Ok(()));
        entitlements.reissue(&query_id, vec![skill("b")], minutes(2));
        assert_eq!(entitlements.redeem(&query_id, skill("b"), minutes(2)), Err(Refusal::MismatchedSkill));
        entitlements.revoke(&query_id);
        assert_eq!(entitlements.redeem(&query_id, skill("a"), minutes(3)), Err(Refusal::Unknown));
        entitlements.reissue(&query_id, vec![skill("a")], minutes(100));
        assert_eq!(entitlements.redeem(&query_id, skill("a"), minutes(101)), Ok(()));
    }

    #[test]
    fn a_search_whose_answer_is_given_late_entitles_for_an_hour_from_then_and_not_to_more() {
        let entitlements = Entitlements::new();
        let query_id = entitlements.issue(vec![skill("a")], minutes(0));
        for at in 0..3 {
            assert_eq!(entitlements.redeem(&query_id, skill("a"), minutes(at)), Ok(()));
        }
        assert_eq!(entitlements.redeem(&query_id, skill("a"), minutes(90)), Err(Refusal::Expired));
        entitlements.reissue(&query_id, vec![skill("a")], minutes(90));
        // Given again, it is not later than it was.
        entitlements.reissue(&query_id, vec![skill("a")], minutes(10));
        assert_eq!(entitlements.redeem(&query_id, skill("a"), minutes(91)), Ok(()));
        assert_eq!(entitlements.redeem(&query_id, skill("a"), minutes(150)), Ok(()));
        assert_eq!(entitlements.redeem(&query_id, skill("a"), minutes(150)), Err(Refusal::UsedUp));
        assert_eq!(entitlements.redeem(&query_id, skill("a"), minutes(151)), Err(Refusal::Expired));
    }

    #[test]
    fn a_hundred_at_once_get_exactly_five() {
        let entitlements = Entitlements::new();
        let query_id = entitlements.issue(vec![skill("a")], minutes(0));
        let granted: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..100)
                .map(|_| scope.spawn(|| usize::from(entitlements.redeem(&query_id, skill("a"), minutes(1)).is_ok())))
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).sum()
        });
        assert_eq!(granted, 5);
    }
}
