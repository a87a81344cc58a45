//! Rules of a policy's own, as rows.

use super::expression::vocabulary::{CAPABILITIES, FieldKind, VARIABLES};
use super::*;
use crate::scan::SafetyStatus;
use crate::scan::{Capability, Confidence, Phase, Severity};
use crate::skill::{Sha256Digest, Timestamp};

fn now() -> Timestamp {
    "2026-11-21".parse().expect("a date")
}

fn policy(text: &str) -> Policy {
    Policy::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Facts of which nothing is unknown.
fn whole() -> StatedFacts {
    let digest = Some(Sha256Digest::of(b"x"));
    StatedFacts {
        skill: StatedSkill { name: Some("pdf".to_owned()), source_url: Some("https://github.com/us/x".to_owned()) },
        pin: StatedPin { root_digest: digest, content_hash: digest },
        publisher: StatedPublisher { name: Some("Us".to_owned()), is_verified: Some(true) },
        index: StatedIndex {
            is_known: Some(true),
            verdict: Some(SafetyStatus::Safe),
            audit_age_days: Some(3),
            is_stale: Some(false),
        },
        scan: StatedScan {
            verdict: Some(SafetyStatus::Caution),
            score: Some(12),
            ruleset: Some("1".to_owned()),
            is_complete: Some(true),
            executes_code: Some(false),
            capabilities: Some(vec![Capability::Network]),
            findings: Some(vec![StatedFinding {
                rule: "symlink".to_owned(),
                phase: Phase::Provenance,
                severity: Severity::Medium,
                confidence: Some(Confidence::High),
                file: Some("a".to_owned()),
                line: Some(1),
            }]),
            finding_count: None,
            phases: Some([(Phase::Provenance, 10)].into()),
        },
    }
}

#[test]
fn the_vocabulary_is_what_expressions_see() {
    let values = whole().values();
    let keys = |value: &serde_json::Value| -> Vec<String> {
        let mut keys: Vec<String> = value.as_object().expect("an object").keys().cloned().collect();
        keys.sort();
        keys
    };
    let sorted = |names: Vec<&str>| -> Vec<String> {
        let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        names.sort();
        names
    };
    let variables = VARIABLES.iter().map(|record| record.name).chain([CAPABILITIES]).collect();
    assert_eq!(keys(&values), sorted(variables));
    for record in &VARIABLES {
        let shown = &values[record.name];
        assert_eq!(keys(shown), sorted(record.fields.iter().map(|field| field.name).collect()), "{}", record.name);
        for field in record.fields {
            let value = &shown[field.name];
            let fits = match field.kind {
                FieldKind::Bool => value.is_boolean(),
                FieldKind::Int => value.is_i64(),
                FieldKind::Text => value.is_string(),
                FieldKind::Texts => value.as_array().is_some_and(|list| list.iter().all(|one| one.is_string())),
                FieldKind::Counts => value.as_object().is_some_and(|map| map.values().all(|one| one.is_i64())),
                FieldKind::Records(record) => value.as_array().is_some_and(|list| {
                    keys(&list[0]) == sorted(record.fields.iter().map(|field| field.name).collect())
                }),
            };
            assert!(fits, "{}.{}: {value}", record.name, field.name);
        }
    }
    assert_eq!(values["publisher"]["name"], "us");
}

#[test]
fn a_rule_that_does_not_hold_says_why_and_what_would_make_it_pass() {
    let text = "[[rule]]\nid = 'no-network'\nrequire = \"!('network' in capabilities) && scan.score < 10\"\n\
                reason = 'it reaches the network'\n";
    let judgement = policy(text).judge_stated(&whole(), now());
    let [violation] = judgement.violations.as_slice() else { panic!("{judgement:?}") };
    assert_eq!((violation.name(), violation.message.as_str()), ("no-network", "it reaches the network"));
    assert_eq!(violation.observed, [("scan.score".to_owned(), serde_json::json!(12))]);
    let remedy = violation.remedy.as_deref().expect("a remedy");
    assert!(remedy.starts_with("make this true: !('network'"), "{remedy}");
    // What nobody knows does not hold, and that is said.
    let judgement = policy(text).judge_stated(&StatedFacts::default(), now());
    assert!(judgement.violations[0].message.contains("cannot be said: nobody knows `"), "{judgement:?}");
    let warned = policy(&format!("{text}response = 'warn'\n")).judge_stated(&whole(), now());
    assert!(warned.violations.is_empty() && warned.notices[0].contains("no-network: it reaches"), "{warned:?}");
}

#[test]
fn an_exception_is_about_one_rule() {
    let rule = |id: &str| format!("[[rule]]\nid = '{id}'\nrequire = 'false'\nreason = 'no'\n");
    let digest = Sha256Digest::of(b"x");
    let exception = format!(
        "[[exception]]\ncheck = 'rule'\nrule = 'a'\nroot_digest = '{digest}'\nreason = 'ours'\nby = 'Ann'\n\
         expires = 2027-01-01\n"
    );
    let policy = policy(&format!("{}{}{exception}", rule("a"), rule("b")));
    let judgement = policy.judge_stated(&whole(), now());
    assert_eq!(judgement.violations.iter().map(Violation::name).collect::<Vec<_>>(), ["b"]);
    assert!(judgement.notices[0].contains("accepted by Ann"), "{judgement:?}");
    assert!(policy.notices(&judgement.used, now()).is_empty());
}

#[test]
fn what_says_nothing_that_can_be_held_to_is_no_policy() {
    let rule = |keys: &str| format!("[[rule]]\n{keys}\n");
    let rows = [
        (rule("id = 'a'\nrequire = 'scan.scor < 1'\nreason = 'x'"), "rule 1: `require`: at character"),
        (rule("id = 'A'\nrequire = 'true'\nreason = 'x'"), "rule 1: an id has"),
        (rule("id = 'verdict'\nrequire = 'true'\nreason = 'x'"), "is the name of a check"),
        (rule("id = 'a'\nrequire = 'true'"), "`reason` is missing"),
        (rule("id = 'a'\nrequire = 'true'\nreason = 'x'\nrespons = 'warn'"), "unknown key `respons` in [[rule]]"),
        (rule("id = 'a'\nrequire = 'true'\nreason = 'x'\nresponse = 'shout'"), "unknown variant"),
        (
            rule("id = 'a'\nrequire = 'true'\nreason = 'x'\n[[rule]]\nid = 'a'\nrequire = 'true'\nreason = 'x'"),
            "already",
        ),
        ("[[test]]\nname = 'x'\nviolates = ['no-rule']\n".to_owned(), "there is no rule `no-rule`"),
        ("[[test]]\nname = 'x'\nviolates = []\nfacts = { scan = { scor = 1 } }\n".to_owned(), "unknown field `scor`"),
        ("[[test]]\nname = 'x'\n".to_owned(), "missing field `violates`"),
        ("[[exception]]\ncheck = 'rule'\nroot_digest = 'x'\n".to_owned(), ""),
        (
            (0..101).map(|n| rule(&format!("id = 'r{n}'\nrequire = 'true'\nreason = 'x'"))).collect(),
            "a policy has at most 100 rules",
        ),
    ];
    for (text, expected) in rows {
        let error = Policy::parse(&text).map(|_| ()).expect_err(&text).to_string();
        assert!(error.contains(expected), "{text}\n{error}");
    }
}

#[test]
fn the_policies_that_everybody_has_keep_their_own_tests() {
    for named in NAMED {
        let outcomes = policy(named.text).run_cases(now());
        assert!(outcomes.len() > 1, "{}", named.name);
        for outcome in outcomes {
            assert!(outcome.is_kept(), "{}: {outcome:?}", named.name);
        }
    }
    let (default, written) = (policy(NAMED[0].text), Policy::default());
    for verdict in [SafetyStatus::Safe, SafetyStatus::Warning, SafetyStatus::Dangerous] {
        let scan = StatedScan { verdict: Some(verdict), ..StatedScan::default() };
        let facts = StatedFacts { scan, ..StatedFacts::default() };
        let (left, right) = (default.judge_stated(&facts, now()), written.judge_stated(&facts, now()));
        assert_eq!(left, right, "a project without a policy is held to `default`");
    }
}

#[test]
fn a_test_that_is_not_kept_says_what_was_not_expected() {
    let text = "[[rule]]\nid = 'low'\nrequire = 'scan.score < 10'\nreason = 'too risky'\n\
                [[test]]\nname = 'a'\nfacts = { scan = { score = 12 } }\nviolates = []\n\
                [[test]]\nname = 'b'\nfacts = { scan = { score = 2 } }\nviolates = ['low']\n";
    let outcomes = policy(text).run_cases(now());
    assert_eq!(outcomes[0].unexpected, ["low: too risky"]);
    assert_eq!(outcomes[1].missing, ["low"]);
}
