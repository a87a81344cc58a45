//! Which entries are wanted: the object of a search, and the expression of a list.

use serde_json::{Map, Value};

use super::entry::{FIELDS, values};
use crate::api::Problem;
use crate::skill::sanitise_line;

/// Conditions of a filter at most.
const CONDITIONS: usize = 20;
/// Values of a condition at most.
const VALUES: usize = 50;

/// Conditions, all of which have to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    field: &'static str,
    comparison: Comparison,
    /// One of these.
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Different,
    After,
    Before,
}

impl Filter {
    /// Reads the object of `POST /search`: a value, or a list of which one has to fit, by field.
    ///
    /// # Errors
    /// Names a field by which nothing can be filtered, or a value that is no text.
    pub fn of_object(object: &Map<String, Value>) -> Result<Self, Problem> {
        let mut conditions = Vec::new();
        for (name, value) in object {
            let field = known(name)?;
            let one = |value: &Value| match value {
                Value::String(text) => Ok(text.clone()),
                Value::Number(number) => Ok(number.to_string()),
                Value::Bool(bool) => Ok(bool.to_string()),
                _ => Err(Problem::invalid_request(format!("filter.{field}: expected a text or a list of texts"))),
            };
            let values = match value {
                Value::Array(items) => items.iter().map(one).collect::<Result<_, _>>()?,
                value => vec![one(value)?],
            };
            conditions.push(Condition { field, comparison: Comparison::Equal, values });
        }
        bounded(conditions)
    }

    /// Reads the expression of `GET /agents`: `FIELD = 'VALUE'` and the like with `!=`, `>` and
    /// `<`, joined by `AND`; `createdAfter` and `updatedAfter` take a time with `=` or `>`.
    ///
    /// # Errors
    /// Says where the expression cannot be read.
    pub fn of_expression(expression: &str) -> Result<Self, Problem> {
        let mut conditions = Vec::new();
        let mut rest = expression.trim();
        while !rest.is_empty() {
            let unreadable = || {
                let text = sanitise_line(rest, 60);
                Problem::invalid_request(format!(
                    "filter: cannot read `{text}`; expected such as type = 'application/agent-skills+gzip' AND updatedAt > '2026-01-01'"
                ))
            };
            let end = rest.find(|character: char| !(character.is_ascii_alphanumeric() || character == '.'));
            let (name, after) = rest.split_at(end.ok_or_else(unreadable)?);
            let after = after.trim_start();
            let (comparison, after) = ["!=", "=", ">", "<"]
                .iter()
                .find_map(|sign| Some((*sign, after.strip_prefix(sign)?)))
                .ok_or_else(unreadable)?;
            let (value, after) = quoted(after.trim_start()).ok_or_else(unreadable)?;
            conditions.push(condition(name, comparison, value)?);
            rest = after.trim_start();
            if let Some(next) = rest.strip_prefix("AND ") {
                rest = next.trim_start();
                if rest.is_empty() {
                    return Err(Problem::invalid_request("filter: nothing stands after AND"));
                }
            } else if !rest.is_empty() {
                let text = sanitise_line(rest, 60);
                return Err(Problem::invalid_request(format!("filter: expected AND before `{text}`")));
            }
        }
        bounded(conditions)
    }

    /// Tells whether an entry is wanted.
    pub fn holds(&self, entry: &Value) -> bool {
        self.conditions.iter().all(|condition| condition.holds(entry))
    }
}

impl Condition {
    fn holds(&self, entry: &Value) -> bool {
        let found = values(entry, self.field);
        let is_one = |value: &String| {
            self.values.iter().any(|wanted| match self.comparison {
                Comparison::Equal | Comparison::Different => is_equal(self.field, value, wanted),
                // Times in one form compare as texts do.
                Comparison::After => value.as_str() > wanted.as_str(),
                Comparison::Before => value.as_str() < wanted.as_str(),
            })
        };
        match self.comparison {
            Comparison::Different => !found.iter().any(is_one),
            _ => found.iter().any(is_one),
        }
    }
}

/// Names and publishers are compared without case (appendix A).
fn is_equal(field: &str, value: &str, wanted: &str) -> bool {
    match field {
        "displayName" | "publisher" | "metadata.publisher" => value.to_lowercase() == wanted.to_lowercase(),
        _ => value == wanted,
    }
}

fn condition(name: &str, sign: &str, value: String) -> Result<Condition, Problem> {
    // When an entry was made is not known; when it last changed is later.
    let (field, comparison) = match (name, sign) {
        ("createdAfter" | "updatedAfter", "=" | ">") => ("updatedAt", Comparison::After),
        ("publisherId", "=") => ("publisher", Comparison::Equal),
        (_, "=") => (known(name)?, Comparison::Equal),
        (_, "!=") => (known(name)?, Comparison::Different),
        ("updatedAt", ">") => ("updatedAt", Comparison::After),
        ("updatedAt", "<") => ("updatedAt", Comparison::Before),
        _ => {
            let name = sanitise_line(name, 40);
            return Err(Problem::invalid_request(format!("filter: {name} takes no {sign}; only updatedAt does")));
        }
    };
    Ok(Condition { field, comparison, values: vec![value] })
}

/// Reads a text in quotes of either kind, and returns what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|character| matches!(character, '\'' | '"'))?;
    let (value, rest) = text[1..].split_once(quote)?;
    Some((value.to_owned(), rest))
}

/// Returns a field by which entries can be told apart.
pub(super) fn known(name: &str) -> Result<&'static str, Problem> {
    FIELDS.into_iter().find(|field| *field == name).ok_or_else(|| {
        let name = sanitise_line(name, 60);
        Problem::invalid_request(format!("unknown field `{name}`, expected one of {}", FIELDS.join(", ")))
    })
}

fn bounded(conditions: Vec<Condition>) -> Result<Filter, Problem> {
    if conditions.len() > CONDITIONS || conditions.iter().any(|condition| condition.values.len() > VALUES) {
        let message = format!("filter: at most {CONDITIONS} fields with {VALUES} values each");
        return Err(Problem::invalid_request(message));
    }
    Ok(Filter { conditions })
}
