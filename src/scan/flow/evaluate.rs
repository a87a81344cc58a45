//! Works out what the values of programs are and came from, and what the programs do.
//!
//! All nodes are evaluated in order, a few times, until nothing changes: what a function
//! returns and what a variable holds is known a pass later at the latest.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::api::is_secret_name;
use super::constant::{Constant, HOLE, add_alternatives, join, join_path};
use super::effect::{Action, Channel, Effect};
use super::fold;
use super::program::{Kind, Language, NodeId, Program};
use super::taint::{Kinds, Place, Taint};
use crate::scan::evidence::secret_path::{SecretPath, secret_path};

/// Passes over a program.
const PASSES: usize = 4;
/// Texts that are run as code, one inside the other.
const DEPTH: usize = 3;
/// Texts that are run as code and looked into.
const NESTED: usize = 80;
/// Effects of one program that are kept.
const EFFECTS: usize = 2_000;
/// Functions of one name that a call may mean.
const SAME_NAME: usize = 7;
/// Steps that are spent on walking lists of known elements.
const EACH_STEPS: usize = 60_000;
/// Bytes of a dotted name.
const PATH_BYTES: usize = 160;

/// What is known of a value.
#[derive(Debug, Clone, Default)]
pub(super) struct Value {
    /// What it may be.
    pub(super) constants: Vec<Constant>,
    /// The dotted name of the function, module or object.
    pub(super) path: Option<Arc<str>>,
    /// What it came from.
    pub(super) taint: Taint,
}

impl Value {
    pub(super) fn of(constants: Vec<Constant>, taint: Taint) -> Self {
        Self { constants, path: None, taint }
    }

    pub(super) fn texts(&self) -> Vec<Arc<str>> {
        self.constants.iter().map(|constant| constant.shown().into()).collect()
    }
}

/// A program with the file that it stands in.
#[derive(Debug)]
pub(in crate::scan) struct Unit {
    /// The program.
    pub(in crate::scan) program: Program,
    /// The file.
    pub(in crate::scan) file: usize,
    /// Where the program begins in the file's text.
    pub(in crate::scan) offset: usize,
    /// Where the program stands in whole, where it is a text inside of another program.
    pub(in crate::scan) at: Option<Place>,
    /// The name under which other files import it.
    pub(in crate::scan) stem: Option<String>,
}

/// What files hold that programs write: path and taint.
#[derive(Debug, Default)]
pub(in crate::scan) struct Files {
    written: HashMap<String, Taint>,
    /// Paths that were asked for before anything was written there.
    missed: RefCell<HashSet<String>>,
}

impl Files {
    /// Remembers what is written to a path.
    fn write(&mut self, path: &str, taint: &Taint) {
        let path = path.trim_start_matches("./");
        let known = path.chars().filter(|character| *character != HOLE).count();
        if known < 3 || self.written.len() > 2_000 || taint.kinds == Kinds::NONE {
            return;
        }
        self.written.entry(path.to_owned()).or_default().add(taint);
    }

    /// Returns what is in the file at a path, or in the files of a folder.
    pub(super) fn read(&self, path: &str) -> Option<Taint> {
        let path = path.trim_start_matches("./");
        if let Some(taint) = self.written.get(path) {
            return Some(taint.clone());
        }
        self.missed.borrow_mut().insert(path.to_owned());
        // `folder/*` and `folder/*.sh` are the files in it.
        let (folder, name) = path.rsplit_once('/')?;
        if !name.contains('*') {
            return None;
        }
        let mut found = Taint::default();
        for (known, taint) in &self.written {
            if known.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')) {
                found.add(taint);
            }
        }
        (found.kinds != Kinds::NONE).then_some(found)
    }

    /// Forgets which paths were asked for, and returns them.
    pub(super) fn take_missed(&self) -> HashSet<String> {
        self.missed.take()
    }

    /// Tells whether something was written to one of `paths`, or into a folder of theirs.
    pub(super) fn holds_any(&self, paths: &HashSet<String>) -> bool {
        paths.iter().any(|path| self.read(path).is_some())
    }
}

