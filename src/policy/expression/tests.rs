//! Expressions as rows: what is read and what is not, what holds, and what hostile ones do.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Expression, ExpressionError, Subject, Undecided, limits};

fn values() -> Value {
    json!({
        "skill": { "name": "pdf", "source_url": "https://github.com/anthropics/skills" },
        "pin": {},
        "publisher": { "name": "anthropics" },
        "index": { "is_known": true, "verdict": "safe", "audit_age_days": 12, "is_stale": false },
        "scan": {
            "verdict": "caution",
            "score": 13,
            "findings": [
                { "rule": "symlink", "phase": "provenance", "severity": "medium", "level": 2, "file": "a.sh" },
                { "rule": "curl", "phase": "network_exfil", "severity": "low", "level": 1, "file": "b.sh", "line": 3 },
            ],
            "capabilities": ["network"],
            "phases": { "provenance": 10, "network_exfil": 3 },
        },
        "capabilities": ["network"],
    })
}

fn ask(text: &str) -> Result<bool, Undecided> {
    let expression = Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    Subject::new(values()).satisfies(&expression)
}

#[test]
fn expressions_hold_or_do_not() {
    let rows = [
        ("true", true),
        ("scan.score < 20", true),
        ("scan.score <= 12 || index.audit_age_days < 30", true),
        ("scan.verdict in ['safe', 'caution']", true),
        ("!('network' in capabilities)", false),
        ("scan.capabilities.size() == 1 && size(scan.findings) == 2", true),
        ("scan.findings.all(f, f.level < 3)", true),
        ("scan.findings.exists(f, f.phase == 'network_exfil' && f.line > 2)", true),
        ("scan.findings.exists_one(f, f.level == 1)", true),
        ("scan.findings.filter(f, f.level > 1).map(f, f.rule) == scan.findings.map(f, f.rule) || true", true),
        ("'symlink' in scan.findings.filter(f, f.level > 1).map(f, f.rule)", true),
        ("scan.phases['provenance'] == 10", true),
        ("'credentials' in scan.phases", false),
        ("skill.source_url.startsWith('https://github.com/')", true),
        ("skill.name.matches('^[a-z]+$') && !skill.name.matches('x')", true),
        ("skill.name.contains('df') && skill.name.endsWith('f')", true),
        ("has(publisher.is_verified) ? publisher.is_verified : publisher.name == 'anthropics'", true),
        ("-scan.score + 2 * 7 - 10 / 5 % 3 == -1", true),
        ("scan.findings[0].severity != 'critical'", true),
        ("scan.findings.all(f, f.file in scan.findings.map(g, g.file))", true),
    ];
    for (text, expected) in rows {
        // Lists are not compared.
        if text.contains(") == scan") {
            assert!(Expression::parse(text).is_err(), "{text}");
            continue;
        }
        assert_eq!(ask(text), Ok(expected), "{text}");
    }
}

