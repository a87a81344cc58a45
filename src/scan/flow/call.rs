//! What a call of a function does.

use std::sync::Arc;

use super::api::{Api, api};
use super::constant::{Constant, HOLE, join_path};
use super::effect::{Action, Channel};
use super::evaluate::{Evaluator, Value, merge};
use super::fold;
use super::program::{Argument, Language, NodeId};
use super::taint::{Kinds, Taint};

/// Arguments of a request that do not carry data of their own.
const REQUEST_OPTIONS: &[&str] = &[
    "headers",
    "auth",
    "timeout",
    "verify",
    "cert",
    "proxies",
    "stream",
    "allow_redirects",
    "context",
    "cookies",
    "cafile",
];

impl<'e> Evaluator<'e> {
    /// Evaluates a call.
    pub(super) fn call(&mut self, unit: usize, id: NodeId, callee: NodeId, arguments: &'e [Argument]) -> Value {
        let callee = self.value(unit, callee).clone();
        let given: Vec<(Option<&str>, Value)> = arguments
            .iter()
            .map(|argument| (argument.name.as_deref(), self.value(unit, argument.value).clone()))
            .collect();
        let path = callee.path.clone().unwrap_or_else(|| "".into());
        if let Some(value) = self.reflect(&path, &given) {
            return value;
        }
        if let Some(value) = self.environment_call(unit, id, &path, &given) {
            return value;
        }
        // A function of the program's own is what its name means there.
        let is_own = !path.contains('.') && !self.functions_of(&path).is_empty();
        let known = if is_own { None } else { api(&path) };
        let value = match known {
            Some(known) => self.apply(unit, id, known, &path, &callee, &given),
            None => self.call_own(&path, &callee, &given),
        };
        let value = self.call_back(value, &callee, &given);
        let folded = self.fold_call(&path, &callee, &given);
        Value { constants: if folded.is_empty() { value.constants } else { folded }, ..value }
    }

    /// Calls the functions without a name that a call is given: what they get is what the call
    /// works on, and what they give may be what the call gives.
    fn call_back(&mut self, mut value: Value, callee: &Value, given: &[(Option<&str>, Value)]) -> Value {
        let lambdas: Vec<_> =
            given.iter().filter_map(|(_, value)| value.path.clone()).filter(|path| path.starts_with('\0')).collect();
        for lambda in lambdas {
            let mut input = Value { path: value.path.clone(), ..Value::default() };
            input.taint.add(&value.taint);
            input.taint.add(&callee.taint);
            for function in self.functions_of(&lambda).to_vec() {
                let result = self.enter(function, &[(None, input.clone()), (None, input.clone())]);
                value.taint.add(&result.taint);
            }
        }
        value
    }

    /// Follows calls that give a function or module by its name.
    fn reflect(&self, path: &str, given: &[(Option<&str>, Value)]) -> Option<Value> {
        let text = |index: usize| given.get(index)?.1.constants.first()?.as_text().cloned();
        let named = |path: String| Some(Value { path: Some(path.into()), ..Value::default() });
        match path {
            "getattr" | "builtins.getattr" | "Reflect.get" => {
                let name = text(1)?;
                let object = given.first()?.1.path.clone()?;
                let full = format!("{object}.{name}");
                named(full.strip_prefix("builtins.").unwrap_or(&full).to_owned())
            }
            "__import__"
            | "importlib.import_module"
            | "require"
            | "builtins.__import__"
            | "module.require"
            | "import" => {
                let name = text(0)?;
                let name = name.strip_prefix("node:").unwrap_or(&name);
                let is_file = name.starts_with(['.', '/', '~']) || name.contains(HOLE);
                if is_file { None } else { named(name.to_owned()) }
            }
            "globals().get" | "vars().get" | "locals().get" => named(text(0)?.to_string()),
            _ => None,
        }
    }

    fn environment_call(&self, unit: usize, id: NodeId, path: &str, given: &[(Option<&str>, Value)]) -> Option<Value> {
        match path {
            "os.getenv" | "os.environ.get" | "os.environ.pop" | "os.environ.setdefault" | "Deno.env.get" => {
                let names = given.first().map(|(_, value)| value.texts()).unwrap_or_default();
                let mut value = Value::default();
                if names.is_empty() {
                    value.taint = Taint::of(Kinds::VARIABLE, self.place(unit, id), "");
                }
                for name in &names {
                    merge(&mut value, &self.environment_variable(unit, id, name));
                }
                if let Some((_, default)) = given.get(1) {
                    merge(&mut value, default);
                }
                Some(value)
            }
            "os.environ.items" | "os.environ.copy" | "os.environ.values" | "os.environ.keys" | "dict"
            | "Object.entries" | "Object.assign" | "Object.keys" => None,
            _ => None,
        }
    }

