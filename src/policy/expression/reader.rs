//! Reads an expression.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use std::thread;

use cel::{Env, IdedExpr, Program};
use regex::Regex;

use super::types::Checker;
use super::{ExpressionError, limits};
use crate::skill::sanitise_line;

/// Characters of a message of the parser.
const MESSAGE_CHARACTERS: usize = 200;

/// Expands no macro, so that what was written is what is checked.
static AS_WRITTEN: LazyLock<Env> = LazyLock::new(|| Env::default().with_optional_support(false));
/// What expressions are evaluated with.
pub(super) static STANDARD: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib().with_optional_support(false)));

/// An expression of a rule, which was read and whose types fit.
#[derive(Clone)]
pub struct Expression {
    /// What was written, without space around it.
    pub(super) text: String,
    /// What was written, before macros: what its cost is estimated by.
    pub(super) written: Arc<IdedExpr>,
    pub(super) program: Arc<Program>,
    /// The patterns of `matches`, compiled.
    pub(super) patterns: Arc<BTreeMap<String, Regex>>,
    /// The variables that it uses.
    pub(super) variables: BTreeSet<&'static str>,
    /// The single values that it looks at, as `scan.score`.
    pub(super) paths: BTreeSet<String>,
}

impl Expression {
    /// Reads an expression, and checks that all that it names is there and is used as what it
    /// is, so that a mistyped field is an error and never a silent pass.
    ///
    /// # Errors
    /// Says what is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        if text.len() > limits::EXPRESSION_BYTES {
            return Err(ExpressionError::TooLong(text.len()));
        }
        let text = text.trim().to_owned();
        // The parser goes down as deep as the text says, and a stack that is full ends the whole
        // program; so it has a stack that the longest text does not fill. A panic ends the thread.
        let reader = thread::Builder::new().name("expression".to_owned()).stack_size(limits::STACK_BYTES);
        let reader = reader.spawn(move || read(text)).map_err(|_| ExpressionError::Unreadable)?;
        reader.join().unwrap_or(Err(ExpressionError::Unreadable))
    }

    /// Returns what was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Tells whether it asks what a scan found.
    pub fn needs_scan(&self) -> bool {
        self.variables.contains("scan") || self.variables.contains(super::vocabulary::CAPABILITIES)
    }
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Expression").field(&self.text).finish()
    }
}

fn read(text: String) -> Result<Expression, ExpressionError> {
    let (written, source) = AS_WRITTEN.parser().parse_with_source_info(&text).map_err(|errors| syntax(&errors))?;
    let mut checker = Checker::new(&source);
    checker.measure(&written)?;
    checker.check_rule(&written)?;
    let Checker { patterns, variables, paths, .. } = checker;
    let program = STANDARD.compile(&text).map_err(|errors| syntax(&errors))?;
    Ok(Expression {
        text,
        written: Arc::new(written),
        program: Arc::new(program),
        patterns: Arc::new(patterns),
        variables,
        paths,
    })
}

fn syntax(errors: &cel::ParseErrors) -> ExpressionError {
    let first = errors.errors.first();
    let message = first.map_or_else(String::new, |error| match error.pos {
        (line, column) if line > 0 => format!("line {line}, character {}: {}", column.max(1), error.msg),
        _ => error.msg.clone(),
    });
    ExpressionError::Syntax(sanitise_line(&message, MESSAGE_CHARACTERS))
}
