//! Names of Python that run something, load code or send data.

/// Modules of which everything that can be called starts programs or loads code.
const MODULES: &[&str] = &[
    "os",
    "posix",
    "nt",
    "subprocess",
    "pty",
    "commands",
    "popen2",
    "runpy",
    "code",
    "pip",
    "pydoc",
    "bdb",
    "pdb",
    "timeit",
    "ctypes",
    "webbrowser",
    "importlib",
    "marshal",
    "shutil",
    "asyncio.subprocess",
    "multiprocessing.util",
    "distutils.spawn",
];

/// Functions that are built in and run code or open what they are told.
const BUILT_IN: &[&str] =
    &["eval", "exec", "execfile", "compile", "__import__", "open", "breakpoint", "input", "apply"];

/// Names that make sense for a sink alone, without their module.
const NAMES: &[&str] = &[
    "system",
    "popen",
    "Popen",
    "exec",
    "eval",
    "execv",
    "execve",
    "execvp",
    "execl",
    "execlp",
    "spawnl",
    "spawnv",
    "posix_spawn",
    "check_output",
    "check_call",
    "getoutput",
    "getstatusoutput",
    "create_subprocess_shell",
    "create_subprocess_exec",
    "__import__",
    "urlopen",
    "urlretrieve",
    "dup2",
    "CDLL",
    "WinDLL",
    "b64decode",
    "startfile",
    "rmtree",
];

/// Tells whether a pickle that names `module` and `name` does something when it is loaded.
pub(in crate::scan) fn is_unsafe_global(module: &str, name: &str) -> bool {
    if matches!(module, "builtins" | "__builtin__" | "__builtins__") {
        return BUILT_IN.contains(&name);
    }
    // Paths and dates of the standard library, and copies of arrays, are ordinary content.
    let is_harmless = matches!((module, name), ("os", "PathLike" | "stat_result") | ("shutil", "Error"));
    let is_caller = matches!((module, name), ("operator", "methodcaller") | ("types", "FunctionType" | "CodeType"));
    let is_network = is_one_of(
        module,
        &["requests", "urllib", "urllib2", "urllib3", "httpx", "http", "socket", "ftplib", "smtplib"],
    ) && matches!(
        name,
        "get"
            | "post"
            | "put"
            | "request"
            | "urlopen"
            | "urlretrieve"
            | "socket"
            | "create_connection"
            | "FTP"
            | "SMTP"
    );
    let is_loader = matches!((module, name), ("pickle" | "_pickle" | "cPickle" | "dill", "loads" | "load"));
    !is_harmless && (is_one_of(module, MODULES) || is_network || is_caller || is_loader)
}

/// Tells whether `module` is one of `parents`, or inside of one.
fn is_one_of(module: &str, parents: &[&str]) -> bool {
    let is_below =
        |parent: &&str| module.strip_prefix(*parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    parents.iter().any(is_below)
}

/// Tells whether a name in compiled code stands for something that runs, loads or sends.
pub(in crate::scan) fn is_sink_name(name: &str) -> bool {
    NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_models_hold_is_no_sink() {
        let rows = [
            ("os", "system", true),
            ("posix", "system", true),
            ("subprocess", "Popen", true),
            ("builtins", "eval", true),
            ("asyncio.subprocess", "create_subprocess_shell", true),
            ("builtins", "set", false),
            ("collections", "OrderedDict", false),
            ("numpy.core.multiarray", "_reconstruct", false),
            ("torch._utils", "_rebuild_tensor_v2", false),
            ("sklearn.linear_model._logistic", "LogisticRegression", false),
            ("codeowners", "Rule", false),
        ];
        for (module, name, expected) in rows {
            assert_eq!(is_unsafe_global(module, name), expected, "{module}.{name}");
        }
    }
}
