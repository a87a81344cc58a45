//! From everything that was found to what is worth a place in an answer.

use std::collections::HashMap;

use super::Hit;
use super::copies::CopyClusters;
use crate::skill::SkillId;

/// Results of one name in an answer. Copies are gone by then: these are different skills, and
/// who wants a fourth of them has to say something that tells them apart.
const RESULTS_OF_ONE_NAME: usize = 3;

/// Leaves one hit of each cluster of copies and three of each name. `hits` come with the best
/// first and keep their order; `name_key` knows the normalised name of each.
///
/// The place and the score of a cluster are those of its best hit. The skill is the one among
/// its hits that stands for the others, so that filters hold for what is shown.
pub(super) fn diversify(hits: Vec<Hit>, copies: &CopyClusters, name_key: impl Fn(SkillId) -> Option<u64>) -> Vec<Hit> {
    let mut places: HashMap<SkillId, usize> = HashMap::new();
    let mut chosen: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        let Some(cluster) = copies.of(hit.skill_id) else {
            chosen.push(hit);
            continue;
        };
        let hit = Hit { copies: Some(cluster), ..hit };
        match places.get(&cluster.canonical) {
            None => {
                places.insert(cluster.canonical, chosen.len());
                chosen.push(hit);
            }
            Some(place) => {
                let shown = &mut chosen[*place].skill_id;
                if copies.rank(hit.skill_id) < copies.rank(*shown) {
                    *shown = hit.skill_id;
                }
            }
        }
    }
    let mut name_counts: HashMap<u64, usize> = HashMap::new();
    chosen.retain(|hit| {
        let Some(name_key) = name_key(hit.skill_id) else { return true };
        let count = name_counts.entry(name_key).or_default();
        *count += 1;
        *count <= RESULTS_OF_ONE_NAME
    });
    chosen
}
