//! A preview as the API shows it.

use super::preview::{PackagePreview, PreviewedPackage};
use crate::api::package_preview::{DependencyType, PackagePreviewItemView, PackagePreviewView, PreviewStatus};
use crate::api::packages::RegistryAdvisoryView;
use crate::certificate::AuditPrice;
use crate::skill::sanitise_line;
use crate::store::DraftPreview;

/// Characters of what an author wrote.
const TEXT_CHARACTERS: usize = 200;

impl PackagePreview {
    /// Shows the preview; `price` is what an audit costs.
    pub fn view(&self, price: AuditPrice) -> PackagePreviewView {
        let direct = |status| self.count(status, true) as u64;
        let transitive = |status| self.count(status, false) as u64;
        let cost = |status| {
            let cents = self.of_type(true).filter(|one| one.status == status).map(|one| price.cents(one.tier));
            dollars(cents.sum())
        };
        let is_plain = |one: &&PreviewedPackage| one.status == PreviewStatus::Certified && one.advisories.is_empty();
        PackagePreviewView {
            enabled: true,
            packages_total: self.of_type(true).count() as u64,
            packages_certified_from_cache: direct(PreviewStatus::Certified),
            packages_to_audit: direct(PreviewStatus::ToAudit),
            packages_rejected: direct(PreviewStatus::Rejected),
            packages_uncertified: direct(PreviewStatus::Uncertified),
            transitive_dependencies_checked: self.of_type(false).count() as u64,
            transitive_dependencies_uncertified: transitive(PreviewStatus::ToAudit)
                + transitive(PreviewStatus::Uncertified),
            transitive_dependencies_rejected: transitive(PreviewStatus::Rejected),
            savings_usd: cost(PreviewStatus::Certified),
            uncached_cost_usd: cost(PreviewStatus::ToAudit),
            items: self.of_type(true).map(|one| item(one, price)).collect(),
            transitive_items: self.of_type(false).filter(|one| !is_plain(one)).map(|one| item(one, price)).collect(),
            unread: self.unread.iter().map(|text| sanitise_line(text, 2 * TEXT_CHARACTERS)).collect(),
        }
    }

    /// Sums the preview up for the statistics.
    pub(super) fn summary(&self, price: AuditPrice) -> DraftPreview {
        let certified = || self.of_type(true).filter(|one| one.status == PreviewStatus::Certified);
        DraftPreview {
            packages: self.of_type(true).count() as u64,
            certified: certified().count() as u64,
            saved_cents: certified().map(|one| price.cents(one.tier)).sum(),
        }
    }
}

fn item(one: &PreviewedPackage, price: AuditPrice) -> PackagePreviewItemView {
    let dependency = &one.dependency;
    let cents = if one.status == PreviewStatus::ToAudit { price.cents(one.tier) } else { 0 };
    PackagePreviewItemView {
        package_name: dependency.name.to_string(),
        package_version: sanitise_line(&dependency.requirement.to_string(), TEXT_CHARACTERS),
        registry_source: dependency.registry,
        dependency_type: if dependency.is_direct { DependencyType::Direct } else { DependencyType::Transitive },
        cached: one.certificate.is_some(),
        status: one.status,
        estimated_complexity_tier: one.tier,
        estimated_price_usd: dollars(cents),
        warnings: one.certificate.as_ref().map(|certificate| certificate.warnings.clone()).unwrap_or_default(),
        requested_version: one.requested.as_deref().map(|text| sanitise_line(text, TEXT_CHARACTERS)),
        registry_advisories: one.advisories.iter().map(RegistryAdvisoryView::of).collect(),
    }
}

fn dollars(cents: u64) -> f64 {
    cents as f64 / 100.0
}
