//! Reads a policy: keys first, so that a mistyped one is named with its line, then values.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::case::WrittenCase;
use super::error::{EXCEPTIONS, POLICY_BYTES, PolicyError};
use super::exception::Exception;
use super::rule::WrittenRule;
use super::source_prefix::SourcePrefix;
use super::terms::{Check, Policy, Response};
use crate::scan::{Decision, SafetyStatus, Suppressions, WrittenSuppressions};
use crate::skill::{Sha256Digest, line_of, sanitise_line};

/// Days that can be named as the age of an audit: a decade.
const LONGEST_AGE_DAYS: u32 = 3_650;

/// The keys at the top of a policy.
const TOP_KEYS: &[&str] = &["policy", "rule", "exception", "suppression", "test"];
/// The keys of `[policy]`.
const POLICY_KEYS: &[&str] = &["publishers", "sources", "verdicts", "max_audit_age_days", "unknown", "stale"];
/// The keys of `[[exception]]`.
const EXCEPTION_KEYS: &[&str] = &["check", "rule", "skill", "root_digest", "content_hash", "reason", "by", "expires"];

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    policy: WrittenPolicy,
    #[serde(default)]
    rule: Vec<Spanned<WrittenRule>>,
    #[serde(default)]
    exception: Vec<Spanned<WrittenException>>,
    #[serde(default)]
    suppression: WrittenSuppressions,
    #[serde(default)]
    test: Vec<Spanned<WrittenCase>>,
}

#[derive(Default, Deserialize)]
struct WrittenPolicy {
    publishers: Option<Spanned<Vec<String>>>,
    sources: Option<Spanned<Vec<Spanned<String>>>>,
    verdicts: Option<Spanned<Vec<SafetyStatus>>>,
    max_audit_age_days: Option<Spanned<u32>>,
    unknown: Option<Response>,
    stale: Option<Response>,
}

#[derive(Deserialize)]
struct WrittenException {
    check: Check,
    rule: Option<String>,
    skill: Option<String>,
    root_digest: Option<Sha256Digest>,
    content_hash: Option<Sha256Digest>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    by: String,
    expires: Option<toml::Value>,
}

/// Reads a policy.
pub(super) fn policy(text: &str) -> Result<Policy, PolicyError> {
    if text.len() > POLICY_BYTES {
        return Err(PolicyError::TooLong { size_bytes: text.len() });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let table = DeTable::parse(text).map_err(|error| syntax(text, &error))?;
    check_keys(text, table.get_ref())?;
    let written: Written = toml::from_str(text).map_err(|error| syntax(text, &error))?;
    let line = |span: Range<usize>| line_of(text, span.start);
    let value =
        |key, span: Range<usize>, fault: &str| PolicyError::Value { line: line(span), key, fault: fault.to_owned() };
    let WrittenPolicy { publishers, sources, verdicts, max_audit_age_days, unknown, stale } = written.policy;
    let mut policy = Policy::default();
    if let Some(publishers) = publishers {
        let span = publishers.span();
        let names: BTreeSet<String> =
            publishers.into_inner().iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        if names.is_empty() || names.contains("") {
            return Err(value("publishers", span, "names nobody; leave the key out to let in everybody"));
        }
        policy.publishers = Some(names);
    }
    if let Some(sources) = sources {
        let parse = |url: &Spanned<String>| {
            SourcePrefix::parse(url.get_ref()).map_err(|fault| PolicyError::Value {
                line: line(url.span()),
                key: "sources",
                fault: format!("{fault}: {}", sanitise_line(url.get_ref(), 200)),
            })
        };
        let span = sources.span();
        let sources: Vec<SourcePrefix> = sources.get_ref().iter().map(parse).collect::<Result<_, _>>()?;
        if sources.is_empty() {
            return Err(value("sources", span, "names no source; leave the key out to let in all"));
        }
        policy.sources = Some(sources);
    }
    if let Some(verdicts) = verdicts {
        let span = verdicts.span();
        policy.verdicts = verdicts.into_inner().into_iter().collect();
        if policy.verdicts.is_empty() {
            return Err(value("verdicts", span, "names no verdict, so that nothing would pass"));
        }
    }
    if let Some(days) = max_audit_age_days {
        if !(1..=LONGEST_AGE_DAYS).contains(days.get_ref()) {
            return Err(value("max_audit_age_days", days.span(), "is not between 1 and 3650"));
        }
        policy.max_audit_age_days = Some(days.into_inner());
    }
    policy.unknown = unknown.unwrap_or(policy.unknown);
    policy.stale = stale.unwrap_or(policy.stale);
    if written.exception.len() > EXCEPTIONS {
        return Err(PolicyError::TooMany { count: written.exception.len() });
    }
    let exceptions = written.exception.into_iter().enumerate().map(|(index, written)| {
        let line = line(written.span());
        exception(written.into_inner()).map_err(|fault| PolicyError::Exception { line, number: index + 1, fault })
    });
    policy.exceptions = exceptions.collect::<Result<_, _>>()?;
    policy.suppressions = Suppressions::try_from(written.suppression)?;
    for (index, written) in written.rule.into_iter().enumerate() {
        let (line, number) = (line(written.span()), index + 1);
        let taken = policy.add_rule(written.into_inner());
        taken.map_err(|fault| PolicyError::Rule { line, number, fault })?;
    }
    for (index, written) in written.test.into_iter().enumerate() {
        let (line, number) = (line(written.span()), index + 1);
        let taken = policy.add_case(written.into_inner());
        taken.map_err(|fault| PolicyError::Case { line, number, fault })?;
    }
    Ok(policy)
}

fn exception(written: WrittenException) -> Result<Exception, &'static str> {
    let WrittenException { check, rule, skill, root_digest, content_hash, reason, by, expires } = written;
    if (check == Check::Rule) != rule.is_some() {
        return Err("`rule` names one of the policy's own rules, with `check = \"rule\"`");
    }
    if root_digest.is_none() && content_hash.is_none() {
        return Err("it is bound to nothing; name a `root_digest` or a `content_hash`");
    }
    let decision = Decision::read(&reason, &by, expires.as_ref())?;
    Ok(Exception { check, rule, skill, root_digest, content_hash, decision })
}

