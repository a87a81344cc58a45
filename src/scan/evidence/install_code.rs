//! What code does that runs while a package is installed or built: the file that is started,
//! and the files beside it that it loads.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::configuration::entries;
use crate::scan::evidence::destination::{Destination, destination, is_own_secret, of_text};
use crate::scan::evidence::reach::{Reach, folder_of, judge, reach};
use crate::scan::evidence::setting::{is_demonstrated, is_specimen_path};
use crate::scan::evidence::startup_path::startup_path;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::flow::effect::{Action, Effect};
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Severity, TextView, inner_path};

/// What such code does, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::scan) enum InstallAct {
    /// It starts programs of the machine, as a compiler.
    StartsPrograms,
    /// It fetches something, and does not run it as far as can be seen.
    Fetches,
    /// It writes where nothing of the package belongs, or asks for the administrator's rights.
    WritesOutside,
    /// It sends facts about the machine to somebody.
    TellsOfMachine,
    /// It runs what it fetches or decodes, gives secrets away, or leaves something behind that
    /// starts by itself.
    Hostile,
}

impl InstallAct {
    /// Returns how bad that is where nobody is asked before it runs.
    pub(in crate::scan) fn severity(self) -> Severity {
        match self {
            Self::StartsPrograms => Severity::Info,
            Self::Fetches => Severity::Medium,
            Self::WritesOutside | Self::TellsOfMachine => Severity::High,
            Self::Hostile => Severity::Critical,
        }
    }

    /// Says it, to be read after the name of a file.
    pub(in crate::scan) fn words(self) -> &'static str {
        match self {
            Self::StartsPrograms => "starts programs",
            Self::Fetches => "fetches something",
            Self::WritesOutside => "writes where nothing of the package belongs, or asks for more rights",
            Self::TellsOfMachine => "sends facts about the machine to a host that nobody vouches for",
            Self::Hostile => "runs what it fetches or decodes, gives secrets away, or stays behind",
        }
    }
}

/// The worst that the code does, and where.
#[derive(Debug, Clone)]
pub(in crate::scan) struct InstallCode {
    /// What it does.
    pub(in crate::scan) act: InstallAct,
    /// The file, as an index into the files of the view.
    pub(in crate::scan) file: usize,
    /// The place in its text.
    pub(in crate::scan) span: Range<usize>,
}

/// Files that are followed from the one that is started.
const FOLLOWED_FILES: usize = 16;
/// Names in one script that are looked up.
const LOADED_NAMES: usize = 200;
/// How many files lie between the one that is started and the last that is followed.
const FOLLOWED_STEPS: usize = 2;

/// Returns the worst that a file does which runs at installation, and what it loads from beside
/// it; the worst of the first file that does it.
pub(in crate::scan) fn install_code(view: &BundleView<'_>, file: usize) -> Option<InstallCode> {
    let mut met = BTreeSet::from([file]);
    let mut now = vec![file];
    let mut worst: Option<InstallCode> = None;
    for _ in 0..=FOLLOWED_STEPS {
        let mut next = Vec::new();
        for file in now {
            if let Some(found) = of_file(view, file)
                && worst.as_ref().is_none_or(|worst| worst.act < found.act)
            {
                worst = Some(found);
            }
            for loaded in loaded_files(view, file) {
                if met.len() < FOLLOWED_FILES && met.insert(loaded) {
                    next.push(loaded);
                }
            }
        }
        now = next;
    }
    worst
}

fn of_file(view: &BundleView<'_>, file: usize) -> Option<InstallCode> {
    let text = view.files.get(file)?.text.as_ref()?;
    let asks_for_facts = FACTS.is_match(text.text());
    let effects = view.flow().of_file(file).filter_map(|effect| {
        let span = effect.place.start..effect.place.end;
        let is_sent = matches!(effect.action, Action::Send(_)) && destination(view, effect) > Destination::Known;
        let act = act(view, effect)?;
        // What is written into a request afterwards is not followed.
        let act = if asks_for_facts && is_sent { act.max(InstallAct::TellsOfMachine) } else { act };
        (!is_demonstrated(text, &span)).then_some((act, span))
    });
    // The first of the worst.
    let mut worst: Option<(InstallAct, Range<usize>)> = None;
    for (act, span) in effects {
        if worst.as_ref().is_none_or(|(known, _)| *known < act) {
            worst = Some((act, span));
        }
    }
    worst.map(|(act, span)| InstallCode { act, file, span })
}

