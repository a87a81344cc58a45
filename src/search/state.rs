//! What a commit says beside its documents.

use serde::{Deserialize, Serialize};

/// The payload of a commit of the lexical index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CommitState {
    /// The change of the store up to which everything is in the index.
    pub(super) sequence: u64,
    /// The model that this state was written with.
    pub(super) model: Option<TrainedModel>,
}

/// A trained model, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TrainedModel {
    /// The version, which is in the names of its files.
    pub(super) version: String,
    /// How many records it was trained on.
    pub(super) record_count: u64,
}

impl CommitState {
    /// Reads a payload; a commit without a readable one counts for nothing.
    pub(super) fn read(payload: Option<&str>) -> Self {
        payload.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// Writes the payload.
    pub(super) fn to_payload(&self) -> String {
        serde_json::to_string(self).expect("numbers and text can be written as JSON")
    }
}

impl TrainedModel {
    /// Tells whether a corpus of so many records is another than the model was trained on: it
    /// has grown or shrunk by more than half.
    pub(super) fn is_outgrown_by(&self, record_count: u64) -> bool {
        record_count.abs_diff(self.record_count) > self.record_count / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_read_as_it_was_written() {
        let state =
            CommitState { sequence: 7, model: Some(TrainedModel { version: "ab".to_owned(), record_count: 3 }) };
        assert_eq!(CommitState::read(Some(&state.to_payload())), state);
        for payload in [None, Some(""), Some("{}"), Some("[1]")] {
            assert_eq!(CommitState::read(payload), CommitState::default());
        }
    }

    #[test]
    fn a_model_is_outgrown_by_more_than_half() {
        let model = TrainedModel { version: String::new(), record_count: 100 };
        for (record_count, expected) in [(100, false), (150, false), (151, true), (50, false), (49, true), (0, true)] {
            assert_eq!(model.is_outgrown_by(record_count), expected, "{record_count}");
        }
    }
}
