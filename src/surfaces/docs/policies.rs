//! The page of policies: its tables come from the vocabulary by which expressions are checked.

use super::pages::{Page, page};
use crate::policy::NAMED;
use crate::policy::expression::vocabulary::{FINDING, FieldKind, Record, VARIABLES};
use crate::policy::expression::{Kind, limits};

/// Rules that show what can be said, with what each is for.
const EXAMPLES: [(&str, &str); 12] = [
    ("scan.score < 10", "the risk is low"),
    ("scan.verdict in ['safe', 'caution']", "the verdict of the scan is one of two"),
    ("!('network' in capabilities)", "it does not reach the network"),
    ("capabilities.all(c, c in ['filesystem', 'shell'])", "it is able to do these two things at most"),
    ("scan.findings.all(f, f.level < 3)", "no finding is high or critical"),
    ("!scan.findings.exists(f, f.rule == 'download-to-shell' && f.confidence == 'high')", "a finding is not there"),
    ("scan.findings.filter(f, f.phase == 'credentials').size() <= 1", "at most one finding of a phase"),
    ("!('obfuscation' in scan.phases) || scan.phases['obfuscation'] < 5", "a phase has no or a small score"),
    ("index.is_known && index.audit_age_days <= 30", "the index knows it, by an audit of the last month"),
    ("publisher.is_verified || publisher.name in ['our-organisation']", "it comes from somebody who is known"),
    (
        "has(skill.source_url) && skill.source_url.matches('^https://github[.]com/our-organisation/')",
        "it comes from there",
    ),
    (
        "pin.root_digest == 'sha256:32a00acb5f1de919f1398b729c211f9a6f1904e869cc1961c28b0248423af975'",
        "it is exactly this",
    ),
];

/// A policy that shows every part of the format.
const POLICY: &str = r#"# Checks that every policy has; docs/policy.md has all of them.
[policy]
verdicts = ["safe", "caution"]

# Rules of its own: what has to be true, and what is said where it is not.
[[rule]]
id = "no-network-with-secrets"
require = "!('network' in capabilities && 'credentials' in capabilities)"
reason = "it reads secrets and reaches the network"
remedy = "split it, or ask the security team for an exception"

[[rule]]
id = "low-risk"
require = "scan.score < 10"
reason = "the risk score is not low"
response = "warn"

# An exception of one rule for one content, until a day.
[[exception]]
check = "rule"
rule = "no-network-with-secrets"
root_digest = "sha256:32a00acb5f1de919f1398b729c211f9a6f1904e869cc1961c28b0248423af975"
reason = "the upload goes to our own server"
by = "Ann"
expires = 2027-06-30

# What the policy promises: `touchmark policy test` asks it.
[[test]]
name = "a skill that does both does not pass"
violates = ["no-network-with-secrets"]
[test.facts.scan]
verdict = "safe"
score = 3
capabilities = ["network", "credentials"]

[[test]]
name = "a skill that only reaches the network passes"
violates = []
[test.facts.scan]
verdict = "safe"
score = 3
capabilities = ["network"]
"#;

