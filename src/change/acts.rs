//! What a skill does now and did not.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::scan::{Act, ActPlace, Acts, ScannedBundle, acts};

/// Places of one act that are named; the rest is counted.
const PLACES: usize = 10;

/// What the files of a skill do now and did not, and what none of them does any more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ActChanges {
    /// What came, the most telling first: what the skill did nowhere before what it does in
    /// one more file.
    pub new: Vec<NewAct>,
    /// What no file does any more.
    pub gone: Vec<Act>,
}

/// An act that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewAct {
    /// What is done.
    pub act: Act,
    /// Whether no file of the skill did it before.
    pub is_new_to_skill: bool,
    /// The first place in each file that did not do it before; at most ten.
    pub places: Vec<ActPlace>,
    /// How many such files there are.
    pub file_count: u64,
}

impl ActChanges {
    /// Compares what the files of two bundles do; `renamed` leads from old paths to new ones.
    pub(super) fn between(base: &ScannedBundle, candidate: &ScannedBundle, renamed: &BTreeMap<String, String>) -> Self {
        Self::of(&acts(base), acts(candidate), renamed)
    }

    fn of(before: &Acts, after: Acts, renamed: &BTreeMap<String, String>) -> Self {
        let gone = before.keys().filter(|act| !after.contains_key(act)).copied().collect();
        let mut new: Vec<NewAct> = Vec::new();
        for (act, places) in after {
            let known: BTreeSet<&str> = before
                .get(&act)
                .into_iter()
                .flatten()
                .map(|place| place.location.path.as_str())
                .map(|path| renamed.get(path).map_or(path, String::as_str))
                .collect();
            new.extend(NewAct::new(
                act,
                !before.contains_key(&act),
                places.into_iter().filter(|place| !known.contains(place.location.path.as_str())),
            ));
        }
        new.sort_by_key(|new| (!new.is_new_to_skill, new.act));
        Self { new, gone }
    }
}

impl NewAct {
    /// Makes an act of its places; nothing where there is none.
    pub(super) fn new(act: Act, is_new_to_skill: bool, places: impl Iterator<Item = ActPlace>) -> Option<Self> {
        let mut places: Vec<ActPlace> = places.collect();
        let file_count = places.len() as u64;
        places.truncate(PLACES);
        (file_count > 0).then_some(Self { act, is_new_to_skill, places, file_count })
    }
}
