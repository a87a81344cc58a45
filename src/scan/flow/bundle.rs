//! The programs of a bundle, and what they do together.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};

use super::effect::Effect;
use super::evaluate::{Files, Unit, evaluate};
use super::invocation::{Invocation, invocations};
use super::parse::{PARSED_BYTES, parse};
use super::program::Language;
use crate::scan::{BundleView, TextView, inner_path};

/// Bytes of code of one bundle that are parsed.
const BUNDLE_BYTES: usize = 3 * 1024 * 1024;
/// Blocks and spans of code of one document that are parsed.
const BLOCKS: usize = 200;

/// What the programs of a bundle do.
#[derive(Debug)]
pub(in crate::scan) struct Flow {
    /// Everything that a program does, by file and place.
    pub(in crate::scan) effects: Vec<Effect>,
    /// The scripts that a text tells the agent to run.
    pub(in crate::scan) invocations: Vec<Invocation>,
    /// Files of which not all was followed.
    pub(in crate::scan) unread: BTreeSet<usize>,
}

impl Flow {
    /// Reads all programs of a bundle.
    pub(in crate::scan) fn of(view: &BundleView<'_>) -> Self {
        let (units, unread) = units(view);
        let groups = groups(units);
        let mut files = Files::default();
        let mut found: Vec<_> = groups
            .iter()
            .map(|group| {
                let effects = evaluate(group, &mut files);
                (effects, files.take_missed())
            })
            .collect();
        // What one program writes another may read, whatever their order.
        for (group, (effects, missed)) in groups.iter().zip(&mut found) {
            if files.holds_any(missed) {
                *effects = evaluate(group, &mut files);
            }
        }
        let mut effects: Vec<Effect> = found.into_iter().flat_map(|(effects, _)| effects).collect();
        effects.sort_by_key(|effect| effect.place);
        Self { effects, invocations: invocations(view), unread }
    }

    /// Iterates over what the programs of one file do.
    pub(in crate::scan) fn of_file(&self, file: usize) -> impl Iterator<Item = &Effect> {
        let start = self.effects.partition_point(|effect| effect.place.file < file);
        self.effects[start..].iter().take_while(move |effect| effect.place.file == file)
    }
}

/// Words without which a program neither takes anything in nor gives anything away.
static SIGNS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = [
        "eval",
        "exec",
        "system",
        "subprocess",
        "popen",
        "requests",
        "urllib",
        "http",
        "socket",
        "fetch",
        "curl",
        "wget",
        "spawn",
        "axios",
        "child_process",
        "base64",
        "crontab",
        ".bashrc",
        ".zshrc",
        ".profile",
        "authorized_keys",
        "sudo",
        "chmod",
        "/etc/",
        "environ",
        "process.env",
        "printenv",
        "pbpaste",
        "clip",
        "pynput",
        "keyboard",
        "netcat",
        "ncat",
        "rm -",
        "rmtree",
        "rmsync",
        "fs.rm",
        "rimraf",
        "os.fork",
        "unlink",
        "os.remove",
        "function(",
        "invoke-",
        "iex",
        "/dev/tcp",
        "dig ",
        "nslookup",
        "getattr",
        "__import__",
        "fromcharcode",
        "chr(",
        "$'\\",
        "scp ",
        "rsync",
        "systemctl",
        "launchctl",
        "launchagents",
        "sitecustomize",
        "source ",
        "screenshot",
        "screencapture",
        "imagegrab",
        "smtplib",
        "importlib",
        "git push",
        "remote add",
        "${ifs}",
        "atob",
        "sendall",
        "mkfs",
        "dd if",
        ":(){",
        "while true",
        "while :",
        "encrypt",
        "pickle",
        "xxd",
        "| sh",
        "|sh",
        "bash",
        "hookspath",
        "schtasks",
        ".ssh",
        "write_text",
        "aws s3",
        "dns",
        "hostname",
        "iwr ",
        "irm ",
        "webclient",
        "downloadstring",
        "frombase64string",
        "start-process",
        "-content",
        "$profile",
        "remove-item",
        "-itemproperty",
        "scheduledtask",
        "-encodedcommand",
        "-enc ",
    ];
    AhoCorasickBuilder::new().ascii_case_insensitive(true).build(words).expect("the words are few and short")
});