    /// Calls a function of the programs, or one of which nothing is known.
    fn call_own(&mut self, path: &Arc<str>, callee: &Value, given: &[(Option<&str>, Value)]) -> Value {
        let functions = self.functions_of(path).to_vec();
        let mut taint = callee.taint.clone();
        if functions.is_empty() || functions.len() > 6 {
            for (_, value) in given {
                taint.add(&value.taint);
            }
            // What a method is called with stays in its object: `found.append(x)`.
            let called = (path.len() < 150 && !path.is_empty()).then(|| format!("{path}()").into());
            return Value { constants: Vec::new(), path: called, taint };
        }
        let mut result = Value::default();
        for function in functions {
            let value = self.enter(function, given);
            merge(&mut result, &value);
        }
        result.taint.add(&taint);
        if result.path.is_none() {
            result.path = Some(format!("{path}()").into());
        }
        result
    }

    fn fold_call(&self, path: &str, callee: &Value, given: &[(Option<&str>, Value)]) -> Vec<Constant> {
        let arguments: Option<Vec<Constant>> =
            given.iter().map(|(_, value)| value.constants.first().cloned()).collect();
        let Some(arguments) = arguments else { return Vec::new() };
        if path == "Buffer.from().toString" && !callee.constants.is_empty() {
            return callee.constants.clone();
        }
        let name = path.rsplit('.').next().unwrap_or(path);
        if let Some(value) = fold::function(path, &arguments) {
            return vec![value];
        }
        // `map(chr, […])`: the function is a name, not a constant.
        if !callee.constants.is_empty() {
            return callee.constants.iter().filter_map(|object| fold::method(name, object, &arguments)).collect();
        }
        Vec::new()
    }

