//! What a commit says beside its documents.

use serde::{Deserialize, Serialize};

/// The payload of a commit of the lexical index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CommitState {
    /// The change of the store up to which everything is in the index.
    pub(super) sequence: u64,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_read_as_it_was_written() {
        let state = CommitState { sequence: 7 };
        assert_eq!(CommitState::read(Some(&state.to_payload())), state);
        for payload in [None, Some(""), Some("{}"), Some("[]")] {
            assert_eq!(CommitState::read(payload), CommitState::default());
        }
    }
}
