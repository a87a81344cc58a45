//! How much each match counts.

use serde::{Deserialize, Serialize};

/// The weights of a ranking: what a word counts by where it stands, and what the nearness of
/// meaning counts beside words.
///
/// The default is what users get. `just tune` searches for others, on the development half of
/// the judged queries and with a part of them held out; docs/relevance.md tells what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RankingWeights {
    /// A word in the name, which counts in the lead and in the text as well.
    pub name: f32,
    /// A word in the name or the description, whatever their length.
    pub lead: f32,
    /// A word anywhere.
    pub text: f32,
    /// A word in the repository with its owner: a hint, and no topic.
    pub repository: f32,
    /// A word in the names of the files: a hint as well.
    pub files: f32,
    /// What a part of a compound counts, as a share, where the compound is known as a whole:
    /// `hub` and `spot` say little beside `hubspot`.
    pub part: f32,
    /// What the other form of a word counts, as a share, where the word is an abbreviation or the
    /// long form of one: `k8s` for `kubernetes`. None is looked up at 0.
    pub synonym: f32,
    /// What two words count that follow each other in the query, where they stand side by side
    /// in the text: a share of the rarity of the commoner one.
    pub near: f32,
    /// Terms of a query that are searched in whole texts, the rarest first. Others are where they
    /// are in fewer than [`Self::common_share`] of all documents, and in names and descriptions.
    pub text_terms: usize,
    /// The share of all documents from which a term is common.
    pub common_share: f64,
    /// What a cosine of 1 counts where the best score of full text counts 1; the embedder's own
    /// weight where it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meaning: Option<f64>,
}

impl Default for RankingWeights {
    fn default() -> Self {
        Self {
            name: 0.5,
            lead: 0.6,
            text: 1.0,
            repository: 0.3,
            files: 0.25,
            part: 0.5,
            synonym: 0.4,
            near: 0.6,
            text_terms: 12,
            common_share: 0.1,
            meaning: None,
        }
    }
}
