//! What a command of PowerShell does.

use std::sync::Arc;

use super::command::Word;
use super::constant::{Constant, HOLE, join};
use super::effect::{Action, Channel};
use super::evaluate::{Evaluator, Value, merge};
use super::fold_powershell::encoded_command;
use super::program::{Kind, Language, NodeId};
use super::taint::{Kinds, Taint};

/// Other names of commands.
const ALIASES: &[(&str, &str)] = &[
    ("iex", "invoke-expression"),
    ("iwr", "invoke-webrequest"),
    ("irm", "invoke-restmethod"),
    ("icm", "invoke-command"),
    ("gc", "get-content"),
    ("cat", "get-content"),
    ("type", "get-content"),
    ("sc", "set-content"),
    ("ac", "add-content"),
    ("ni", "new-item"),
    ("sp", "set-itemproperty"),
    ("new-itemproperty", "set-itemproperty"),
    ("gci", "get-childitem"),
    ("ls", "get-childitem"),
    ("dir", "get-childitem"),
    ("gi", "get-item"),
    ("gcb", "get-clipboard"),
    ("scb", "set-clipboard"),
    ("saps", "start-process"),
    ("start", "start-process"),
    ("ri", "remove-item"),
    ("rm", "remove-item"),
    ("del", "remove-item"),
    ("erase", "remove-item"),
    ("rd", "remove-item"),
    ("rmdir", "remove-item"),
    ("cp", "copy-item"),
    ("cpi", "copy-item"),
    ("copy", "copy-item"),
    ("mv", "copy-item"),
    ("mi", "copy-item"),
    ("move", "copy-item"),
    ("move-item", "copy-item"),
    ("gp", "get-itemproperty"),
    ("echo", "write-output"),
    ("write", "write-output"),
    ("sls", "select-string"),
    ("tee", "tee-object"),
    ("gwmi", "get-wmiobject"),
    ("get-ciminstance", "get-wmiobject"),
    ("gps", "get-process"),
    ("sal", "set-alias"),
    ("nal", "set-alias"),
    ("new-alias", "set-alias"),
];

/// Parameters that take no value.
const SWITCHES: &[&str] = &[
    "usebasicparsing",
    "useb",
    "raw",
    "recurse",
    "force",
    "wait",
    "passthru",
    "nonewline",
    "append",
    "noprofile",
    "nop",
    "nologo",
    "noninteractive",
    "noni",
    "noexit",
    "asjob",
    "verbose",
    "asbytestream",
    "nonewwindow",
    "unique",
    "directory",
    "file",
    "hidden",
    "sta",
    "mta",
    "assecurestring",
    "asplaintext",
    "skipcertificatecheck",
    "comobject",
    "r",
    "leaf",
    "parent",
    "compress",
    "whatif",
    "usedefaultcredentials",
    "resume",
];

/// The words of a command: what its parameters are given, and what stands alone.
struct Given<'w> {
    named: Vec<(String, Option<&'w Word>)>,
    positional: Vec<&'w Word>,
}

impl<'w> Given<'w> {
    fn of(words: &'w [Word]) -> Self {
        let mut given = Self { named: Vec::new(), positional: Vec::new() };
        let mut index = 0;
        while let Some(word) = words.get(index) {
            index += 1;
            let Some(name) = parameter(&word.text) else {
                given.positional.push(word);
                continue;
            };
            // `-File` runs a script, and lists files where nothing follows it.
            let is_switch = SWITCHES.contains(&name.as_str()) && name != "file";
            let value = words.get(index).filter(|next| !is_switch && parameter(&next.text).is_none());
            index += usize::from(value.is_some());
            given.named.push((name, value));
        }
        given
    }

