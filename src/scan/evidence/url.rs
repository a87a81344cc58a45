//! URLs in a text, and what their hosts say before anything is known of them.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;

/// A URL as it stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::scan) struct Url<'a> {
    /// Where it stands.
    pub(in crate::scan) span: Range<usize>,
    /// Whether the transport is encrypted.
    pub(in crate::scan) is_encrypted: bool,
    /// The host without user and port, as it was written.
    pub(in crate::scan) host: &'a str,
    /// The path with its leading slash and without query; empty where there is none.
    pub(in crate::scan) path: &'a str,
}

/// What a host is, read off its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scan) enum HostKind {
    /// This machine or a private network.
    Local,
    /// A word that the reader should replace.
    Placeholder,
    /// A public address without a name.
    RawAddress,
    /// A place where anybody leaves files, texts or requests without an account that lasts:
    /// paste sites, file drops, request bins, tunnels.
    Drop,
    /// A service that many honest skills talk to.
    KnownService,
    /// Any other name.
    Named,
}

static URL: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i)\b(https?|wss?|ftp)://(?:[^\s/@"'`<>]{1,80}@)?(\[[0-9a-f:.]{2,45}\]|[^\s/:?#"'`<>()\[\]|\\,;]{1,253})(?::\d{1,5})?(/[^\s?#"'`<>)\]|\\]*)?"#,
    )
});

/// Hosts that serve what anybody puts there; a subdomain counts.
const DROPS: &[&str] = &[
    "0x0.st",
    "anonfiles.com",
    "beeceptor.com",
    "bashupload.com",
    "burpcollaborator.net",
    "catbox.moe",
    "controlc.com",
    "dpaste.com",
    "dpaste.org",
    "file.io",
    "ghostbin.com",
    "glot.io",
    "gofile.io",
    "hastebin.com",
    "hookbin.com",
    "interact.sh",
    "ix.io",
    "justpaste.it",
    "localtunnel.me",
    "loca.lt",
    "mockbin.org",
    "ngrok-free.app",
    "ngrok-free.dev",
    "ngrok.app",
    "ngrok.dev",
    "ngrok.io",
    "oast.fun",
    "oast.live",
    "oast.me",
    "oast.online",
    "oast.pro",
    "oast.site",
    "oastify.com",
    "paste.ee",
    "paste.rs",
    "pastebin.com",
    "pipedream.net",
    "privatebin.net",
    "requestbin.com",
    "requestbin.net",
    "requestcatcher.com",
    "rentry.co",
    "rentry.org",
    "serveo.net",
    "sprunge.us",
    "temp.sh",
    "termbin.com",
    "textbin.net",
    "transfer.sh",
    "trycloudflare.com",
    "typedwebhook.tools",
    "webhook.site",
];

/// The public registries of packages and their mirrors, as name and public suffix.
const PACKAGE_REGISTRIES: &[(&str, &str)] = &[
    ("aliyun", "com"),
    ("gradio", "app"),
    ("jsr", "io"),
    ("npmjs", "com"),
    ("npmjs", "org"),
    ("npmmirror", "com"),
    ("nvidia", "com"),
    ("pkg", "dev"),
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("pytorch", "org"),
    ("rubygems", "org"),
    ("tsinghua", "edu.cn"),
    ("yarnpkg", "com"),
];

/// Services whose API a skill may well be about; a subdomain counts.
const KNOWN_SERVICES: &[&str] = &[
    "airtable.com",
    "aka.ms",
    "amazonaws.com",
    "anthropic.com",
    "apify.com",
    "apple.com",
    "atlassian.com",
    "atlassian.net",
    "azure.com",
    "bitbucket.org",
    "brave.com",
    "cloudflare.com",
    "cloudsmith.io",
    "cohere.ai",
    "deepseek.com",
    "discord.com",
    "docker.com",
    "elevenlabs.io",
    "exa.ai",
    "fal.ai",
    "fal.run",
    "figma.com",
    "firecrawl.dev",
    "github.com",
    "githubusercontent.com",
    "gitlab.com",
    "google.com",
    "googleapis.com",
    "groq.com",
    "hubapi.com",
    "huggingface.co",
    "linear.app",
    "mailgun.net",
    "microsoft.com",
    "microsoftonline.com",
    "mistral.ai",
    "netlify.com",
    "notion.com",
    "openai.com",
    "openrouter.ai",
    "perplexity.ai",
    "posthog.com",
    "replicate.com",
    "resend.com",
    "salesforce.com",
    "sendgrid.com",
    "sentry.io",
    "shopify.com",
    "slack.com",
    "stripe.com",
    "supabase.co",
    "tavily.com",
    "telegram.org",
    "todoist.com",
    "trello.com",
    "twilio.com",
    "twitter.com",
    "vercel.com",
    "x.ai",
    "x.com",
    "zapier.com",
];

