//! When a repository mostly holds what others wrote.

/// Skills from which on a repository has many. In the corpus nothing changes between 20 and 200;
/// below 20 stand two publishers whose fourteen and eighteen skills everybody has copied
/// (docs/copies.md).
pub const AGGREGATOR_SKILLS: u64 = 50;
/// Percent of them that are original elsewhere. In the corpus the lowest repository that is
/// known to gather has 57, and the highest that is known to write its own 44 (docs/copies.md).
pub const AGGREGATOR_COPY_PERCENT: u64 = 50;

/// Tells whether a repository of `skill_count` listed skills, of which `copy_count` are copies of
/// what is original in another repository, mostly holds what others wrote.
pub fn is_aggregator(skill_count: u64, copy_count: u64) -> bool {
    skill_count >= AGGREGATOR_SKILLS
        && copy_count.saturating_mul(100) >= skill_count.saturating_mul(AGGREGATOR_COPY_PERCENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_skills_that_are_mostly_copies_make_an_aggregator() {
        let rows = [
            (0, 0, false),
            (49, 49, false),
            (50, 24, false),
            (50, 25, true),
            (15_725, 15_725, true),
            (2_451, 5, false),
            (u64::MAX, u64::MAX, true),
        ];
        for (skill_count, copy_count, expected) in rows {
            assert_eq!(is_aggregator(skill_count, copy_count), expected, "{copy_count} of {skill_count}");
        }
    }
}
