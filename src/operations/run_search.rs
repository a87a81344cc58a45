//! The one way from an operation to search.

use super::Services;
use super::problem::unforeseen;
use crate::api::Problem;
use crate::search::{SearchAnswer, SearchRequest};

impl Services {
    /// Searches in the pool of what computes, for the operation of this name.
    ///
    /// # Errors
    /// Fails where the index does; the cause is in the log.
    pub(super) async fn run_search(
        &self,
        operation: &'static str,
        request: SearchRequest,
    ) -> Result<SearchAnswer, Problem> {
        let search = self.search().clone();
        let answered = self.compute().run(move || search.search(&request)).await;
        answered.map_err(|error| unforeseen(operation, &error))?.map_err(|error| unforeseen(operation, &error))
    }
}