    fn apply(
        &mut self,
        unit: usize,
        id: NodeId,
        known: Api,
        path: &Arc<str>,
        callee: &Value,
        given: &[(Option<&str>, Value)],
    ) -> Value {
        let empty = Value::default();
        let at = |index: usize| given.get(index).map_or(&empty, |(_, value)| value);
        let named = |names: &[&str], index: usize| -> &Value {
            given
                .iter()
                .find(|(name, _)| name.is_some_and(|name| names.contains(&name)))
                .or_else(|| given.get(index).filter(|(name, _)| name.is_none()))
                .map_or(&empty, |(_, value)| value)
        };
        let mut all = callee.taint.clone();
        given.iter().for_each(|(_, value)| all.add(&value.taint));
        let called = |constants: Vec<Constant>, taint: Taint| Value {
            constants,
            path: (path.len() < 150).then(|| format!("{path}()").into()),
            taint,
        };
        match known {
            Api::Source(kind) => {
                let mut taint = Taint::of(kind, self.place(unit, id), path);
                if kind == Kinds::KEYSTROKES {
                    // The listener calls a function of the program with each key.
                    let key = [(None, Value::of(Vec::new(), taint.clone()))];
                    let listeners: Vec<_> = given
                        .iter()
                        .filter_map(|(_, value)| value.path.clone())
                        .flat_map(|path| self.functions_of(&path).to_vec())
                        .collect();
                    listeners.into_iter().for_each(|listener| {
                        self.enter(listener, &key);
                    });
                }
                taint.add(&all);
                called(Vec::new(), taint)
            }
            Api::Open => {
                let file = if callee.constants.is_empty() || path.starts_with("fs") {
                    named(&["file", "path"], 0)
                } else {
                    callee
                };
                let mode = given.iter().skip(1).find_map(|(_, value)| value.constants.first()?.as_text().cloned());
                let is_written = mode.is_some_and(|mode| mode.len() <= 3 && mode.contains(['w', 'a', 'x']))
                    || path.contains("WriteStream");
                let taint = if is_written { file.taint.clone() } else { self.content(unit, id, file) };
                Value { constants: file.constants.clone(), path: Some("open()".into()), taint }
            }
            Api::ReadFile => {
                let file = if path.starts_with("fs") { at(0) } else { callee };
                Value::of(Vec::new(), self.content(unit, id, file))
            }
            Api::WriteFile => {
                let (file, content) = if path.starts_with("fs") { (at(0), at(1)) } else { (callee, at(0)) };
                self.store(unit, id, &file.clone(), &content.clone());
                Value::default()
            }
            Api::WriteHandle => {
                self.store(unit, id, &Value { path: None, ..callee.clone() }, &at(0).clone());
                Value::default()
            }
            Api::DumpTo => {
                self.store(unit, id, &at(1).clone(), &at(0).clone());
                Value::default()
            }
            Api::Copy => {
                let content = Value::of(Vec::new(), self.content(unit, id, at(0)));
                self.store(unit, id, &at(1).clone(), &content);
                Value::default()
            }
            Api::Request | Api::RequestWithMethod | Api::Fetch => self.request(unit, id, known, path, given),
            Api::SocketSend => {
                let content = at(0).clone();
                self.effect(unit, id, Action::Send(Channel::Socket), &content, &Value { path: None, ..callee.clone() });
                Value::default()
            }
            Api::Resolve => {
                let name = at(0).clone();
                self.effect(unit, id, Action::Send(Channel::Dns), &name, &name);
                called(Vec::new(), Taint::of(Kinds::DOWNLOAD, self.place(unit, id), &name.texts().join(" ")))
            }
            Api::Mail => {
                let content = Value::of(Vec::new(), all);
                self.effect(unit, id, Action::Send(Channel::Mail), &content, &at(1).clone());
                Value::default()
            }
            Api::RunShell => self.run_shell(unit, id, path, given),
            Api::RunCode => {
                // A block that runs itself: `$block.Invoke()`.
                let code = if given.is_empty() { Value { path: None, ..callee.clone() } } else { at(0).clone() };
                self.effect(unit, id, Action::Run, &code, &Value::default());
                let language = self.units[unit].program.language;
                for text in code.texts() {
                    self.run_text(unit, id, &text, language, &code.taint);
                }
                called(Vec::new(), code.taint)
            }
            Api::RunFile | Api::LoadFile => {
                let file = if known == Api::LoadFile { named(&["location", "path"], 1) } else { at(0) };
                let content = Value::of(Vec::new(), self.content(unit, id, file));
                self.effect(unit, id, Action::RunFile, &content, &file.clone());
                called(file.constants.clone(), content.taint)
            }
            Api::Delete => {
                let file = if given.is_empty() { callee.clone() } else { at(0).clone() };
                self.effect(unit, id, Action::Delete, &file, &file);
                Value::default()
            }
            Api::ChangeMode => {
                let (file, mode) = if given.len() < 2 { (callee, at(0)) } else { (at(0), at(1)) };
                self.effect(unit, id, Action::ChangeMode, &mode.clone(), &Value { path: None, ..file.clone() });
                Value::default()
            }
            Api::Decode => {
                let mut taint = Taint::of(Kinds::DECODED, self.place(unit, id), path);
                taint.add(&all);
                called(Vec::new(), taint)
            }
            Api::Encrypt => {
                let mut taint = Taint::of(Kinds::ENCRYPTED, self.place(unit, id), path);
                taint.add(&all);
                called(Vec::new(), taint)
            }
            Api::Walk => {
                let root = if callee.constants.is_empty() { at(0) } else { callee };
                let mut taint = Taint::of(Kinds::WALK, self.place(unit, id), &root.texts().join(" "));
                taint.add(&all);
                Value { constants: root.constants.clone(), path: None, taint }
            }
            Api::Clean => Value::default(),
            Api::JoinPath => {
                let parts: Vec<&[Constant]> = given.iter().map(|(_, value)| value.constants.as_slice()).collect();
                let is_path = path.starts_with("pathlib");
                Value { constants: join_path(&parts), path: is_path.then(|| "pathlib.Path()".into()), taint: all }
            }
            Api::Home => {
                let path = path.starts_with("pathlib").then(|| "pathlib.Path()".into());
                Value { constants: vec![Constant::Text("~".into())], path, taint: Taint::default() }
            }
            Api::SetClipboard => {
                let content = at(0).clone();
                self.effect(unit, id, Action::SetClipboard, &content, &Value::default());
                Value::default()
            }
        }
    }

