//! Checks an expression as it was written: names, kinds, sizes. Nothing in it can grow: texts
//! and lists are not added to each other, and a list holds no lists.

use std::collections::{BTreeMap, BTreeSet};

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, LiteralValue, SelectExpr, SourceInfo, operators};
use regex::{Regex, RegexBuilder};

use super::vocabulary::{self, Record};
use super::{ExpressionError, Kind, limits};
use crate::skill::sanitise_line;

/// Characters of a name in a message.
const NAME_CHARACTERS: usize = 60;

/// What was seen so far.
pub(super) struct Checker<'a> {
    source: &'a SourceInfo,
    nodes: usize,
    /// Variables of the loops around, the outermost first.
    loops: Vec<(String, Kind)>,
    pub patterns: BTreeMap<String, Regex>,
    pub variables: BTreeSet<&'static str>,
    pub paths: BTreeSet<String>,
}

impl<'a> Checker<'a> {
    pub fn new(source: &'a SourceInfo) -> Self {
        let (patterns, variables, paths) = Default::default();
        Self { source, nodes: 0, loops: Vec::new(), patterns, variables, paths }
    }

    /// Counts parts and depth, before anything else goes down into them.
    pub fn measure(&mut self, expression: &IdedExpr) -> Result<(), ExpressionError> {
        let mut waiting = vec![(expression, 1)];
        while let Some((expression, depth)) = waiting.pop() {
            self.nodes += 1;
            if self.nodes > limits::NODES {
                return Err(ExpressionError::TooManyParts);
            }
            if depth > limits::DEPTH {
                return Err(ExpressionError::TooDeep);
            }
            waiting.extend(parts(&expression.expr).into_iter().map(|part| (part, depth + 1)));
        }
        Ok(())
    }

    /// Checks a whole expression, which is true or false.
    pub fn check_rule(&mut self, expression: &IdedExpr) -> Result<(), ExpressionError> {
        match self.kind_of(expression)? {
            Kind::Bool => Ok(()),
            kind => Err(self.fault(expression, format!("a rule is true or false, and this is {kind}"))),
        }
    }

    fn kind_of(&mut self, expression: &IdedExpr) -> Result<Kind, ExpressionError> {
        match &expression.expr {
            Expr::Literal(LiteralValue::Boolean(_)) => Ok(Kind::Bool),
            Expr::Literal(LiteralValue::Int(_)) => Ok(Kind::Int),
            Expr::Literal(LiteralValue::String(_)) => Ok(Kind::Text),
            Expr::Literal(_) => Err(self.fault(expression, "values are true, false, whole numbers and texts")),
            Expr::Ident(name) => self.variable(expression, name),
            Expr::Select(select) => {
                let kind = self.select(expression, select)?;
                if kind.is_scalar()
                    && let Some(path) = path_of(expression)
                    && self.loops.iter().all(|(name, _)| *name != path[0])
                {
                    self.paths.insert(path.join("."));
                }
                Ok(kind)
            }
            Expr::List(list) => self.list(expression, &list.elements),
            Expr::Call(call) => self.call(expression, call),
            Expr::Map(_) | Expr::Struct(_) => Err(self.fault(expression, "rules build no maps")),
            Expr::Comprehension(_) | Expr::Unspecified => Err(self.fault(expression, "this is no part of a rule")),
        }
    }

    fn variable(&mut self, expression: &IdedExpr, name: &str) -> Result<Kind, ExpressionError> {
        if let Some((_, kind)) = self.loops.iter().rev().find(|(other, _)| other == name) {
            return Ok(kind.clone());
        }
        let known = vocabulary::names().find(|known| *known == name);
        match (known, vocabulary::variable(name)) {
            (Some(name), Some(kind)) => {
                self.variables.insert(name);
                Ok(kind)
            }
            _ => Err(self.unknown(expression, "variable", name, vocabulary::names())),
        }
    }

    fn select(&mut self, expression: &IdedExpr, select: &SelectExpr) -> Result<Kind, ExpressionError> {
        let field = &select.field;
        match self.kind_of(&select.operand)? {
            Kind::Record(Record { fields, .. }) => {
                let found = fields.iter().find(|known| known.name == field);
                found
                    .map(|known| known.kind.into())
                    .ok_or_else(|| self.unknown(expression, "field", field, fields.iter().map(|field| field.name)))
            }
            Kind::Counts => Err(self.fault(expression, "take a number by its name as `scan.phases['credentials']`")),
            kind => Err(self.fault(expression, format!("{kind} has no fields"))),
        }
    }

