//! What functions of libraries do, by their dotted names.

use super::taint::Kinds;

/// What a function does that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    /// Gives something that came from outside of the program.
    Source(Kinds),
    /// Opens a file: the path comes first.
    Open,
    /// Gives the content of a file whose path comes first.
    ReadFile,
    /// Writes a file: the path, then the content.
    WriteFile,
    /// Writes to an open file or stream: the content comes first, the file is the object.
    WriteHandle,
    /// Writes to an open file that comes second.
    DumpTo,
    /// Copies or moves a file.
    Copy,
    /// Asks a server: the address comes first.
    Request,
    /// Asks a server: the method comes first, the address second.
    RequestWithMethod,
    /// Downloads to a file: the address, then the path.
    Fetch,
    /// Sends over a socket.
    SocketSend,
    /// Asks for the address of a name.
    Resolve,
    /// Sends mail.
    Mail,
    /// Runs a command of the shell, or a program with its arguments.
    RunShell,
    /// Runs code of its own language.
    RunCode,
    /// Runs a file of code: the path comes first.
    RunFile,
    /// Loads a module from a file: the path comes second.
    LoadFile,
    /// Deletes a file or folder.
    Delete,
    /// Changes who may use a file.
    ChangeMode,
    /// Decodes.
    Decode,
    /// Encrypts.
    Encrypt,
    /// Walks through folders.
    Walk,
    /// Gives something that says nothing of what it came from: a length, a hash, whether a file exists.
    Clean,
    /// Builds a path of parts.
    JoinPath,
    /// Gives the home folder.
    Home,
    /// Puts something on the clipboard.
    SetClipboard,
}

/// Returns what a function does; `path` is its dotted name, in which `()` stands for a call.
pub(super) fn api(path: &str) -> Option<Api> {
    let path = path.strip_prefix("builtins.").or_else(|| path.strip_prefix("globalThis.")).unwrap_or(path);
    let path = path.strip_prefix("window.").or_else(|| path.strip_prefix("node:")).unwrap_or(path);
    let (object, name) = path.rsplit_once('.').unwrap_or(("", path));
    if let Some(api) = by_whole_name(path) {
        return Some(api);
    }
    let module = object.split(['.', '(']).next().unwrap_or_default();
    match (module, name) {
        ("subprocess", "run" | "call" | "check_output" | "check_call" | "Popen" | "getoutput" | "getstatusoutput") => {
            Some(Api::RunShell)
        }
        ("os", name) if name.starts_with("exec") || name.starts_with("spawn") || name.starts_with("posix_spawn") => {
            Some(Api::RunShell)
        }
        ("child_process", "exec" | "execSync" | "spawn" | "spawnSync" | "execFile" | "execFileSync" | "fork") => {
            Some(Api::RunShell)
        }
        ("vm", name) if name.starts_with("runIn") || name == "Script" => Some(Api::RunCode),
        ("requests" | "httpx" | "aiohttp" | "niquests" | "curl_cffi" | "cloudscraper" | "urllib3", "request") => {
            Some(Api::RequestWithMethod)
        }
        ("http" | "urllib", "request") if object.contains("()") => Some(Api::RequestWithMethod),
        (
            "requests" | "httpx" | "aiohttp" | "niquests" | "curl_cffi" | "cloudscraper" | "axios" | "got" | "ky"
            | "superagent" | "needle" | "undici" | "https" | "http",
            "get" | "post" | "put" | "patch" | "delete" | "head" | "request" | "stream" | "fetch" | "ws_connect",
        ) => Some(Api::Request),
        (
            "socket" | "ssl" | "net" | "dgram" | "tls" | "websocket" | "websockets" | "WebSocket",
            "send" | "sendall" | "sendto" | "write" | "end" | "connect_and_send",
        ) => Some(Api::SocketSend),
        ("smtplib", "sendmail" | "send_message") | ("nodemailer", "sendMail") => Some(Api::Mail),
        ("dns", "resolve" | "lookup" | "resolve4" | "resolveTxt" | "query") => Some(Api::Resolve),
        ("fs", "readFileSync" | "readFile" | "createReadStream") => Some(Api::ReadFile),
        ("fs", "writeFileSync" | "writeFile" | "appendFileSync" | "appendFile") => Some(Api::WriteFile),
        ("fs", "createWriteStream" | "open" | "openSync") => Some(Api::Open),
        ("fs", "copyFileSync" | "copyFile" | "renameSync" | "rename" | "cpSync" | "cp") => Some(Api::Copy),
        ("fs", "unlinkSync" | "unlink" | "rmSync" | "rm" | "rmdirSync" | "rmdir") => Some(Api::Delete),
        ("fs", "chmodSync" | "chmod") => Some(Api::ChangeMode),
        ("fs", "readdirSync" | "readdir") => Some(Api::Walk),
        ("fs", "existsSync" | "statSync" | "stat" | "exists" | "mkdirSync" | "mkdir" | "accessSync") => {
            Some(Api::Clean)
        }
        ("pathlib", "read_text" | "read_bytes") => Some(Api::ReadFile),
        ("pathlib", "glob" | "rglob" | "iterdir" | "walk") => Some(Api::Walk),
        ("hashlib" | "crypto" | "hmac" | "zlib.crc32", "hexdigest" | "digest") => Some(Api::Clean),
        (
            "cryptography" | "Crypto" | "Cryptodome" | "nacl" | "pyAesCrypt",
            "encrypt" | "encrypt_and_digest" | "update" | "encryptFile",
        ) => Some(Api::Encrypt),
        _ => by_method(object, name),
    }
}