/// Calls that ask who uses a machine, and how it is called: a build needs neither.
static FACTS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\bos\.(?:hostname|userInfo|networkInterfaces)\(|\brequire\(['\x22](?:node:)?os['\x22]\)\.(?:hostname|userInfo)\(|\bgethostname\(|\bgetpass\.getuser\(|\bplatform\.node\(|\bos\.getlogin\(",
    )
});

fn act(view: &BundleView<'_>, effect: &Effect) -> Option<InstallAct> {
    let to = || destination(view, effect);
    let holds = |kinds| effect.data.kinds.holds(kinds);
    let is_outside = |path: &str| {
        let path = path.trim_matches(['"', '\'']);
        let is_home = path.starts_with('~') || path.starts_with("$HOME") || path.starts_with("/home/");
        let is_system =
            ["/etc/", "/usr/", "/opt/", "/root/", "/bin/", "/Library/"].iter().any(|root| path.starts_with(root));
        is_home || is_system
    };
    match effect.action {
        Action::Run | Action::RunFile if runs_download(view, effect) => Some(InstallAct::Hostile),
        Action::Run if effect.is_disguised && holds(Kinds::DECODED) => Some(InstallAct::Hostile),
        Action::Run => {
            let reached = effect.text.iter().map(|command| reach(command)).max();
            Some(match reached {
                Some(Reach::Hostile) => InstallAct::Hostile,
                Some(Reach::Network | Reach::NetworkAndCode) => InstallAct::Fetches,
                _ => InstallAct::StartsPrograms,
            })
        }
        Action::Send(_) if gives_secret_away(view, effect) => Some(InstallAct::Hostile),
        Action::Send(_) if holds(Kinds::SYSTEM) && to() > Destination::Known => Some(InstallAct::TellsOfMachine),
        Action::Send(_) if holds(Kinds::LOCAL_FILE) && to().is_foreign() => Some(InstallAct::TellsOfMachine),
        Action::Send(_) | Action::Download => match to() {
            Destination::Local => None,
            Destination::Hostile => Some(InstallAct::Hostile),
            _ => Some(InstallAct::Fetches),
        },
        Action::Write if effect.target.iter().any(|path| startup_path(path).is_some()) => Some(InstallAct::Hostile),
        Action::Write if effect.target.iter().any(|path| is_outside(path)) => Some(InstallAct::WritesOutside),
        Action::Elevate => Some(InstallAct::WritesOutside),
        _ => None,
    }
}

/// Tells whether something is run that comes from a host that nobody vouches for. Through
/// variables and files data is followed with less certainty: of what comes from an address that is
/// only known when it runs, `downloaded-code` tells.
fn runs_download(view: &BundleView<'_>, effect: &Effect) -> bool {
    let origin = effect.data.origin(Kinds::DOWNLOAD);
    origin.is_some_and(|origin| of_text(view, &origin.name).is_foreign())
}

/// Tells whether a secret goes to somebody that it does not belong to: a token of a service goes
/// to an address of that service, which a program may put together; a file of secrets belongs
/// nowhere.
fn gives_secret_away(view: &BundleView<'_>, effect: &Effect) -> bool {
    let to = destination(view, effect);
    let holds = |kinds| effect.data.kinds.holds(kinds);
    let is_own = || {
        let mut secrets = effect.data.origins.iter().filter(|origin| origin.kind == Kinds::SECRET_VARIABLE).peekable();
        secrets.peek().is_some() && secrets.all(|origin| is_own_secret(view, effect, &origin.name))
    };
    match () {
        () if !holds(Kinds::SECRET) => false,
        () if holds(Kinds::CREDENTIAL_FILE) || holds(Kinds::ENVIRONMENT) => to > Destination::Known,
        () => to == Destination::Hostile || to == Destination::Stranger && !is_own(),
    }
}

static LOADS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"\b(?:require|import)\(\s*['"](\.{1,2}/[^'"\n]{1,200})['"]|\bfrom\s+['"](\.{1,2}/[^'"\n]{1,200})['"]|^\s*import\s+['"](\.{1,2}/[^'"\n]{1,200})['"]"#,
    )
});
static PYTHON_LOADS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?m)^[ \t]*(?:from[ \t]+(\.{0,2}[A-Za-z_][\w.]{0,100})[ \t]+import\b|import[ \t]+([A-Za-z_][\w.]{0,100}))",
    )
});

