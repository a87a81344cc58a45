//! What is on the screen, in the clipboard or typed is taken, and the next steps send it.

use std::sync::LazyLock;

use crate::scan::evidence::command::{is_run, steps, whole_command};
use crate::scan::evidence::network_sink::{sends, sends_within};
use crate::scan::evidence::setting::{is_acquainted, is_code};
use crate::scan::evidence::url::HostKind;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "capture-to-network",
    summary: "The clipboard, the screen or the keyboard is captured and sent out",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the capture; where the user asks for one, keep it on the machine and show it first.",
    references: &["AST01", "ASI02", "LLM02", "AML.T0037", "CWE-200"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("capture_to_network.md"),
    hook: Hook::Text {
        needles: &[
            "pbpaste",
            "xclip",
            "xsel",
            "wl-paste",
            "get-clipboard",
            "pyperclip",
            "screencapture",
            "scrot",
            "gnome-screenshot",
            "imagegrab",
            "pyautogui",
            "x11grab",
            "avfoundation",
            "imagesnap",
            "fswebcam",
            "arecord",
            "corelocation",
            "pynput",
            "logkeys",
            "_history",
        ],
        check,
    },
};

static CAPTURES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\bpbpaste\b|\bxclip\s[^\n|]{0,60}-o\b|\bxsel\s+(?:-\w*[bo]\w*|--output|--clipboard)|\bwl-paste\b|\bGet-Clipboard\b|\bpyperclip\.paste\(|\bscreencapture\b|\bscrot\b|\bgnome-screenshot\b|\bimport\s+-window\s+root|\bImageGrab\.grab\(|\bpyautogui\.screenshot\(|\bffmpeg\s[^\n]{0,80}-f\s+(?:avfoundation|x11grab|gdigrab|dshow|alsa|pulse)\b|\bimagesnap\b|\bfswebcam\b|\barecord\s|\bCLLocationManager\b|\bpynput\.keyboard\b|\bkeyboard\.(?:Listener|on_press)\(|\blogkeys\s+--start|\bcat\s+[^\n|;]{0,40}\.(?:bash|zsh)_history\b",
    )
});

/// Captures that are looked at in one text.
const CAPTURES_PER_TEXT: usize = 2_000;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    let mut captures =
        CAPTURES.find_iter(text).take(CAPTURES_PER_TEXT).filter(|found| is_code(view, found.start())).peekable();
    if captures.peek().is_none() {
        return;
    }
    let sends = sends(text);
    for found in captures {
        if sink.is_full(view.path()) {
            return;
        }
        let section = steps(view, &found.range());
        let Some(send) = sends_within(&sends, &section).iter().find(|send| send.is_to_stranger()) else { continue };
        let is_known =
            send.url.as_ref().is_some_and(|url| url.host_kind() == HostKind::Named && is_acquainted(view, url));
        if is_known {
            continue;
        }
        let is_run = is_run(view, &whole_command(view, &found.range()));
        let severity = if is_run { Severity::Critical } else { Severity::Info };
        sink.report(view, found.range(), "what is captured here leaves by one of the next steps").severity(severity);
    }
}
