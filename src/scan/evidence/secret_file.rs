//! Files that hold secrets, by the kind of secret.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::{Pattern, pattern};

/// What a file with secrets opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::scan) enum SecretKind {
    /// Private keys of SSH and PGP.
    PrivateKey,
    /// Accounts of cloud providers and clusters.
    Cloud,
    /// Passwords, cookies and forms of a browser, or of the system.
    Passwords,
    /// Wallets.
    Wallet,
    /// Tokens of registries, forges and agents.
    Token,
    /// Settings of a project, which programs read all the time.
    Settings,
}

/// A file with secrets that is named in a text.
#[derive(Debug, Clone)]
pub(in crate::scan) struct SecretFile {
    /// Where the name stands.
    pub(in crate::scan) span: Range<usize>,
    /// What it opens.
    pub(in crate::scan) kind: SecretKind,
}

static FILES: LazyLock<(Pattern, Vec<SecretKind>)> = LazyLock::new(|| {
    use SecretKind::{Cloud, Passwords, PrivateKey, Settings, Token, Wallet};
    let kinds = [
        (
            PrivateKey,
            r"(?:~|\$HOME|\$\{HOME\}|/root|/home/\w+)/\.ssh/?(?:\*|id_\w+|[\s'\x22)`]|$)|\bid_(?:rsa|ed25519|ecdsa|dsa)\b|\.gnupg/(?:private-keys|secring|\*|['\x22\s`])|\bprivate-keys-v1\.d",
        ),
        (
            Cloud,
            r"\.aws[/\\]{1,2}(?:credentials|config)\b|\.kube[/\\]{1,2}config\b|gcloud/[\w.*/-]+|application_default_credentials\.json|\.azure/\w*|\.terraform\.d/credentials",
        ),
        (
            Passwords,
            r"\b(?:Login Data|Local State|Web Data|logins\.json|key4\.db|cookies\.sqlite|login\.keychain(?:-db)?)\b|/Cookies\b|/etc/shadow\b|\.pgpass\b|\.password-store\b|\.my\.cnf\b",
        ),
        (
            Wallet,
            r"\bwallet\.dat\b|\.electrum/|exodus\.wallet|\.config/solana/id\.json|\.ethereum/keystore|nkbihfbeogaeaoehlefnkodbefgpgknn",
        ),
        (
            Token,
            r"[~/'\x22`]\.?/?\.(?:netrc|pypirc|npmrc|git-credentials|vault-token)\b|\.docker[/\\]{1,2}config\.json|\.config/gh/hosts\.ya?ml|\.gem/credentials|\.claude/\.credentials\.json|\.codex/auth\.json|\.(?:clawdbot|openclaw|moltbot)/(?:\.env|credentials)|\.config/secrets\.json|\bsecrets\.json\b|\bcredentials\.json\b",
        ),
        (Settings, r"(?:^|[\s'\x22/`(])\.env(?:\.(?:local|production|prod|staging))?(?:[\s'\x22);|,`]|$)"),
    ];
    let source = kinds.map(|(_, source)| format!("({source})")).join("|");
    (pattern(&format!("(?m){source}")), kinds.map(|(kind, _)| kind).to_vec())
});

/// Iterates over the files with secrets that `text` names; public halves of keys are none.
pub(in crate::scan) fn secret_files(text: &str) -> impl Iterator<Item = SecretFile> {
    let (files, kinds) = &*FILES;
    files.captures_iter(text).filter_map(move |captures| {
        let whole = captures.get(0)?;
        if text[whole.end()..].starts_with(".pub") {
            return None;
        }
        let kind = *kinds.iter().enumerate().find(|(index, _)| captures.get(index + 1).is_some())?.1;
        Some(SecretFile { span: whole.range(), kind })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_what_it_opens() {
        let rows = [
            ("cat ~/.ssh/id_rsa", Some(SecretKind::PrivateKey)),
            ("cat ~/.ssh/id_rsa.pub", None),
            ("read `~/.aws/credentials`", Some(SecretKind::Cloud)),
            ("Default/Login Data", Some(SecretKind::Passwords)),
            ("cp ~/.config/solana/id.json .", Some(SecretKind::Wallet)),
            ("load `~/.npmrc`", Some(SecretKind::Token)),
            ("source .env", Some(SecretKind::Settings)),
            ("the environment", None),
        ];
        for (text, expected) in rows {
            assert_eq!(secret_files(text).next().map(|file| file.kind), expected, "{text}");
        }
    }
}