/// Iterates over the URLs of `text`.
pub(in crate::scan) fn urls(text: &str) -> impl Iterator<Item = Url<'_>> {
    URL.captures_iter(text).map(|captures| {
        let part = |index| captures.get(index).map_or("", |part: crate::scan::evidence::Match<'_>| part.as_str());
        let whole = captures.get(0).expect("group 0 always takes part");
        let scheme = part(1);
        Url {
            span: whole.range(),
            is_encrypted: scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("wss"),
            host: part(2).trim_end_matches('.'),
            path: part(3),
        }
    })
}

impl Url<'_> {
    /// Returns what the host is.
    pub(in crate::scan) fn host_kind(&self) -> HostKind {
        let host = self.host.to_ascii_lowercase();
        if let Some(kind) = address_kind(host.trim_matches(['[', ']'])) {
            return kind;
        }
        let is_local = host == "localhost"
            || [".localhost", ".local", ".internal", ".lan"].iter().any(|end| host.ends_with(end))
            || (!host.contains('.') && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
        if is_local {
            HostKind::Local
        } else if is_placeholder(&host) {
            HostKind::Placeholder
        } else if is_below(&host, DROPS) {
            HostKind::Drop
        } else if is_below(&host, KNOWN_SERVICES) || is_package_registry(&host) {
            HostKind::KnownService
        } else {
            HostKind::Named
        }
    }

    /// Returns the label that somebody registered: `vendor` in `get.vendor.dev`.
    pub(in crate::scan) fn registered_label(&self) -> &str {
        let mut labels = self.host.rsplit('.');
        let (_, label) = (labels.next(), labels.next().unwrap_or(""));
        // `co.uk` and its like have a short label before the country.
        if label.len() <= 3 { labels.next().unwrap_or(label) } else { label }
    }
}

fn address_kind(host: &str) -> Option<HostKind> {
    if host == "0.0.0.0" || host == "::1" {
        return Some(HostKind::Local);
    }
    if let Ok(address) = host.parse::<std::net::Ipv4Addr>() {
        let is_local = address.is_loopback() || address.is_private() || address.is_link_local();
        return Some(if is_local { HostKind::Local } else { HostKind::RawAddress });
    }
    if host.parse::<std::net::Ipv6Addr>().is_ok() {
        return Some(HostKind::RawAddress);
    }
    // `http://2130706433/` and `http://0x7f000001/` are addresses that do not want to look like one.
    let is_number = host.len() >= 8
        && (host.bytes().all(|byte| byte.is_ascii_digit())
            || host.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())));
    is_number.then_some(HostKind::RawAddress)
}

fn is_placeholder(host: &str) -> bool {
    let is_reserved = ["example.com", "example.org", "example.net"].iter().any(|reserved| {
        host == *reserved
            || host
                .strip_suffix(reserved)
                .is_some_and(|front| matches!(front, "www." | "api." | "app." | "docs." | "cdn."))
    });
    is_reserved
        || host.contains(['$', '{', '}', '*', '…', '%'])
        || ["your", "my-", "xxx"].iter().any(|word| host.starts_with(word) || host.contains(&format!(".{word}")))
        || host.contains("...")
}

fn is_below(host: &str, domains: &[&str]) -> bool {
    domains.iter().any(|domain| host.strip_suffix(domain).is_some_and(|front| front.is_empty() || front.ends_with('.')))
}

/// Tells whether a host is a public registry of packages, or below one.
pub(in crate::scan) fn is_package_registry(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    PACKAGE_REGISTRIES.iter().any(|(name, suffix)| {
        let known = format!("{name}.{suffix}");
        host.strip_suffix(&known).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_told_by_its_name() {
        let rows = [
            ("http://localhost:8080/x", HostKind::Local),
            ("http://192.168.1.4/x", HostKind::Local),
            ("https://example.com/x", HostKind::Placeholder),
            ("https://your-domain.dev/x", HostKind::Placeholder),
            ("https://${HOST}/x", HostKind::Placeholder),
            ("http://203.0.113.7:8080/x", HostKind::RawAddress),
            ("http://3405803783/x", HostKind::RawAddress),
            ("https://a1b2.ngrok.io/x", HostKind::Drop),
            ("https://notngrok.io/x", HostKind::Named),
            ("https://api.github.com/x", HostKind::KnownService),
            ("https://user@evil.example/x", HostKind::Named),
        ];
        for (text, expected) in rows {
            let url = urls(text).next().unwrap_or_else(|| panic!("{text} is a URL"));
            assert_eq!(url.host_kind(), expected, "{text} {url:?}");
        }
    }

    #[test]
    fn the_registered_label_is_the_owner_name() {
        for (text, expected) in [
            ("https://get.vendor.dev/x", "vendor"),
            ("https://cli.vendor.co.uk", "vendor"),
            ("https://vendor.sh", "vendor"),
        ] {
            assert_eq!(urls(text).next().map(|url| url.registered_label().to_owned()).as_deref(), Some(expected));
        }
    }
}
