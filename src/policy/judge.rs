//! Holds a skill against a policy.

use std::collections::BTreeSet;

use serde::Serialize;

use super::facts::{IndexFacts, SkillFacts};
use super::terms::{Check, Policy, Response};
use crate::skill::{Timestamp, sanitise_line};

/// Characters of a publisher or a name in a message.
const NAME_CHARACTERS: usize = 100;
/// Characters of a URL in a message.
const URL_CHARACTERS: usize = 300;
/// Days before its end from which on the end of an exception is told.
const SOON_DAYS: f64 = 14.0;

/// What speaks against a skill.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// Why the skill does not pass; it does where there is nothing.
    pub violations: Vec<Violation>,
    /// What is to be told although it passes; sanitised.
    pub notices: Vec<String>,
    /// Indices of the exceptions that held something back, for [`Policy::notices`].
    pub used: BTreeSet<usize>,
}

/// One reason for which a skill does not pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// What was looked at.
    pub check: Check,
    /// What is wrong; sanitised.
    pub message: String,
}

impl Policy {
    /// Holds a skill against the policy at `now`.
    pub fn judge(&self, facts: &SkillFacts<'_>, now: Timestamp) -> Judgement {
        let mut judgement = Judgement::default();
        for check in Check::ALL {
            let Some((response, message)) = self.fault(check, facts, now) else { continue };
            match response {
                Response::Allow => {}
                Response::Warn => judgement.notices.push(message),
                Response::Refuse => self.refuse(&mut judgement, Violation { check, message }, facts, now),
            }
        }
        judgement
    }

    /// Tells whether it asks who published a skill, or where it came from.
    pub fn names_origins(&self) -> bool {
        self.publishers.is_some() || self.sources.is_some()
    }

    /// Says of every exception that held nothing back why, so that the list stays short and
    /// true; `used` are those that did, for any skill.
    pub fn notices(&self, used: &BTreeSet<usize>, now: Timestamp) -> Vec<String> {
        let unused = self.exceptions.iter().enumerate().filter(|(index, _)| !used.contains(index));
        unused
            .map(|(index, exception)| {
                let fault = exception.decision.fault(now);
                let fault = fault.unwrap_or_else(|| "nothing that it names needs it".to_owned());
                format!("exception {} ({}) is not in force: {fault}", index + 1, exception.check.as_str())
            })
            .collect()
    }

    /// Says which exceptions have ended or never held, for whoever did not ask what the others
    /// are needed for.
    pub fn ended(&self, now: Timestamp) -> Vec<String> {
        let is_sound = |index: &usize| self.exceptions[*index].decision.fault(now).is_none();
        self.notices(&(0..self.exceptions.len()).filter(is_sound).collect(), now)
    }

    /// Takes up a violation, unless an exception holds it back.
    fn refuse(&self, judgement: &mut Judgement, mut violation: Violation, facts: &SkillFacts<'_>, now: Timestamp) {
        let matching = self.exceptions.iter().enumerate().filter(|(_, one)| one.is_about(violation.check, facts));
        let mut ended = Vec::new();
        for (index, exception) in matching {
            let decision = &exception.decision;
            if let Some(fault) = decision.fault(now) {
                ended.push(format!("exception {}: {fault}", index + 1));
                continue;
            }
            judgement.used.insert(index);
            let left = now.days_until(decision.expires);
            let soon = if left < SOON_DAYS { format!(", which is in {left} days") } else { String::new() };
            judgement.notices.push(format!(
                "{}; accepted by {} until {}{soon}: {}",
                violation.message, decision.by, decision.expires_text, decision.reason
            ));
            return;
        }
        if !ended.is_empty() {
            violation.message = format!("{} ({})", violation.message, ended.join("; "));
        }
        judgement.violations.push(violation);
    }

    /// Says what is wrong with a skill by one check, and what becomes of it.
    fn fault(&self, check: Check, facts: &SkillFacts<'_>, now: Timestamp) -> Option<(Response, String)> {
        let refused = |message: String| Some((Response::Refuse, message));
        match (check, facts.index) {
            (Check::Publisher, _) => refused(self.publisher_fault(facts.publisher)?),
            (Check::Source, _) => refused(self.source_fault(facts.source_url)?),
            (Check::Verdict, IndexFacts::Known { verdict, .. }) if !self.verdicts.contains(&verdict) => {
                refused(format!("the verdict is {}, and the policy lets in {}", verdict.as_str(), self.verdict_words()))
            }
            (Check::AuditAge, IndexFacts::Known { audited_at, .. }) => refused(self.age_fault(audited_at, now)?),
            (Check::Unknown, IndexFacts::Unknown) => {
                Some((self.unknown, "the index does not know this content".to_owned()))
            }
            (Check::Stale, IndexFacts::Known { is_stale: true, .. }) => {
                Some((self.stale, "the verdict is of other content or of older rules than today's".to_owned()))
            }
            _ => None,
        }
    }

    fn publisher_fault(&self, publisher: Option<&str>) -> Option<String> {
        let allowed = self.publishers.as_ref()?;
        match publisher {
            // Owners of repositories are compared without case, as forges do.
            Some(publisher) if allowed.contains(&publisher.to_ascii_lowercase()) => None,
            Some(publisher) => Some(format!(
                "the publisher `{}` is not among those allowed",
                sanitise_line(publisher, NAME_CHARACTERS)
            )),
            None => Some("nobody knows who published it, and the policy names publishers".to_owned()),
        }
    }

    fn source_fault(&self, source_url: Option<&str>) -> Option<String> {
        let allowed = self.sources.as_ref()?;
        match source_url {
            Some(url) if allowed.iter().any(|prefix| prefix.admits(url)) => None,
            Some(url) => {
                Some(format!("the source `{}` is not below one that is allowed", sanitise_line(url, URL_CHARACTERS)))
            }
            None => Some("nobody knows where it came from, and the policy names sources".to_owned()),
        }
    }

    fn age_fault(&self, audited_at: Option<Timestamp>, now: Timestamp) -> Option<String> {
        let limit = self.max_audit_age_days?;
        let Some(audited_at) = audited_at else { return Some("the verdict has no date".to_owned()) };
        let age = audited_at.days_until(now);
        (age > f64::from(limit)).then(|| format!("the audit is {age} days old, the limit is {limit}"))
    }

    fn verdict_words(&self) -> String {
        self.verdicts.iter().map(|verdict| verdict.as_str()).collect::<Vec<_>>().join(", ")
    }
}