/// Returns the files beside a script that it loads.
fn loaded_files(view: &BundleView<'_>, file: usize) -> Vec<usize> {
    let Some(text) = view.files.get(file).and_then(|file| file.text.as_ref()) else { return Vec::new() };
    loaded_paths(text).iter().filter_map(|path| file_at(view, path)).collect()
}

/// Returns the paths in the bundle, without their endings, of what a script loads from beside it.
fn loaded_paths(text: &TextView<'_>) -> Vec<String> {
    let folder = folder_of(text.path());
    let is_python = text.file().language == Some("python");
    let loads = if is_python { &*PYTHON_LOADS } else { &*LOADS };
    let names = loads
        .captures_iter(text.text())
        .take(LOADED_NAMES)
        .filter_map(|found| (1..found.len()).find_map(|group| found.get(group)).map(|name| name.as_str()));
    let path = |name: &str| match is_python {
        true => joined(folder, &name.trim_start_matches('.').replace('.', "/")),
        false => joined(folder, name),
    };
    names.map(path).collect()
}

/// Finds the file that a command starts in `folder`: `node install`, `python x.py`, `./x.sh`.
pub(in crate::scan) fn started_by(view: &BundleView<'_>, folder: &str, command: &str) -> Option<usize> {
    let words = command.split([' ', '&', ';', '|', '\n', '"', '\'', '(', ')']).filter(|word| !word.is_empty());
    let mut is_interpreter = false;
    for word in words.take(40) {
        let is_path = is_interpreter || word.contains('/') || word.contains('.');
        if is_path
            && !word.starts_with('-')
            && let Some(file) = resolve(view, folder, word)
        {
            return Some(file);
        }
        let is_option = word.starts_with('-');
        is_interpreter = is_interpreter && is_option
            || matches!(
                word,
                "node" | "nodejs" | "bun" | "deno" | "tsx" | "ts-node" | "python" | "python3" | "sh" | "bash"
            );
    }
    None
}

/// Finds a file of the bundle itself by the path that a command has for it.
fn resolve(view: &BundleView<'_>, folder: &str, name: &str) -> Option<usize> {
    file_at(view, &joined(folder, name))
}

