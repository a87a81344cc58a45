//! A rule of a policy's own: an expression that has to hold, and why.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use super::error::RULES;
use super::expression::Expression;
use super::terms::{Policy, Response};
use crate::skill::sanitise_line;

/// Characters of the id of a rule.
const ID_CHARACTERS: usize = 64;
/// Characters of a reason or a remedy.
const TEXT_CHARACTERS: usize = 300;

/// The id of a rule: lower-case letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleId(String);

impl FromStr for RuleId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_one = (1..=ID_CHARACTERS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        is_one.then(|| Self(text.to_owned())).ok_or("an id has 1 to 64 lower-case letters, digits and hyphens")
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A rule of a policy's own.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id, which no other rule of the policy has.
    pub id: RuleId,
    /// What has to be true.
    pub require: Expression,
    /// What is wrong where it is not; sanitised.
    pub reason: String,
    /// What would make it pass, in the words of whoever wrote it; sanitised.
    pub(super) written_remedy: Option<String>,
    /// What becomes of a skill of which it is not true.
    pub response: Response,
}

impl Rule {
    /// Makes a rule of an expression alone.
    pub fn of(require: Expression) -> Self {
        let reason = "the expression does not hold".to_owned();
        Self { id: RuleId("expression".to_owned()), require, reason, written_remedy: None, response: Response::Refuse }
    }

    /// Says what would make it pass; sanitised.
    pub fn remedy(&self) -> String {
        let text = || format!("make this true: {}", sanitise_line(self.require.text(), TEXT_CHARACTERS));
        self.written_remedy.clone().unwrap_or_else(text)
    }
}

/// A rule as it is written.
#[derive(Deserialize)]
pub(super) struct WrittenRule {
    id: String,
    require: String,
    #[serde(default)]
    reason: String,
    remedy: Option<String>,
    response: Option<Response>,
}

impl WrittenRule {
    /// The keys of `[[rule]]`.
    pub const KEYS: &[&str] = &["id", "require", "reason", "remedy", "response"];
}

impl Policy {
    /// Returns the policy that holds a single expression against a skill, and nothing else.
    pub fn of_expression(require: Expression) -> Self {
        let verdicts = super::remedy::ALL_VERDICTS.into_iter().collect();
        let (unknown, stale) = (Response::Allow, Response::Allow);
        Self { rules: vec![Rule::of(require)], verdicts, unknown, stale, ..Self::default() }
    }

    /// Returns the rules of its own.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Returns the ids of the rules of a text that was read as a policy once, without reading
    /// their expressions again.
    pub fn rule_ids(text: &str) -> Vec<String> {
        #[derive(Deserialize)]
        struct Named {
            id: String,
        }
        #[derive(Deserialize)]
        struct Rules {
            #[serde(default)]
            rule: Vec<Named>,
        }
        let rules = toml::from_str::<Rules>(text).map(|rules| rules.rule).unwrap_or_default();
        rules.into_iter().map(|rule| sanitise_line(&rule.id, ID_CHARACTERS)).collect()
    }

    /// Takes up a rule.
    pub(super) fn add_rule(&mut self, written: WrittenRule) -> Result<(), String> {
        let WrittenRule { id, require, reason, remedy, response } = written;
        if self.rules.len() >= RULES {
            return Err(format!("a policy has at most {RULES} rules"));
        }
        let id: RuleId = id.parse().map_err(str::to_owned)?;
        if self.rules.iter().any(|rule| rule.id == id) {
            return Err(format!("there is a rule `{id}` already"));
        }
        if super::terms::Check::ALL.iter().any(|check| check.as_str() == id.to_string()) {
            return Err(format!("`{id}` is the name of a check that every policy has"));
        }
        let reason = sanitise_line(&reason, TEXT_CHARACTERS);
        if reason.is_empty() {
            return Err("`reason` is missing; say why the rule is there".to_owned());
        }
        let require = Expression::parse(&require).map_err(|error| format!("`require`: {error}"))?;
        let written_remedy =
            remedy.map(|remedy| sanitise_line(&remedy, TEXT_CHARACTERS)).filter(|remedy| !remedy.is_empty());
        let response = response.unwrap_or(Response::Refuse);
        self.rules.push(Rule { id, require, reason, written_remedy, response });
        Ok(())
    }
}
