//! What a command of a shell does.

use std::sync::Arc;

use super::constant::{Constant, HOLE, join};
use super::effect::{Action, Channel};
use super::evaluate::{Evaluator, Value, merge};
use super::fold;
use super::program::{Language, NodeId};
use super::taint::{Kinds, Taint};

/// Programs that run another, which follows in the same command.
const WRAPPERS: &[&str] = &[
    "sudo",
    "doas",
    "env",
    "nohup",
    "exec",
    "command",
    "builtin",
    "time",
    "nice",
    "ionice",
    "setsid",
    "busybox",
    "stdbuf",
    "unbuffer",
    "timeout",
    "xargs",
    "then",
    "do",
    "else",
    "eatmydata",
    "caffeinate",
    "chronic",
];

/// Programs that give facts about the machine.
const SYSTEM: &[&str] = &[
    "whoami",
    "hostname",
    "uname",
    "id",
    "ifconfig",
    "ip",
    "who",
    "w",
    "last",
    "ps",
    "netstat",
    "ss",
    "lsof",
    "df",
    "free",
    "uptime",
    "sw_vers",
    "system_profiler",
    "lscpu",
    "lsblk",
    "arp",
    "groups",
    "hostnamectl",
    "lsb_release",
    "ipconfig",
    "systeminfo",
    "tasklist",
    "nproc",
    "ioreg",
    "scutil",
    "dscl",
    "getent",
    "top",
    "vm_stat",
    "sysctl",
];

/// Programs that run code which is given as a text, a file or their input.
const INTERPRETERS: &[(&str, Language, &str)] = &[
    ("bash", Language::Shell, "-c"),
    ("sh", Language::Shell, "-c"),
    ("zsh", Language::Shell, "-c"),
    ("dash", Language::Shell, "-c"),
    ("ksh", Language::Shell, "-c"),
    ("ash", Language::Shell, "-c"),
    ("fish", Language::Shell, "-c"),
    ("python", Language::Python, "-c"),
    ("python3", Language::Python, "-c"),
    ("python2", Language::Python, "-c"),
    ("node", Language::JavaScript, "-e"),
    ("nodejs", Language::JavaScript, "-e"),
    ("bun", Language::JavaScript, "-e"),
    ("deno", Language::JavaScript, "eval"),
    ("perl", Language::Other, "-e"),
    ("ruby", Language::Other, "-e"),
    ("php", Language::Other, "-r"),
    ("osascript", Language::Other, "-e"),
    ("pwsh", Language::PowerShell, "-command"),
    ("powershell", Language::PowerShell, "-command"),
    ("source", Language::Shell, "\0"),
    (".", Language::Shell, "\0"),
];

/// A word of a command: its value and its text.
pub(super) struct Word {
    pub(super) value: Value,
    pub(super) text: Arc<str>,
}

impl<'e> Evaluator<'e> {
    /// Evaluates a command.
    pub(super) fn command(&mut self, unit: usize, id: NodeId, words: &'e [NodeId], input: Option<NodeId>) -> Value {
        if self.is_powershell(unit) {
            return self.cmdlet(unit, id, words, input);
        }
        let mut line: Vec<Word> = Vec::new();
        for (index, word) in words.iter().enumerate() {
            let value = self.value(unit, *word).clone();
            // An array, or a variable that holds a whole command, is several words.
            match value.constants.first() {
                Some(Constant::List(list)) => line.extend(list.iter().map(|element| Word {
                    value: Value::of(vec![element.clone()], value.taint.clone()),
                    text: element.shown().into(),
                })),
                Some(Constant::Text(text)) if index == 0 && text.contains(' ') && !text.trim().is_empty() => {
                    line.extend(text.split_whitespace().map(|part| Word {
                        value: Value::of(Constant::text(part).into_iter().collect(), value.taint.clone()),
                        text: part.into(),
                    }));
                }
                constant => {
                    let text = constant.map_or_else(|| HOLE.to_string(), Constant::shown).into();
                    line.push(Word { value, text });
                }
            }
        }
        let stdin = input.map(|input| self.value(unit, input).clone()).unwrap_or_default();
        let written_name = self.written(unit, words);
        self.unwrap_command(unit, id, &mut line, &stdin);
        let Some(first) = line.first() else { return stdin };
        let name = first.text.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let is_path = first.text.contains('/');
        let functions = self.functions_of(&first.text).to_vec();
        if !functions.is_empty() {
            return self.call_function(unit, id, &functions, &line, &stdin);
        }
        let before = self.effects.len();
        let value = self.run_command(unit, id, &name, is_path, &line, &stdin);
        // A name that nobody can read where it stands was put together.
        if written_name.is_some_and(|written| !written.contains(name.as_str())) {
            self.effects[before..].iter_mut().for_each(|effect| effect.is_disguised = true);
        }
        value
    }

