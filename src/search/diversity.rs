//! From everything that was found to what is worth a place in an answer.

use std::collections::{HashMap, VecDeque};

use super::Hit;
use super::copies::CopyClusters;
use crate::skill::SkillId;

/// Results of one name in an answer. Copies are gone by then: these are different skills, and
/// who wants a fourth of them has to say something that tells them apart.
const RESULTS_OF_ONE_NAME: usize = 3;

/// Results of one owner of aggregators among each ten of an answer: what somebody gathered from
/// everywhere says less about who made it, and leaves room for those who did.
/// Measured on the judged queries, of whose skills two thirds are in one gathering mirror: with 5
/// of them recall@10 is 0.948 instead of 0.950 (`just relevance`).
const RESULTS_OF_AN_AGGREGATOR: usize = 7;
/// Results of which an aggregator may have so many.
const BLOCK: usize = 10;

/// What is known of a hit beside its score.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trait {
    /// The normalised name.
    pub(super) name_key: u64,
    /// The owner, where the repository is an aggregator.
    pub(super) aggregator: Option<u64>,
}

/// Leaves one hit of each cluster of copies and three of each name, and lets no aggregator have
/// more than seven of any first ten, fourteen of twenty and so on, while others have something. `hits` come with the best first and
/// keep their order, but for those of aggregators that have to wait.
///
/// The place and the score of a cluster are those of its best hit. The skill is the one among
/// its hits that stands for the others, so that filters hold for what is shown.
pub(super) fn diversify(
    hits: Vec<Hit>,
    copies: &CopyClusters,
    trait_of: impl Fn(SkillId) -> Option<Trait>,
) -> Vec<Hit> {
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
        let Some(known) = trait_of(hit.skill_id) else { return true };
        let count = name_counts.entry(known.name_key).or_default();
        *count += 1;
        *count <= RESULTS_OF_ONE_NAME
    });
    spread(chosen, |hit| trait_of(hit.skill_id)?.aggregator)
}

/// Holds back what an aggregator has too much of until the next ten, or until nothing else is
/// left.
fn spread(hits: Vec<Hit>, aggregator: impl Fn(&Hit) -> Option<u64>) -> Vec<Hit> {
    let mut counts: HashMap<u64, usize> = HashMap::new();
    let mut chosen: Vec<Hit> = Vec::with_capacity(hits.len());
    let mut waiting: VecDeque<(u64, Hit)> = VecDeque::new();
    let may_come = |counts: &HashMap<u64, usize>, owner: u64, place: usize| {
        counts.get(&owner).copied().unwrap_or_default() < (place / BLOCK + 1) * RESULTS_OF_AN_AGGREGATOR
    };
    for hit in hits {
        // What waits is better than what comes; its turn is when a new ten begins.
        while let Some(place) = waiting.iter().position(|(owner, _)| may_come(&counts, *owner, chosen.len())) {
            let Some((owner, waited)) = waiting.remove(place) else { break };
            *counts.entry(owner).or_default() += 1;
            chosen.push(waited);
        }
        match aggregator(&hit) {
            Some(owner) if !may_come(&counts, owner, chosen.len()) => waiting.push_back((owner, hit)),
            Some(owner) => {
                *counts.entry(owner).or_default() += 1;
                chosen.push(hit);
            }
            None => chosen.push(hit),
        }
    }
    // Nobody is crowded out any more.
    chosen.extend(waiting.into_iter().map(|(_, waited)| waited));
    chosen
}
