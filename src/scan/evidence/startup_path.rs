//! Files that run by themselves: at login, at a time, when a tool starts.

/// Tells what runs the file at `path`, if anything does.
pub(in crate::scan) fn startup_path(path: &str) -> Option<&'static str> {
    let path = path.replace('\\', "/").to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_home = path.starts_with(['~', '/']) || path.contains("/home/") || path.starts_with('\u{fffc}');
    match () {
        () if is_home
            && matches!(
                name,
                ".bashrc"
                    | ".zshrc"
                    | ".profile"
                    | ".bash_profile"
                    | ".zprofile"
                    | ".zshenv"
                    | ".bash_login"
                    | ".bash_aliases"
                    | ".kshrc"
                    | ".cshrc"
                    | "config.fish"
                    | ".zlogin"
            ) =>
        {
            Some("the start of a shell")
        }
        () if path.starts_with("/etc/profile")
            || path == "/etc/bash.bashrc"
            || path == "/etc/environment"
            || path == "/etc/rc.local" =>
        {
            Some("the start of a shell")
        }
        () if path == "crontab" || path.starts_with("/etc/cron") || path.contains("/var/spool/cron") => {
            Some("the clock")
        }
        () if path.contains("library/launchagents")
            || path.contains("library/launchdaemons")
            || path.starts_with("launchctl ") =>
        {
            Some("the login")
        }
        () if path.contains("systemd/system/") || path.contains("systemd/user/") || path.starts_with("systemctl ") => {
            Some("the start of the machine")
        }
        () if path.contains(".config/autostart") || path.contains("start menu/programs/startup") => Some("the login"),
        () if path.starts_with("schtasks ") || path.starts_with("reg ") && path.contains("currentversion/run") => {
            Some("the login")
        }
        () if name == "sitecustomize.py"
            || name == "usercustomize.py"
            || name.ends_with(".pth") && path.contains("packages") =>
        {
            Some("the start of Python")
        }
        () if path.ends_with(".ssh/authorized_keys") || path.ends_with(".ssh/rc") => Some("whoever holds a key"),
        () if path == "/etc/sudoers" || path.starts_with("/etc/sudoers.d/") => Some("the administrator's rights"),
        () if name.ends_with("profile.ps1") => Some("the start of a shell"),
        () if path == "core.hookspath" || path.contains(".git/hooks/") => Some("git"),
        () if path.contains("/etc/ld.so.preload") || path.contains("/etc/init.d/") => Some("the start of a program"),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn startup_files_are_told_by_their_path() {
        for path in [
            "~/.bashrc",
            "/home/a/.zshrc",
            "crontab",
            "/etc/sudoers.d/x",
            "~/.config/systemd/user/x.service",
            "lib/sitecustomize.py",
        ] {
            assert!(startup_path(path).is_some(), "{path}");
        }
        for path in ["bashrc.md", "out/crontab.txt", "src/main.py", "~/.config/app/config.toml"] {
            assert!(startup_path(path).is_none(), "{path}");
        }
    }
}