/// Finds the first key that a policy does not have.
fn check_keys(text: &str, table: &DeTable<'_>) -> Result<(), PolicyError> {
    check_table(text, table, TOP_KEYS, "at the top")?;
    for (key, value) in table.iter() {
        let (keys, place) = match key.get_ref().as_ref() {
            "policy" => (POLICY_KEYS, "in [policy]"),
            "rule" => (WrittenRule::KEYS, "in [[rule]]"),
            "exception" => (EXCEPTION_KEYS, "in [[exception]]"),
            "test" => (WrittenCase::KEYS, "in [[test]]"),
            _ => (Suppressions::KEYS, "in [[suppression]]"),
        };
        match value.get_ref() {
            DeValue::Table(table) => check_table(text, table, keys, place)?,
            DeValue::Array(entries) => {
                for table in entries.iter().filter_map(|entry| entry.get_ref().as_table()) {
                    check_table(text, table, keys, place)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_table(text: &str, table: &DeTable<'_>, keys: &[&str], place: &'static str) -> Result<(), PolicyError> {
    let mut unknown: Vec<_> = table.keys().filter(|key| !keys.contains(&key.get_ref().as_ref())).collect();
    unknown.sort_by_key(|key| key.span().start);
    let Some(key) = unknown.first() else { return Ok(()) };
    let name = key.get_ref().as_ref();
    Err(PolicyError::UnknownKey {
        line: line_of(text, key.span().start),
        key: sanitise_line(name, 100),
        place,
        hint: hint(name, keys),
    })
}

/// Says what may have been meant, or what there is.
fn hint(name: &str, keys: &[&str]) -> String {
    let name: String = name.chars().take(60).collect::<String>().to_lowercase().replace('-', "_");
    let nearest = keys.iter().min_by_key(|key| strsim::damerau_levenshtein(&name, key));
    match nearest {
        Some(key) if strsim::damerau_levenshtein(&name, key) <= 2.max(key.len() / 3) => format!("; is `{key}` meant?"),
        _ => format!("; there are {}", keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")),
    }
}

fn syntax(text: &str, error: &toml::de::Error) -> PolicyError {
    let line = line_of(text, error.span().map_or(0, |span| span.start));
    PolicyError::Syntax { line, reason: sanitise_line(error.message(), 400) }
}