    fn list(&mut self, expression: &IdedExpr, elements: &[IdedExpr]) -> Result<Kind, ExpressionError> {
        let mut kind = None;
        for element in elements {
            let this = self.scalar(element)?;
            match &kind {
                Some(kind) if *kind != this => {
                    return Err(self.fault(expression, format!("the list holds {kind} and {this}")));
                }
                _ => kind = Some(this),
            }
        }
        Ok(Kind::List(kind.map(Box::new)))
    }

    fn call(&mut self, expression: &IdedExpr, call: &CallExpr) -> Result<Kind, ExpressionError> {
        match (call.func_name.as_str(), &call.target, call.args.as_slice()) {
            (operators::LOGICAL_AND | operators::LOGICAL_OR, None, [left, right]) => {
                self.expect(left, &Kind::Bool)?;
                self.expect(right, &Kind::Bool)
            }
            (operators::LOGICAL_NOT, None, [of]) => self.expect(of, &Kind::Bool),
            (operators::NEGATE, None, [of]) => self.expect(of, &Kind::Int),
            (operators::CONDITIONAL, None, [condition, left, right]) => {
                self.expect(condition, &Kind::Bool)?;
                let kind = self.kind_of(left)?;
                self.expect(right, &kind)
            }
            (operators::EQUALS | operators::NOT_EQUALS, None, [left, right]) => {
                let kind = self.scalar(left)?;
                self.expect(right, &kind)?;
                Ok(Kind::Bool)
            }
            (
                operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS,
                None,
                [left, right],
            ) => {
                self.expect(left, &Kind::Int)?;
                self.expect(right, &Kind::Int)?;
                Ok(Kind::Bool)
            }
            (
                operators::ADD | operators::SUBSTRACT | operators::MULTIPLY | operators::DIVIDE | operators::MODULO,
                None,
                [left, right],
            ) => {
                self.expect(left, &Kind::Int)?;
                self.expect(right, &Kind::Int)
            }
            (operators::IN, None, [element, list]) => {
                let element = self.scalar(element)?;
                match self.kind_of(list)? {
                    Kind::List(None) => Ok(Kind::Bool),
                    Kind::List(Some(kind)) if *kind == element => Ok(Kind::Bool),
                    Kind::Counts if element == Kind::Text => Ok(Kind::Bool),
                    kind => Err(self.fault(list, format!("{kind} does not hold {element}"))),
                }
            }
            (operators::INDEX, None, [of, at]) => match self.kind_of(of)? {
                Kind::List(Some(kind)) => {
                    self.expect(at, &Kind::Int)?;
                    Ok(*kind)
                }
                Kind::Counts => {
                    self.expect(at, &Kind::Text)?;
                    Ok(Kind::Int)
                }
                kind => Err(self.fault(of, format!("{kind} has no elements"))),
            },
            (operators::HAS, None, [of]) => match &of.expr {
                Expr::Select(select) => self.select(of, select).map(|_| Kind::Bool),
                _ => Err(self.fault(of, "`has` asks for a field, as in `has(publisher.name)`")),
            },
            ("size", None, [_]) | ("size", Some(_), []) => {
                let of = call.target.as_deref().or(call.args.first()).unwrap_or(expression);
                match self.kind_of(of)? {
                    Kind::Text | Kind::List(_) | Kind::Counts => Ok(Kind::Int),
                    kind => Err(self.fault(of, format!("{kind} has no size"))),
                }
            }
            ("contains" | "startsWith" | "endsWith", Some(of), [text]) => {
                self.expect(of, &Kind::Text)?;
                self.expect(text, &Kind::Text)?;
                Ok(Kind::Bool)
            }
            ("matches", Some(of), [pattern]) => {
                self.expect(of, &Kind::Text)?;
                self.pattern(pattern)?;
                Ok(Kind::Bool)
            }
            (
                name
                @ (operators::ALL | operators::EXISTS | operators::EXISTS_ONE | operators::FILTER | operators::MAP),
                Some(of),
                [variable, body],
            ) => self.each(name, of, variable, body),
            (name, ..) => {
                let name = sanitise_line(name, NAME_CHARACTERS);
                Err(self.fault(expression, format!("`{name}` is nothing that a rule calls, or not in this way")))
            }
        }
    }