    /// Returns the name of a command as it is written, where it is not a plain variable.
    pub(super) fn written(&self, unit: usize, words: &[NodeId]) -> Option<String> {
        use super::program::Kind;
        let node = &self.units[unit].program.nodes[*words.first()? as usize];
        let value = self.value(unit, *words.first()?);
        let name = value.texts().first()?.to_lowercase();
        match &node.kind {
            Kind::Concat(parts) => {
                let longest = parts
                    .iter()
                    .filter_map(|part| self.value(unit, *part).texts().first().cloned())
                    .max_by_key(|text| text.len());
                longest
                    .map(|text| text.to_lowercase())
                    .filter(|text| !name.contains('/') || text.len() * 2 < name.len())
            }
            kind if Self::is_folded(kind) => Some(String::new()),
            // A variable is a plain name where the program writes its value as a word.
            Kind::Name(_) | Kind::OneOf(_) | Kind::Opaque(_) => {
                let first = name.split_whitespace().next()?.rsplit('/').next()?.to_owned();
                let is_word =
                    |text: &str| text.split([' ', '\n', '/', '\t']).any(|word| word.eq_ignore_ascii_case(&first));
                let is_written = self.units[unit]
                    .program
                    .nodes
                    .iter()
                    .any(|node| matches!(&node.kind, Kind::Text(text) if is_word(text)));
                (!is_written && !name.contains(HOLE)).then(String::new)
            }
            _ => None,
        }
    }

    /// Takes away the programs that run another.
    fn unwrap_command(&mut self, unit: usize, id: NodeId, line: &mut Vec<Word>, stdin: &Value) {
        for _ in 0..6 {
            let Some(first) = line.first() else { return };
            let name = first.text.rsplit('/').next().unwrap_or_default().to_owned();
            if !WRAPPERS.contains(&name.as_str()) {
                return;
            }
            if matches!(name.as_str(), "sudo" | "doas") {
                let rest: Vec<_> = line.iter().skip(1).map(|word| word.text.to_string()).collect();
                let text = Value::of(Constant::text(rest.join(" ")).into_iter().collect(), Taint::default());
                self.effect(unit, id, Action::Elevate, &text, &Value::default());
            }
            let takes_value = |option: &str| match name.as_str() {
                "sudo" | "doas" => matches!(option, "-u" | "-g" | "-C" | "-h"),
                "xargs" => matches!(option, "-I" | "-n" | "-P" | "-L" | "-d" | "-i"),
                "nice" | "ionice" => matches!(option, "-n" | "-c"),
                _ => matches!(option, "-s" | "-k" | "-u"),
            };
            let mut rest = 1;
            while rest < line.len() {
                let word = &line[rest].text;
                if word.starts_with('-') {
                    rest += if takes_value(word) { 2 } else { 1 };
                } else if name == "env" && word.contains('=')
                    || name == "timeout" && word.starts_with(|digit: char| digit.is_ascii_digit())
                {
                    rest += 1;
                } else {
                    break;
                }
            }
            // `env` alone lists the environment.
            if rest >= line.len() {
                return;
            }
            line.drain(..rest);
            if name == "xargs" {
                line.push(Word {
                    value: stdin.clone(),
                    text: stdin.texts().first().cloned().unwrap_or_else(|| HOLE.to_string().into()),
                });
            }
        }
    }

    fn call_function(
        &mut self,
        unit: usize,
        id: NodeId,
        functions: &[(usize, usize)],
        line: &[Word],
        stdin: &Value,
    ) -> Value {
        let given: Vec<(Option<&str>, Value)> = line.iter().skip(1).map(|word| (None, word.value.clone())).collect();
        let mut result = Value::default();
        for function in functions {
            // A function that calls itself twice in one pipe fills the machine.
            let node = &self.units[unit].program.nodes[id as usize];
            let is_within = function.0 == unit && node.scope as usize == function.1;
            if is_within && stdin.path.as_deref() == Some(&*line[0].text) {
                self.effect(unit, id, Action::Exhaust, &Value::default(), &Value::default());
            }
            let value = self.enter(*function, &given);
            merge(&mut result, &value);
        }
        result.taint.add(&stdin.taint.without(Kinds::INPUT));
        result.path = Some(line[0].text.clone());
        result
    }

