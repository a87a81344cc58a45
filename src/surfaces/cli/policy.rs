//! `touchmark policy`.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde_json::json;

use super::exit::Outcome;
use super::failure::Failure;
use super::output::{self, Output};
use super::paint::{self, line, paint};
use super::policy_arguments::{EvaluatePolicyArguments, PolicyArguments, PolicyCommand};
use crate::operations::scan_folder;
use crate::policy::expression::Expression;
use crate::policy::{
    CaseOutcome, Judgement, NAMED, NamedPolicy, Policy, PolicyError, StatedFacts, StatedPin, StatedScan, StatedSkill,
};
use crate::scan::Ruleset;
use crate::skill::Timestamp;

/// Bytes of a policy or of facts that are read; one more than either may have.
const READ_BYTES: u64 = 2 * 1024 * 1024;
/// Characters of what is shown of a name, a path or a value.
const SHOWN: usize = 200;

/// Why a policy could not be asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum PolicyFailure {
    /// There is no policy of that name that everybody has.
    #[error("there is no policy `{0}`; there are default and strict, or name a file")]
    Unknown(String),
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is no policy.
    #[error("{path} is not a policy: {source}")]
    Invalid {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: PolicyError,
    },
    /// An expression cannot be read.
    #[error("--expression: {0}")]
    Expression(#[from] crate::policy::ExpressionError),
    /// Facts cannot be read.
    #[error("{path} holds no facts: {reason}")]
    Facts {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A folder could not be scanned.
    #[error("{0}")]
    Scan(String),
}

impl PolicyFailure {
    /// Tells whether something was read, and is no policy.
    pub fn is_invalid(&self) -> bool {
        matches!(self, Self::Invalid { .. } | Self::Expression(_))
    }
}

/// Lists, tests or asks policies.
pub(super) fn run(arguments: PolicyArguments, output: &Output) -> Result<Outcome, Failure> {
    match arguments.command {
        PolicyCommand::List(arguments) => list(arguments.name.as_deref(), output),
        PolicyCommand::Test(arguments) => {
            let mut outcome = Outcome::Done;
            let mut files = Vec::new();
            for path in &arguments.files {
                let outcomes = read_policy(path)?.run_cases(Timestamp::now());
                if outcomes.iter().any(|outcome| !outcome.is_kept()) {
                    outcome = Outcome::Refused;
                }
                files.push((line(&path.display().to_string(), SHOWN), outcomes));
            }
            show_tests(&files, output)?;
            Ok(outcome)
        }
        PolicyCommand::Evaluate(arguments) => evaluate(&arguments, output),
    }
}

fn list(name: Option<&str>, output: &Output) -> Result<Outcome, Failure> {
    if let Some(name) = name {
        let named = NamedPolicy::find(name).ok_or_else(|| PolicyFailure::Unknown(line(name, SHOWN)))?;
        if output.json {
            output.pretty(&json!({ "name": named.name, "summary": named.summary, "text": named.text }).to_string())?;
        } else {
            output.text(named.text)?;
        }
        return Ok(Outcome::Done);
    }
    if output.json {
        let policies = NAMED.map(
            |named| json!({ "name": named.name, "summary": named.summary, "rules": Policy::rule_ids(named.text) }),
        );
        output.pretty(&json!({ "policies": policies }).to_string())?;
    } else {
        let line = |named: &NamedPolicy| format!("{:10}  {}\n", named.name, named.summary);
        output.text(&NAMED.iter().map(line).collect::<String>())?;
    }
    Ok(Outcome::Done)
}

fn show_tests(files: &[(String, Vec<CaseOutcome>)], output: &Output) -> Result<(), Failure> {
    if output.json {
        let case = |case: &CaseOutcome| json!({ "name": case.name, "passed": case.is_kept(), "unexpected": case.unexpected, "missing": case.missing });
        let files: Vec<_> = files
            .iter()
            .map(|(path, cases)| json!({ "path": path, "tests": cases.iter().map(case).collect::<Vec<_>>() }))
            .collect();
        return Ok(output.pretty(&json!({ "files": files }).to_string())?);
    }
    let mut text = String::new();
    for (path, cases) in files {
        for case in cases {
            let word = if case.is_kept() { paint(paint::GOOD, "pass") } else { paint(paint::BAD, "fail") };
            text.push_str(&format!("{word}  {path}: {}\n", case.name));
            case.unexpected.iter().for_each(|what| text.push_str(&format!("      not expected: {what}\n")));
            case.missing.iter().for_each(|what| text.push_str(&format!("      expected, and not violated: {what}\n")));
        }
        if cases.is_empty() {
            output::tell_note(&format!("{path} has no tests"));
        }
    }
    Ok(output.text(&text)?)
}

fn evaluate(arguments: &EvaluatePolicyArguments, output: &Output) -> Result<Outcome, Failure> {
    let policy = match &arguments.expression {
        Some(text) => Policy::of_expression(Expression::parse(text).map_err(PolicyFailure::from)?),
        None => chosen(&arguments.policy)?,
    };
    let facts = match (&arguments.folder, &arguments.facts) {
        (Some(folder), _) => facts_of(folder)?,
        (None, Some(path)) => read_facts(path)?,
        (None, None) => return Err(Failure::Usage("name a folder, or facts with --facts")),
    };
    if !facts.says_something() {
        return Err(Failure::Usage("the facts hold no verdict, so that nothing could be held against the skill"));
    }
    let judgement = policy.judge_stated(&facts, Timestamp::now());
    if output.json {
        let result = if judgement.violations.is_empty() { "pass" } else { "fail" };
        let answer = json!({
            "result": result,
            "violations": judgement.violations,
            "notices": judgement.notices,
            "facts": facts,
        });
        output.pretty(&answer.to_string())?;
    } else {
        output.text(&page(&judgement))?;
    }
    Ok(if judgement.violations.is_empty() { Outcome::Done } else { Outcome::Refused })
}

fn page(judgement: &Judgement) -> String {
    let is_passed = judgement.violations.is_empty();
    let word = if is_passed { paint(paint::GOOD.bold(), "pass") } else { paint(paint::BAD, "fail") };
    let mut text = format!("{word}\n");
    for violation in &judgement.violations {
        text.push_str(&format!("  {}: {}\n", paint(paint::STRONG, violation.name()), violation.message));
        for (name, value) in &violation.observed {
            text.push_str(&format!("    {name} is {}\n", line(&value.to_string(), SHOWN)));
        }
        if let Some(remedy) = &violation.remedy {
            text.push_str(&format!("    {}\n", paint(paint::FAINT, remedy)));
        }
    }
    judgement.notices.iter().for_each(|notice| text.push_str(&format!("  note: {notice}\n")));
    text
}

/// Returns a policy that everybody has, or one in a file. A file is named by its path, so that
/// a file in the folder cannot take the place of a name.
fn chosen(text: &str) -> Result<Policy, Failure> {
    match NamedPolicy::find(text) {
        Some(named) => Ok(parse(text, named.text)?),
        None if text.contains(['/', '.', '\\']) => read_policy(Path::new(text)),
        None => Err(PolicyFailure::Unknown(line(text, SHOWN)).into()),
    }
}

fn read_policy(path: &Path) -> Result<Policy, Failure> {
    Ok(parse(&path.display().to_string(), &read(path)?)?)
}

fn parse(path: &str, text: &str) -> Result<Policy, PolicyFailure> {
    Policy::parse(text).map_err(|source| PolicyFailure::Invalid { path: line(path, SHOWN), source })
}

fn read_facts(path: &Path) -> Result<StatedFacts, Failure> {
    let text = read(path)?;
    serde_json::from_str(&text).map_err(|error| {
        let (path, reason) = (line(&path.display().to_string(), SHOWN), line(&error.to_string(), SHOWN));
        PolicyFailure::Facts { path, reason }.into()
    })
}

fn read(path: &Path) -> Result<String, PolicyFailure> {
    let failure = |source| PolicyFailure::Unreadable { path: line(&path.display().to_string(), SHOWN), source };
    let mut text = String::new();
    File::open(path).map_err(failure)?.take(READ_BYTES).read_to_string(&mut text).map_err(failure)?;
    Ok(text)
}

/// Scans the skill in a folder. Several of them, or none, are no subject.
fn facts_of(folder: &Path) -> Result<StatedFacts, Failure> {
    let mut found = Vec::new();
    scan_folder(folder, Ruleset::builtin(), |scanned| found.push(scanned));
    let mut found = found.into_iter();
    let scan = match (found.next(), found.next()) {
        (Some(Ok(scan)), None) => scan.scanned,
        (Some(Err(failure)), _) => return Err(PolicyFailure::Scan(failure.to_string()).into()),
        (None, _) => return Err(PolicyFailure::Scan("there is no skill in that folder".to_owned()).into()),
        (Some(Ok(_)), Some(_)) => {
            let message = "there are several skills below that folder; name the folder of one";
            return Err(PolicyFailure::Scan(message.to_owned()).into());
        }
    };
    let report = &scan.report;
    Ok(StatedFacts {
        skill: StatedSkill { name: Some(line(&scan.bundle.name, SHOWN)), source_url: None },
        pin: StatedPin { root_digest: Some(report.package_hash), content_hash: Some(report.content_hash) },
        scan: StatedScan::of(report),
        ..StatedFacts::default()
    })
}
