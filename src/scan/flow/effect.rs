//! What a program does to the world.

use std::sync::Arc;

use super::taint::{Place, Taint};

/// Something that a program does.
#[derive(Debug, Clone)]
pub(in crate::scan) struct Effect {
    /// Where it stands.
    pub(in crate::scan) place: Place,
    /// What it is.
    pub(in crate::scan) action: Action,
    /// What is sent, run, written or deleted, and what it came from.
    pub(in crate::scan) data: Taint,
    /// The same as text, where it is known.
    pub(in crate::scan) text: Vec<Arc<str>>,
    /// Where to: an address, a path; as text, where it is known.
    pub(in crate::scan) target: Vec<Arc<str>>,
    /// What the target came from.
    pub(in crate::scan) target_taint: Taint,
    /// What decides whether it happens at all.
    pub(in crate::scan) trigger: Taint,
    /// Whether the command or function was put together from pieces or codes.
    pub(in crate::scan) is_disguised: bool,
    /// How deep inside of texts that are run as code it stands.
    pub(in crate::scan) depth: usize,
}

/// The kinds of effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scan) enum Action {
    /// Data leaves by a request, in its body or address.
    Send(Channel),
    /// Something is fetched.
    Download,
    /// A text is run as code, or as a command.
    Run,
    /// A file is run, loaded or sourced.
    RunFile,
    /// A file is written.
    Write,
    /// A file or folder is deleted.
    Delete,
    /// Who may use a file is changed; the text holds the mode.
    ChangeMode,
    /// A command runs with the rights of the administrator.
    Elevate,
    /// The clipboard gets something.
    SetClipboard,
    /// A loop that nothing ends, or a function that multiplies itself.
    Exhaust,
}

/// How data leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scan) enum Channel {
    /// HTTP and its like.
    Http,
    /// The headers of a request.
    Header,
    /// A socket.
    Socket,
    /// A name that is looked up.
    Dns,
    /// Mail.
    Mail,
    /// A repository, a bucket, a remote folder.
    Copy,
}
