//! `GET /api/v1/public/packages/stats`.

use std::collections::BTreeMap;

use super::super::Services;
use super::super::accounts::store_failure;
use super::popular::popular_packages;
use crate::api::accounts::Refusal;
use crate::api::packages::{CoverageView, PackageStatisticsView};
use crate::package::PackageRegistry;

/// Sizes of the lists that are compared with.
const SIZES: [usize; 3] = [100, 500, 1_000];

/// Returns how many packages are certified, and how many of those that most people use.
///
/// # Errors
/// Fails where the store does.
pub async fn package_statistics(services: &Services) -> Result<PackageStatisticsView, Refusal> {
    let store = services.store();
    let totals = store.certificate_totals().await.map_err(|error| store_failure(&error))?;
    let drafts = store.draft_totals().await.map_err(|error| store_failure(&error))?;
    let mut coverage = BTreeMap::new();
    for registry in PackageRegistry::ALL {
        let names = popular_packages(registry);
        let mut of_registry = BTreeMap::new();
        // A list that is shorter than its name says would count as covered what nobody counted.
        for size in SIZES.into_iter().filter(|size| *size <= names.len()) {
            let wanted: Vec<String> = names[..size].iter().map(|name| (*name).to_owned()).collect();
            let certified = store.certified_packages(registry, &wanted).await;
            let certified = certified.map_err(|error| store_failure(&error))?.len();
            of_registry.insert(format!("top{size}"), CoverageView::of(size, certified));
        }
        coverage.insert(registry.as_str().to_owned(), of_registry);
    }
    Ok(PackageStatisticsView {
        total_packages_certified: totals.certified,
        total_submissions_benefiting_from_cache: drafts.with_certified,
        total_cost_saved_usd: drafts.saved_cents / 100,
        code_submissions_with_packages: drafts.with_packages,
        coverage,
    })
}
