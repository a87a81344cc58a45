//! Metrics of ranked retrieval against judgements.
//!
//! nDCG: K. Järvelin, J. Kekäläinen, *Cumulated gain-based evaluation of IR techniques*, ACM
//! TOIS 20(4), 2002, with gain `2^relevance − 1` and discount `log2(rank + 1)`.

use std::collections::BTreeMap;

/// Returns the normalised discounted cumulated gain of the first `cutoff` results.
///
/// `judgements` holds a relevance above zero for every relevant id; 0.0 where there is none.
pub fn ndcg_at<Id: Ord>(ranking: &[Id], judgements: &BTreeMap<Id, u32>, cutoff: usize) -> f64 {
    let gain = |relevance: u32| f64::from(relevance).exp2() - 1.0;
    let discounted = |gains: &mut dyn Iterator<Item = f64>| -> f64 {
        gains.take(cutoff).zip(2_u32..).map(|(gain, place)| gain / f64::from(place).log2()).sum()
    };
    let reached =
        discounted(&mut ranking.iter().map(|id| judgements.get(id).map_or(0.0, |relevance| gain(*relevance))));
    let mut ideal: Vec<u32> = judgements.values().copied().collect();
    ideal.sort_unstable_by(|left, right| right.cmp(left));
    let possible = discounted(&mut ideal.into_iter().map(gain));
    if possible > 0.0 { reached / possible } else { 0.0 }
}

/// Returns the share of the relevant ids that stand among the first `cutoff` results.
pub fn recall_at<Id: Ord>(ranking: &[Id], judgements: &BTreeMap<Id, u32>, cutoff: usize) -> f64 {
    let is_relevant = |id: &&Id| judgements.get(*id).is_some_and(|relevance| *relevance > 0);
    let relevant = judgements.values().filter(|relevance| **relevance > 0).count();
    let found = ranking.iter().take(cutoff).filter(is_relevant).count();
    if relevant > 0 { found as f64 / relevant as f64 } else { 0.0 }
}

/// Returns one divided by the rank of the first relevant result, 0.0 where there is none; the
/// mean over queries is the mean reciprocal rank.
pub fn reciprocal_rank<Id: Ord>(ranking: &[Id], judgements: &BTreeMap<Id, u32>) -> f64 {
    let first = ranking.iter().position(|id| judgements.get(id).is_some_and(|relevance| *relevance > 0));
    first.map_or(0.0, |place| 1.0 / (place + 1) as f64)
}

/// Returns 1.0 where a relevant id stands among the first `cutoff` results, else 0.0; the mean
/// over queries is the rate of success (hit rate).
pub fn hit_at<Id: Ord>(ranking: &[Id], judgements: &BTreeMap<Id, u32>, cutoff: usize) -> f64 {
    let is_hit = ranking.iter().take(cutoff).any(|id| judgements.get(id).is_some_and(|relevance| *relevance > 0));
    f64::from(u8::from(is_hit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_of_small_rankings() {
        let one = BTreeMap::from([('a', 1)]);
        let two = BTreeMap::from([('a', 1), ('b', 1)]);
        let second = 1.0 / 3.0_f64.log2();
        type Row<'a> = (&'a [char], &'a BTreeMap<char, u32>, f64, f64, f64);
        let rows: [Row<'_>; 6] = [
            (&['a', 'x'], &one, 1.0, 1.0, 1.0),
            (&['x', 'a'], &one, second, 1.0, 0.5),
            (&['x', 'y'], &one, 0.0, 0.0, 0.0),
            (&['a', 'x'], &two, 1.0 / (1.0 + second), 0.5, 1.0),
            (&['b', 'a'], &two, 1.0, 1.0, 1.0),
            (&[], &BTreeMap::new(), 0.0, 0.0, 0.0),
        ];
        for (ranking, judgements, ndcg, recall, reciprocal) in rows {
            let found = [
                ndcg_at(ranking, judgements, 2),
                recall_at(ranking, judgements, 2),
                reciprocal_rank(ranking, judgements),
            ];
            for (found, expected) in found.into_iter().zip([ndcg, recall, reciprocal]) {
                assert!((found - expected).abs() < 1e-12, "{ranking:?}");
            }
        }
    }

    #[test]
    fn a_hit_stands_above_the_cutoff_and_is_relevant() {
        let judgements = BTreeMap::from([('a', 1), ('b', 0)]);
        for (ranking, cutoff, expected) in [("a", 1, 1.0), ("xa", 1, 0.0), ("xa", 2, 1.0), ("b", 1, 0.0), ("", 1, 0.0)]
        {
            let ranking: Vec<char> = ranking.chars().collect();
            assert_eq!(hit_at(&ranking, &judgements, cutoff), expected, "{ranking:?} at {cutoff}");
        }
    }

    #[test]
    fn a_higher_relevance_counts_more() {
        let judgements = BTreeMap::from([('a', 2), ('b', 1)]);
        assert!(ndcg_at(&['a', 'b'], &judgements, 10) > ndcg_at(&['b', 'a'], &judgements, 10));
    }
}