    /// Records a request: what goes out with it, and what comes back.
    fn request(&mut self, unit: usize, id: NodeId, known: Api, path: &str, given: &[(Option<&str>, Value)]) -> Value {
        let position = usize::from(known == Api::RequestWithMethod);
        let empty = Value::default();
        let url = given
            .iter()
            .find(|(name, _)| *name == Some("url"))
            .or_else(|| given.get(position).filter(|(name, _)| name.is_none()))
            .map_or(&empty, |(_, value)| value)
            .clone();
        let mut body = Value::of(Vec::new(), url.taint.without(Kinds::INPUT.with(Kinds::VARIABLE)));
        let mut header = Value::default();
        for (index, (name, value)) in given.iter().enumerate() {
            match name {
                Some("url") => {}
                None if index == position => {}
                Some(name) if REQUEST_OPTIONS.contains(name) => header.taint.add(&value.taint),
                _ => body.taint.add(&value.taint),
            }
        }
        let target = Value { path: None, ..url.clone() };
        if let (true, Some((_, file))) = (path.ends_with("powershell_upload"), given.last()) {
            body.taint.add(&self.content(unit, id, file));
        }
        self.effect(unit, id, Action::Send(Channel::Http), &body, &target);
        if header.taint.kinds != Kinds::NONE {
            self.effect(unit, id, Action::Send(Channel::Header), &header, &target);
        }
        let mut got = Value::of(Vec::new(), Taint::of(Kinds::DOWNLOAD, self.place(unit, id), &url.texts().join(" ")));
        self.effect(unit, id, Action::Download, &got, &target);
        if known == Api::Fetch
            && let Some((_, file)) = given.get(1)
        {
            self.store(unit, id, &file.clone(), &got.clone());
        }
        got.path = Some(format!("{path}()").into());
        // The address of a request that is built first and sent later.
        if path.ends_with("Request") {
            got.constants = url.constants;
            got.taint = body.taint;
        }
        got
    }

    /// Runs a command: a text for the shell, or a list of words.
    fn run_shell(&mut self, unit: usize, id: NodeId, path: &str, given: &[(Option<&str>, Value)]) -> Value {
        let mut command = given.first().map(|(_, value)| value.clone()).unwrap_or_default();
        let is_node = path.starts_with("child_process") && !path.ends_with("exec") && !path.ends_with("execSync");
        if is_node
            && let (Some(program), Some((_, Value { constants, .. }))) =
                (command.constants.first().cloned(), given.get(1))
        {
            let mut words = vec![program];
            if let Some(Constant::List(list)) = constants.first() {
                words.extend(list.iter().cloned());
            }
            command.constants = Constant::list(words).into_iter().collect();
            command.taint.add(&given[1].1.taint);
        }
        if path.starts_with("os.exec") || path.starts_with("os.spawn") {
            let words = given.iter().skip(1).filter_map(|(_, value)| value.constants.first().cloned()).collect();
            command.constants = vec![Constant::List(words)];
        }
        let holes = command.taint.clone();
        let texts: Vec<Arc<str>> = command
            .constants
            .iter()
            .map(|constant| match constant {
                Constant::List(words) => {
                    words.iter().map(|word| quote(&word.shown())).collect::<Vec<_>>().join(" ").into()
                }
                other => other.shown().into(),
            })
            .collect();
        // A list of words that is put together holds arguments, not commands.
        let is_text = matches!(
            path,
            "os.system"
                | "os.popen"
                | "subprocess.getoutput"
                | "subprocess.getstatusoutput"
                | "child_process.exec"
                | "child_process.execSync"
        );
        let mut run = Value { constants: texts.iter().filter_map(Constant::text).collect(), ..command.clone() };
        if !is_text || !texts.is_empty() {
            run.taint = run.taint.without(Kinds::DOWNLOAD);
        }
        self.effect(unit, id, Action::Run, &run, &Value::default());
        let mut output = Value::of(Vec::new(), holes.without(Kinds::DECODED));
        for text in &texts {
            let written = self.run_text(unit, id, text, Language::Shell, &holes);
            output.taint.add(&written.taint);
        }
        let input = given.iter().find(|(name, _)| *name == Some("input"));
        if let Some((_, input)) = input {
            output.taint.add(&input.taint);
        }
        output.path = Some("subprocess.run()".into());
        output
    }
}

/// Quotes a word for the shell.
fn quote(word: &str) -> String {
    let is_plain = word.chars().all(|character| character.is_alphanumeric() || "-_./:=@%+,~".contains(character));
    if is_plain && !word.is_empty() { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