/// Writes the page.
pub(super) fn policies() -> Page {
    let mut body = format!(
        "A policy says which skills pass. `touchmark check` and `touchmark install` read it from `touchmark.toml` of a project, `POST /v1/policies/evaluate` takes one by its name, and `touchmark policy` asks any: all by the same code. [Policy](policy.md) has the checks that every policy has, exceptions and suppressions; here are rules of one's own, in the [Common Expression Language](https://cel.dev).\n\n\
         ```toml\n{POLICY}```\n\n\
         ## `[[rule]]`\n\n\
         | key | |\n|---|---|\n\
         | `id` | 1 to 64 lower-case letters, digits and hyphens; the name of no other rule or check |\n\
         | `require` | the expression that has to be true |\n\
         | `reason` | what is wrong where it is not |\n\
         | `remedy` | what would make it pass; the expression is shown where it is left out |\n\
         | `response` | `refuse` (left out), `warn`, or `allow`, which turns the rule off |\n\n\
         What cannot be said does not hold. A rule that asks for what nobody knows, divides by zero or would take too long is a violation that says so, unless `||`, `&&`, `all` or `exists` is decided without it, as CEL has it. `has(publisher.name)` tells whether something is known.\n\n\
         A policy is read as a whole or not at all: an unknown field, a text that is compared with a number, a function that there is not is an error with its place.\n\n\
         ## `[[test]]`\n\n\
         `name`, `facts` in the shape of the variables below, and `violates`: the ids of all rules and checks that these facts violate. `touchmark policy test FILE` runs them, and a policy of a team is kept only where they hold.\n\n\
         ## Variables\n\n\
         Any of them may be unknown. Texts are cut at {} characters.\n",
        limits::TEXT_CHARACTERS
    );
    for record in &VARIABLES {
        body.push_str(&format!("\n### `{}`\n\n{}\n\n{}", record.name, record.meaning, table(record)));
    }
    body.push_str("\n`capabilities` is `scan.capabilities`.\n\n### Elements of `scan.findings`\n\n");
    body.push_str(&format!("{}\n\n{}", FINDING.meaning, table(&FINDING)));
    body.push_str(&format!(
        "\nWhere a rule comes from decides what is known. `touchmark check` and `install` know `skill`, `pin`, `publisher.name`, `index` unless `--offline` is given, and `scan` by scanning what is installed. `POST /v1/policies/evaluate` knows all of them for a skill of the index. `touchmark policy evaluate FOLDER` asks no index.\n\n\
         ## What an expression may hold\n\n\
         | | |\n|---|---|\n\
         | values | `true`, `false`, whole numbers, texts in quotes, lists of these |\n\
         | operators | `&&`, `\\|\\|`, `!`, `? :`, `==`, `!=` of single values; `<`, `<=`, `>`, `>=`, `+`, `-`, `*`, `/`, `%` of numbers; `in`, `[…]` |\n\
         | tests | `has(scan.score)`, `size(list)`, `list.size()` |\n\
         | texts | `contains`, `startsWith`, `endsWith`, `matches('pattern')` with a pattern of linear time |\n\
         | lists | `all`, `exists`, `exists_one`, `filter`, `map`, as `scan.findings.all(f, f.level < 3)` |\n\n\
         Times, fractions, maps, conversions, and adding texts or lists are not there, so that nothing in a rule grows. A rule has at most {bytes} bytes, {nodes} parts, {depth} parts within each other and {loops} loops within each other; a pattern {pattern} bytes; a policy {rules} rules. All rules together take at most {steps} steps over one skill, which are counted before the first one.\n\n\
         ## Examples\n\n| `require` | holds where |\n|---|---|\n",
        bytes = limits::EXPRESSION_BYTES,
        nodes = limits::NODES,
        depth = limits::DEPTH,
        loops = limits::NESTED_LOOPS,
        pattern = limits::PATTERN_BYTES,
        rules = 100,
        steps = limits::STEPS,
    ));
    for (expression, meaning) in EXAMPLES {
        body.push_str(&format!("| `{}` | {meaning} |\n", expression.replace('|', "\\|")));
    }
    body.push_str("\n## Policies that everybody has\n");
    for named in NAMED {
        body.push_str(&format!("\n### `{}`\n\n{}\n\n```toml\n{}```\n", named.name, named.summary, named.text));
    }
    body.push_str(
        "\n## On the command line\n\n\
         ```bash\ntouchmark policy list strict                        # its text\ntouchmark policy test touchmark.toml                # the tests that stand in it\ntouchmark policy evaluate path/to/skill --policy ./touchmark.toml\ntouchmark policy evaluate path/to/skill --expression \"scan.score < 10\"\n```\n\n\
         ## Over the API with accounts\n\n\
         For accounts of the team tier. `POST /v1/policies/evaluate` wants the scope `policies:evaluate`, and exactly one of `skill_id`, `digest`, `pin`, `scan_id` and `facts`:\n\n\
         ```bash\ncurl -X POST \"$TOUCHMARK_URL/v1/policies/evaluate\" -H \"Authorization: Bearer $KEY\" -H 'Content-Type: application/json' \\\n  -d '{\"policy\": \"strict\", \"digest\": \"sha256:32a00acb5f1de919f1398b729c211f9a6f1904e869cc1961c28b0248423af975\"}'\n\
         curl -X POST \"$TOUCHMARK_URL/v1/policies/evaluate\" -H \"Authorization: Bearer $KEY\" -H 'Content-Type: application/json' \\\n  -d '{\"expression\": \"scan.score < 10\", \"facts\": {\"scan\": {\"verdict\": \"caution\", \"score\": 13}}}'\n```\n\n\
         The answer is `pass` or `fail`, and for each violation `rule`, `reason`, `remedy` and the values at which the rule looked (`observed`).\n\n\
         Owners and admins of a team keep policies of its own with `PUT /v1/policies/NAME` and `{\"text\": …}`; every version stays and can be named, `follows` keeps two people from overwriting each other, and `DELETE` withdraws one. Everybody in the team lists and reads them."
    );
    page(
        "/docs/policies",
        "Rules of one's own",
        "Policies of CEL rules: variables, examples, tests, and how they are asked.",
        &body,
    )
}

fn table(record: &Record) -> String {
    let mut table = "| field | is | |\n|---|---|---|\n".to_owned();
    for field in record.fields {
        let kind = match field.kind {
            FieldKind::Records(_) => "a list of findings".to_owned(),
            kind => Kind::from(kind).to_string(),
        };
        table.push_str(&format!("| `{}.{}` | {kind} | {} |\n", record.name, field.name, field.meaning));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::policy::expression::Expression;
    use crate::skill::Timestamp;

    #[test]
    fn every_example_of_the_page_is_read_and_keeps_what_it_promises() {
        let text = policies().markdown;
        let now: Timestamp = "2026-11-22".parse().expect("a date");
        let blocks: Vec<&str> = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert_eq!(blocks.len(), 1 + NAMED.len());
        for block in blocks {
            let outcomes = Policy::parse(block).unwrap_or_else(|error| panic!("{error}\n{block}")).run_cases(now);
            assert!(outcomes.len() > 1 && outcomes.iter().all(|outcome| outcome.is_kept()), "{outcomes:?}");
        }
        for (expression, _) in EXAMPLES {
            Expression::parse(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
        }
        assert!(text.contains("touchmark policy test"));
    }
}