fn by_whole_name(path: &str) -> Option<Api> {
    Some(match path {
        "os.system"
        | "os.popen"
        | "pty.spawn"
        | "commands.getoutput"
        | "asyncio.create_subprocess_shell"
        | "asyncio.create_subprocess_exec"
        | "pexpect.spawn"
        | "pexpect.run"
        | "execa"
        | "shelljs.exec"
        | "Deno.run"
        | "Bun.spawn"
        | "os.startfile"
        | "zx.$" => Api::RunShell,
        "eval"
        | "exec"
        | "Function"
        | "execfile"
        | "setTimeout"
        | "setInterval"
        | "types.FunctionType"
        | "code.InteractiveInterpreter().runcode"
        | "pickle.loads"
        | "dill.loads"
        | "cloudpickle.loads" => Api::RunCode,
        "runpy.run_path" | "imp.load_source" => Api::RunFile,
        "importlib.util.spec_from_file_location" | "importlib.machinery.SourceFileLoader" => Api::LoadFile,
        "open" | "io.open" | "codecs.open" | "aiofiles.open" | "gzip.open" => Api::Open,
        "urllib.request.urlopen"
        | "urllib2.urlopen"
        | "urlopen"
        | "urllib.request.Request"
        | "fetch"
        | "axios"
        | "got"
        | "node-fetch"
        | "ky"
        | "cross-fetch"
        | "undici.fetch"
        | "navigator.sendBeacon"
        | "EventSource"
        | "$.post"
        | "$.get"
        | "$.ajax" => Api::Request,
        "axios.request" | "undici.request" => Api::Request,
        "urllib.request.urlretrieve" | "wget.download" | "gdown.download" => Api::Fetch,
        "json.dump" | "pickle.dump" | "yaml.dump" | "yaml.safe_dump" | "toml.dump" | "shutil.copyfileobj" => {
            Api::DumpTo
        }
        "shutil.copy" | "shutil.copy2" | "shutil.copyfile" | "shutil.move" | "os.rename" | "os.replace"
        | "shutil.copytree" | "os.symlink" | "os.link" => Api::Copy,
        "os.remove" | "os.unlink" | "shutil.rmtree" | "os.rmdir" | "os.removedirs" | "send2trash" => Api::Delete,
        "os.chmod" | "os.chown" | "os.fchmod" => Api::ChangeMode,
        "os.walk" | "os.listdir" | "os.scandir" | "glob.glob" | "glob.iglob" | "glob.sync" | "fast-glob" => Api::Walk,
        "os.path.join" | "path.join" | "posixpath.join" | "ntpath.join" | "pathlib.Path" | "pathlib.PurePath"
        | "path.resolve" => Api::JoinPath,
        "os.homedir" | "pathlib.Path.home" | "os.userInfo().homedir" => Api::Home,
        "pyperclip.paste"
        | "clipboardy.read"
        | "clipboardy.readSync"
        | "navigator.clipboard.readText"
        | "win32clipboard.GetClipboardData"
        | "PIL.ImageGrab.grabclipboard"
        | "clipboard.paste" => Api::Source(Kinds::CLIPBOARD),
        "pyperclip.copy"
        | "clipboardy.write"
        | "clipboardy.writeSync"
        | "navigator.clipboard.writeText"
        | "win32clipboard.SetClipboardText" => Api::SetClipboard,
        "PIL.ImageGrab.grab"
        | "ImageGrab.grab"
        | "pyautogui.screenshot"
        | "pyscreenshot.grab"
        | "mss.mss().grab"
        | "mss.mss().shot"
        | "screenshot-desktop"
        | "cv2.VideoCapture"
        | "sounddevice.rec"
        | "pyaudio.PyAudio"
        | "navigator.mediaDevices.getDisplayMedia" => Api::Source(Kinds::SCREEN),
        "pynput.keyboard.Listener"
        | "keyboard.on_press"
        | "keyboard.hook"
        | "keyboard.record"
        | "keyboard.read_event"
        | "pyxhook.HookManager"
        | "iohook.on"
        | "keyboard.on_release" => Api::Source(Kinds::KEYSTROKES),
        "powershell.environment" => Api::Source(Kinds::ENVIRONMENT),
        "getpass.getpass" => Api::Source(Kinds::PASSWORD_PROMPT),
        "keyring.get_password"
        | "win32crypt.CryptUnprotectData"
        | "browser_cookie3.load"
        | "browser_cookie3.chrome"
        | "browser_cookie3.firefox"
        | "secretstorage.get_default_collection" => Api::Source(Kinds::CREDENTIAL_FILE),
        "input" | "raw_input" | "sys.stdin.read" | "sys.stdin.readline" | "readline.question" => {
            Api::Source(Kinds::INPUT)
        }
        "socket.gethostname"
        | "platform.node"
        | "platform.platform"
        | "platform.uname"
        | "platform.system"
        | "platform.release"
        | "platform.version"
        | "platform.machine"
        | "platform.processor"
        | "platform.mac_ver"
        | "os.uname"
        | "os.getlogin"
        | "getpass.getuser"
        | "os.hostname"
        | "os.userInfo"
        | "os.networkInterfaces"
        | "os.platform"
        | "os.release"
        | "os.arch"
        | "os.type"
        | "os.cpus"
        | "uuid.getnode"
        | "psutil.users"
        | "psutil.process_iter"
        | "psutil.net_if_addrs"
        | "psutil.virtual_memory"
        | "psutil.disk_usage"
        | "psutil.cpu_percent"
        | "os.getuid"
        | "pwd.getpwuid"
        | "os.cpu_count" => Api::Source(Kinds::SYSTEM),
        "datetime.datetime.now"
        | "datetime.now"
        | "datetime.date.today"
        | "date.today"
        | "datetime.datetime.today"
        | "datetime.datetime.utcnow"
        | "time.time"
        | "time.localtime"
        | "time.strftime"
        | "Date"
        | "Date.now"
        | "time.gmtime" => Api::Source(Kinds::TIME),
        "socket.gethostbyname" | "socket.getaddrinfo" | "dns.resolver.resolve" | "dns.resolver.query" => Api::Resolve,
        "base64.b64decode"
        | "base64.urlsafe_b64decode"
        | "base64.b32decode"
        | "base64.b85decode"
        | "base64.a85decode"
        | "base64.b16decode"
        | "base64.decodebytes"
        | "base64.standard_b64decode"
        | "bytes.fromhex"
        | "bytearray.fromhex"
        | "binascii.unhexlify"
        | "binascii.a2b_hex"
        | "binascii.a2b_base64"
        | "codecs.decode"
        | "zlib.decompress"
        | "gzip.decompress"
        | "bz2.decompress"
        | "lzma.decompress"
        | "marshal.loads"
        | "atob"
        | "zlib.inflateSync"
        | "zlib.gunzipSync"
        | "zlib.inflateRawSync"
        | "zlib.brotliDecompressSync"
        | "String.fromCharCode"
        | "decodeURIComponent"
        | "unescape" => Api::Decode,
        "os.path.exists" | "os.path.isfile" | "os.path.isdir" | "os.path.getsize" | "os.stat" | "len" | "print"
        | "isinstance" | "type" | "hash" | "bool" | "console.log" | "console.error" | "logging.info" | "sys.exit"
        | "os.makedirs" | "os.mkdir" | "time.sleep" | "os.access" | "ast.literal_eval" | "os.path.getmtime" => {
            Api::Clean
        }
        _ => return None,
    })
}

