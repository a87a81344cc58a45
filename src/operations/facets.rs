//! Facets of a search as the API shows them.

use std::sync::Arc;

use crate::api::{FacetValueView, FacetView, FacetsView};
use crate::search::{Facet, Facets};
use crate::skill::{SkillId, sanitise_line};
use crate::store::SkillRecord;

/// Characters of a value.
const VALUE_CHARACTERS: usize = 100;

/// Names the skills whose records are needed to show `facets`.
pub(super) fn examples(facets: &Facets) -> impl Iterator<Item = SkillId> {
    facets.publishers.values.iter().chain(&facets.licenses.values).map(|(example, _)| *example)
}

/// Shows facets; `records` hold the examples.
pub(super) fn facets_view(facets: &Facets, records: &[Arc<SkillRecord>]) -> FacetsView {
    let record = |id: SkillId| records.iter().find(|record| record.skill_id == id);
    let publisher = |id| record(id).map(|record| sanitise_line(record.source.publisher(), VALUE_CHARACTERS));
    let license = |id| Some(sanitise_line(record(id)?.source.license.as_deref()?, VALUE_CHARACTERS));
    FacetsView {
        candidate_count: facets.candidate_count,
        kind: facet_view(&facets.executes_code, |runs| {
            Some(if runs { "executable" } else { "instructions" }.to_owned())
        }),
        publisher: facet_view(&facets.publishers, publisher),
        license: facet_view(&facets.licenses, license),
        verdict: facet_view(&facets.verdicts, |status| Some(status.as_str().to_owned())),
    }
}

/// A value that has no name any more, because its example vanished meanwhile, is one of the others.
fn facet_view<T: Copy>(facet: &Facet<T>, name: impl Fn(T) -> Option<String>) -> FacetView {
    let mut view = FacetView {
        values: Vec::with_capacity(facet.values.len()),
        other_count: facet.other_count,
        unknown_count: facet.unknown_count,
    };
    for (value, count) in &facet.values {
        match name(*value) {
            Some(value) => view.values.push(FacetValueView { value, count: *count }),
            None => view.other_count += count,
        }
    }
    view.values.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.value.cmp(&right.value)));
    view
}
