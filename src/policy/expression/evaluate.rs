//! Asks an expression whether it is true of a skill.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use cel::extractors::This;
use cel::objects::{Key, Map};
use cel::{Context, ExecutionError};
use serde_json::Value;

use super::reader::STANDARD;
use super::{Expression, Undecided, cost, limits};
use crate::skill::sanitise_line;

/// Characters of what an error says.
const MESSAGE_CHARACTERS: usize = 200;
/// Values that are shown of one expression.
const SHOWN: usize = 8;

/// What is known of a skill, as expressions see it, and the steps that are left.
pub(in crate::policy) struct Subject {
    values: Value,
    steps_left: u64,
}

impl Subject {
    /// Takes the values of the variables: an object of the shape of the vocabulary.
    pub fn new(values: Value) -> Self {
        Self { values, steps_left: limits::STEPS }
    }

    /// Tells whether an expression is true.
    ///
    /// # Errors
    /// Fails where it asks for what nobody knows, would take too many steps, or fails.
    pub fn satisfies(&mut self, expression: &Expression) -> Result<bool, Undecided> {
        let steps = cost::steps(&expression.written, &self.values);
        if steps > self.steps_left {
            return Err(Undecided::TooManySteps(steps, self.steps_left));
        }
        self.steps_left -= steps;
        // What is borrowed is only read, so that a panic leaves nothing half done.
        let outcome = catch_unwind(AssertUnwindSafe(|| run(expression, &self.values)));
        match outcome {
            Ok(Ok(cel::Value::Bool(is_true))) => Ok(is_true),
            Ok(Ok(_)) => Err(Undecided::Failed("it is neither true nor false".to_owned())),
            Ok(Err(ExecutionError::NoSuchKey(name) | ExecutionError::UndeclaredReference(name))) => {
                Err(Undecided::Unknown(sanitise_line(&name, MESSAGE_CHARACTERS)))
            }
            Ok(Err(error)) => Err(Undecided::Failed(sanitise_line(&error.to_string(), MESSAGE_CHARACTERS))),
            Err(_) => Err(Undecided::Failed("it could not be evaluated".to_owned())),
        }
    }

    /// Returns the single values at which an expression looks, as `scan.score` and `12`.
    pub fn observed(&self, expression: &Expression) -> Vec<(String, Value)> {
        let value = |path: &String| {
            let value = path.split('.').try_fold(&self.values, |value, name| value.get(name))?;
            let value = match value {
                Value::String(text) => Value::String(sanitise_line(text, MESSAGE_CHARACTERS)),
                other => other.clone(),
            };
            Some((path.clone(), value))
        };
        expression.paths.iter().filter_map(value).take(SHOWN).collect()
    }
}

fn run(expression: &Expression, values: &Value) -> Result<cel::Value, ExecutionError> {
    let mut context = Context::with_env(Arc::clone(&STANDARD));
    for name in &expression.variables {
        // A list that nobody knows is no variable; a record that nobody knows has no fields.
        if let Some(value) = values.get(name) {
            context.add_variable_from_value(*name, value_of(value));
        }
    }
    if !expression.patterns.is_empty() {
        let patterns = Arc::clone(&expression.patterns);
        let matches = move |This(text): This<Arc<String>>, pattern: Arc<String>| {
            patterns.get(pattern.as_str()).is_some_and(|pattern| pattern.is_match(&text))
        };
        context
            .add_function("matches", matches)
            .map_err(|_| ExecutionError::InternalError("`matches` is there already".to_owned()))?;
    }
    expression.program.execute(&context)
}

fn value_of(value: &Value) -> cel::Value {
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(is_true) => cel::Value::Bool(*is_true),
        // Every number of the vocabulary is an `i64`.
        Value::Number(number) => cel::Value::Int(number.as_i64().unwrap_or(i64::MAX)),
        Value::String(text) => cel::Value::String(Arc::new(text.clone())),
        Value::Array(list) => cel::Value::List(Arc::new(list.iter().map(value_of).collect())),
        Value::Object(record) => {
            let map: HashMap<Key, cel::Value> =
                record.iter().map(|(name, value)| (Key::String(Arc::new(name.clone())), value_of(value))).collect();
            cel::Value::Map(Map { map: Arc::new(map) })
        }
    }
}
