//! Paths of files that hold what nobody gives away.

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scan) enum SecretPath {
    /// Keys, passwords, cookies, wallets.
    Credential,
    /// Settings of a project, which often hold keys too.
    Settings,
}

/// Parts of paths, in lower case and with `/`, that only such files have.
const CREDENTIALS: &[&str] = &[
    ".ssh/id_",
    ".ssh/*",
    "id_rsa",
    "id_ed25519",
    "id_ecdsa",
    ".aws/credentials",
    ".aws/config",
    ".kube/config",
    ".netrc",
    ".pypirc",
    ".npmrc",
    ".git-credentials",
    ".pgpass",
    ".vault-token",
    ".docker/config.json",
    "application_default_credentials",
    ".config/gcloud",
    ".config/gh/hosts",
    "login data",
    "/cookies",
    "local state",
    "cookies.sqlite",
    "logins.json",
    "key4.db",
    "login.keychain",
    "wallet.dat",
    "exodus.wallet",
    ".electrum/wallets",
    ".config/solana/id.json",
    ".ethereum/keystore",
    "nkbihfbeogaeaoehlefnkodbefgpgknn",
    ".claude/.credentials",
    ".codex/auth.json",
    ".gemini/oauth_creds",
    ".openclaw/credentials",
    ".openclaw/openclaw.json",
    ".clawdbot/.env",
    ".clawdbot/credentials",
    ".clawdbot/clawdbot.json",
    "/etc/shadow",
    ".gnupg/private",
    ".gnupg/secring",
    ".azure/accesstokens",
    ".azure/msal",
    ".config/op/",
    ".terraform.d/credentials",
    ".bash_history",
    ".zsh_history",
    "accesstokens.json",
];

/// Tells what a path leads to, if that is known.
pub(in crate::scan) fn secret_path(path: &str) -> Option<SecretPath> {
    let path = path.replace('\\', "/").to_ascii_lowercase();
    if path.ends_with(".pub")
        || path.contains("known_hosts")
        || path.ends_with(".example")
        || path.ends_with(".template")
    {
        return None;
    }
    let is_credential = CREDENTIALS.iter().any(|part| path.contains(part))
        || path.ends_with("/.ssh")
        || path.ends_with("/.ssh/")
        || path.ends_with("/.gnupg")
        || path.ends_with("/.aws");
    if is_credential {
        return Some(SecretPath::Credential);
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_settings = name == ".env" || name.starts_with(".env.") || name.ends_with(".tfvars");
    is_settings.then_some(SecretPath::Settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_by_their_parts() {
        let rows = [
            ("~/.ssh/id_rsa", Some(SecretPath::Credential)),
            ("~/.ssh/id_rsa.pub", None),
            ("C:\\Users\\a\\.aws\\credentials", Some(SecretPath::Credential)),
            ("~/Library/Application Support/Google/Chrome/Default/Login Data", Some(SecretPath::Credential)),
            (".env", Some(SecretPath::Settings)),
            (".env.example", None),
            ("src/main.rs", None),
        ];
        for (path, expected) in rows {
            assert_eq!(secret_path(path), expected, "{path}");
        }
    }
}
