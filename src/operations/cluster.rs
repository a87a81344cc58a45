//! The copies of a skill, which of them stands for all, and why.

use super::Services;
use super::problem::store_failed;
use crate::api::{AggregatorView, ClusterMember, ClusterReason, ClusterReasonWord, ClusterView, Problem};
use crate::search::CopyCluster;
use crate::skill::{
    CanonicalReason, CanonicalStanding, Originality, PublisherStanding, RepositoryKey, SkillId, sanitise_line,
};
use crate::store::SkillRecord;

/// Names the cluster of a skill that has copies. Near copies have a name of their own; where
/// there are only byte-identical ones, it is their copy key, unless another cluster has that.
pub(super) fn cluster_id(services: &Services, record: &SkillRecord, near: Option<CopyCluster>) -> Option<String> {
    let name = |key: u64| format!("c_{key:016x}");
    match near {
        Some(cluster) => Some(name(cluster.key)),
        None if record.copy_count < 2 => None,
        None => {
            let key = record.copy_key.short();
            let is_taken = services.search().is_cluster_key(key);
            Some(if is_taken { format!("c_{}", &record.content_hash.to_hex()[..16]) } else { name(key) })
        }
    }
}

/// What inspection says of the copies of a skill.
pub(super) struct Copies {
    pub(super) cluster: Option<ClusterView>,
    /// The byte-identical copy that search knows; the skill itself where it has none.
    pub(super) known_as: SkillId,
}

/// Reads the cluster of a skill.
pub(super) async fn copies(
    services: &Services,
    record: &SkillRecord,
    operation: &'static str,
) -> Result<Copies, Problem> {
    let store = services.store();
    let identical = match record.copy_count {
        0 | 1 => Vec::new(),
        _ => store.skills_with_content(record.content_hash).await.map_err(store_failed(operation))?,
    };
    let known_as = identical.first().map_or(record.skill_id, |canonical| canonical.skill_id);
    let near = services.search().copies_of(known_as);
    let Some(cluster_id) = cluster_id(services, record, near) else { return Ok(Copies { cluster: None, known_as }) };
    let mut members: Vec<SkillRecord> = identical;
    if let Some(near) = near {
        let ids = [near.canonical, near.runner_up];
        members.extend(store.skills(&ids).await.map_err(store_failed(operation))?);
    }
    members.push(record.clone());
    members.retain(|member| member.is_listed);
    members.sort_by_key(|member| member.standing);
    members.dedup_by_key(|member| member.skill_id);
    let canonical = members.first().unwrap_or(record);
    let is_canonical = canonical.skill_id == record.skill_id;
    let other = if is_canonical { members.get(1) } else { Some(record) };
    let reasons = other.map(|other| reasons(&canonical.standing, &other.standing)).unwrap_or_default();
    let view = ClusterView {
        cluster_id,
        identical: record.copy_count.saturating_sub(1),
        near: near.map_or(0, |cluster| u64::from(cluster.member_count.saturating_sub(1))),
        canonical: member(canonical),
        is_canonical,
        compared_with: other.map(member),
        reasons,
    };
    Ok(Copies { cluster: Some(view), known_as })
}

/// Tells by what the repository of a skill is an aggregator, where it is one.
pub(super) async fn aggregator(
    services: &Services,
    record: &SkillRecord,
    operation: &'static str,
) -> Result<Option<AggregatorView>, Problem> {
    let Some(key) = RepositoryKey::of(&record.source.identity).filter(|_| record.standing.is_aggregator) else {
        return Ok(None);
    };
    let counts = services.store().aggregator(&key).await.map_err(store_failed(operation))?;
    Ok(counts.map(|counts| AggregatorView { skill_count: counts.skill_count, copy_count: counts.copy_count }))
}

fn member(record: &SkillRecord) -> ClusterMember {
    ClusterMember {
        skill_id: record.skill_id,
        url: record.source.url(),
        publisher: sanitise_line(record.source.publisher(), 100),
    }
}

fn reasons(canonical: &CanonicalStanding, other: &CanonicalStanding) -> Vec<ClusterReason> {
    let reason = |reason: CanonicalReason| ClusterReason {
        reason: word(reason),
        canonical: evidence(canonical, reason),
        other: evidence(other, reason),
    };
    canonical.reasons_before(other).into_iter().map(reason).collect()
}

fn word(reason: CanonicalReason) -> ClusterReasonWord {
    match reason {
        CanonicalReason::NotDangerous => ClusterReasonWord::NotDangerous,
        CanonicalReason::Publisher => ClusterReasonWord::KnownPublisher,
        CanonicalReason::Originality => ClusterReasonWord::OwnRepository,
        CanonicalReason::NotAggregator => ClusterReasonWord::NotAggregator,
        CanonicalReason::Complete => ClusterReasonWord::ReadCompletely,
        CanonicalReason::BetterVerdict => ClusterReasonWord::BetterVerdict,
        CanonicalReason::EarlierCommit => ClusterReasonWord::EarlierCommit,
        CanonicalReason::MoreStars => ClusterReasonWord::MoreStars,
        CanonicalReason::SmallerId => ClusterReasonWord::SmallerId,
    }
}

/// Says what a reason was seen by, in words that no author writes.
fn evidence(standing: &CanonicalStanding, reason: CanonicalReason) -> String {
    let text = match reason {
        CanonicalReason::NotDangerous => {
            if standing.is_dangerous {
                "dangerous"
            } else {
                "not dangerous"
            }
        }
        CanonicalReason::Publisher => match standing.counted_publisher() {
            PublisherStanding::Vendor => "vendor",
            PublisherStanding::Listed => "listed",
            PublisherStanding::Unknown => "unknown",
        },
        CanonicalReason::Originality => match standing.originality {
            Originality::Own => "own",
            Originality::Installed => "installed",
            Originality::Gathered => "gathered",
            Originality::Mirror => "mirror or fork",
        },
        CanonicalReason::NotAggregator => {
            if standing.is_aggregator {
                "aggregator"
            } else {
                "not an aggregator"
            }
        }
        CanonicalReason::Complete => {
            if standing.is_complete {
                "complete"
            } else {
                "incomplete"
            }
        }
        CanonicalReason::BetterVerdict => {
            if standing.is_warned_of {
                "warning or worse"
            } else {
                "caution or better"
            }
        }
        CanonicalReason::EarlierCommit => {
            return standing.first_committed_at.map_or_else(|| "unknown".to_owned(), |date| date.to_string());
        }
        CanonicalReason::MoreStars => {
            return standing.stars.map_or_else(|| "unknown".to_owned(), |stars| stars.to_string());
        }
        CanonicalReason::SmallerId => return standing.skill_id.to_string(),
    };
    text.to_owned()
}