#[test]
fn what_cannot_be_said_is_not_true() {
    let rows = [
        ("pin.root_digest == 'x'", "nobody knows `root_digest`"),
        ("publisher.is_verified", "nobody knows `is_verified`"),
        ("scan.phases['credentials'] < 5", "nobody knows `credentials`"),
        ("scan.findings.all(f, f.line > 0)", "nobody knows `line`"),
        ("scan.score / 0 == 1", "ivision by zero"),
        ("scan.score % 0 == 1", "emainder by zero"),
        ("scan.findings[7].level == 1", "ndex out of bounds"),
        ("scan.findings[-1].level == 1", "ndex out of bounds"),
        ("9223372036854775807 + scan.score > 0", "verflow"),
    ];
    for (text, expected) in rows {
        let error = ask(text).expect_err(text).to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let empty = json!({ "skill": {}, "pin": {}, "publisher": {}, "index": {}, "scan": {} });
    for text in ["'network' in capabilities", "!('network' in capabilities)", "scan.score < 5", "has(scan.score)"] {
        let expression = Expression::parse(text).expect(text);
        assert_ne!(Subject::new(empty.clone()).satisfies(&expression), Ok(true), "{text}");
    }
}

#[test]
fn what_is_mistyped_is_refused_when_it_is_read() {
    let rows = [
        ("", "not an expression"),
        ("scan.scor < 5", "unknown field `scor`; is `score` meant?"),
        ("scans.score < 5", "unknown variable `scans`; is `scan` meant?"),
        ("weather == 'fine'", "there are `skill`, `pin`"),
        ("publisher.email == 'x'", "unknown field `email`; there are `name`, `is_verified`"),
        ("scan.findings.all(f, f.levle < 3)", "unknown field `levle`"),
        ("scan.score == 'high'", "expected a number, and this is text"),
        ("scan.score", "a rule is true or false, and this is a number"),
        ("'network'", "a rule is true or false"),
        ("scan.verdict && true", "expected true or false, and this is text"),
        ("scan.score > 'a'", "expected a number"),
        ("scan", "a scan"),
        ("scan == scan", "expected a number, a text"),
        ("scan.findings == []", "expected a number, a text"),
        ("5 in capabilities", "does not hold a number"),
        ("'a' in 'abc'", "text does not hold text"),
        ("[1, 'a'].size() == 2", "the list holds a number and text"),
        ("[[1]].size() == 1", "expected a number, a text"),
        ("'a' + 'b' == 'ab'", "expected a number, and this is text"),
        ("[1] + [2] == [3]", "expected a number"),
        ("{'a': 1}.size() == 1", "rules build no maps"),
        ("1.5 > 1.0", "values are true, false, whole numbers and texts"),
        ("1u == 1u", "values are true"),
        ("b'x' == b'x'", "values are true"),
        ("null == null", "values are true"),
        ("timestamp('2026-01-01T00:00:00Z') == 1", "nothing that a rule calls"),
        ("int('5') == 5", "nothing that a rule calls"),
        ("type(1) == int", "nothing that a rule calls"),
        ("string(1) == '1'", "nothing that a rule calls"),
        ("skill.name.matches(skill.source_url)", "a pattern that is written there"),
        ("skill.name.matches('(')", "not a pattern"),
        ("skill.name.matches('(a{1000}){1000}')", "not a pattern"),
        ("skill.name.matches('\\\\w{5000}')", "not a pattern"),
        ("scan.findings.all(scan, true)", "means something already"),
        ("scan.findings.all(f, scan.findings.all(f, true))", "means something already"),
        ("has(scan)", "`has` asks for a field"),
        (".scan.score == 1", "unknown variable"),
        ("@result == 1", ""),
        ("scan.findings.map(f, f) == 1", "expected a number, a text"),
        ("scan.findings.map(f, [f.rule]).size() == 1", "expected a number, a text"),
        ("[].all(x, true)", "the list is empty"),
        ("scan.?score == 1", "not an expression"),
        ("cel.bind(x, 1, x == 1)", "`bind` is nothing that a rule calls"),
        ("scan.phases.provenance == 1", "take a number by its name"),
        ("scan.score == 1; true", "not an expression"),
        ("scan.score = 1", "not an expression"),
    ];
    for (text, expected) in rows {
        let error = Expression::parse(text).expect_err(text).to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

/// Sixteen thousand parentheses and all that: none hangs, exhausts anything or ends the program.
#[test]
fn hostile_expressions_are_refused_in_no_time() {
    let many = |part: &str, count: usize| part.repeat(count);
    let nested = |open: &str, middle: &str, close: &str, count: usize| {
        format!("{}{middle}{}", open.repeat(count), close.repeat(count))
    };
    let rows: Vec<String> = vec![
        nested("(", "true", ")", 16_000),
        nested("(", "true", ")", 990),
        nested("[", "", "]", 990),
        nested("{1:", "1", "}", 400),
        many("(", 1_999),
        many("[", 1_999),
        many("{", 1_999),
        many(")", 1_999),
        many("!", 1_990) + "true",
        many("-", 1_990) + "1 == 1",
        many("true?", 300) + "true" + &many(":true", 300),
        many("true?true:", 190) + "true",
        "scan".to_owned() + &many(".score", 300),
        "a".to_owned() + &many(".a", 900),
        "a".to_owned() + &many("[0]", 600),
        "a".to_owned() + &many("()", 900),
        "a".to_owned() + &many(".a()", 490),
        many("true && ", 240) + "true",
        many("true || ", 240) + "true",
        many("1 + ", 480) + "1 == 1",
        many("1 == ", 300) + "1",
        "[".to_owned() + &many("1,", 950) + "1].size() == 1",
        "'".to_owned() + &many("a", 1_990),
        "'".to_owned() + &many("\\u0061", 320) + "' == 'a'",
        "\"\"\"".to_owned() + &many("\n", 1_900),
        many("scan.findings.all(f, ", 80) + "true" + &many(")", 80),
        "scan.findings.all(a, scan.findings.all(b, scan.findings.all(c, true)))".to_owned(),
        "[1]".to_owned() + &many(".map(a, a + a)", 130) + ".size() == 1",
        "['a']".to_owned() + &many(".map(a, a + a)", 60) + ".size() == 1",
        "[1]".to_owned() + &many(".map(a, [a, a])", 60) + ".size() == 1",
        "skill.name.matches('".to_owned() + &many("(a*)*", 60) + "')",
        "skill.name.matches('".to_owned() + &many("a?", 90) + "{100}{100}')",
        "skill.name.matches('(?i)\\\\pL{500}')".to_owned(),
        "99999999999999999999999999 > 0".to_owned(),
        "0x".to_owned() + &many("f", 500) + " > 0",
        "1e999999999 > 0.0".to_owned(),
        many("\u{202e}", 600),
        many("\u{0}", 1_900),
        many("// a comment\n", 150),
        "`".to_owned() + &many("a", 1_900) + "`",
        many("a{", 900),
        many("a.b{c:", 300),
        many("?:", 900),
        many("\u{10ffff}", 400),
        "true".to_owned() + &many(" ", 1_900) + "\u{7f}",
        many("in ", 600),
        "x".to_owned() + &many(" in x", 380),
    ];
    assert!(rows.len() > 30);
    for text in rows {
        let started = Instant::now();
        let read = Expression::parse(&text);
        if let Ok(expression) = &read {
            let _ = Subject::new(values()).satisfies(expression);
        }
        let shown: String = text.chars().take(60).collect();
        let is_taken = read.is_ok();
        // A chain of a few dozen is nothing, the parser folds signs, and a text is one part however
        // long; all else that is long or deep is refused.
        let is_one_part = text.starts_with(['!', '-', '\'', '"']);
        assert!(!is_taken || text.len() < 300 || is_one_part, "{shown} is taken");
        assert!(started.elapsed() < Duration::from_secs(20), "{shown} took {:?}", started.elapsed());
        if let Err(error) = read {
            assert!(error.to_string().len() < 1_000, "{shown}: {error}");
            assert!(!error.to_string().chars().any(char::is_control), "{shown}: {error}");
        }
    }
}

#[test]
fn work_is_bounded_before_it_is_done() {
    let finding = json!({ "rule": "x", "phase": "provenance", "severity": "low", "level": 1, "file": "f" });
    let findings: Vec<Value> = (0..limits::FINDINGS).map(|_| finding.clone()).collect();
    let mut values = values();
    values["scan"]["findings"] = json!(findings);
    let square = "scan.findings.all(a, scan.findings.all(b, a.rule == b.rule))";
    let expression = Expression::parse(square).expect(square);
    let undecided = Subject::new(values.clone()).satisfies(&expression);
    assert!(matches!(undecided, Err(Undecided::TooManySteps(steps, _)) if steps > 1_000_000), "{undecided:?}");
    let line = "scan.findings.filter(a, a.level > 0).map(a, a.file).all(f, f == 'f')";
    let expression = Expression::parse(line).expect(line);
    let mut subject = Subject::new(values);
    let started = Instant::now();
    let mut asked = 0;
    while subject.satisfies(&expression) == Ok(true) {
        asked += 1;
    }
    assert!(asked > 1, "{asked}");
    assert!(asked < 100, "the steps of all rules are counted together: {asked}");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn sizes_are_checked() {
    let long = format!("'{}' == ''", "a".repeat(limits::EXPRESSION_BYTES));
    assert_eq!(Expression::parse(&long).map(|_| ()), Err(ExpressionError::TooLong(long.len())));
    let wide = format!("[{}] .size() == 1", vec!["1"; limits::NODES].join(","));
    assert_eq!(Expression::parse(&wide).map(|_| ()), Err(ExpressionError::TooManyParts));
    let deep = format!("{}1 == 1", "- ".repeat(40).replace(' ', "(")) + &")".repeat(40);
    assert!(Expression::parse(&deep).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn no_text_ends_the_program(text in any::<String>(), soup in "[a-z0-9'\"\\[\\]{}().,?:!&|=<>+*/% -]{0,120}") {
        for text in [text, soup] {
            match Expression::parse(&text) {
                Ok(expression) => { let _ = Subject::new(values()).satisfies(&expression); }
                Err(error) => prop_assert!(!error.to_string().chars().any(char::is_control)),
            }
        }
    }
}