    pub(super) fn run_command(
        &mut self,
        unit: usize,
        id: NodeId,
        name: &str,
        is_path: bool,
        line: &[Word],
        stdin: &Value,
    ) -> Value {
        let place = self.place(unit, id);
        let arguments = &line[1..];
        let operands: Vec<&Word> =
            arguments.iter().filter(|word| !word.text.starts_with('-') || word.text.len() == 1).collect();
        let has = |options: &[&str]| arguments.iter().any(|word| options.contains(&&*word.text));
        let mut all = stdin.taint.clone();
        arguments.iter().for_each(|word| all.add(&word.value.taint));
        let source = |kind: Kinds| Value::of(Vec::new(), Taint::of(kind, place, name));
        if let Some((_, language, option)) = INTERPRETERS.iter().find(|(known, ..)| {
            name == *known
                || name.strip_suffix(".exe") == Some(*known)
                || name.strip_prefix(known).is_some_and(|rest| rest.starts_with(['.']) && *known == "python3")
        }) {
            return self.interpret(unit, id, *language, option, line, stdin);
        }
        match name {
            "echo" => {
                let mut words = operands_of_echo(arguments);
                let is_escaped =
                    words.first().is_some_and(|word| word.text.starts_with('-') && word.text.contains('e'));
                words.retain(|word| !matches!(&*word.text, "-e" | "-n" | "-ne" | "-en"));
                let parts: Vec<&[Constant]> = words.iter().map(|word| word.value.constants.as_slice()).collect();
                let mut constants = join(&parts, " ");
                if is_escaped {
                    constants = constants
                        .iter()
                        .filter_map(|text| Constant::text(super::constant::unescape(text.as_text()?)))
                        .collect();
                }
                Value::of(constants, all)
            }
            "printf" => {
                let values: Vec<Constant> =
                    arguments.iter().skip(1).map(|word| Constant::Text(word.text.clone())).collect();
                let constant = arguments.first().and_then(|pattern| {
                    let text = fold::format(&pattern.text, &values)?;
                    Constant::text(super::constant::unescape(text.as_text()?))
                });
                Value::of(constant.into_iter().collect(), all)
            }
            "cat" | "head" | "tail" | "less" | "more" | "tac" | "strings" | "nl" | "zcat" | "bat" | "sed" | "awk"
            | "grep" | "jq" | "cut" | "sort" | "uniq" | "tr" | "rev" | "base64" | "xxd" | "openssl" | "gzip"
            | "gunzip" | "gpg" | "wc" | "od" | "hexdump" | "base32" | "fold" | "paste" | "column" | "yq" | "tee"
            | "age" => self.filter(unit, id, name, arguments, &operands, stdin),
            "env" | "printenv" | "set" | "export" | "declare" | "typeset" => match operands.first() {
                Some(variable) if name == "printenv" => self.environment_variable(unit, id, &variable.text),
                Some(_) => Value::default(),
                None if name == "set" && !arguments.is_empty() => Value::default(),
                None => source(Kinds::ENVIRONMENT),
            },
            "pbpaste" | "wl-paste" => source(Kinds::CLIPBOARD),
            "xclip" | "xsel" if has(&["-o", "-out", "--output"]) => source(Kinds::CLIPBOARD),
            "pbcopy" | "wl-copy" | "xclip" | "xsel" => {
                self.effect(unit, id, Action::SetClipboard, stdin, &Value::default());
                Value::default()
            }
            "screencapture" | "scrot" | "gnome-screenshot" | "grim" | "maim" | "spectacle" | "imagesnap"
            | "fswebcam" | "arecord" => {
                let target = operands.last().map(|word| word.value.clone()).unwrap_or_default();
                let picture = source(Kinds::SCREEN);
                self.store(unit, id, &target, &picture);
                picture
            }
            "security"
                if operands.first().is_some_and(|word| {
                    word.text.starts_with("find-") || &*word.text == "dump-keychain" || &*word.text == "export"
                }) =>
            {
                source(Kinds::CREDENTIAL_FILE)
            }
            "git" => self.git(unit, id, arguments, &operands),
            "date" => source(Kinds::TIME),
            "hostname" if !operands.is_empty() => Value::default(),
            name if SYSTEM.contains(&name) => source(Kinds::SYSTEM),
            "find" | "ls" | "locate" | "mdfind" | "fd" => {
                let root = operands.first().map(|word| word.value.clone()).unwrap_or_default();
                let mut taint = Taint::of(Kinds::WALK, place, &root.texts().join(" "));
                taint.add(&all);
                if has(&["-delete"])
                    || arguments
                        .windows(2)
                        .any(|pair| &*pair[0].text == "-exec" && matches!(&*pair[1].text, "rm" | "shred"))
                {
                    let walked = Value { taint: taint.clone(), ..root.clone() };
                    self.effect(unit, id, Action::Delete, &walked, &walked);
                }
                Value::of(Vec::new(), taint)
            }
            "curl" | "wget" | "http" | "https" | "aria2c" | "xh" => self.transfer(unit, id, name, arguments, stdin),
            "nc" | "ncat" | "netcat" | "socat" | "telnet" => {
                let target = operands.first().map(|word| word.value.clone()).unwrap_or_default();
                self.effect(unit, id, Action::Send(Channel::Socket), &Value::of(Vec::new(), all), &target);
                Value::of(Vec::new(), Taint::of(Kinds::DOWNLOAD, place, &target.texts().join(" ")))
            }
            "dig" | "nslookup" | "host" | "drill" | "ping" => {
                let asked = Value::of(operands.iter().flat_map(|word| word.value.constants.clone()).collect(), all);
                self.effect(unit, id, Action::Send(Channel::Dns), &asked, &asked);
                Value::of(Vec::new(), Taint::of(Kinds::DOWNLOAD, place, name))
            }
            "mail" | "mailx" | "sendmail" | "mutt" | "msmtp" => {
                let target = operands.last().map(|word| word.value.clone()).unwrap_or_default();
                self.effect(unit, id, Action::Send(Channel::Mail), &Value::of(Vec::new(), all), &target);
                Value::default()
            }
            "scp" | "rsync" | "rclone" | "aws" | "gsutil" | "sftp" | "ftp" | "az" | "lftp" => {
                self.copy_out(unit, id, name, &operands)
            }
            "ssh" => {
                let target = operands.first().map(|word| word.value.clone()).unwrap_or_default();
                self.effect(unit, id, Action::Send(Channel::Socket), stdin, &target);
                Value::default()
            }
            "eval" => {
                let parts: Vec<&[Constant]> = arguments.iter().map(|word| word.value.constants.as_slice()).collect();
                let code = Value::of(join(&parts, " "), all);
                self.run_code(unit, id, &code, Language::Shell)
            }
            "cp" | "mv" | "ln" | "install" | "rename" => {
                if let Some((target, sources)) = operands.split_last() {
                    for file in sources {
                        let content = Value::of(file.value.constants.clone(), self.content(unit, id, &file.value));
                        self.store(unit, id, &target.value.clone(), &content);
                    }
                }
                Value::default()
            }
            "tar" | "zip" | "7z" | "7za" | "rar" => self.archive(unit, id, name, arguments, &operands),
            "chmod" | "chown" | "chgrp" | "setfacl" | "chattr" => {
                let mode = operands.first().map(|word| word.value.clone()).unwrap_or_default();
                for file in operands.iter().skip(1) {
                    self.effect(unit, id, Action::ChangeMode, &mode, &file.value.clone());
                }
                Value::default()
            }
            "rm" | "shred" | "rmdir" | "srm" | "unlink" => {
                for file in &operands {
                    self.effect(unit, id, Action::Delete, &file.value.clone(), &file.value.clone());
                }
                Value::default()
            }
            "dd" => {
                let mut content = Value::of(Vec::new(), stdin.taint.clone());
                for word in arguments {
                    let path = word
                        .text
                        .split_once('=')
                        .map(|(_, path)| Value::of(Constant::text(path).into_iter().collect(), Taint::default()));
                    match (word.text.split('=').next(), path) {
                        (Some("if"), Some(path)) => content.taint.add(&self.content(unit, id, &path)),
                        (Some("of"), Some(path)) => self.store(unit, id, &path, &content.clone()),
                        _ => {}
                    }
                }
                content
            }
            "crontab" | "at" | "batch" => {
                let file = operands.iter().find(|word| &*word.text != "-");
                if has(&["-l", "-r"]) {
                    return Value::default();
                }
                let content = match file {
                    Some(file) => Value::of(file.value.constants.clone(), self.content(unit, id, &file.value)),
                    None => stdin.clone(),
                };
                let target = Value::of(Constant::text("crontab").into_iter().collect(), Taint::default());
                self.store(unit, id, &target, &content);
                Value::default()
            }
            "schtasks" | "reg" | "launchctl" | "systemctl" | "update-rc.d" | "loginctl" => {
                let text = arguments.iter().map(|word| &*word.text).collect::<Vec<_>>().join(" ");
                let lasting = ["/create", "add", "load", "bootstrap", "enable", "enable-linger"];
                if operands
                    .iter()
                    .chain(arguments.first().iter())
                    .any(|word| lasting.contains(&word.text.to_ascii_lowercase().as_str()))
                {
                    let target = Value::of(Constant::text(format!("{name} {text}")).into_iter().collect(), all);
                    self.store(unit, id, &target.clone(), &target);
                }
                Value::default()
            }
            "read" => {
                let is_hidden = arguments
                    .iter()
                    .any(|word| word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains('s'));
                let mut value = Value::of(Vec::new(), stdin.taint.clone());
                if stdin.taint.kinds == Kinds::NONE {
                    value.taint.add(&Taint::of(
                        if is_hidden { Kinds::PASSWORD_PROMPT } else { Kinds::INPUT },
                        place,
                        "read",
                    ));
                }
                self.assign_read(unit, id, &value);
                Value::default()
            }
            "test" | "[" | "[[" | "true" | "false" | ":" | "cd" | "mkdir" | "touch" | "sleep" | "exit" | "return"
            | "shift" | "local" | "trap" | "which" | "type" | "hash" | "pushd" | "popd" | "basename" | "dirname"
            | "realpath" | "mktemp" | "stat" | "file" | "du" | "sha256sum" | "md5sum" | "shasum" | "kill" | "wait"
            | "unset" | "alias" | "pip" | "npm" | "pip3" | "apt" | "apt-get" | "brew" | "uv" | "npx" | "cargo"
            | "go" | "make" | "docker" | "seq" | "expr" => match (name, operands.first()) {
                ("basename" | "dirname" | "realpath", Some(path)) => {
                    let folded = path
                        .value
                        .constants
                        .iter()
                        .filter_map(|value| fold::function(&format!("path.{name}"), std::slice::from_ref(value)));
                    Value::of(folded.collect(), all.without(Kinds::OWN_FILE))
                }
                _ => Value::default(),
            },
            _ => {
                // A file that is run by its path, or a command that is only known when it runs.
                let first = &line[0];
                let is_unknown = first.value.constants.is_empty();
                if is_path || is_unknown && first.value.taint.kinds != Kinds::NONE {
                    let content = self.content(unit, id, &first.value);
                    let content = Value::of(Vec::new(), if is_unknown { first.value.taint.clone() } else { content });
                    self.effect(
                        unit,
                        id,
                        if is_unknown { Action::Run } else { Action::RunFile },
                        &content,
                        &first.value.clone(),
                    );
                }
                Value::of(Vec::new(), all)
            }
        }
    }

