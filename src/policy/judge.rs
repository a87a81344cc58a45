//! Holds a skill against a policy.

use std::collections::BTreeSet;

use serde::Serialize;

use super::expression::Subject;
use super::facts::{IndexFacts, SkillFacts};
use super::stated::StatedFacts;
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
    /// The rule that does not hold, where it is one of the policy's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What is wrong; sanitised.
    pub message: String,
    /// What would make it pass; sanitised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The values at which the rule looked, as `scan.score` and `12`; texts are sanitised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observed: Vec<(String, serde_json::Value)>,
}

impl Violation {
    /// Returns the rule, or the word for the check, by which it is named.
    pub fn name(&self) -> &str {
        self.rule.as_deref().unwrap_or(self.check.as_str())
    }
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
                Response::Refuse => {
                    let remedy = Some(self.remedy(check));
                    let violation = Violation { check, rule: None, message, remedy, observed: Vec::new() };
                    self.refuse(&mut judgement, violation, facts, now);
                }
            }
        }
        if !self.rules.is_empty() {
            self.judge_rules(&mut judgement, facts, now);
        }
        judgement
    }

    /// Holds what somebody states of a skill against the policy at `now`.
    pub fn judge_stated(&self, facts: &StatedFacts, now: Timestamp) -> Judgement {
        self.judge(&facts.facts(now), now)
    }

    /// Asks the policy's own rules. What cannot be said of a skill does not hold.
    fn judge_rules(&self, judgement: &mut Judgement, facts: &SkillFacts<'_>, now: Timestamp) {
        let mut subject = Subject::new(StatedFacts::of(facts, now).values());
        for rule in &self.rules {
            let message = match subject.satisfies(&rule.require) {
                Ok(true) => continue,
                Ok(false) => rule.reason.clone(),
                Err(undecided) => format!("{} (it cannot be said: {undecided})", rule.reason),
            };
            match rule.response {
                Response::Allow => {}
                Response::Warn => judgement.notices.push(format!("{}: {message}", rule.id)),
                Response::Refuse => {
                    let violation = Violation {
                        check: Check::Rule,
                        rule: Some(rule.id.to_string()),
                        message,
                        remedy: Some(rule.remedy()),
                        observed: subject.observed(&rule.require),
                    };
                    self.refuse(judgement, violation, facts, now);
                }
            }
        }
    }

    /// Tells whether it asks what a scan found.
    pub fn needs_scan(&self) -> bool {
        self.rules.iter().any(|rule| rule.require.needs_scan())
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
                let name = exception.rule.as_deref().unwrap_or(exception.check.as_str());
                format!("exception {} ({name}) is not in force: {fault}", index + 1)
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
        let matching = self.exceptions.iter().enumerate().filter(|(_, one)| one.is_about(&violation, facts));
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
            (Check::Verdict, index) => {
                let known = if let IndexFacts::Known { verdict, .. } = index { Some(verdict) } else { None };
                // The worse one, where there is also a scan.
                let verdict = known.max(facts.scan.and_then(|scan| scan.verdict))?;
                if self.verdicts.contains(&verdict) {
                    return None;
                }
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

    pub(super) fn verdict_words(&self) -> String {
        self.verdicts.iter().map(|verdict| verdict.as_str()).collect::<Vec<_>>().join(", ")
    }
}
