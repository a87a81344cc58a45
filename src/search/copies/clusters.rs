//! Clusters of copies: everybody is as near to the middle as copies are.
//!
//! A cluster is a star (J. Aslam, E. Pelekhov, D. Rus: *The star clustering algorithm*, 2004):
//! skills are taken in the order of preference, and each joins the middle that it is most
//! like, or becomes one. Chains of copies do not run together as they would where a
//! neighbour's neighbour belongs: families of skills made from one template are chains, and so
//! is what somebody would publish to make two skills of others into one.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::{Likeness, SIGNATURE_WORDS, Signature};
use crate::skill::{CanonicalStanding, SkillId};

/// How much the texts of two copies with one name have in common at least, and with two
/// names: skills from one template share 0.8 to 0.88 and differ in name. Chosen against the
/// judged clusters (docs/relevance.md, `just copies`).
const SAME_NAME_SIMILARITY: f64 = 0.7;
const OTHER_NAME_SIMILARITY: f64 = 0.9;
/// Middles that one band is compared with: more of them share eight bytes only where
/// thousands come from one template. Bounds the work for a million skills.
const BAND_MIDDLES: usize = 32;

/// A skill that may have copies.
#[derive(Debug, Clone, Copy)]
pub(in crate::search) struct Member {
    /// Its place among its copies; the smallest stands for all.
    pub(in crate::search) standing: CanonicalStanding,
    /// What copies mostly share: [`crate::skill::CopyKey::short`].
    pub(in crate::search) copy_key: u64,
    /// What its copies are recognised by.
    pub(in crate::search) likeness: Likeness,
}

/// The cluster of a skill that has copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyCluster {
    /// The skill that stands for all.
    pub canonical: SkillId,
    /// The skill that would, were the canonical one not there.
    pub runner_up: SkillId,
    /// What names the cluster: the copy key that most of its members have.
    pub key: u64,
    /// How many indexed skills belong to it, the canonical one included; two at least.
    pub member_count: u32,
}

/// All clusters of two and more.
#[derive(Debug, Default)]
pub(in crate::search) struct CopyClusters {
    /// The cluster of each skill in one, and the skill's place in it.
    places: HashMap<SkillId, (CopyCluster, u32)>,
    /// The keys that clusters are named by.
    keys: HashSet<u64>,
}

impl CopyClusters {
    /// Finds the clusters among `members`, whose order makes no difference.
    pub(in crate::search) fn new(mut members: Vec<Member>) -> Self {
        members.par_sort_unstable_by_key(|member| member.standing);
        let mut middles = Middles::new(&members);
        let mut clusters: HashMap<u32, Vec<u32>> = HashMap::new();
        for place in 0..members.len() as u32 {
            if let Some(middle) = middles.take(place) {
                clusters.entry(middle).or_insert_with(|| vec![middle]).push(place);
            }
        }
        let skill_id = |place: u32| members[place as usize].standing.skill_id;
        let keys = keys(&clusters, &members);
        let mut places = HashMap::with_capacity(clusters.values().map(Vec::len).sum());
        for (middle, copies) in clusters {
            let cluster = CopyCluster {
                canonical: skill_id(middle),
                // The copies stand in their order, the canonical one first, and are two at least.
                runner_up: skill_id(copies.get(1).copied().unwrap_or(middle)),
                key: keys.get(&middle).copied().unwrap_or_default(),
                member_count: copies.len() as u32,
            };
            places.extend((0..).zip(copies).map(|(rank, place)| (skill_id(place), (cluster, rank))));
        }
        Self { places, keys: keys.into_values().collect() }
    }

    /// Returns the cluster of a skill that has copies.
    pub(in crate::search) fn of(&self, id: SkillId) -> Option<CopyCluster> {
        self.places.get(&id).map(|(cluster, _)| *cluster)
    }

    /// Tells whether a cluster is named by a key.
    pub(in crate::search) fn has_key(&self, key: u64) -> bool {
        self.keys.contains(&key)
    }

    /// Returns the place of a skill among its copies, from 0; 0 as well where it has none.
    pub(in crate::search) fn rank(&self, id: SkillId) -> u32 {
        self.places.get(&id).map_or(0, |(_, rank)| *rank)
    }
}