/// Returns the programs of a bundle, each in its file, and the files of which not all is read.
fn units(view: &BundleView<'_>) -> (Vec<Unit>, BTreeSet<usize>) {
    let mut units = Vec::new();
    let mut unread = BTreeSet::new();
    let mut bytes_left = BUNDLE_BYTES;
    let mut texts: Vec<(usize, &TextView<'_>)> =
        view.files.iter().enumerate().filter_map(|(file, view)| Some((file, view.text.as_ref()?))).collect();
    // What runs when a package is installed comes first: no other code pushes it out of the budget.
    texts.sort_by_key(|(_, text)| !is_read_first(text));
    for (file, text) in texts {
        for (range, language) in programs(text) {
            let code = &text.text()[range.clone()];
            let size = code.len().min(PARSED_BYTES);
            if !SIGNS.is_match(&code[..code.floor_char_boundary(size)]) {
                continue;
            }
            if size > bytes_left {
                unread.insert(file);
                continue;
            }
            bytes_left -= size;
            let program = parse(code, language);
            if program.as_ref().is_none_or(|program| program.is_cut) {
                unread.insert(file);
            }
            if let Some(program) = program {
                let stem = (!text.is_markdown()).then(|| stem(text.path())).flatten();
                units.push(Unit { program, file, offset: range.start, at: None, stem });
            }
        }
    }
    (units, unread)
}

/// Tells whether a text stands at the root of a package, where what installers start lies.
fn is_read_first(text: &TextView<'_>) -> bool {
    text.origin().is_none() && !inner_path(text.path()).contains('/')
}

/// Returns where a text holds programs.
fn programs(text: &TextView<'_>) -> Vec<(Range<usize>, Language)> {
    if text.is_markdown() {
        let blocks = text.code_blocks().into_iter().take(BLOCKS);
        return blocks.filter_map(|(range, name)| Some((range, language(&name)?))).collect();
    }
    let named = text.file().language.or_else(|| text.text().starts_with("#!").then_some("shell"));
    named.and_then(language).map(|language| (0..text.text().len(), language)).into_iter().collect()
}

/// Returns the name under which another file imports the one at `path`.
fn stem(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?;
    name.rsplit_once('.').map(|(stem, _)| stem.to_owned()).filter(|stem| stem.len() > 1)
}

/// Returns the language of a name that a fence or a file has.
fn language(name: &str) -> Option<Language> {
    match name {
        "bash" | "sh" | "shell" | "zsh" | "console" | "shell-session" | "terminal" | "ksh" | "dash" => {
            Some(Language::Shell)
        }
        "python" | "py" | "python3" => Some(Language::Python),
        "javascript" | "js" | "node" | "jsx" | "mjs" | "cjs" => Some(Language::JavaScript),
        "typescript" | "ts" | "tsx" => Some(Language::TypeScript),
        "powershell" | "ps1" | "pwsh" | "ps" => Some(Language::PowerShell),
        _ => None,
    }
}

/// Puts programs that import each other into one group.
fn groups(units: Vec<Unit>) -> Vec<Vec<Unit>> {
    let mut stems: HashMap<String, usize> = HashMap::new();
    for (index, unit) in units.iter().enumerate() {
        if let Some(stem) = &unit.stem {
            stems.entry(stem.clone()).or_insert(index);
        }
    }
    let mut leader: Vec<usize> = (0..units.len()).collect();
    for (index, unit) in units.iter().enumerate() {
        for path in unit.program.imports.values() {
            for part in path.split(['.', '/']).filter(|part| part.len() > 1) {
                if let Some(other) = stems.get(part) {
                    let (from, to) = (root(&leader, index), root(&leader, *other));
                    leader[from.max(to)] = from.min(to);
                }
            }
        }
    }
    // The blocks of a document follow each other: what one sets the next uses.
    let mut first_block: HashMap<(usize, Language), usize> = HashMap::new();
    for (index, unit) in units.iter().enumerate().filter(|(_, unit)| unit.stem.is_none()) {
        let first = *first_block.entry((unit.file, unit.program.language)).or_insert(index);
        let (from, to) = (root(&leader, index), root(&leader, first));
        leader[from.max(to)] = from.min(to);
    }
    let mut grouped: HashMap<usize, usize> = HashMap::new();
    let mut groups: Vec<Vec<Unit>> = Vec::new();
    for (index, unit) in units.into_iter().enumerate() {
        let group = *grouped.entry(root(&leader, index)).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(unit);
    }
    groups
}

fn root(leader: &[usize], mut index: usize) -> usize {
    while leader[index] != index {
        index = leader[index];
    }
    index
}