    /// Returns what a parameter is given; every beginning of its name means it.
    fn named(&self, names: &[&str]) -> Option<&'w Word> {
        let is_meant =
            |given: &str| names.iter().any(|name| given == *name || given.len() >= 3 && name.starts_with(given));
        self.named.iter().find(|(name, value)| value.is_some() && is_meant(name)).and_then(|(_, value)| *value)
    }

    fn has(&self, name: &str) -> bool {
        self.named.iter().any(|(given, _)| name.starts_with(given.as_str()) && given.len() >= 2)
    }

    /// Returns what a parameter is given, or what stands at `place` where it has no name.
    fn at(&self, names: &[&str], place: usize) -> Value {
        self.named(names)
            .or_else(|| self.positional.get(place).copied())
            .map(|word| word.value.clone())
            .unwrap_or_default()
    }
}

/// Returns the name of a parameter, in small letters.
fn parameter(text: &str) -> Option<String> {
    let name = text.strip_prefix(['-', '\u{2013}', '\u{2014}'])?;
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    is_name.then(|| name.to_ascii_lowercase())
}

impl<'e> Evaluator<'e> {
    /// Evaluates a command of PowerShell.
    pub(super) fn cmdlet(&mut self, unit: usize, id: NodeId, words: &'e [NodeId], input: Option<NodeId>) -> Value {
        let mut line: Vec<Word> = Vec::new();
        for word in words {
            let value = self.value(unit, *word).clone();
            let is_spread = matches!(self.units[unit].program.nodes[*word as usize].kind, Kind::OneOf(_));
            match value.constants.first() {
                // A table that is spread over the parameters.
                Some(Constant::List(list)) if is_spread => {
                    line.extend(list.iter().map(|element| Word {
                        value: Value::of(vec![element.clone()], value.taint.clone()),
                        text: element.shown().into(),
                    }));
                }
                constant => {
                    let text: Arc<str> = constant.map_or_else(|| HOLE.to_string(), Constant::shown).into();
                    line.push(Word { value, text });
                }
            }
        }
        let stdin = input.map(|input| self.value(unit, input).clone()).unwrap_or_default();
        let Some(first) = line.first() else { return stdin };
        let written_name = self.written(unit, words);
        let name = first.text.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
        let name = name.strip_suffix(".exe").unwrap_or(&name).to_owned();
        let is_block = first.value.path.as_deref() == Some("powershell.block()");
        let is_fetched = first.value.constants.is_empty() && first.value.taint.kinds != Kinds::NONE;
        if is_block || is_fetched {
            let code = Value { path: None, ..first.value.clone() };
            return self.run_code(unit, id, &code, Language::PowerShell);
        }
        let functions = self.functions_of(&name).to_vec();
        if !functions.is_empty() {
            return self.cmdlet_function(&functions, &line, &stdin);
        }
        let before = self.effects.len();
        let value = self.run_cmdlet(unit, id, &name, &line, &stdin);
        let is_plain = name.contains(HOLE) || first.text.contains(['/', '\\']);
        if !is_plain && written_name.is_some_and(|written| !written.contains(name.as_str())) {
            self.effects[before..].iter_mut().for_each(|effect| effect.is_disguised = true);
        }
        value
    }

    fn cmdlet_function(&mut self, functions: &[(usize, usize)], line: &[Word], stdin: &Value) -> Value {
        let given = Given::of(&line[1..]);
        let names: Vec<String> = given.named.iter().map(|(name, _)| format!("${name}")).collect();
        // What stands alone fills the places of what is not named.
        let mut values: Vec<(Option<&str>, Value)> =
            given.positional.iter().map(|word| (None, word.value.clone())).collect();
        for (name, (_, value)) in names.iter().zip(&given.named) {
            values.push((Some(name), value.map(|word| word.value.clone()).unwrap_or_default()));
        }
        let mut result = Value::default();
        for function in functions {
            let value = self.enter(*function, &values);
            merge(&mut result, &value);
        }
        result.taint.add(&stdin.taint.without(Kinds::INPUT));
        result
    }