/// Puts a path onto a folder, and takes `.` and `..` out.
fn joined(folder: &str, name: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in name.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

/// What an import leaves out of a path.
const ENDINGS: [&str; 9] = ["", ".js", ".cjs", ".mjs", ".ts", ".py", "/index.js", "/index.cjs", "/__init__.py"];

fn file_at(view: &BundleView<'_>, path: &str) -> Option<usize> {
    ENDINGS.iter().find_map(|ending| {
        view.files.iter().position(|file| {
            file.origin.is_none()
                && file.text.is_some()
                && file.path().strip_prefix(path).is_some_and(|rest| rest == *ending)
        })
    })
}

/// Returns the index of a text in the files of the view.
pub(in crate::scan) fn index_of(view: &BundleView<'_>, text: &TextView<'_>) -> Option<usize> {
    view.files.iter().position(|file| file.origin.is_none() && file.path() == text.path())
}

/// Returns the files of a package whose paths say that they are specimens, and that code which
/// is none loads: what is used is no specimen, whatever its folder is called.
pub(in crate::scan) fn used_specimens(view: &BundleView<'_>) -> BTreeSet<usize> {
    let is_specimen: Vec<bool> = view.files.iter().map(|file| is_specimen_path(inner_path(file.path()))).collect();
    if !is_specimen.contains(&true) {
        return BTreeSet::new();
    }
    let paths: BTreeMap<&str, usize> = view
        .files
        .iter()
        .enumerate()
        .filter(|(_, file)| file.origin.is_none() && file.text.is_some())
        .map(|(index, file)| (file.path(), index))
        .collect();
    let mut used = BTreeSet::new();
    let mut now: Vec<usize> = paths.values().copied().filter(|file| !is_specimen[*file]).collect();
    while let Some(file) = now.pop() {
        let Some(text) = view.files[file].text.as_ref().filter(|text| text.is_script()) else { continue };
        for path in loaded_paths(text) {
            let Some(loaded) = ENDINGS.iter().find_map(|ending| paths.get(format!("{path}{ending}").as_str())) else {
                continue;
            };
            if is_specimen[*loaded] && used.insert(*loaded) {
                now.push(*loaded);
            }
        }
    }
    used
}

/// What is run when a package is installed, and how far it goes.
#[derive(Debug, Clone)]
pub(in crate::scan) struct InstallHook {
    /// What starts it, for a reader: `postinstall`, `setup.py`, the path of a file.
    pub(in crate::scan) name: String,
    /// The command, or the digest of the file.
    pub(in crate::scan) content: String,
    /// The worst that it does; nothing where it does nothing that stands out.
    pub(in crate::scan) act: Option<InstallAct>,
    /// The file in which it stands, as an index into the files of the view.
    pub(in crate::scan) file: usize,
    /// The place in its text.
    pub(in crate::scan) span: Range<usize>,
}

/// What npm runs of a package that comes from a registry.
pub(in crate::scan) const REGISTRY_LIFECYCLE: [&str; 3] = ["preinstall", "install", "postinstall"];

/// Returns what is run when the package that a bundle is gets installed: the scripts of its own
/// manifest, setup.py, and lines of path files.
pub(in crate::scan) fn install_hooks(view: &BundleView<'_>) -> Vec<InstallHook> {
    let mut hooks = Vec::new();
    for (index, file) in view.files.iter().enumerate().filter(|(_, file)| file.origin.is_none()) {
        let Some(text) = &file.text else { continue };
        let path = inner_path(file.path());
        let of_file = |act: Option<InstallAct>, span| InstallHook {
            name: path.to_owned(),
            content: file.file.sha256.to_string(),
            act,
            file: index,
            span,
        };
        if path == "package.json" {
            let scripts = entries(text).into_iter().filter(|entry| {
                entry.path.strip_prefix("scripts/").is_some_and(|name| REGISTRY_LIFECYCLE.contains(&name))
            });
            hooks.extend(scripts.map(|entry| InstallHook {
                name: entry.key().to_owned(),
                act: command_act(view, folder_of(text.path()), &entry.value),
                content: entry.value,
                file: index,
                span: entry.span,
            }));
        } else if path == "setup.py" {
            let found = install_code(view, index);
            let span = found.as_ref().filter(|found| found.file == index).map_or(0..0, |found| found.span.clone());
            hooks.push(of_file(found.map(|found| found.act), span));
        } else if path.ends_with(".pth") && text.text().lines().any(|line| line.starts_with("import")) {
            hooks.push(of_file(Some(InstallAct::StartsPrograms), 0..0));
        }
    }
    hooks
}

/// Returns the worst that a command of a hook does, with the files that it starts.
pub(in crate::scan) fn command_act(view: &BundleView<'_>, folder: &str, command: &str) -> Option<InstallAct> {
    let own = match judge(view, folder, command).reach {
        Reach::Hostile => Some(InstallAct::Hostile),
        Reach::Network | Reach::NetworkAndCode => Some(InstallAct::Fetches),
        Reach::Inline | Reach::Local => None,
    };
    own.max(started_by(view, folder, command).and_then(|file| install_code(view, file)).map(|found| found.act))
}
