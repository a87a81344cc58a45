//! Whether a skill wants to be taken for that of a vendor.

use std::collections::HashMap;

use super::Services;
use super::problem::store_failed;
use crate::api::{ImitationView, ImitationWord, Problem};
use crate::assessment::Assessment;
use crate::scan::{glance, is_misspelt};
use crate::search::ImitationKind;
use crate::skill::{PublisherStanding, Publishers, SkillId, SourceIdentity, sanitise_line};
use crate::store::SkillRecord;

/// The flag of a skill that imitates.
const FLAG: &str = "imitates_publisher";
/// Words that an account adds to another's name to be taken for it.
const CLAIMS: [&str; 6] = ["official", "verified", "original", "genuine", "authentic", "real"];
/// Letters of an account from which on a slip is more likely a trick than another name.
const SLIP_LETTERS: usize = 5;

/// Returns the selection flags of a skill: what it claims, as it was assessed, and whether it
/// imitates; `known_as` is the copy that search knows.
pub(super) fn selection_flags(
    services: &Services,
    record: &SkillRecord,
    assessment: Option<&Assessment>,
    known_as: SkillId,
) -> Vec<String> {
    let mut flags = match assessment {
        Some(assessment) => Assessment::flags(&assessment.selection),
        None => crate::skill::selection_flags(&record.name, &record.description),
    };
    let imitates = || {
        services.vendor_accounts().imitated_by(services.publishers(), &record.source.identity).is_some()
            || imitated_name(services, record, known_as).is_some()
    };
    if imitates() {
        flags.push(FLAG.to_owned());
    }
    flags
}

/// Returns what a skill imitates, with the evidence.
pub(super) async fn imitation(
    services: &Services,
    record: &SkillRecord,
    known_as: SkillId,
    operation: &'static str,
) -> Result<Option<ImitationView>, Problem> {
    let identity = &record.source.identity;
    if let Some((account, kind)) = services.vendor_accounts().imitated_by(services.publishers(), identity) {
        let publisher = account.to_owned();
        return Ok(Some(ImitationView { kind, publisher, skill_id: None, name: None, url: None }));
    }
    let Some((skill_id, kind)) = imitated_name(services, record, known_as) else { return Ok(None) };
    let known = services.store().skills(&[skill_id]).await.map_err(store_failed(operation))?;
    Ok(known.first().map(|known| ImitationView {
        kind,
        publisher: sanitise_line(known.source.publisher(), 100),
        skill_id: Some(skill_id),
        name: Some(known.name.clone()),
        url: Some(known.source.url()),
    }))
}

fn imitated_name(services: &Services, record: &SkillRecord, known_as: SkillId) -> Option<(SkillId, ImitationWord)> {
    if record.standing.publisher == PublisherStanding::Vendor {
        return None;
    }
    let imitation = services.search().imitated_by(&record.name, known_as)?;
    let kind = match imitation.kind {
        ImitationKind::DrawnAlike => ImitationWord::NameDrawnAlike,
        ImitationKind::Misspelt => ImitationWord::NameMisspelt,
        ImitationKind::ClaimsOfficial => ImitationWord::NameClaimsOfficial,
    };
    Some((imitation.skill_id, kind))
}

/// The accounts of vendors, by host, as each result of each answer is compared with them.
pub(super) struct VendorAccounts(HashMap<String, Vec<VendorAccount>>);

struct VendorAccount {
    /// `host/name`.
    account: String,
    name: String,
    glance: String,
}

impl VendorAccounts {
    pub(super) fn new(publishers: &Publishers) -> Self {
        let mut hosts: HashMap<String, Vec<VendorAccount>> = HashMap::new();
        for (account, standing) in publishers.iter() {
            let Some((host, name)) = account.split_once('/') else { continue };
            if standing == PublisherStanding::Vendor {
                let vendor = VendorAccount { account: account.to_owned(), name: name.to_owned(), glance: glance(name) };
                hosts.entry(host.to_owned()).or_default().push(vendor);
            }
        }
        Self(hosts)
    }

    /// Returns the vendor's account that an account of the same host imitates.
    pub(super) fn imitated_by(
        &self,
        publishers: &Publishers,
        identity: &SourceIdentity,
    ) -> Option<(&str, ImitationWord)> {
        let account = Publishers::account_of(identity);
        let (host, owner) = account.split_once('/')?;
        let vendors = self.0.get(host)?;
        if publishers.standing(&account) != PublisherStanding::Unknown {
            return None;
        }
        let seen = glance(owner);
        let rest: Vec<&str> = owner.split(['-', '_', '.']).filter(|word| !CLAIMS.contains(word)).collect();
        let rest = rest.join("-");
        vendors.iter().find_map(|vendor| {
            let kind = if seen == vendor.glance {
                ImitationWord::AccountDrawnAlike
            } else if rest == vendor.name {
                ImitationWord::AccountClaimsOfficial
            } else if vendor.name.chars().count() >= SLIP_LETTERS && is_misspelt(owner, &vendor.name) {
                ImitationWord::AccountMisspelt
            } else {
                return None;
            };
            Some((vendor.account.as_str(), kind))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_that_look_like_a_vendors_are_recognised() {
        let vendor = |account: &str| (account.to_owned(), PublisherStanding::Vendor);
        let listed = ("github.com/openai-community".to_owned(), PublisherStanding::Listed);
        let known = ["github.com/openai", "github.com/anthropics", "github.com/expo"].map(vendor);
        let publishers = Publishers::new(known.into_iter().chain([listed]));
        let vendors = VendorAccounts::new(&publishers);
        use ImitationWord::{AccountClaimsOfficial, AccountDrawnAlike, AccountMisspelt};
        let rows = [
            ("0penai", Some(("github.com/openai", AccountDrawnAlike))),
            ("openal", Some(("github.com/openai", AccountDrawnAlike))),
            ("anthropic-s", Some(("github.com/anthropics", AccountDrawnAlike))),
            ("anthrropics", Some(("github.com/anthropics", AccountMisspelt))),
            ("antrhopics", Some(("github.com/anthropics", AccountMisspelt))),
            ("openai-official", Some(("github.com/openai", AccountClaimsOfficial))),
            ("real-expo", Some(("github.com/expo", AccountClaimsOfficial))),
            ("OpenAI", None),
            ("openai-community", None),
            ("openapi", None),
            ("expos", None),
            ("exppo", None),
            ("anthropology", None),
            ("somebody", None),
        ];
        for (owner, expected) in rows {
            let identity = SourceIdentity::new("github.com", owner, "skills", "pdf");
            assert_eq!(vendors.imitated_by(&publishers, &identity), expected, "{owner}");
        }
        let elsewhere = SourceIdentity::new("git.example", "0penai", "skills", "pdf");
        assert_eq!(vendors.imitated_by(&publishers, &elsewhere), None);
        assert_eq!(vendors.imitated_by(&publishers, &SourceIdentity::local("/openai")), None);
    }
}
