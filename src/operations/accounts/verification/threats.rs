//! What is known to do harm among digests.

use std::collections::HashSet;

use super::super::super::Services;
use crate::skill::Sha256Digest;
use crate::store::StoreError;

/// Returns those of `digests` that are known threats; none where this instance knows no threats
/// at all, so that nobody takes silence for a look.
pub(in super::super) async fn known_threats(
    _services: &Services,
    _digests: &[Sha256Digest],
) -> Result<Option<HashSet<Sha256Digest>>, StoreError> {
    Ok(None)
}