    fn run_cmdlet(&mut self, unit: usize, id: NodeId, name: &str, line: &[Word], stdin: &Value) -> Value {
        let place = self.place(unit, id);
        let given = Given::of(&line[1..]);
        let mut all = stdin.taint.clone();
        line[1..].iter().for_each(|word| all.add(&word.value.taint));
        let source = |kind: Kinds| Value::of(Vec::new(), Taint::of(kind, place, name));
        let canonical = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, command)| command);
        match canonical {
            "invoke-expression" => {
                let code = given.at(&["command"], 0);
                let code =
                    if code.constants.is_empty() && code.taint.kinds == Kinds::NONE { stdin.clone() } else { code };
                self.run_code(unit, id, &Value { path: None, ..code }, Language::PowerShell)
            }
            "powershell" | "pwsh" => self.powershell(unit, id, line, stdin),
            "cmd" => {
                let text = line[1..].iter().skip(1).map(|word| &*word.text).collect::<Vec<_>>().join(" ");
                let code = Value::of(Constant::text(text).into_iter().collect(), all);
                self.run_code(unit, id, &code, Language::PowerShell)
            }
            "invoke-command" | "start-job" | "start-threadjob" => {
                let code = given.named(&["scriptblock", "command"]).or(given.positional.first().copied());
                match code.map(|word| Value { path: None, ..word.value.clone() }) {
                    Some(code) => self.run_code(unit, id, &code, Language::PowerShell),
                    None => Value::default(),
                }
            }
            "invoke-webrequest" | "invoke-restmethod" | "start-bitstransfer" => {
                self.web_request(unit, id, &given, stdin)
            }
            "curl" | "wget" if given.has("uri") || given.has("outfile") || given.has("usebasicparsing") => {
                self.web_request(unit, id, &given, stdin)
            }
            "start-process" => self.start_process(unit, id, &given),
            "get-content" | "select-string" | "import-csv" | "import-clixml" => {
                let place = if canonical == "select-string" && stdin.taint.kinds == Kinds::NONE { 1 } else { 0 };
                let file = given.at(&["path", "literalpath"], place);
                if file.constants.is_empty() && file.taint.kinds == Kinds::NONE {
                    return Value::of(Vec::new(), all);
                }
                if let Some(value) = self.environment_drive(unit, id, &file) {
                    return value;
                }
                Value::of(Vec::new(), self.content(unit, id, &slashed(&file)))
            }
            "get-childitem" | "get-item" => {
                let root = slashed(&given.at(&["path", "literalpath"], 0));
                if let Some(value) = self.environment_drive(unit, id, &root) {
                    return value;
                }
                if canonical == "get-item" {
                    return root;
                }
                let mut taint = Taint::of(Kinds::WALK, place, &root.texts().join(" "));
                taint.add(&root.taint);
                Value::of(root.constants, taint)
            }
            "set-content" | "add-content" | "out-file" | "new-item" | "tee-object" | "export-csv" | "export-clixml" => {
                let path = slashed(&given.at(&["filepath", "path", "literalpath"], 0));
                let value = given.named(&["value", "inputobject"]).or(given.positional.get(1).copied());
                let value = value.map_or_else(|| stdin.clone(), |word| word.value.clone());
                if canonical != "new-item" || given.named(&["value"]).is_some() {
                    self.store(unit, id, &path, &value);
                }
                value
            }
            "set-itemproperty" => {
                let path = slashed(&given.at(&["path", "literalpath"], 0));
                let texts = path.texts().iter().filter_map(|path| Constant::text(format!("reg {path}"))).collect();
                let value = given.at(&["value"], 2);
                self.store(unit, id, &Value::of(texts, path.taint), &value);
                Value::default()
            }
            "register-scheduledtask" | "register-scheduledjob" | "new-service" => {
                let mut words: Vec<&[Constant]> =
                    line[1..].iter().map(|word| word.value.constants.as_slice()).collect();
                words.push(&stdin.constants);
                let value = Value::of(join(&words, " "), all);
                let target =
                    Value::of(Constant::text(format!("schtasks {name}")).into_iter().collect(), Taint::default());
                self.store(unit, id, &target, &value);
                Value::default()
            }
            "remove-item" | "clear-content" => {
                let file = given.named(&["path", "literalpath"]).or(given.positional.first().copied());
                let file = slashed(&file.map_or_else(|| stdin.clone(), |word| word.value.clone()));
                self.effect(unit, id, Action::Delete, &file, &file);
                Value::default()
            }
            "copy-item" | "compress-archive" | "expand-archive" => {
                let from = slashed(&given.at(&["path", "literalpath"], 0));
                let content = Value::of(from.constants.clone(), self.content(unit, id, &from));
                let to = slashed(&given.at(&["destination", "destinationpath"], 1));
                self.store(unit, id, &to, &content);
                Value::default()
            }
            "new-object" => {
                let kind =
                    given.at(&["typename", "comobject"], 0).texts().first().map(|kind| kind.to_ascii_lowercase());
                let kind = kind.unwrap_or_default();
                let kind = kind.strip_prefix("system.").unwrap_or(&kind);
                let taint = Taint { kinds: all.kinds, origins: all.origins };
                Value { path: Some(format!("{kind}()").into()), ..Value::of(Vec::new(), taint) }
            }
            "get-clipboard" => source(Kinds::CLIPBOARD),
            "set-clipboard" => {
                let value = if given.positional.is_empty() { stdin.clone() } else { given.at(&["value"], 0) };
                self.effect(unit, id, Action::SetClipboard, &value, &Value::default());
                Value::default()
            }
            "read-host" if given.has("assecurestring") => source(Kinds::PASSWORD_PROMPT),
            "get-credential" => source(Kinds::PASSWORD_PROMPT),
            "read-host" => source(Kinds::INPUT),
            "get-date" => source(Kinds::TIME),
            "whoami" | "hostname" | "ipconfig" | "systeminfo" | "get-computerinfo" | "get-wmiobject"
            | "get-process" | "get-netipaddress" | "get-netadapter" | "get-localuser" | "get-hotfix"
            | "get-service" | "tasklist" => source(Kinds::SYSTEM),
            "resolve-dnsname" | "nslookup" | "test-connection" => {
                let asked = Value { path: None, ..given.at(&["name", "computername"], 0) };
                self.effect(unit, id, Action::Send(Channel::Dns), &asked, &asked);
                Value::of(Vec::new(), Taint::of(Kinds::DOWNLOAD, place, name))
            }
            "send-mailmessage" => {
                let target = given.at(&["to"], usize::MAX);
                self.effect(unit, id, Action::Send(Channel::Mail), &Value::of(Vec::new(), all), &target);
                Value::default()
            }
            "write-output" | "write-host" => {
                let parts: Vec<&[Constant]> =
                    given.positional.iter().map(|word| word.value.constants.as_slice()).collect();
                Value::of(if parts.is_empty() { stdin.constants.clone() } else { join(&parts, " ") }, all)
            }
            "test-path"
            | "measure-object"
            | "get-filehash"
            | "get-command"
            | "gcm"
            | "out-null"
            | "start-sleep"
            | "get-module"
            | "import-module"
            | "set-location"
            | "cd"
            | "set-executionpolicy"
            | "exit" => Value::default(),
            "set-alias" => Value::default(),
            "out-string"
            | "select-object"
            | "select"
            | "where-object"
            | "sort-object"
            | "convertto-json"
            | "convertfrom-json"
            | "join-path"
            | "convertto-securestring"
            | "format-table"
            | "format-list"
            | "split-path"
            | "resolve-path" => match canonical {
                "join-path" => {
                    let (parent, child) = (given.at(&["path"], 0), given.at(&["childpath"], 1));
                    Value::of(join(&[&parent.constants, &child.constants], "/"), all)
                }
                "convertto-json" | "split-path" | "select-object" | "select" => Value::of(Vec::new(), all),
                _ => Value::of(stdin.constants.clone(), all),
            },
            _ => self.other_command(unit, id, name, line, stdin, all),
        }
    }

    /// Runs what is no command of PowerShell: a script, or a program that other shells run too.
    fn other_command(
        &mut self,
        unit: usize,
        id: NodeId,
        name: &str,
        line: &[Word],
        stdin: &Value,
        all: Taint,
    ) -> Value {
        let first = &line[0];
        let is_program = [".ps1", ".bat", ".cmd", ".vbs"].iter().any(|end| name.ends_with(end))
            || first.text.contains(['/', '\\'])
            || first.value.taint.kinds.holds(Kinds::DOWNLOAD);
        if is_program && !first.text.starts_with('-') {
            let file = slashed(&first.value);
            let content = Value::of(Vec::new(), self.content(unit, id, &file));
            self.effect(unit, id, Action::RunFile, &content, &file);
            return Value::of(Vec::new(), all);
        }
        if name.contains('-') && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '-') {
            // A command of which nothing is known carries along what it is given.
            return Value::of(Vec::new(), all);
        }
        self.run_command(unit, id, name, false, line, stdin)
    }

    /// Runs PowerShell itself: a text, an encoded text, a file, or what it reads.
    pub(super) fn powershell(&mut self, unit: usize, id: NodeId, line: &[Word], stdin: &Value) -> Value {
        let arguments = &line[1..];
        for (index, word) in arguments.iter().enumerate() {
            let Some(name) = parameter(&word.text.replacen('/', "-", 1)) else {
                if &*word.text == "-" {
                    return self.run_code(unit, id, stdin, Language::PowerShell);
                }
                // The first word that belongs to no parameter begins the program.
                let is_value = index > 0
                    && parameter(&arguments[index - 1].text).is_some_and(|name| !SWITCHES.contains(&name.as_str()));
                if is_value {
                    continue;
                }
                return self.run_rest(unit, id, &arguments[index..]);
            };
            let rest = &arguments[index + 1..];
            let is_start = |whole: &str, least: usize| name.len() >= least && whole.starts_with(&name);
            if is_start("encodedcommand", 1) || name == "ec" {
                let Some(text) = rest.first() else { break };
                let mut taint = text.value.taint.clone();
                taint.add(&Taint::of(Kinds::DECODED, self.place(unit, id), "base64"));
                let code = Value::of(text.value.constants.iter().filter_map(encoded_command).collect(), taint);
                return self.run_code(unit, id, &code, Language::PowerShell);
            }
            if is_start("command", 1) {
                if rest.first().is_some_and(|word| &*word.text == "-") {
                    return self.run_code(unit, id, stdin, Language::PowerShell);
                }
                return self.run_rest(unit, id, rest);
            }
            if is_start("file", 1) {
                let Some(file) = rest.first() else { break };
                let file = slashed(&file.value);
                let content = Value::of(Vec::new(), self.content(unit, id, &file));
                self.effect(unit, id, Action::RunFile, &content, &file);
                return Value::default();
            }
        }
        if stdin.taint.kinds != Kinds::NONE || !stdin.constants.is_empty() {
            return self.run_code(unit, id, stdin, Language::PowerShell);
        }
        Value::default()
    }

    fn run_rest(&mut self, unit: usize, id: NodeId, rest: &[Word]) -> Value {
        let parts: Vec<&[Constant]> = rest.iter().map(|word| word.value.constants.as_slice()).collect();
        let mut taint = Taint::default();
        rest.iter().for_each(|word| taint.add(&word.value.taint));
        self.run_code(unit, id, &Value::of(join(&parts, " "), taint), Language::PowerShell)
    }

    fn start_process(&mut self, unit: usize, id: NodeId, given: &Given<'_>) -> Value {
        let file = slashed(&given.at(&["filepath"], 0));
        let arguments = given.at(&["argumentlist", "args"], 1);
        if given.named(&["verb"]).is_some_and(|verb| verb.text.eq_ignore_ascii_case("runas")) {
            self.effect(unit, id, Action::Elevate, &file, &Value::default());
        }
        let texts = file.texts();
        let name = texts.first().map_or("", |path| path.rsplit('/').next().unwrap_or(path)).to_ascii_lowercase();
        let name = name.strip_suffix(".exe").unwrap_or(&name);
        if matches!(name, "powershell" | "pwsh" | "cmd" | "curl" | "wget" | "bash" | "python" | "node" | "mshta") {
            let mut line = vec![Word { value: file.clone(), text: name.into() }];
            for constant in &arguments.constants {
                let parts = match constant {
                    Constant::List(list) => list.iter().map(Constant::shown).collect(),
                    other => other.shown().split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
                };
                line.extend(parts.into_iter().map(|part| Word {
                    value: Value::of(Constant::text(&part).into_iter().collect(), arguments.taint.clone()),
                    text: part.as_str().into(),
                }));
            }
            return self.run_cmdlet(unit, id, name, &line, &Value::default());
        }
        let content = Value::of(Vec::new(), self.content(unit, id, &file));
        self.effect(unit, id, Action::RunFile, &content, &file);
        Value::default()
    }

    /// Asks a server: what goes out, what comes back, and where that is put.
    fn web_request(&mut self, unit: usize, id: NodeId, given: &Given<'_>, stdin: &Value) -> Value {
        let target = Value { path: None, ..given.at(&["uri", "source", "url"], 0) };
        let mut body =
            Value::of(Vec::new(), target.taint.without(Kinds::INPUT.with(Kinds::VARIABLE).with(Kinds::DECODED)));
        let mut is_sent = body.taint.kinds != Kinds::NONE;
        for name in ["body", "form"] {
            if let Some(word) = given.named(&[name]) {
                is_sent = true;
                body.taint.add(&word.value.taint);
                body.constants.clone_from(&word.value.constants);
            }
        }
        if let Some(file) = given.named(&["infile"]) {
            is_sent = true;
            let content = self.content(unit, id, &slashed(&file.value));
            body.taint.add(&content);
        }
        if stdin.taint.kinds != Kinds::NONE {
            is_sent = true;
            body.taint.add(&stdin.taint);
        }
        if is_sent {
            self.effect(unit, id, Action::Send(Channel::Http), &body, &target);
        }
        if let Some(headers) = given.named(&["headers"]).filter(|word| word.value.taint.kinds != Kinds::NONE) {
            self.effect(unit, id, Action::Send(Channel::Header), &headers.value, &target);
        }
        let address = target.texts().join(" ");
        let got = Value::of(Vec::new(), Taint::of(Kinds::DOWNLOAD, self.place(unit, id), &address));
        self.effect(unit, id, Action::Download, &got, &target);
        if let Some(file) = given.named(&["outfile", "destination"]) {
            self.store(unit, id, &slashed(&file.value), &got);
            if !given.has("passthru") {
                return Value::default();
            }
        }
        Value { path: Some("response()".into()), ..got }
    }

    /// Returns what the drive of the environment holds: `env:`, `env:NAME`.
    fn environment_drive(&self, unit: usize, id: NodeId, path: &Value) -> Option<Value> {
        let text = path.texts().first()?.to_ascii_lowercase();
        let name = text.strip_prefix("env:")?.trim_matches(['/', '\\']).to_ascii_uppercase();
        Some(match name.as_str() {
            "" | "*" => Value::of(Vec::new(), Taint::of(Kinds::ENVIRONMENT, self.place(unit, id), "env:")),
            _ => self.environment_variable(unit, id, &name),
        })
    }

    /// Tells whether a program is written in PowerShell.
    pub(super) fn is_powershell(&self, unit: usize) -> bool {
        self.units[unit].program.language == Language::PowerShell
    }

    /// Tells whether a node is put together in a way that only hides a name.
    pub(super) fn is_folded(kind: &Kind) -> bool {
        matches!(kind, Kind::Slice(..) | Kind::Call(..) | Kind::Format(..) | Kind::Repeat(..))
    }
}

/// Returns a path with `/` between its parts.
fn slashed(path: &Value) -> Value {
    let constants = path
        .constants
        .iter()
        .map(|constant| match constant {
            Constant::Text(text) if text.contains('\\') => Constant::Text(text.replace('\\', "/").into()),
            other => other.clone(),
        })
        .collect();
    Value { constants, path: None, taint: path.taint.clone() }
}