/// Evaluates programs that know each other.
pub(in crate::scan) fn evaluate(units: &[Unit], files: &mut Files) -> Vec<Effect> {
    let mut evaluator = Evaluator::new(units, files, 0);
    evaluator.run();
    evaluator.effects
}

/// The state of an evaluation.
pub(super) struct Evaluator<'e> {
    pub(super) units: &'e [Unit],
    pub(super) files: &'e mut Files,
    pub(super) effects: Vec<Effect>,
    pub(super) values: Vec<Vec<Value>>,
    functions: HashMap<&'e str, Vec<(usize, usize)>>,
    variables: HashMap<(usize, usize, &'e str), Value>,
    fields: HashMap<&'e str, Value>,
    parameters: HashMap<(usize, usize, usize), Value>,
    results: HashMap<(usize, usize), Value>,
    overlay: Option<(&'e str, Value)>,
    is_changed: bool,
    is_quiet: bool,
    each_steps: usize,
    pub(super) pass: usize,
    pub(super) depth: usize,
    nested_left: usize,
    nested: HashMap<(Language, Arc<str>), (Value, Vec<Effect>)>,
    /// What the holes of the text came from, for a text that is run as code.
    ambient: Taint,
}

impl<'e> Evaluator<'e> {
    fn new(units: &'e [Unit], files: &'e mut Files, depth: usize) -> Self {
        let mut functions: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
        for (unit, program) in units.iter().enumerate() {
            for (index, function) in program.program.functions.iter().enumerate().skip(1) {
                functions.entry(&function.name).or_default().push((unit, index));
                if let Some(class) = &function.class {
                    functions.entry(class).or_default().push((unit, index));
                }
            }
        }
        functions.remove("");
        // A name that many functions have says nothing of which is meant.
        functions.values_mut().for_each(|same| same.truncate(SAME_NAME));
        Self {
            units,
            files,
            effects: Vec::new(),
            values: units.iter().map(|unit| vec![Value::default(); unit.program.nodes.len()]).collect(),
            functions,
            variables: HashMap::new(),
            fields: HashMap::new(),
            parameters: HashMap::new(),
            results: HashMap::new(),
            overlay: None,
            is_changed: false,
            is_quiet: false,
            each_steps: EACH_STEPS,
            pass: 0,
            depth,
            nested_left: NESTED,
            nested: HashMap::new(),
            ambient: Taint::default(),
        }
    }

    fn run(&mut self) {
        for pass in 0..PASSES {
            self.pass = pass;
            self.is_changed = false;
            self.effects.clear();
            for unit in 0..self.units.len() {
                for id in 0..self.units[unit].program.nodes.len() {
                    let value = self.node(unit, id as NodeId);
                    self.values[unit][id] = value;
                }
            }
            if !self.is_changed {
                break;
            }
        }
    }

    /// Returns the place of a node in its file.
    pub(super) fn place(&self, unit: usize, id: NodeId) -> Place {
        let program = &self.units[unit];
        if let Some(at) = program.at {
            return at;
        }
        let node = &program.program.nodes[id as usize];
        Place {
            file: program.file,
            start: program.offset + node.start as usize,
            end: program.offset + node.end as usize,
        }
    }

    /// Returns the value of a node that was evaluated before.
    pub(super) fn value(&self, unit: usize, id: NodeId) -> &Value {
        &self.values[unit][id as usize]
    }

    /// Joins what several nodes came from.
    pub(super) fn taint_of(&self, unit: usize, ids: &[NodeId]) -> Taint {
        let mut taint = Taint::default();
        for id in ids {
            taint.add(&self.value(unit, *id).taint);
        }
        taint
    }

    /// Joins what the functions give that a table holds: one of them is called later.
    fn results_of(&self, unit: usize, ids: &[NodeId]) -> Taint {
        let mut taint = Taint::default();
        for path in ids.iter().filter_map(|id| self.value(unit, *id).path.as_deref()) {
            for function in self.functions_of(path) {
                taint.add(&self.results.get(function).map(|value| value.taint.clone()).unwrap_or_default());
            }
        }
        taint
    }

    fn constants_of<'v>(&'v self, unit: usize, ids: &[NodeId]) -> Vec<&'v [Constant]> {
        ids.iter().map(|id| self.value(unit, *id).constants.as_slice()).collect()
    }

    fn node(&mut self, unit: usize, id: NodeId) -> Value {
        let units = self.units;
        let node = &units[unit].program.nodes[id as usize];
        match &node.kind {
            Kind::Text(text) => {
                let taint = if text.contains(HOLE) { self.ambient.clone() } else { Taint::default() };
                Value::of(Constant::text(text).into_iter().collect(), taint)
            }
            Kind::Number(number) => Value::of(vec![Constant::Number(*number)], Taint::default()),
            Kind::Name(name) => self.name(unit, id, name),
            Kind::Member(object, name) => self.member(unit, id, *object, name),
            Kind::Index(object, index) => self.index(unit, id, *object, *index),
            Kind::Slice(object, bounds) => {
                let bound = |index: usize| bounds[index].map(|id| fold::number(self.value(unit, id).constants.first()));
                let object = self.value(unit, *object);
                let (start, end, step) = (bound(0), bound(1), bound(2));
                let is_known = [start, end, step].iter().all(|bound| *bound != Some(None));
                let constants = object
                    .constants
                    .iter()
                    .filter(|_| is_known)
                    .filter_map(|value| fold::slice(value, start.flatten(), end.flatten(), step.flatten()))
                    .collect();
                Value::of(constants, object.taint.clone())
            }
            Kind::Concat(parts) => {
                let lists: Vec<_> = self.constants_of(unit, parts);
                let is_lists =
                    lists.iter().all(|part| matches!(part.first(), Some(Constant::List(_)))) && !lists.is_empty();
                let constants = if is_lists {
                    let all = lists.iter().filter_map(|part| match part.first() {
                        Some(Constant::List(elements)) => Some(elements.clone()),
                        _ => None,
                    });
                    Constant::list(all.flatten().collect()).into_iter().collect()
                } else {
                    join(&lists, "")
                };
                Value::of(constants, self.taint_of(unit, parts))
            }
            Kind::Path(parts) => {
                let constants = join_path(&self.constants_of(unit, parts));
                let path = self.value(unit, parts[0]).path.clone().filter(|path| path.starts_with("pathlib"));
                Value { constants, path, taint: self.taint_of(unit, parts) }
            }
            Kind::Format(pattern, values) => {
                let taint = self.taint_of(unit, &[*pattern, *values]);
                let values: Vec<Constant> = match self.value(unit, *values).constants.first() {
                    Some(Constant::List(list)) => list.clone(),
                    Some(other) => vec![other.clone()],
                    None => Vec::new(),
                };
                let patterns = self.value(unit, *pattern).constants.iter();
                let constants = patterns.filter_map(|pattern| fold::format(pattern.as_text()?, &values)).collect();
                Value::of(constants, taint)
            }
            Kind::Repeat(value, count) => {
                let taint = self.taint_of(unit, &[*value, *count]);
                let constant =
                    match (self.value(unit, *value).constants.first(), self.value(unit, *count).constants.first()) {
                        (Some(Constant::Text(text)), Some(Constant::Number(count)))
                            if (0..=512).contains(count) && text.len() < 128 =>
                        {
                            Constant::text(text.repeat(*count as usize))
                        }
                        (Some(Constant::Number(left)), Some(Constant::Number(right))) => {
                            left.checked_mul(*right).map(Constant::Number)
                        }
                        _ => None,
                    };
                Value::of(constant.into_iter().collect(), taint)
            }
            Kind::Arithmetic(left, operator, right) => {
                let taint = self.taint_of(unit, &[*left, *right]);
                let sides = (
                    fold::number(self.value(unit, *left).constants.first()),
                    fold::number(self.value(unit, *right).constants.first()),
                );
                let number = match (sides, operator) {
                    ((Some(left), Some(right)), '^') => Some(left ^ right),
                    ((Some(left), Some(right)), '+') => left.checked_add(right),
                    ((Some(left), Some(right)), '-') => left.checked_sub(right),
                    ((Some(left), Some(right)), '|') => Some(left | right),
                    ((Some(left), Some(right)), '&') => Some(left & right),
                    _ => None,
                };
                Value::of(number.map(Constant::Number).into_iter().collect(), taint)
            }
            Kind::List(elements) => {
                let known: Option<Vec<_>> =
                    elements.iter().map(|id| self.value(unit, *id).constants.first().cloned()).collect();
                let hole = || Constant::Text(HOLE.to_string().into());
                let constant = match known {
                    Some(known) => Constant::list(known),
                    // A list of which something is known is known with holes.
                    None if elements.iter().any(|id| !self.value(unit, *id).constants.is_empty()) => Constant::list(
                        elements
                            .iter()
                            .map(|id| self.value(unit, *id).constants.first().cloned().unwrap_or_else(hole))
                            .collect(),
                    ),
                    None => None,
                };
                let mut taint = self.taint_of(unit, elements);
                taint.add(&self.results_of(unit, elements));
                Value::of(constant.into_iter().collect(), taint)
            }
            Kind::Map(pairs) => {
                let values: Vec<NodeId> = pairs.iter().map(|(_, value)| *value).collect();
                let mut taint = self.taint_of(unit, &values);
                taint.add(&self.results_of(unit, &values));
                Value::of(Vec::new(), taint)
            }
            Kind::OneOf(options) => {
                let mut constants = Vec::new();
                for option in options {
                    add_alternatives(&mut constants, &self.value(unit, *option).constants);
                }
                let path = options.iter().find_map(|option| self.value(unit, *option).path.clone());
                Value { constants, path, taint: self.taint_of(unit, options) }
            }
            Kind::Element(list, at) => self.element(unit, *list, *at),
            Kind::Each { variable, elements, first, body } => self.each(unit, variable, *elements, *first, *body),
            Kind::Opaque(parts) => Value::of(Vec::new(), self.taint_of(unit, parts)),
            Kind::Call(callee, arguments) => self.call(unit, id, *callee, arguments),
            Kind::Command(words, input) => self.command(unit, id, words, *input),
            Kind::Assign { target, value, is_added } => {
                let mut value = self.value(unit, *value).clone();
                if *is_added && self.pass > 0 {
                    value.constants.clear();
                }
                self.assign(unit, node.scope as usize, target, value);
                Value::default()
            }
            Kind::Return(value) => {
                let value = self.value(unit, *value).clone();
                let changed = merge(self.results.entry((unit, node.scope as usize)).or_default(), &value);
                self.is_changed |= changed;
                value
            }
            Kind::Store { path, value } => {
                let (target, content) = (self.value(unit, *path).clone(), self.value(unit, *value).clone());
                self.store(unit, id, &target, &content);
                Value::default()
            }
            Kind::Parameter(number) => self.parameter(unit, node.scope as usize, *number),
            Kind::Forever => {
                self.effect(unit, id, Action::Exhaust, &Value::default(), &Value::default());
                Value::default()
            }
        }
    }

    fn name(&mut self, unit: usize, id: NodeId, name: &str) -> Value {
        if let Some((variable, value)) = &self.overlay
            && *variable == name
        {
            return value.clone();
        }
        let program = &self.units[unit].program;
        let mut scope = program.nodes[id as usize].scope as usize;
        let is_shell = program.language == Language::Shell;
        loop {
            let function = &program.functions[scope];
            if let Some(index) = function.parameters.iter().position(|parameter| parameter == name) {
                let mut value = self.parameters.get(&(unit, scope, index)).cloned().unwrap_or_default();
                if let Some(default) = self.variables.get(&(unit, scope, name)) {
                    merge(&mut value, default);
                }
                return value;
            }
            if let Some(value) = self.variables.get(&(unit, scope, name)) {
                return value.clone();
            }
            if scope == 0 {
                break;
            }
            scope = function.parent;
        }
        if is_shell {
            // The functions of a shell share their variables.
            let shared = self.fields.get(name).cloned();
            return shared.unwrap_or_else(|| self.environment_variable(unit, id, name));
        }
        // Another block of the same document.
        let file = self.units[unit].file;
        for (other, _) in self.units.iter().enumerate().filter(|(other, block)| *other != unit && block.file == file) {
            if let Some(value) = self.variables.get(&(other, 0, name)) {
                return value.clone();
            }
        }
        if name == "__file__" || name == "__dirname" || name == "__filename" {
            let place = self.place(unit, id);
            return Value { taint: Taint::of(Kinds::OWN_FILE, place, name), ..Value::default() };
        }
        let path = program.imports.get(name).map_or(name, String::as_str);
        Value { path: Some(path.into()), ..Value::default() }
    }

    /// Returns what a variable of the environment is.
    pub(super) fn environment_variable(&self, unit: usize, id: NodeId, name: &str) -> Value {
        let kind = match name {
            "HOME" | "USERPROFILE" => return Value::of(vec![Constant::Text("~".into())], Taint::default()),
            "XDG_CONFIG_HOME" => return Value::of(vec![Constant::Text("~/.config".into())], Taint::default()),
            "PWD" | "PATH" | "RANDOM" | "?" | "#" | "!" | "$" | "_" | "SECONDS" | "LINENO" => return Value::default(),
            "BASH_SOURCE" => Kinds::OWN_FILE,
            "USER" | "USERNAME" | "HOSTNAME" | "LOGNAME" | "COMPUTERNAME" | "OSTYPE" => Kinds::SYSTEM,
            name if is_secret_name(name) => Kinds::SECRET_VARIABLE,
            _ => Kinds::VARIABLE,
        };
        Value::of(Vec::new(), Taint::of(kind, self.place(unit, id), name))
    }

    fn member(&mut self, unit: usize, id: NodeId, object: NodeId, name: &str) -> Value {
        let object = self.value(unit, object);
        let dotted = object
            .path
            .as_ref()
            .map(|path| format!("{path}.{name}"))
            .filter(|path| path.len() <= PATH_BYTES)
            .map(Arc::<str>::from);
        let taint = object.taint.clone();
        // A method of a known text keeps the text for the call.
        let constants = object.constants.clone();
        if taint.kinds.holds(Kinds::ENVIRONMENT) && is_variable_name(name) {
            return self.environment_variable(unit, id, name);
        }
        if let Some(path) = &dotted {
            if let Some(value) = self.fields.get(&**path) {
                let mut value = value.clone();
                value.taint.add(&taint);
                return value;
            }
            // A field of an object that some method of the program sets.
            if !path.contains("()") && constants.is_empty() {
                let own = format!("self.{name}");
                if let Some(value) = self.fields.get(own.as_str()).filter(|_| path.starts_with("cls.")) {
                    return value.clone();
                }
            }
            match &**path {
                "os.environ" | "process.env" | "Deno.env" => {
                    return Value {
                        path: dotted.clone(),
                        taint: Taint::of(Kinds::ENVIRONMENT, self.place(unit, id), path),
                        ..Value::default()
                    };
                }
                "sys.argv" | "process.argv" => {
                    return Value {
                        path: dotted.clone(),
                        taint: Taint::of(Kinds::INPUT, self.place(unit, id), path),
                        ..Value::default()
                    };
                }
                _ => {}
            }
            if let Some(variable) = path.strip_prefix("process.env.") {
                return self.environment_variable(unit, id, variable);
            }
        }
        Value { constants, path: dotted.or_else(|| Some(format!("().{name}").into())), taint }
    }

    fn index(&mut self, unit: usize, id: NodeId, object: NodeId, index: NodeId) -> Value {
        let (object, index) = (self.value(unit, object), self.value(unit, index));
        let key = index.constants.first();
        if let Some(Constant::Text(name)) = key
            && object.taint.kinds.holds(Kinds::ENVIRONMENT)
            && is_variable_name(name)
        {
            return self.environment_variable(unit, id, name);
        }
        // One variable, of whatever name, is not the whole; unless every name is asked for.
        let is_environment = object.path.as_deref().is_some_and(|path| matches!(path, "os.environ" | "process.env"));
        if is_environment && key.is_none() && !index.taint.kinds.holds(Kinds::ENVIRONMENT) {
            return Value::of(Vec::new(), Taint::of(Kinds::VARIABLE, self.place(unit, id), ""));
        }
        if let (Some(path), Some(Constant::Text(name))) = (&object.path, key) {
            if matches!(&**path, "os.environ" | "process.env") {
                let name = name.to_string();
                return self.environment_variable(unit, id, &name);
            }
            let dotted = format!("{path}.{name}");
            if dotted.len() <= PATH_BYTES && !path.ends_with(')') {
                // `window["eval"]` is the function itself.
                let dotted = dotted
                    .strip_prefix("globalThis.")
                    .or_else(|| dotted.strip_prefix("window."))
                    .or_else(|| dotted.strip_prefix("__builtins__."))
                    .or_else(|| dotted.strip_prefix("globals()."))
                    .unwrap_or(&dotted);
                return Value { path: Some(dotted.into()), taint: object.taint.clone(), ..Value::default() };
            }
        }
        if let Some(path) = &object.path
            && path.starts_with("sys.modules")
        {
            return Value { path: key.map(|key| key.shown().into()), ..Value::default() };
        }
        let constants = match key {
            Some(key) => object.constants.iter().filter_map(|value| fold::element(value, key)).collect(),
            None => Vec::new(),
        };
        Value::of(constants, object.taint.clone())
    }

    fn element(&mut self, unit: usize, list: NodeId, at: Option<usize>) -> Value {
        let list = self.value(unit, list);
        let mut constants = Vec::new();
        for constant in &list.constants {
            match (constant, at) {
                (Constant::List(elements), Some(at)) => {
                    add_alternatives(&mut constants, elements.get(at).map(std::slice::from_ref).unwrap_or_default())
                }
                (Constant::List(elements), None) => add_alternatives(&mut constants, elements),
                (Constant::Text(_), None) => add_alternatives(&mut constants, std::slice::from_ref(constant)),
                _ => false,
            };
        }
        Value::of(constants, list.taint.clone())
    }

    /// Evaluates a body for each element of a known list.
    fn each(&mut self, unit: usize, variable: &'e str, elements: NodeId, first: NodeId, body: NodeId) -> Value {
        let mut taint = self.taint_of(unit, &[elements, body]);
        let elements: Vec<Constant> = match self.value(unit, elements).constants.first() {
            Some(Constant::List(elements)) => elements.clone(),
            Some(Constant::Text(text)) => {
                text.chars().map(|character| Constant::Text(character.to_string().into())).collect()
            }
            _ => return Value::of(Vec::new(), taint),
        };
        let steps = elements.len().saturating_mul((body + 1).saturating_sub(first) as usize);
        if steps > self.each_steps || self.is_quiet {
            return Value::of(Vec::new(), taint);
        }
        self.each_steps -= steps;
        self.is_quiet = true;
        let mut results = Vec::new();
        for element in elements {
            self.overlay = Some((variable, Value::of(vec![element], Taint::default())));
            for id in first..=body {
                let value = self.node(unit, id);
                self.values[unit][id as usize] = value;
            }
            results.push(self.value(unit, body).constants.first().cloned());
            taint.add(&self.value(unit, body).taint);
        }
        self.overlay = None;
        self.is_quiet = false;
        let known: Option<Vec<_>> = results.into_iter().collect();
        Value::of(known.and_then(Constant::list).into_iter().collect(), taint)
    }

    /// Gives a value to a variable.
    pub(super) fn assign(&mut self, unit: usize, scope: usize, target: &'e str, value: Value) {
        let is_shared = target.contains('.') || self.units[unit].program.language == Language::Shell;
        let slot = if is_shared {
            self.fields.entry(target).or_default()
        } else {
            self.variables.entry((unit, scope, target)).or_default()
        };
        self.is_changed |= merge(slot, &value);
    }

    fn parameter(&mut self, unit: usize, scope: usize, number: usize) -> Value {
        if scope == 0 {
            return Value { taint: Taint::of(Kinds::INPUT, Place::default(), ""), ..Value::default() };
        }
        if number > 0 {
            return self.parameters.get(&(unit, scope, number - 1)).cloned().unwrap_or_default();
        }
        let mut all = Value::default();
        for index in 0..10 {
            if let Some(value) = self.parameters.get(&(unit, scope, index)) {
                merge(&mut all, value);
            }
        }
        all
    }

    /// Returns the functions of the programs that a call may mean.
    pub(super) fn functions_of(&self, path: &str) -> &[(usize, usize)] {
        let name = path.rsplit('.').next().unwrap_or(path);
        self.functions.get(name).map_or(&[], Vec::as_slice)
    }

    /// Binds arguments to the parameters of a function and returns its result.
    pub(super) fn enter(&mut self, function: (usize, usize), arguments: &[(Option<&str>, Value)]) -> Value {
        let (unit, index) = function;
        let names = &self.units[unit].program.functions[index].parameters;
        for (position, (name, value)) in arguments.iter().enumerate().take(16) {
            let slot = match name {
                Some(name) => names.iter().position(|parameter| parameter == name).unwrap_or(position),
                None => position,
            };
            let mut value = value.clone();
            // A function that is given to itself, or a long way of names, is no way at all.
            if value.path.as_ref().is_some_and(|path| path.len() > PATH_BYTES) {
                value.path = None;
            }
            let changed = merge(self.parameters.entry((unit, index, slot)).or_default(), &value);
            self.is_changed |= changed;
        }
        self.results.get(&function).cloned().unwrap_or_default()
    }

    /// Records that something happens.
    pub(super) fn effect(&mut self, unit: usize, id: NodeId, action: Action, data: &Value, target: &Value) {
        if self.is_quiet || self.effects.len() >= EFFECTS {
            return;
        }
        let effect = Effect {
            place: self.place(unit, id),
            action,
            data: data.taint.clone(),
            text: data.texts(),
            target: target.texts(),
            target_taint: target.taint.clone(),
            trigger: self.trigger(unit, id),
            is_disguised: false,
            depth: self.depth,
        };
        self.effects.push(effect);
    }

    /// Returns what the conditions around a node depend on.
    fn trigger(&self, unit: usize, id: NodeId) -> Taint {
        let program = &self.units[unit].program;
        let mut taint = Taint::default();
        let mut guard = program.nodes[id as usize].guard as usize;
        while guard != 0 {
            if let Some(condition) = program.guards[guard].condition {
                taint.add(&self.value(unit, condition).taint);
            }
            guard = program.guards[guard].parent;
        }
        taint
    }

    /// Records that a file is written, or that data goes to a device of the shell.
    pub(super) fn store(&mut self, unit: usize, id: NodeId, target: &Value, content: &Value) {
        let is_socket =
            target.texts().iter().any(|path| path.starts_with("/dev/tcp/") || path.starts_with("/dev/udp/"));
        if is_socket {
            return self.effect(unit, id, Action::Send(Channel::Socket), content, target);
        }
        for path in target.texts() {
            self.files.write(&path, &content.taint);
        }
        self.effect(unit, id, Action::Write, content, target);
    }

    /// Returns what a file at a path holds.
    pub(super) fn content(&self, unit: usize, id: NodeId, path: &Value) -> Taint {
        let mut taint = path.taint.without(Kinds::INPUT.with(Kinds::VARIABLE).with(Kinds::OWN_FILE));
        let place = self.place(unit, id);
        let mut is_known = false;
        for text in path.texts() {
            if text.starts_with("/proc/") && text.ends_with("/environ") {
                taint.add(&Taint::of(Kinds::ENVIRONMENT, place, &text));
            }
            match secret_path(&text) {
                Some(SecretPath::Credential) => taint.add(&Taint::of(Kinds::CREDENTIAL_FILE, place, &text)),
                Some(SecretPath::Settings) => taint.add(&Taint::of(Kinds::SETTINGS_FILE, place, &text)),
                None => {}
            }
            if let Some(written) = self.files.read(&text) {
                taint.add(&written);
                is_known = true;
            }
        }
        if !is_known {
            let name = path.texts().first().map(ToString::to_string).unwrap_or_default();
            taint.add(&Taint::of(Kinds::LOCAL_FILE, place, &name));
        }
        taint
    }

    /// Looks into a text that is run as code of `language`; returns its output.
    pub(super) fn run_text(
        &mut self,
        unit: usize,
        id: NodeId,
        text: &Arc<str>,
        language: Language,
        holes: &Taint,
    ) -> Value {
        if self.depth >= DEPTH || text.len() > 16 * 1024 || text.trim().len() < 3 || self.is_quiet {
            return Value::default();
        }
        let place = self.place(unit, id);
        let key = (language, text.clone());
        // The first passes do not know the taint of the holes yet.
        let is_cached = self.nested.contains_key(&key) && holes.kinds == Kinds::NONE;
        if !is_cached {
            if self.nested_left == 0 {
                return Value::default();
            }
            self.nested_left -= 1;
            let Some(program) = super::parse::parse(text, language) else { return Value::default() };
            let file = self.units[unit].file;
            let inner = [Unit { program, file, offset: 0, at: Some(place), stem: None }];
            let mut evaluator = Evaluator::new(&inner, self.files, self.depth + 1);
            evaluator.ambient = holes.clone();
            evaluator.nested_left = self.nested_left / 2;
            evaluator.run();
            let output = evaluator.output();
            let effects = evaluator.effects;
            self.nested.insert(key.clone(), (output, effects));
        }
        let trigger = self.trigger(unit, id);
        let Some((output, effects)) = self.nested.get(&key) else { return Value::default() };
        for effect in effects {
            if self.effects.len() < EFFECTS {
                let mut inner = Effect { place, ..effect.clone() };
                inner.trigger.add(&trigger);
                self.effects.push(inner);
            }
        }
        output.clone()
    }

    /// Returns what the commands of a shell write together.
    fn output(&self) -> Value {
        let mut output = Value::default();
        for (unit, program) in self.units.iter().enumerate() {
            for (id, node) in program.program.nodes.iter().enumerate() {
                if matches!(node.kind, Kind::Command(..)) && node.scope == 0 {
                    output.taint.add(&self.values[unit][id].taint);
                }
            }
        }
        output
    }
}

/// Tells whether a name is written as those of the environment are.
fn is_variable_name(name: &str) -> bool {
    name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Adds what `more` may be to `value`; tells whether that is news.
pub(super) fn merge(value: &mut Value, more: &Value) -> bool {
    let before = (value.taint.kinds, value.taint.origins.len(), value.path.is_some());
    let is_grown = add_alternatives(&mut value.constants, &more.constants);
    value.taint.add(&more.taint);
    if value.path.is_none() {
        value.path = more.path.clone();
    }
    is_grown || before != (value.taint.kinds, value.taint.origins.len(), value.path.is_some())
}