    /// Checks a loop over a list.
    fn each(
        &mut self,
        name: &str,
        of: &IdedExpr,
        variable: &IdedExpr,
        body: &IdedExpr,
    ) -> Result<Kind, ExpressionError> {
        let Kind::List(element) = self.kind_of(of)? else {
            return Err(self.fault(of, format!("`{name}` goes through a list")));
        };
        // An empty list has no element of which anything could be said.
        let Some(element) = element else { return Err(self.fault(of, "the list is empty")) };
        let Expr::Ident(variable_name) = &variable.expr else {
            return Err(self.fault(variable, format!("`{name}` wants a name for each element first")));
        };
        if vocabulary::variable(variable_name).is_some() || self.loops.iter().any(|(name, _)| name == variable_name) {
            let shown = sanitise_line(variable_name, NAME_CHARACTERS);
            return Err(self.fault(variable, format!("`{shown}` means something already; take another name")));
        }
        if self.loops.len() >= limits::NESTED_LOOPS {
            return Err(self.fault(of, format!("loops are nested at most {} deep", limits::NESTED_LOOPS)));
        }
        self.loops.push((variable_name.clone(), *element.clone()));
        let kind = match name {
            operators::MAP => self.scalar(body).map(|kind| Kind::List(Some(Box::new(kind)))),
            operators::FILTER => self.expect(body, &Kind::Bool).map(|_| Kind::List(Some(element))),
            _ => self.expect(body, &Kind::Bool),
        };
        self.loops.pop();
        kind
    }

    fn pattern(&mut self, expression: &IdedExpr) -> Result<(), ExpressionError> {
        let Expr::Literal(LiteralValue::String(text)) = &expression.expr else {
            return Err(self.fault(expression, "`matches` takes a pattern that is written there"));
        };
        let text = text.inner();
        if text.len() > limits::PATTERN_BYTES {
            return Err(self.fault(expression, format!("a pattern has at most {} bytes", limits::PATTERN_BYTES)));
        }
        let pattern = RegexBuilder::new(text)
            .size_limit(limits::COMPILED_PATTERN_BYTES)
            .dfa_size_limit(limits::COMPILED_PATTERN_BYTES)
            .nest_limit(20)
            .build()
            .map_err(|error| {
                let last = error.to_string().lines().last().unwrap_or_default().to_owned();
                self.fault(expression, format!("not a pattern: {}", sanitise_line(&last, 120)))
            })?;
        self.patterns.insert(text.to_owned(), pattern);
        Ok(())
    }

    fn scalar(&mut self, expression: &IdedExpr) -> Result<Kind, ExpressionError> {
        let kind = self.kind_of(expression)?;
        if kind.is_scalar() {
            Ok(kind)
        } else {
            Err(self.fault(expression, format!("expected a number, a text, true or false, and this is {kind}")))
        }
    }

    fn expect(&mut self, expression: &IdedExpr, expected: &Kind) -> Result<Kind, ExpressionError> {
        let kind = self.kind_of(expression)?;
        if kind == *expected {
            Ok(kind)
        } else {
            Err(self.fault(expression, format!("expected {expected}, and this is {kind}")))
        }
    }

    fn unknown(
        &self,
        expression: &IdedExpr,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'static str> + Clone,
    ) -> ExpressionError {
        let shown: String = name.chars().take(NAME_CHARACTERS).collect();
        let nearest = known.clone().min_by_key(|known| strsim::damerau_levenshtein(&shown, known));
        let hint = match nearest {
            Some(near) if strsim::damerau_levenshtein(&shown, near) <= 2 => format!("is `{near}` meant?"),
            _ => format!("there are {}", known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
        };
        self.fault(expression, format!("unknown {what} `{}`; {hint}", sanitise_line(&shown, NAME_CHARACTERS)))
    }

    fn fault(&self, expression: &IdedExpr, fault: impl Into<String>) -> ExpressionError {
        let position = self.source.offset_for(expression.id).map_or(1, |(start, _)| start + 1);
        ExpressionError::Meaning { position, fault: fault.into() }
    }
}

/// Returns what lies directly within an expression.
pub(super) fn parts(expression: &Expr) -> Vec<&IdedExpr> {
    use cel::common::ast::EntryExpr;
    match expression {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Vec::new(),
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(cel::common::ast::MapExpr { entries })
        | Expr::Struct(cel::common::ast::StructExpr { entries, .. }) => entries
            .iter()
            .flat_map(|entry| match &entry.expr {
                EntryExpr::StructField(field) => vec![&field.value],
                EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
            })
            .collect(),
        Expr::Comprehension(of) => {
            vec![&of.iter_range, &of.accu_init, &of.loop_cond, &of.loop_step, &of.result]
        }
    }
}

/// Returns the names of a variable and of the fields that are taken of it, as `["scan", "score"]`.
pub(super) fn path_of(expression: &IdedExpr) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut at = expression;
    loop {
        match &at.expr {
            Expr::Select(select) => {
                names.push(select.field.as_str());
                at = &select.operand;
            }
            Expr::Ident(name) => {
                names.push(name);
                names.reverse();
                return Some(names);
            }
            _ => return None,
        }
    }
}
