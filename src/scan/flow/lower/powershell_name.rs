//! Names of .NET, as the functions of other languages that do the same.

/// Returns the dotted name of a static member, in small letters.
pub(super) fn canonical_static(kind: &str, member: &str) -> String {
    let known = match (kind, member) {
        ("convert", "frombase64string") => "base64.b64decode",
        ("convert", "fromhexstring") => "bytes.fromhex",
        ("convert", "tobase64string" | "tohexstring") => "str",
        ("convert", "tochar") => "chr",
        ("convert", "toint32" | "tobyte" | "toint16") => "int",
        ("io.file", "readalltext" | "readallbytes" | "readalllines" | "openread") => "fs.readFileSync",
        ("io.file", "writealltext" | "writeallbytes" | "writealllines") => "fs.writeFileSync",
        ("io.file", "appendalltext") => "fs.appendFileSync",
        ("io.file", "delete") | ("io.directory", "delete") => "fs.rmSync",
        ("io.file", "copy" | "move") => "fs.copyFileSync",
        ("io.file" | "io.directory", "exists") => "os.path.exists",
        ("io.directory", "getfiles" | "enumeratefiles") => "os.listdir",
        ("io.path", "combine") => "os.path.join",
        ("environment", "getenvironmentvariable") => "os.getenv",
        ("environment", "getenvironmentvariables") => "powershell.environment",
        ("environment", "username" | "machinename" | "userdomainname" | "osversion") => "powershell.system",
        ("diagnostics.process", "start") => "subprocess.Popen",
        ("scriptblock", "create") => "powershell.block",
        ("net.dns", _) => "socket.gethostbyname",
        ("windows.forms.clipboard" | "windows.clipboard", "gettext") => "pyperclip.paste",
        ("reflection.assembly", "load") => "eval",
        ("string", "join") => "powershell.join",
        ("string", "concat") => "powershell.concat",
        ("string", "format") => "powershell.format",
        ("array", "reverse") => "powershell.reverse",
        ("datetime", "now" | "utcnow" | "today") => "powershell.time",
        _ => return format!("{kind}.{member}"),
    };
    known.to_owned()
}

/// Returns the name that other languages have for a method, in small letters, if any has it.
pub(super) fn canonical_member(member: &str) -> Option<&'static str> {
    Some(match member {
        "replace" => "replace",
        "split" => "split",
        "trim" => "trim",
        "trimend" | "trimstart" => "strip",
        "tolower" | "tolowerinvariant" => "toLowerCase",
        "toupper" | "toupperinvariant" => "toUpperCase",
        "tostring" => "toString",
        "substring" => "substr",
        "downloadstring" | "downloaddata" | "openread" | "getstringasync" | "getbytearrayasync" | "getasync" => {
            "powershell_get"
        }
        "downloadfile" | "downloadfileasync" | "downloadfiletaskasync" => "powershell_fetch",
        "uploadstring" | "uploaddata" | "uploadvalues" | "postasync" | "putasync" => "powershell_post",
        "uploadfile" => "powershell_upload",
        "getstring" => "powershell_text",
        "getbytes" | "gettext" => "valueOf",
        "invoke" | "begininvoke" | "invokescript" | "invokereturnasis" => "powershell_invoke",
        "tochararray" => "powershell_characters",
        "run" => "powershell_run",
        _ => return None,
    })
}