    /// Gives what is read to the variables of `read`.
    fn assign_read(&mut self, unit: usize, id: NodeId, value: &Value) {
        use super::program::Kind;
        let units = self.units;
        let program = &units[unit].program;
        let Kind::Command(words, _) = &program.nodes[id as usize].kind else { return };
        let scope = program.nodes[id as usize].scope as usize;
        for word in words.iter().skip(1) {
            if let Kind::Text(name) = &program.nodes[*word as usize].kind
                && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            {
                self.assign(unit, scope, name, value.clone());
            }
        }
    }

    /// Runs a text as code.
    pub(super) fn run_code(&mut self, unit: usize, id: NodeId, code: &Value, language: Language) -> Value {
        self.effect(unit, id, Action::Run, code, &Value::default());
        let mut output = Value::of(Vec::new(), code.taint.clone());
        for text in code.texts() {
            let written = self.run_text(unit, id, &text, language, &code.taint);
            output.taint.add(&written.taint);
        }
        output
    }

    /// Runs an interpreter: with a text, a file, or its input.
    fn interpret(
        &mut self,
        unit: usize,
        id: NodeId,
        language: Language,
        option: &str,
        line: &[Word],
        stdin: &Value,
    ) -> Value {
        if language == Language::PowerShell {
            return self.powershell(unit, id, line, stdin);
        }
        let arguments = &line[1..];
        let at = arguments.iter().position(|word| {
            let text = word.text.to_ascii_lowercase();
            text == option
                || option == "-c"
                    && text.starts_with('-')
                    && !text.starts_with("--")
                    && text.ends_with('c')
                    && text.len() <= 4
        });
        let code = at.and_then(|at| arguments.get(at + 1));
        if let Some(code) = code {
            return self.run_code(unit, id, &code.value, language);
        }
        let file = arguments.iter().find(|word| !word.text.starts_with('-') && !word.text.starts_with("/dev/stdin"));
        match file {
            Some(file) => {
                let is_output = file.value.taint.kinds.holds(Kinds::DOWNLOAD) && file.value.constants.is_empty();
                if is_output || file.value.taint.kinds.holds(Kinds::DECODED) && file.value.constants.is_empty() {
                    // `bash <(curl …)`
                    return self.run_code(unit, id, &file.value, language);
                }
                let content = Value::of(Vec::new(), self.content(unit, id, &file.value));
                self.effect(unit, id, Action::RunFile, &content, &file.value.clone());
                Value::of(Vec::new(), content.taint.without(Kinds::LOCAL_FILE.with(Kinds::DOWNLOAD)))
            }
            None if stdin.taint.kinds != Kinds::NONE || !stdin.constants.is_empty() => {
                self.run_code(unit, id, stdin, language)
            }
            None => Value::default(),
        }
    }