/// Methods that mean the same on whatever object they are called.
fn by_method(object: &str, name: &str) -> Option<Api> {
    Some(match name {
        "read_text" | "read_bytes" if !object.is_empty() => Api::ReadFile,
        "write_text" | "write_bytes" => Api::WriteFile,
        "write" | "writelines" if object.contains("open") || object.contains("WriteStream") => Api::WriteHandle,
        "sendall" | "sendto" => Api::SocketSend,
        "send" if object.contains("socket") || object.contains("WebSocket") || object.contains("XMLHttpRequest") => {
            Api::SocketSend
        }
        "exec_module" => Api::RunFile,
        "rglob" | "iterdir" => Api::Walk,
        "unlink" if !object.is_empty() => Api::Delete,
        "chmod" if !object.is_empty() => Api::ChangeMode,
        "status_code" | "exists" | "is_file" | "is_dir" | "raise_for_status" | "hexdigest" | "mkdir" => Api::Clean,
        "powershell_get" | "powershell_post" | "powershell_upload" => Api::Request,
        "powershell_fetch" => Api::Fetch,
        "powershell_invoke" => Api::RunCode,
        "powershell_run" => Api::RunShell,
        "encrypt" if object.contains("Fernet") || object.contains("AES") || object.contains("encryptor") => {
            Api::Encrypt
        }
        "post" | "put" | "patch" if object.contains("Session()") || object.contains("Client()") => Api::Request,
        "get" if object.contains("Session()") => Api::Request,
        _ => return None,
    })
}

/// Tells whether a name of a variable of the environment says that its value is secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let is_public = ["PUBLIC", "KEYBOARD", "KEY_ID_FILE", "MAX_TOKENS", "TOKENIZER", "TOKEN_LIMIT", "KEYWORD"]
        .iter()
        .any(|word| name.contains(word));
    !is_public
        && ([
            "SECRET",
            "PASSWORD",
            "PASSWD",
            "CREDENTIAL",
            "PRIVATE_KEY",
            "API_KEY",
            "APIKEY",
            "ACCESS_KEY",
            "DATABASE_URL",
        ]
        .iter()
        .any(|word| name.contains(word))
            || name
                .split('_')
                .any(|word| matches!(word, "TOKEN" | "KEY" | "PASS" | "PAT" | "PWD" | "JWT" | "COOKIE" | "DSN"))
                && name != "PWD"
                && name != "OLDPWD")
}
