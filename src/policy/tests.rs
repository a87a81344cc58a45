//! Policies and skills as rows: what passes, what does not, and what is said.

use proptest::prelude::*;

use super::*;
use crate::scan::SafetyStatus;
use crate::skill::{Sha256Digest, Timestamp};

fn date(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn now() -> Timestamp {
    date("2026-11-21")
}

fn known(verdict: SafetyStatus) -> IndexFacts {
    IndexFacts::Known { verdict, audited_at: Some(date("2026-11-01")), is_stale: false }
}

/// A skill against which nothing speaks.
fn facts() -> SkillFacts<'static> {
    SkillFacts {
        name: "pdf",
        publisher: Some("Anthropics"),
        source_url: Some("https://github.com/anthropics/skills/blob/main/pdf/SKILL.md"),
        root_digest: Some(Sha256Digest::of(b"root")),
        content_hash: Some(Sha256Digest::of(b"content")),
        index: known(SafetyStatus::Safe),
        is_verified: None,
        scan: None,
    }
}

fn parse(text: &str) -> Policy {
    Policy::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn failed(text: &str, facts: &SkillFacts<'_>) -> Vec<Check> {
    parse(text).judge(facts, now()).violations.into_iter().map(|violation| violation.check).collect()
}

#[test]
fn an_empty_policy_lets_in_what_is_not_dangerous() {
    for text in ["", "# nothing\n", "[policy]\n", "\u{feff}"] {
        for (index, expected) in [
            (known(SafetyStatus::Safe), vec![]),
            (known(SafetyStatus::Warning), vec![]),
            (known(SafetyStatus::Dangerous), vec![Check::Verdict]),
            (IndexFacts::Unknown, vec![]),
            (IndexFacts::NotAsked, vec![]),
        ] {
            assert_eq!(failed(text, &SkillFacts { index, ..facts() }), expected, "{text:?} {index:?}");
        }
    }
    assert!(Policy::default().judge(&facts(), now()).notices.is_empty());
}

#[test]
fn each_key_lets_in_what_it_names() {
    let stale = IndexFacts::Known { verdict: SafetyStatus::Safe, audited_at: Some(date("2026-11-01")), is_stale: true };
    let undated = IndexFacts::Known { verdict: SafetyStatus::Safe, audited_at: None, is_stale: false };
    let unknown = SkillFacts { index: IndexFacts::Unknown, ..facts() };
    let offline = SkillFacts { index: IndexFacts::NotAsked, ..facts() };
    let rows: Vec<(&str, SkillFacts<'_>, Vec<Check>)> = vec![
        ("publishers = ['anthropics', 'us']", facts(), vec![]),
        ("publishers = ['us']", facts(), vec![Check::Publisher]),
        ("publishers = ['us']", SkillFacts { publisher: None, ..facts() }, vec![Check::Publisher]),
        ("publishers = ['us']", offline, vec![Check::Publisher]),
        ("sources = ['https://github.com/anthropics/']", facts(), vec![]),
        ("sources = ['https://github.com/anthropic']", facts(), vec![Check::Source]),
        (
            "sources = ['https://github.com/anthropics']",
            SkillFacts { source_url: None, ..facts() },
            vec![Check::Source],
        ),
        ("verdicts = ['safe']", facts(), vec![]),
        ("verdicts = ['safe']", SkillFacts { index: known(SafetyStatus::Caution), ..facts() }, vec![Check::Verdict]),
        ("verdicts = ['dangerous']", SkillFacts { index: known(SafetyStatus::Dangerous), ..facts() }, vec![]),
        ("verdicts = ['safe']", offline, vec![]),
        ("max_audit_age_days = 20", facts(), vec![]),
        ("max_audit_age_days = 19", facts(), vec![Check::AuditAge]),
        ("max_audit_age_days = 19", SkillFacts { index: undated, ..facts() }, vec![Check::AuditAge]),
        ("max_audit_age_days = 19", unknown, vec![]),
        ("unknown = 'refuse'", unknown, vec![Check::Unknown]),
        ("unknown = 'allow'", unknown, vec![]),
        ("unknown = 'refuse'", offline, vec![]),
        ("stale = 'refuse'", SkillFacts { index: stale, ..facts() }, vec![Check::Stale]),
        ("stale = 'warn'", SkillFacts { index: stale, ..facts() }, vec![]),
        (
            "publishers = ['us']\nverdicts = ['safe']\nmax_audit_age_days = 1",
            SkillFacts { index: known(SafetyStatus::Warning), ..facts() },
            vec![Check::Publisher, Check::Verdict, Check::AuditAge],
        ),
    ];
    for (keys, facts, expected) in rows {
        assert_eq!(failed(&format!("[policy]\n{keys}\n"), &facts), expected, "{keys} {facts:?}");
    }
    // What passes with a word is told, what is allowed is not.
    for (keys, facts, count) in [
        ("", unknown, 1),
        ("unknown = 'allow'", unknown, 0),
        ("stale = 'warn'", SkillFacts { index: stale, ..facts() }, 1),
        ("stale = 'allow'", SkillFacts { index: stale, ..facts() }, 0),
    ] {
        let judgement = parse(&format!("[policy]\n{keys}\n")).judge(&facts, now());
        assert_eq!((judgement.violations.len(), judgement.notices.len()), (0, count), "{keys} {judgement:?}");
    }
}

#[test]
fn a_source_is_let_in_where_a_part_of_its_path_ends() {
    let policy = parse("[policy]\nsources = ['https://GitHub.com/our', 'https://skills.example']\n");
    for (url, is_let_in) in [
        ("https://github.com/our", true),
        ("https://github.com/our/", true),
        ("https://github.com/our/repo/blob/main/SKILL.md", true),
        ("https://github.com/our/repo?tab=readme#skill", true),
        ("HTTPS://GITHUB.COM/our/repo", true),
        ("https://skills.example/any/where", true),
        ("https://github.com/ours/repo", false),
        ("https://github.com/Our/repo", false),
        ("http://github.com/our/repo", false),
        ("https://github.com/our/../eve/repo", false),
        ("https://github.com/our/%2e%2e/eve", false),
        ("https://github.com/our\\..\\eve", false),
        ("https://github.com//our/repo", false),
        ("https://github.com@eve.example/our/repo", false),
        ("https://github.com:443/our/repo", false),
        ("https://skills.example.eve.example/", false),
        ("github.com/our/repo", false),
        ("", false),
    ] {
        let facts = SkillFacts { source_url: Some(url), ..facts() };
        assert_eq!(policy.judge(&facts, now()).violations.is_empty(), is_let_in, "{url}");
    }
}

#[test]
fn an_exception_holds_back_one_check_of_one_content_until_it_ends() {
    let root = Sha256Digest::of(b"root");
    let content = Sha256Digest::of(b"content");
    let other = Sha256Digest::of(b"other");
    let rows = [
        (
            format!("check = 'publisher'\nroot_digest = '{root}'"),
            "2027-03-01",
            true,
            "accepted by Ann until 2027-03-01",
        ),
        (format!("check = 'publisher'\ncontent_hash = '{}'", content.to_hex()), "2027-03-01", true, "our fork"),
        (
            format!("check = 'publisher'\nskill = 'pdf'\nroot_digest = '{root}'"),
            "2026-11-30",
            true,
            "which is in 9 days",
        ),
        (
            format!("check = 'publisher'\nskill = 'docx'\nroot_digest = '{root}'"),
            "2027-03-01",
            false,
            "nothing that it names",
        ),
        (format!("check = 'publisher'\nroot_digest = '{other}'"), "2027-03-01", false, "nothing that it names"),
        (
            format!("check = 'publisher'\nroot_digest = '{other}'\ncontent_hash = '{content}'"),
            "2027-03-01",
            false,
            "nothing that it names",
        ),
        (format!("check = 'verdict'\nroot_digest = '{root}'"), "2027-03-01", false, "nothing that it names"),
        (format!("check = 'publisher'\nroot_digest = '{root}'"), "2026-11-20", false, "expired on 2026-11-20"),
        (format!("check = 'publisher'\nroot_digest = '{root}'"), "2028-01-01", false, "more than a year"),
    ];
    for (keys, expires, is_held, told) in rows {
        let text = format!(
            "[policy]\npublishers = ['us']\n[[exception]]\n{keys}\nreason = 'our fork'\nby = 'Ann'\nexpires = {expires}\n"
        );
        let policy = parse(&text);
        let judgement = policy.judge(&facts(), now());
        assert_eq!(judgement.violations.is_empty(), is_held, "{text} {judgement:?}");
        let unused = policy.notices(&judgement.used, now());
        assert_eq!(unused.is_empty(), is_held, "{text} {unused:?}");
        let notices = [judgement.notices, unused].concat();
        assert!(notices.iter().any(|notice| notice.contains(told)), "{told}: {notices:?}");
    }
    // An exception that ended is named beside what it no longer holds back.
    let text = format!(
        "[policy]\npublishers = ['us']\n[[exception]]\ncheck = 'publisher'\nroot_digest = '{root}'\nreason = 'x'\nby = 'Ann'\nexpires = '2026-11-20'\n"
    );
    let message = parse(&text).judge(&facts(), now()).violations[0].message.clone();
    assert!(message.contains("exception 1: it expired on 2026-11-20"), "{message}");
}

#[test]
fn a_mistake_is_named_with_its_line_and_what_was_meant() {
    let digest = Sha256Digest::of(b"x");
    let exception = |keys: &str| format!("[[exception]]\n{keys}\n");
    let rows = [
        ("[polcy]\n".to_owned(), "line 1: unknown key `polcy` at the top; is `policy` meant?"),
        (
            "[policy]\nunknown = 'warn'\npublisher = ['x']\n".to_owned(),
            "line 3: unknown key `publisher` in [policy]; is `publishers` meant?",
        ),
        (
            "[policy]\nmax-audit-age-days = 3\n".to_owned(),
            "line 2: unknown key `max-audit-age-days` in [policy]; is `max_audit_age_days` meant?",
        ),
        (
            "policy.colour = 'red'\n".to_owned(),
            "line 1: unknown key `colour` in [policy]; there are `publishers`, `sources`",
        ),
        (
            "\n\n[[exception]]\nchek = 'verdict'\n".to_owned(),
            "line 4: unknown key `chek` in [[exception]]; is `check` meant?",
        ),
        (
            "[[suppression]]\nrulle = 'symlink'\n".to_owned(),
            "line 2: unknown key `rulle` in [[suppression]]; is `rule` meant?",
        ),
        ("[policy]\n\"ke\\u202Ey\" = 1\n".to_owned(), "unknown key `ke\\u{202e}y`"),
        ("[policy]\nverdicts = ['safe', 'fine']\n".to_owned(), "line 2: unknown variant `fine`"),
        ("[policy]\nverdicts = []\n".to_owned(), "line 2: `verdicts` names no verdict"),
        ("[policy]\npublishers = []\n".to_owned(), "line 2: `publishers` names nobody"),
        ("[policy]\npublishers = ['a', ' ']\n".to_owned(), "line 2: `publishers` names nobody"),
        ("[policy]\nsources = []\n".to_owned(), "line 2: `sources` names no source"),
        (
            "[policy]\nsources = [\n  'https://github.com/us',\n  'github.com/us',\n]\n".to_owned(),
            "line 4: `sources` is no URL",
        ),
        ("[policy]\nsources = ['https://github.com/a/../b']\n".to_owned(), "line 2: `sources` holds `..`"),
        ("[policy]\nmax_audit_age_days = 0\n".to_owned(), "line 2: `max_audit_age_days` is not between"),
        ("[policy]\nmax_audit_age_days = -1\n".to_owned(), "line 2: "),
        ("[policy]\nmax_audit_age_days = '9'\n".to_owned(), "line 2: invalid type"),
        ("[policy]\nunknown = 'no'\n".to_owned(), "line 2: unknown variant `no`"),
        ("[policy\n".to_owned(), "line 1: "),
        ("[policy]\nstale = 'warn'\nstale = 'allow'\n".to_owned(), "line 3: duplicate key"),
        ("policy = 3\n".to_owned(), "line 1: invalid type"),
        (
            exception("check = 'verdict'\nreason = 'x'\nby = 'Ann'\nexpires = 2027-01-01"),
            "line 1: exception 1: it is bound to nothing",
        ),
        (
            exception(&format!("check = 'verdict'\nroot_digest = '{digest}'\nby = 'Ann'\nexpires = 2027-01-01")),
            "exception 1: `reason` is missing",
        ),
        (
            exception(&format!("check = 'verdict'\nroot_digest = '{digest}'\nreason = 'x'\nexpires = 2027-01-01")),
            "exception 1: `by` is missing",
        ),
        (
            exception(&format!("check = 'verdict'\nroot_digest = '{digest}'\nreason = 'x'\nby = 'Ann'")),
            "exception 1: `expires` is missing",
        ),
        (exception("check = 'verdict'\nroot_digest = '12'"), "line 3: not a SHA-256 digest"),
        (exception("check = 'weather'"), "line 2: unknown variant `weather`"),
        ("[[suppression]]\nrule = 'symlink'\nby = 'Ann'\n".to_owned(), "suppression 1 (symlink): `expires` is missing"),
        (" ".repeat(2_000_000), "the policy has 2000000 bytes"),
    ];
    for (text, expected) in rows {
        let error = Policy::parse(&text).map(|_| ()).map_err(|error| error.to_string());
        let shown = text.chars().take(200).collect::<String>();
        assert!(error.as_ref().is_err_and(|error| error.contains(expected)), "{shown}\n{expected}\n{error:?}");
    }
}

#[test]
fn suppressions_are_those_of_a_scan() {
    let entry =
        "[[suppression]]\nrule = 'symlink'\nfingerprint = 'x'\nreason = 'ours'\nby = 'Ann'\nexpires = 2027-03-01\n";
    assert!(!parse(entry).suppressions().is_empty());
    assert!(parse("").suppressions().is_empty());
}

#[test]
fn what_an_author_wrote_is_escaped_in_messages() {
    let policy = parse("[policy]\npublishers = ['us']\nsources = ['https://example.com']\n");
    let hostile = "eve\u{1b}[2J\u{202e}\nx";
    let facts = SkillFacts { publisher: Some(hostile), source_url: Some(hostile), ..facts() };
    for violation in policy.judge(&facts, now()).violations {
        assert!(!violation.message.contains(['\u{1b}', '\u{202e}', '\n']), "{:?}", violation.message);
    }
}

#[test]
fn the_example_of_the_page_is_a_policy() {
    let page = include_str!("../../docs/policy.md");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let policy = parse(example);
    assert!(!policy.suppressions().is_empty() && policy.judge(&facts(), now()).violations.is_empty(), "{example}");
    for check in Check::ALL {
        assert!(page.contains(&format!("`{}`", check.as_str())), "the page does not name {check:?}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>(), key in "[a-z_\\-]{1,20}", value in "[^\n]{0,40}") {
        for text in [text, format!("[policy]\n{key} = {value}\n"), format!("[[exception]]\n{key} = {value}\n")] {
            if let Err(error) = Policy::parse(&text) {
                prop_assert!(!error.to_string().chars().any(char::is_control));
            }
        }
    }

    #[test]
    fn a_verdict_that_is_not_named_never_passes(named in prop::sample::subsequence(vec!["safe", "caution", "warning", "dangerous", "unaudited"], 1..5), url in "\\PC*") {
        let list = named.iter().map(|verdict| format!("'{verdict}'")).collect::<Vec<_>>().join(", ");
        let policy = parse(&format!("[policy]\nverdicts = [{list}]\n"));
        for verdict in [SafetyStatus::Safe, SafetyStatus::Unaudited, SafetyStatus::Caution, SafetyStatus::Warning, SafetyStatus::Dangerous] {
            let facts = SkillFacts { index: known(verdict), source_url: Some(&url), ..facts() };
            prop_assert_eq!(policy.judge(&facts, now()).violations.is_empty(), named.contains(&verdict.as_str()));
        }
    }
}