    /// Runs a program that changes what it reads.
    fn filter(
        &mut self,
        unit: usize,
        id: NodeId,
        name: &str,
        arguments: &[Word],
        operands: &[&Word],
        stdin: &Value,
    ) -> Value {
        let place = self.place(unit, id);
        let has = |options: &[&str]| arguments.iter().any(|word| options.contains(&&*word.text));
        // The first word of some is a program of their own.
        let first_file = match name {
            "sed" | "awk" | "grep" | "jq" | "yq" => 1,
            "tr" | "tee" | "cut" | "openssl" | "gpg" | "age" | "head" | "tail" => usize::MAX,
            _ => 0,
        };
        let files: Vec<&&Word> = match name {
            "head" | "tail" | "cut" => {
                operands.iter().filter(|word| !word.text.chars().all(|digit| digit.is_ascii_digit())).collect()
            }
            _ => operands.iter().skip(first_file).collect(),
        };
        let mut taint = stdin.taint.clone();
        for file in &files {
            if &*file.text != "-" {
                taint.add(&self.content(unit, id, &file.value));
            }
        }
        if matches!(name, "sed" | "awk" | "grep" | "jq" | "yq" | "tr") {
            arguments.iter().for_each(|word| taint.add(&word.value.taint));
        }
        let input = stdin.constants.first();
        let constants: Vec<Constant> = match name {
            "cat" | "tac" | "more" | "less" if files.is_empty() => stdin.constants.clone(),
            "base64" | "base32" if has(&["-d", "-D", "--decode", "-di", "-id"]) => {
                taint.add(&Taint::of(Kinds::DECODED, place, name));
                input.and_then(|input| fold::decode_as(name, input)).into_iter().collect()
            }
            "xxd" if arguments.iter().any(|word| word.text.starts_with("-r")) || has(&["-ps"]) && has(&["-r"]) => {
                taint.add(&Taint::of(Kinds::DECODED, place, name));
                input.and_then(|input| fold::decode_as("hex", input)).into_iter().collect()
            }
            "rev" => {
                taint.add(&Taint::of(Kinds::DECODED, place, name));
                input.and_then(fold::reverse).into_iter().collect()
            }
            "tr" => match (input, operands) {
                (Some(input), [from, to]) if !has(&["-d"]) => {
                    taint.add(&Taint::of(Kinds::DECODED, place, name));
                    Constant::text(fold::translate(&input.shown(), &from.text, &to.text)).into_iter().collect()
                }
                (Some(input), [set]) if has(&["-d"]) => {
                    let set = fold::expand_ranges(&super::constant::unescape(&set.text));
                    Constant::text(
                        input.shown().chars().filter(|character| !set.contains(character)).collect::<String>(),
                    )
                    .into_iter()
                    .collect()
                }
                _ => Vec::new(),
            },
            "openssl" if has(&["-d"]) => {
                taint.add(&Taint::of(Kinds::DECODED, place, name));
                input
                    .filter(|_| has(&["base64", "-base64", "-a"]))
                    .and_then(|input| fold::decode_as("base64", input))
                    .into_iter()
                    .collect()
            }
            "openssl" | "gpg" | "age" if has(&["enc", "-c", "--symmetric", "-e", "--encrypt", "-r"]) => {
                for pair in arguments.windows(2) {
                    if matches!(&*pair[0].text, "-in" | "-c" | "--symmetric") {
                        taint.add(&self.content(unit, id, &pair[1].value));
                    }
                }
                taint.add(&Taint::of(Kinds::ENCRYPTED, place, name));
                let encrypted = Value::of(Vec::new(), taint.clone());
                for pair in arguments.windows(2) {
                    if matches!(&*pair[0].text, "-out" | "-o" | "--output") {
                        self.store(unit, id, &pair[1].value.clone(), &encrypted);
                    }
                }
                Vec::new()
            }
            "gunzip" | "zcat" | "gzip" if name != "gzip" || has(&["-d", "-dc", "-cd"]) => {
                taint.add(&Taint::of(Kinds::DECODED, place, name));
                Vec::new()
            }
            "tee" => {
                for file in operands {
                    self.store(unit, id, &file.value.clone(), stdin);
                }
                stdin.constants.clone()
            }
            "sed" if has(&["-i", "-i.bak", "-i''"]) => {
                let script = operands.first().map(|word| word.value.clone()).unwrap_or_default();
                for file in operands.iter().skip(1) {
                    self.store(unit, id, &file.value.clone(), &script);
                }
                Vec::new()
            }
            "wc" => return Value::default(),
            _ => Vec::new(),
        };
        Value::of(constants, taint)
    }

