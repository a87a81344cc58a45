//! How many steps an expression takes over a skill at most. It is known before the first one,
//! since nothing in an expression grows: a loop takes its body as often as its list is long.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, operators};
use serde_json::Value;

use super::types::{parts, path_of};

/// Steps of one turn of a loop, beside its body: an element is copied.
const TURN: u64 = 8;
/// Steps of looking through a text of the greatest length.
const TEXT: u64 = 10;
/// Steps of a pattern over a text of the greatest length.
const PATTERN: u64 = 50;

/// What an expression costs, and how long the list is that it gives.
#[derive(Clone, Copy)]
struct Cost {
    steps: u64,
    length: u64,
}

/// Returns the most steps that an expression takes over these values.
pub(super) fn steps(expression: &IdedExpr, values: &Value) -> u64 {
    cost(expression, values).steps
}

fn cost(expression: &IdedExpr, values: &Value) -> Cost {
    match &expression.expr {
        Expr::Ident(_) | Expr::Select(_) => {
            let steps = parts(&expression.expr).into_iter().map(|part| cost(part, values).steps).sum::<u64>();
            Cost { steps: steps.saturating_add(1), length: length_at(expression, values) }
        }
        Expr::List(list) => {
            let steps = list.elements.iter().map(|part| cost(part, values).steps).sum::<u64>();
            Cost { steps: steps.saturating_add(1), length: list.elements.len() as u64 }
        }
        Expr::Call(call) => call_cost(expression, call, values),
        _ => Cost { steps: 1, length: 1 },
    }
}

fn call_cost(expression: &IdedExpr, call: &CallExpr, values: &Value) -> Cost {
    if let (
        operators::ALL | operators::EXISTS | operators::EXISTS_ONE | operators::FILTER | operators::MAP,
        Some(of),
        [_, body],
    ) = (call.func_name.as_str(), &call.target, call.args.as_slice())
    {
        let (list, body) = (cost(of, values), cost(body, values));
        let turns = list.length.saturating_mul(body.steps.saturating_add(TURN));
        return Cost { steps: list.steps.saturating_add(turns).saturating_add(1), length: list.length };
    }
    let parts: Vec<Cost> = parts(&expression.expr).into_iter().map(|part| cost(part, values)).collect();
    let below = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(part.steps));
    let longest = parts.iter().map(|part| part.length).max().unwrap_or(1);
    let own = match call.func_name.as_str() {
        operators::IN => longest.saturating_add(1),
        "matches" => PATTERN,
        "contains" | "startsWith" | "endsWith" | operators::EQUALS | operators::NOT_EQUALS => TEXT,
        _ => 1,
    };
    Cost { steps: below.saturating_add(own), length: longest }
}

/// Returns how long the list is that a variable or a field holds. Elements hold no lists.
fn length_at(expression: &IdedExpr, values: &Value) -> u64 {
    let Some(path) = path_of(expression) else { return 1 };
    let found = path.iter().try_fold(values, |value, name| value.get(name));
    match found {
        Some(Value::Array(list)) => list.len() as u64,
        Some(Value::Object(record)) => record.len() as u64,
        _ => 1,
    }
}