/// Names each cluster by the copy key that most of its members have, so that neither another
/// copy nor another canonical member renames it. Where two clusters have one key, the one that
/// has more of it gets it.
fn keys(clusters: &HashMap<u32, Vec<u32>>, members: &[Member]) -> HashMap<u32, u64> {
    let mut counts: HashMap<(u32, u64), u32> = HashMap::new();
    for (middle, copies) in clusters {
        for place in copies {
            *counts.entry((*middle, members[*place as usize].copy_key)).or_default() += 1;
        }
    }
    let mut counts: Vec<((u32, u64), u32)> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|((middle, key), count)| (Reverse(*count), *key, *middle));
    let (mut names, mut taken) = (HashMap::with_capacity(clusters.len()), HashSet::new());
    for ((middle, key), _) in counts {
        if !names.contains_key(&middle) && taken.insert(key) {
            names.insert(middle, key);
        }
    }
    // What has no key of its own left is named by its canonical member.
    for middle in clusters.keys() {
        let id = members[*middle as usize].standing.skill_id;
        names
            .entry(*middle)
            .or_insert_with(|| id.as_bytes().iter().fold(0, |key: u64, byte| key.rotate_left(8) ^ u64::from(*byte)));
    }
    names
}

/// The middles that have each value of one band.
type BandMiddles = HashMap<u64, Vec<u32>>;

/// The middles so far, by what a copy shares with them.
struct Middles<'a> {
    members: &'a [Member],
    /// Whether a skill shares a band with any other one; most do not.
    has_candidates: Vec<bool>,
    by_band: Vec<BandMiddles>,
    by_lead: HashMap<u64, u32>,
}

impl<'a> Middles<'a> {
    fn new(members: &'a [Member]) -> Self {
        let shared: Vec<(BandMiddles, Vec<u32>)> =
            (0..SIGNATURE_WORDS).into_par_iter().map(|band| shared_in(band, members)).collect();
        let mut has_candidates = vec![false; members.len()];
        let mut by_band = Vec::with_capacity(SIGNATURE_WORDS);
        for (middles, places) in shared {
            places.into_iter().for_each(|place| has_candidates[place as usize] = true);
            by_band.push(middles);
        }
        Self { members, has_candidates, by_band, by_lead: HashMap::new() }
    }

    /// Returns the middle that the next skill belongs to, or makes it one.
    fn take(&mut self, place: u32) -> Option<u32> {
        let likeness = &self.members[place as usize].likeness;
        let signature = likeness.signature.as_ref().filter(|_| self.has_candidates[place as usize]);
        let like = signature.and_then(|signature| self.nearest(likeness.name_key, signature));
        let middle = like.or_else(|| self.by_lead.get(&likeness.lead_key?).copied());
        if middle.is_some() {
            return middle;
        }
        if let Some(lead_key) = likeness.lead_key {
            self.by_lead.entry(lead_key).or_insert(place);
        }
        if let Some(signature) = signature {
            for (middles, word) in self.by_band.iter_mut().zip(signature.words()) {
                if let Some(middles) = middles.get_mut(word).filter(|middles| middles.len() < BAND_MIDDLES) {
                    middles.push(place);
                }
            }
        }
        None
    }

    /// Returns the middle that is most like a skill; of equals the preferred one.
    fn nearest(&self, name_key: u64, signature: &Signature) -> Option<u32> {
        let mut best: Option<(f64, u32)> = None;
        for (middles, word) in self.by_band.iter().zip(signature.words()) {
            for middle in middles.get(word).into_iter().flatten() {
                let other = &self.members[*middle as usize].likeness;
                let least = if other.name_key == name_key { SAME_NAME_SIMILARITY } else { OTHER_NAME_SIMILARITY };
                let similarity = other.signature.as_ref().map_or(0.0, |other| other.similarity(signature));
                let is_better =
                    best.is_none_or(|(most, first)| similarity > most || (similarity == most && *middle < first));
                if similarity >= least && is_better {
                    best = Some((similarity, *middle));
                }
            }
        }
        best.map(|(_, middle)| middle)
    }
}

/// Returns the values of a band that several skills have, and those skills.
fn shared_in(band: usize, members: &[Member]) -> (BandMiddles, Vec<u32>) {
    let mut words: Vec<(u64, u32)> = (0..)
        .zip(members)
        .filter_map(|(place, member)| Some((member.likeness.signature.as_ref()?.words()[band], place)))
        .collect();
    words.sort_unstable();
    let (mut middles, mut places) = (HashMap::new(), Vec::new());
    for group in words.chunk_by(|left, right| left.0 == right.0).filter(|group| group.len() > 1) {
        middles.insert(group[0].0, Vec::new());
        places.extend(group.iter().map(|(_, place)| *place));
    }
    (middles, places)
}