    /// Runs `git`, as far as it carries data away.
    fn git(&mut self, unit: usize, id: NodeId, arguments: &[Word], operands: &[&Word]) -> Value {
        let word = |index: usize| operands.get(index).map_or("", |word| &*word.text);
        match (word(0), word(1)) {
            ("push", _) => {
                let target = operands.get(1).map(|word| word.value.clone()).unwrap_or_default();
                let content =
                    Value::of(Vec::new(), Taint::of(Kinds::LOCAL_FILE, self.place(unit, id), "the repository"));
                self.effect(unit, id, Action::Send(Channel::Copy), &content, &target);
            }
            ("remote", "add" | "set-url") => {
                let target = operands.last().map(|word| word.value.clone()).unwrap_or_default();
                self.effect(unit, id, Action::Send(Channel::Copy), &Value::default(), &target);
            }
            ("config", "core.hooksPath") => {
                let target = Value::of(Constant::text("core.hooksPath").into_iter().collect(), Taint::default());
                let value = operands.get(2).map(|word| word.value.clone()).unwrap_or_default();
                self.store(unit, id, &target, &value);
            }
            ("clone", _) => {
                let target = operands.get(1).map(|word| word.value.clone()).unwrap_or_default();
                let got =
                    Value::of(Vec::new(), Taint::of(Kinds::DOWNLOAD, self.place(unit, id), &target.texts().join(" ")));
                self.effect(unit, id, Action::Download, &got, &target);
                let folder = operands.get(2).map(|word| word.text.to_string()).or_else(|| {
                    Some(word(1).trim_end_matches('/').rsplit('/').next()?.trim_end_matches(".git").to_owned())
                });
                if let Some(folder) = folder {
                    let path = Value::of(Constant::text(format!("{folder}/*")).into_iter().collect(), Taint::default());
                    self.store(unit, id, &path, &got);
                }
            }
            _ => {}
        }
        let mut taint = Taint::default();
        arguments.iter().for_each(|word| taint.add(&word.value.taint));
        Value::of(Vec::new(), taint)
    }

