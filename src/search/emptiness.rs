//! Why nothing was found.

use super::SearchRequest;

/// Why an answer has no hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmptyReason {
    /// Nothing is indexed.
    IndexEmpty,
    /// No skill has anything in common with the request, in words or in meaning.
    NoMatch,
    /// Skills match, and the filters leave none of them.
    FilteredOut,
    /// Skills match, and none of them well enough to be worth reading.
    TooWeak,
}

impl EmptyReason {
    /// Finds the reason why nothing matched; `finds` asks without the filters.
    pub(super) fn find<E>(
        record_count: u64,
        request: &SearchRequest,
        finds: impl FnOnce(&SearchRequest) -> Result<bool, E>,
    ) -> Result<Self, E> {
        if record_count == 0 {
            return Ok(Self::IndexEmpty);
        }
        let unfiltered =
            SearchRequest { limit: 1, min_stars: None, updated_after: None, registry: None, ..request.clone() };
        let has_filters = request.min_stars.is_some() || request.updated_after.is_some() || request.registry.is_some();
        Ok(if has_filters && finds(&unfiltered)? { Self::FilteredOut } else { Self::NoMatch })
    }
}
