//! Which of several copies stands for all.

use std::cmp::Reverse;

use super::Originality;
use crate::scan::SafetyStatus;
use crate::skill::{SkillId, Timestamp};

/// The place of a skill among its copies; the smallest stands for all.
///
/// The order is that of the fields: where it seems to have been written; read completely;
/// nothing worse than a caution in its verdict; more stars, by power of ten, since stars are
/// harder to come by than dates, which whoever commits can choose; the older commit; the id,
/// so that there is always one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::search) struct Preference {
    originality: Originality,
    is_incomplete: bool,
    is_warned_of: bool,
    magnitude: Reverse<u32>,
    is_undated: bool,
    updated_at: Option<Timestamp>,
    skill_id: SkillId,
}

impl Preference {
    pub(in crate::search) fn new(
        skill_id: SkillId,
        originality: Originality,
        is_complete: bool,
        status: SafetyStatus,
        stars: Option<u64>,
        updated_at: Option<Timestamp>,
    ) -> Self {
        Self {
            originality,
            is_incomplete: !is_complete,
            is_warned_of: matches!(status, SafetyStatus::Warning | SafetyStatus::Dangerous),
            magnitude: Reverse(stars.and_then(u64::checked_ilog10).map_or(0, |power| power + 1)),
            is_undated: updated_at.is_none(),
            updated_at,
            skill_id,
        }
    }

    /// Returns the skill that has this place.
    pub(in crate::search) fn skill_id(&self) -> SkillId {
        self.skill_id
    }
}
