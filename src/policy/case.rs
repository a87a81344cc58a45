//! The tests of a policy: what is promised of it, beside it.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::error::CASES;
use super::stated::StatedFacts;
use super::terms::{Check, Policy};
use crate::skill::{Timestamp, sanitise_line};

/// Characters of the name of a test.
const NAME_CHARACTERS: usize = 200;

/// A test of a policy: facts, and what they violate.
#[derive(Debug, Clone)]
pub struct Case {
    /// What it claims; sanitised.
    pub name: String,
    facts: StatedFacts,
    violates: BTreeSet<String>,
}

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseOutcome {
    /// What it claims; sanitised.
    pub name: String,
    /// What is violated that was not expected, with the message; sanitised.
    pub unexpected: Vec<String>,
    /// What was expected to be violated and is not.
    pub missing: Vec<String>,
}

impl CaseOutcome {
    /// Tells whether the policy does what the test claims.
    pub fn is_kept(&self) -> bool {
        self.unexpected.is_empty() && self.missing.is_empty()
    }
}

/// A test as it is written.
#[derive(Deserialize)]
pub(super) struct WrittenCase {
    name: String,
    #[serde(default)]
    facts: StatedFacts,
    violates: Vec<String>,
}

impl WrittenCase {
    /// The keys of `[[test]]`.
    pub const KEYS: &[&str] = &["name", "facts", "violates"];
}

impl Policy {
    /// Runs the tests that stand beside the policy, at `now`.
    pub fn run_cases(&self, now: Timestamp) -> Vec<CaseOutcome> {
        self.cases.iter().map(|case| self.run_case(case, now)).collect()
    }

    fn run_case(&self, case: &Case, now: Timestamp) -> CaseOutcome {
        let judgement = self.judge_stated(&case.facts, now);
        let violated: BTreeSet<&str> = judgement.violations.iter().map(super::Violation::name).collect();
        let unexpected = judgement.violations.iter().filter(|violation| !case.violates.contains(violation.name()));
        CaseOutcome {
            name: case.name.clone(),
            unexpected: unexpected.map(|violation| format!("{}: {}", violation.name(), violation.message)).collect(),
            missing: case.violates.iter().filter(|name| !violated.contains(name.as_str())).cloned().collect(),
        }
    }

    /// Takes up a test. The rules are there already.
    pub(super) fn add_case(&mut self, written: WrittenCase) -> Result<(), String> {
        let WrittenCase { name, facts, violates } = written;
        if self.cases.len() >= CASES {
            return Err(format!("a policy has at most {CASES} tests"));
        }
        let name = sanitise_line(&name, NAME_CHARACTERS);
        if name.is_empty() {
            return Err("`name` is empty; say what it claims".to_owned());
        }
        for violated in &violates {
            let is_rule = self.rules.iter().any(|rule| rule.id.to_string() == *violated);
            if !is_rule && Check::ALL.iter().all(|check| check.as_str() != violated) {
                return Err(format!("there is no rule `{}`", sanitise_line(violated, 64)));
            }
        }
        self.cases.push(Case { name, facts, violates: violates.into_iter().collect() });
        Ok(())
    }
}