    /// Runs a program that talks HTTP.
    fn transfer(&mut self, unit: usize, id: NodeId, name: &str, arguments: &[Word], stdin: &Value) -> Value {
        let place = self.place(unit, id);
        let mut body = Value::default();
        let mut header = Value::default();
        let mut target = Value::default();
        let mut output: Option<Value> = None;
        let mut is_body_given = false;
        let mut index = 0;
        while index < arguments.len() {
            let word = &arguments[index];
            let next = arguments.get(index + 1);
            let (option, attached) = match word.text.split_once('=') {
                Some((option, value)) if option.starts_with("--") => (option.to_owned(), Some(value.to_owned())),
                _ => (word.text.to_string(), None),
            };
            let is_short_data = name == "curl"
                && option.len() > 2
                && (option.starts_with("-d") || option.starts_with("-F"))
                && !option.starts_with("--");
            let kind = match option.as_str() {
                "-d" | "--data" | "--data-raw" | "--data-binary" | "--data-urlencode" | "--data-ascii" | "--json"
                | "-F" | "--form" | "--form-string" | "-T" | "--upload-file" | "--post-data" | "--post-file"
                | "--body-data" | "--body-file" => 'b',
                _ if is_short_data => 'B',
                "-H" | "--header" | "-u" | "--user" | "-b" | "--cookie" | "-A" | "--user-agent" | "-e"
                | "--referer" => 'h',
                "-o" | "--output" | "--output-document" => 'o',
                "-O" if name == "wget" => 'o',
                "-O" | "--remote-name" | "-LO" | "-sLO" | "-fsSLO" | "-sO" | "-OL" => 'n',
                "-X" | "--request" | "-m" | "--max-time" | "--connect-timeout" | "-w" | "--write-out" | "--retry"
                | "-x" | "--proxy" | "--cacert" | "-P" | "--retry-delay" | "-c" | "--timeout" | "-t" | "--tries"
                | "--method" | "-r" | "--range" | "--resolve" => 's',
                "--url" => 'u',
                option
                    if name == "curl"
                        && option.starts_with('-')
                        && !option.starts_with("--")
                        && option.ends_with('o') =>
                {
                    'o'
                }
                option
                    if name == "curl"
                        && option.starts_with('-')
                        && !option.starts_with("--")
                        && option.ends_with('O') =>
                {
                    'n'
                }
                option
                    if name == "wget"
                        && option.starts_with('-')
                        && !option.starts_with("--")
                        && option.ends_with('O') =>
                {
                    'o'
                }
                option if option.starts_with('-') && option.len() > 1 => '-',
                _ => 'u',
            };
            let attached_value =
                attached.map(|text| Value::of(Constant::text(text).into_iter().collect(), word.value.taint.clone()));
            let is_attached = attached_value.is_some() || kind == 'B';
            let value = attached_value
                .or_else(|| {
                    (kind == 'B').then(|| {
                        Value::of(Constant::text(&word.text[2..]).into_iter().collect(), word.value.taint.clone())
                    })
                })
                .or_else(|| next.map(|next| next.value.clone()))
                .unwrap_or_default();
            match kind {
                'b' | 'B' => {
                    is_body_given = true;
                    self.add_body(unit, id, &option, &value, stdin, &mut body);
                }
                'h' => header.taint.add(&value.taint),
                'o' => output = Some(value),
                'n' => {
                    // The file takes the last name of the address.
                    output = Some(Value::default());
                }
                'u' if option == "--url" => target = value,
                'u' if target.constants.is_empty() && target.taint.kinds == Kinds::NONE => target = word.value.clone(),
                _ => {}
            }
            index += if matches!(kind, 'b' | 'h' | 'o' | 's') && !is_attached || option == "--url" { 2 } else { 1 };
        }
        body.taint.add(&target.taint.without(Kinds::INPUT.with(Kinds::VARIABLE).with(Kinds::DECODED)));
        let address = target.texts().join(" ");
        if is_body_given || body.taint.kinds != Kinds::NONE {
            self.effect(unit, id, Action::Send(Channel::Http), &body, &target);
        }
        if header.taint.kinds != Kinds::NONE {
            self.effect(unit, id, Action::Send(Channel::Header), &header, &target);
        }
        let got = Value::of(Vec::new(), Taint::of(Kinds::DOWNLOAD, place, &address));
        self.effect(unit, id, Action::Download, &got, &target);
        let named = |url: &str| {
            url.split(['?', '#'])
                .next()
                .and_then(|url| url.rsplit('/').next())
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
        };
        let file = match output {
            Some(file) if file.constants.is_empty() && file.taint.kinds == Kinds::NONE => named(&address),
            None if name == "wget" => named(&address),
            Some(file) => {
                let is_stdout = file.texts().iter().any(|path| matches!(&**path, "-" | "/dev/stdout"));
                if is_stdout {
                    return got;
                }
                self.store(unit, id, &file, &got);
                return Value::default();
            }
            None => return got,
        };
        if let Some(file) = file {
            let path = Value::of(Constant::text(file).into_iter().collect(), Taint::default());
            self.store(unit, id, &path, &got);
        }
        Value::default()
    }

