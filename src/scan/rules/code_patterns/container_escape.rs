//! Containers that hold nothing in.

use std::sync::LazyLock;

use crate::scan::evidence::configuration::entries;
use crate::scan::evidence::reach::{Reach, reach};
use crate::scan::evidence::setting::{is_code, is_shown, is_specimen, window};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "container-escape",
    summary: "A container is started with the host's files, processes or rights",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Mount the one folder that is needed, read-only, and start the container without the host's rights.",
    references: &["AST06", "ASI05", "LLM06", "CWE-250"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("container_escape.md"),
    hook: Hook::Text {
        needles: &["docker", "podman", "nerdctl", "nsenter", "privileged", "hostpath", "kubectl", "ctr run"],
        check,
    },
};

static RUNS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"\b(?:docker|podman|nerdctl)\s+(?:container\s+)?(?:run|create|exec)\s(?:[^\n\\]|\\\r?\n|\\.){1,900}")
});
/// The root of the host, or a folder that is as good.
static HOST_FILES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?:-v|--volume)[=\s]+['\x22]?/(?:etc|root|home|proc|boot|var/lib|)/?:\S+|--mount[=\s]+\S*(?:source|src)=/(?:etc|root|home|proc|boot|)/?,|/var/run/docker\.sock:|/run/containerd",
    )
});
static HOST_ROOT: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?:-v|--volume)[=\s]+['\x22]?/:\S+|--mount[=\s]+\S*(?:source|src)=/,"));
static HOST_RIGHTS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"--privileged\b|--pid[=\s]+host\b|--cap-add[=\s]+(?:ALL|SYS_ADMIN|SYS_PTRACE|SYS_MODULE)\b|--security-opt[=\s]+\S*(?:apparmor|seccomp)[=:]unconfined|--userns[=\s]+host\b|--ipc[=\s]+host\b",
    )
});
/// What only somebody does who wants out.
static LEAVES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\bchroot\s+/\w+|\bnsenter\s[^\n]{0,80}(?:-t|--target)[=\s]*1\b|/proc/1/root|\brelease_agent\b|\bcat\s+\S*/etc/shadow|/host/(?:etc|root|home)",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in RUNS.find_iter(view.text()).filter(|found| is_code(view, found.start())) {
        let command = found.as_str();
        let (root, files) = (HOST_ROOT.is_match(command), HOST_FILES.is_match(command));
        let (rights, leaves) = (HOST_RIGHTS.is_match(command), LEAVES.is_match(command));
        let severity = match () {
            () if !root && !files && !rights && !leaves => continue,
            () if is_shown(view, &found.range()) => Severity::Info,
            () if leaves && (root || rights) || root && rights || reach(command) == Reach::Hostile => {
                Severity::Critical
            }
            () if leaves || root && view.is_script() => Severity::High,
            () if root => Severity::Low,
            () if rights => Severity::Low,
            () => Severity::Info,
        };
        sink.report(view, found.range(), "the container is given what it should be kept from").severity(severity);
    }
    for found in view.text().match_indices("nsenter").filter(|(at, _)| is_code(view, *at)).take(8) {
        let command = window(view.text(), found.0, 120);
        let command = command.lines().next().unwrap_or("");
        if LEAVES.is_match(command) && !is_shown(view, &(found.0..found.0 + command.len())) {
            sink.report(view, found.0..found.0 + command.len(), "the command enters the first process of the host")
                .severity(Severity::High);
        }
    }
    if view.path().contains("compose") || view.text().contains("kind: Pod") || view.text().contains("hostPath") {
        check_description(view, sink);
    }
}

/// Looks at a description of containers: a compose file, or one for a cluster.
fn check_description(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if is_specimen(view) {
        return;
    }
    let found = entries(view);
    let is_privileged = found.iter().any(|entry| {
        matches!(entry.key(), "privileged" | "hostPID") && entry.value == "true"
            || entry.key() == "pid" && entry.value == "host"
    });
    for entry in &found {
        let mounts_root = entry.is_below("volumes")
            && (entry.value.starts_with("/:")
                || entry.is_below("hostPath") && entry.key() == "path" && entry.value == "/");
        let severity = match () {
            () if mounts_root && is_privileged => Severity::Critical,
            () if mounts_root => Severity::High,
            () if entry.value.contains("docker.sock:") => Severity::Info,
            () => continue,
        };
        sink.report(view, entry.span.clone(), "the container is given the host's files").severity(severity);
    }
}
