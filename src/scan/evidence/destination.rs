//! Where the data of a program goes, and whether that is anybody's business.

use crate::scan::BundleView;
use crate::scan::evidence::url::{HostKind, Url, urls};
use crate::scan::flow::constant::HOLE;
use crate::scan::flow::effect::Effect;
use crate::scan::flow::taint::Kinds;

/// What is known of a destination, from the harmless to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::scan) enum Destination {
    /// This machine, or a private network.
    Local,
    /// A service that many honest skills talk to, or the one that the skill is about.
    Known,
    /// Whatever the user names: an argument, a variable of the environment.
    Chosen,
    /// Nothing is known.
    Unknown,
    /// A name that stands in the program, and that nothing in the skill speaks of.
    Stranger,
    /// A bare address, or a place where anybody collects what is sent.
    Hostile,
}

impl Destination {
    /// Tells whether data that goes there goes to somebody the user does not know.
    pub(in crate::scan) fn is_foreign(self) -> bool {
        self >= Self::Stranger
    }

    /// Returns words for a reader.
    pub(in crate::scan) fn words(self) -> &'static str {
        match self {
            Self::Hostile => "an address that nobody vouches for",
            Self::Stranger => "a host that the skill says nothing of",
            Self::Chosen | Self::Unknown => "an address that is only known when it runs",
            Self::Local | Self::Known => "a known service",
        }
    }
}

/// Messengers that post whatever is sent to a secret address; the rest of the path says whose.
const MESSENGERS: &[(&str, &str)] = &[
    ("discord.com", "/api/webhooks/"),
    ("discordapp.com", "/api/webhooks/"),
    ("hooks.slack.com", "/services/"),
    ("api.telegram.org", "/bot"),
];

/// Tells where the data of an effect goes.
pub(in crate::scan) fn destination(view: &BundleView<'_>, effect: &Effect) -> Destination {
    let worst = effect.target.iter().map(|target| of_text(view, target)).max();
    match worst {
        Some(known) if known != Destination::Unknown => known,
        _ if effect.target_taint.kinds.holds(Kinds::INPUT.with(Kinds::VARIABLE).with(Kinds::SECRET_VARIABLE)) => {
            Destination::Chosen
        }
        _ => Destination::Unknown,
    }
}

/// Tells where an address leads that is known as text.
pub(in crate::scan) fn of_text(view: &BundleView<'_>, target: &str) -> Destination {
    if let Some(url) = urls(target).next() {
        return of_url(view, &url, target);
    }
    // `host:path`, `user@host:path`, `host port`, `host`.
    let word = target.trim_start_matches(['(', '\'', '"']).split([' ', '/', ',']).find(|word| !word.is_empty());
    let host = word.unwrap_or_default().rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    let host = target
        .strip_prefix("/dev/tcp/")
        .or_else(|| target.strip_prefix("/dev/udp/"))
        .map_or(host, |rest| rest.split('/').next().unwrap_or(rest));
    let is_host = host.contains('.')
        && !host.contains(HOLE)
        && !host.starts_with(['.', '-', '~', '$'])
        && host.chars().all(|character| character.is_ascii_alphanumeric() || ".-_".contains(character));
    if !is_host {
        return Destination::Unknown;
    }
    let address = format!("https://{host}");
    urls(&address).next().map_or(Destination::Unknown, |url| of_url(view, &url, target))
}

fn of_url(view: &BundleView<'_>, url: &Url<'_>, whole: &str) -> Destination {
    if url.host.contains(HOLE) {
        return Destination::Unknown;
    }
    let is_messenger = MESSENGERS.iter().any(|(host, path)| {
        url.host.eq_ignore_ascii_case(host)
            && url
                .path
                .strip_prefix(path)
                .is_some_and(|own| own.len() > 6 && !own.contains(HOLE) && !own.contains(['<', '{', 'X']))
    });
    if is_messenger && !whole.contains(HOLE) {
        return Destination::Hostile;
    }
    match url.host_kind() {
        HostKind::Local => Destination::Local,
        HostKind::Placeholder => Destination::Unknown,
        HostKind::RawAddress | HostKind::Drop => Destination::Hostile,
        HostKind::KnownService => Destination::Known,
        HostKind::Named if is_spoken_of(view, url) => Destination::Known,
        HostKind::Named => Destination::Stranger,
    }
}

/// Tells whether the skill speaks of the owner of a host: in its name or description, or
/// again and again in its text.
pub(in crate::scan) fn is_spoken_of(view: &BundleView<'_>, url: &Url<'_>) -> bool {
    let label = url.registered_label().to_ascii_lowercase();
    if label.len() < 3 {
        return false;
    }
    // A file that is called after the owner speaks of it too.
    if label.len() >= 5 && view.files.iter().any(|file| file.path().to_ascii_lowercase().contains(&label)) {
        return true;
    }
    let Some(text) = view.instructions() else { return false };
    let lowered = text.lowered();
    let head = &lowered[..lowered.floor_char_boundary(lowered.len().min(64 * 1024))];
    let is_word = |at: usize| {
        let (before, after) = (head[..at].chars().next_back(), head[at + label.len()..].chars().next());
        !matches!(before, Some('.' | '/' | '@')) && !matches!(after, Some('.' | '/'))
    };
    let mentions = || head.match_indices(label.as_str()).filter(|(at, _)| is_word(*at));
    let frontmatter = head.strip_prefix("---").and_then(|rest| rest.find("\n---")).map_or(0, |end| end + 3);
    mentions().any(|(at, _)| at < frontmatter) || mentions().take(3).count() >= 3
}

/// Tells whether a secret belongs where it goes: its name shares a word with the host, or
/// with the name of the skill.
pub(in crate::scan) fn is_own_secret(view: &BundleView<'_>, effect: &Effect, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = || name.split('_').filter(|word| word.len() >= 3 && !GENERAL.contains(word));
    // `API_KEY` and `TOKEN` name no service: the program's own.
    if words().next().is_none() {
        return effect.target.iter().any(|target| of_text(view, target) != Destination::Hostile);
    }
    let targets: Vec<String> = effect.target.iter().map(|target| target.to_ascii_lowercase()).collect();
    let skill = view.bundle.instructions().path.as_str().to_ascii_lowercase();
    let head = view.instructions().map_or("", |text| {
        let lowered = text.lowered();
        &lowered[..lowered.floor_char_boundary(lowered.len().min(600))]
    });
    words()
        .any(|word| targets.iter().any(|target| target.contains(word)) || skill.contains(word) || head.contains(word))
}

/// Words of names of variables that name no service.
const GENERAL: &[&str] = &[
    "key",
    "api",
    "token",
    "secret",
    "password",
    "access",
    "auth",
    "private",
    "credential",
    "credentials",
    "apikey",
    "passwd",
    "pass",
    "jwt",
    "user",
    "the",
    "client",
    "bearer",
];