    /// Adds what one option puts into the body of a request.
    fn add_body(&mut self, unit: usize, id: NodeId, option: &str, value: &Value, stdin: &Value, body: &mut Value) {
        body.taint.add(&value.taint);
        for text in value.texts() {
            let file = match option {
                "-T" | "--upload-file" | "--post-file" | "--body-file" => Some(text.to_string()),
                "--data-raw" | "--form-string" | "--post-data" => None,
                _ => text
                    .split_once('@')
                    .filter(|(name, _)| name.is_empty() || name.ends_with('='))
                    .map(|(_, file)| file.split(';').next().unwrap_or(file).to_owned()),
            };
            match file.as_deref() {
                Some("-" | "." | "/dev/stdin") => body.taint.add(&stdin.taint),
                Some(path) => {
                    let path = Value::of(Constant::text(path).into_iter().collect(), value.taint.clone());
                    body.taint.add(&self.content(unit, id, &path));
                }
                None => {}
            }
        }
        if body.constants.is_empty() {
            body.constants.clone_from(&value.constants);
        }
    }

    /// Copies files to another machine or a bucket.
    fn copy_out(&mut self, unit: usize, id: NodeId, name: &str, operands: &[&Word]) -> Value {
        let words: Vec<&&Word> = operands
            .iter()
            .filter(|word| {
                !matches!(&*word.text, "s3" | "cp" | "sync" | "copy" | "mv" | "put" | "storage" | "blob" | "rsync")
            })
            .collect();
        let is_remote = |text: &str| {
            text.contains("://") || text.split_once(':').is_some_and(|(host, _)| host.len() > 1 && !host.contains('/'))
        };
        let Some((target, sources)) = words.split_last() else { return Value::default() };
        if !is_remote(&target.text) || name == "aws" && !target.text.starts_with("s3://") {
            return Value::default();
        }
        let mut content = Value::default();
        for file in sources {
            content.taint.add(&self.content(unit, id, &file.value));
        }
        self.effect(unit, id, Action::Send(Channel::Copy), &content, &target.value.clone());
        Value::default()
    }

    /// Packs files into an archive.
    fn archive(&mut self, unit: usize, id: NodeId, name: &str, arguments: &[Word], operands: &[&Word]) -> Value {
        let options = arguments.first().map_or("", |word| &*word.text);
        let is_unpacked = name == "tar" && options.trim_start_matches('-').starts_with('x')
            || arguments.iter().any(|word| matches!(&*word.text, "x" | "--extract" | "-x"));
        let skip = usize::from(!options.starts_with('-') && matches!(name, "tar" | "7z" | "7za" | "rar"));
        let files: Vec<&&Word> = operands.iter().skip(skip).collect();
        let mut taint = Taint::default();
        if is_unpacked {
            if let Some(archive) = files.first() {
                taint = self.content(unit, id, &archive.value);
            }
            return Value::of(Vec::new(), taint);
        }
        for file in files.iter().skip(1) {
            taint.add(&self.content(unit, id, &file.value));
        }
        let packed = Value::of(Vec::new(), taint);
        if let Some(archive) = files.first().filter(|archive| &*archive.text != "-") {
            self.store(unit, id, &archive.value.clone(), &packed);
        }
        packed
    }
}

fn operands_of_echo(arguments: &[Word]) -> Vec<&Word> {
    arguments.iter().collect()
}
