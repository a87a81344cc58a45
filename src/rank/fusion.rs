//! Reciprocal rank fusion of ranked lists.
//!
//! G. V. Cormack, C. L. A. Clarke, S. Büttcher: *Reciprocal rank fusion outperforms Condorcet
//! and individual rank learning methods*, SIGIR 2009. An entry's score is the sum over the
//! lists of `weight / (k + rank)`, with ranks from 1.

use std::collections::HashMap;
use std::hash::Hash;

/// The constant of the paper: large enough that the first few ranks of one list do not drown
/// a good place in both.
const K: f64 = 60.0;

/// One ranked list, the best first.
#[derive(Debug, Clone, Copy)]
pub struct RankedList<'a, Id> {
    /// How much a place in this list counts.
    pub weight: f64,
    /// Ids with the scores by which they were ordered; an id occurs once.
    pub entries: &'a [(Id, f64)],
}

/// Where an id stands in one list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// The rank, from 1.
    pub rank: u32,
    /// The score in that list.
    pub score: f64,
}

/// An id with its fused score.
#[derive(Debug, Clone, PartialEq)]
pub struct Fused<Id, const LISTS: usize> {
    /// What was ranked.
    pub id: Id,
    /// The fused score; 1.0 for what is first in every list.
    pub score: f64,
    /// The place in each list, in the order in which the lists were given.
    pub placements: [Option<Placement>; LISTS],
}

/// Fuses ranked lists; the best first, ties in the order of their ids.
pub fn fuse<Id: Copy + Eq + Hash + Ord, const LISTS: usize>(
    lists: [RankedList<'_, Id>; LISTS],
) -> Vec<Fused<Id, LISTS>> {
    let best: f64 = lists.iter().map(|list| list.weight / (K + 1.0)).sum();
    let mut places: HashMap<Id, usize> = HashMap::with_capacity(lists.iter().map(|list| list.entries.len()).sum());
    let mut fused: Vec<Fused<Id, LISTS>> = Vec::with_capacity(places.capacity());
    for (index, list) in lists.iter().enumerate() {
        for (rank, (id, score)) in (1_u32..).zip(list.entries) {
            let place = *places.entry(*id).or_insert_with(|| {
                fused.push(Fused { id: *id, score: 0.0, placements: [None; LISTS] });
                fused.len() - 1
            });
            fused[place].score += list.weight / (K + f64::from(rank)) / best;
            fused[place].placements[index] = Some(Placement { rank, score: *score });
        }
    }
    fused.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.id.cmp(&right.id)));
    fused
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids(first: &[(u32, f64)], second: &[(u32, f64)]) -> Vec<u32> {
        fuse([RankedList { weight: 2.0, entries: first }, RankedList { weight: 1.0, entries: second }])
            .into_iter()
            .map(|fused| fused.id)
            .collect()
    }

    #[test]
    fn a_place_in_both_lists_beats_a_better_place_in_one() {
        assert_eq!(ids(&[(1, 9.0), (2, 8.0)], &[(2, 0.5), (3, 0.4)]), [2, 1, 3]);
    }

    #[test]
    fn the_heavier_list_decides_between_two_firsts() {
        assert_eq!(ids(&[(7, 1.0)], &[(3, 1.0)]), [7, 3]);
    }

    #[test]
    fn ties_are_in_the_order_of_their_ids() {
        let (left, right) = ([(9, 1.0), (4, 1.0)], [(4, 1.0), (9, 1.0)]);
        let fused = fuse([RankedList { weight: 1.0, entries: &left }, RankedList { weight: 1.0, entries: &right }]);
        assert_eq!(fused.iter().map(|fused| fused.id).collect::<Vec<_>>(), [4, 9]);
    }

    #[test]
    fn first_everywhere_is_one_and_placements_are_kept() {
        let fused = fuse([
            RankedList { weight: 2.0, entries: &[('a', 3.5)] },
            RankedList { weight: 1.0, entries: &[('a', 0.2)] },
        ]);
        assert!((fused[0].score - 1.0).abs() < 1e-12);
        assert_eq!(
            fused[0].placements,
            [Some(Placement { rank: 1, score: 3.5 }), Some(Placement { rank: 1, score: 0.2 })]
        );
        let empty: [RankedList<'_, u8>; 2] = [RankedList { weight: 2.0, entries: &[] }; 2];
        assert_eq!(fuse(empty), []);
    }

    proptest! {
        #[test]
        fn every_id_comes_once_with_a_score_up_to_one(first in prop::collection::btree_set(0_u8..40, 0..30), second in prop::collection::btree_set(0_u8..40, 0..30)) {
            let list = |ids: &std::collections::BTreeSet<u8>| ids.iter().map(|id| (*id, 1.0)).collect::<Vec<_>>();
            let (left, right) = (list(&first), list(&second));
            let fused = fuse([RankedList { weight: 2.0, entries: &left }, RankedList { weight: 1.0, entries: &right }]);
            prop_assert_eq!(fused.len(), first.union(&second).count());
            prop_assert!(fused.iter().all(|fused| fused.score > 0.0 && fused.score < 1.0 + 1e-12));
            prop_assert!(fused.windows(2).all(|pair| pair[0].score >= pair[1].score));
        }
    }
}
