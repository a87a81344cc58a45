//! Hosts that are drawn as another host.

use crate::scan::evidence::confusable::{fold_word, look_alike};
use crate::scan::evidence::setting::is_taught;
use crate::scan::evidence::url::{HostKind, Url, urls};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "confusable-host",
    summary: "The host of an address is drawn as another one",
    phase: Phase::Obfuscation,
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Write the host in letters of one script, or do not open the address.",
    references: &["AST04", "ASI04", "LLM03", "AML.T0073", "CWE-1007"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("confusable_host.md"),
    hook: Hook::Text { needles: &["http://", "https://", "ws://", "wss://"], check },
};

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    let may_hold_one = !text.is_ascii() || memchr::memmem::find(text.as_bytes(), b"xn--").is_some();
    if !may_hold_one {
        return;
    }
    for url in urls(text).filter(|url| !url.host.is_ascii() || url.host.contains("xn--")) {
        let Some(drawn) = drawn_as(url.host) else { continue };
        let is_known = is_known_service(&drawn);
        let severity = match () {
            () if is_taught(view, &url.span) => Severity::Info,
            () if is_known => Severity::High,
            () => Severity::Medium,
        };
        sink.report(view, url.span.clone(), format!("the host is drawn as `{drawn}` and is another one"))
            .severity(severity);
    }
}

/// Returns the plain host that a host is drawn as, if one of its labels pretends.
fn drawn_as(host: &str) -> Option<String> {
    let mut pretends = false;
    let labels: Vec<String> = host
        .split('.')
        .map(|label| {
            let written = label.strip_prefix("xn--").and_then(punycode).unwrap_or_else(|| label.to_owned());
            let drawn = fold_word(&written).or_else(|| whole(&written));
            pretends |= drawn.is_some();
            drawn.unwrap_or(written)
        })
        .collect();
    pretends.then(|| labels.join("."))
}

/// Folds a label that consists of look-alikes only: it can be read as Latin from end to end.
fn whole(label: &str) -> Option<String> {
    let folded: Option<String> = label
        .chars()
        .map(|character| if character.is_ascii() { Some(character) } else { look_alike(character) })
        .collect();
    folded.filter(|folded| !label.is_ascii() && folded.len() >= 3)
}

fn is_known_service(host: &str) -> bool {
    let address = format!("https://{host}/");
    urls(&address).next().is_some_and(|url: Url<'_>| url.host_kind() == HostKind::KnownService)
}

/// Decodes a label after `xn--` (RFC 3492).
fn punycode(label: &str) -> Option<String> {
    let (mut characters, digits): (Vec<char>, &str) = match label.rsplit_once('-') {
        Some((plain, digits)) => (plain.chars().collect(), digits),
        None => (Vec::new(), label),
    };
    let (mut code, mut index, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = digits.bytes().peekable();
    let mut is_first = true;
    while digits.peek().is_some() {
        let (before, mut weight) = (index, 1_u32);
        for step in (36..).step_by(36) {
            let digit = match digits.next()? {
                letter @ b'a'..=b'z' => u32::from(letter - b'a'),
                letter @ b'A'..=b'Z' => u32::from(letter - b'A'),
                letter @ b'0'..=b'9' => u32::from(letter - b'0') + 26,
                _ => return None,
            };
            index = index.checked_add(digit.checked_mul(weight)?)?;
            let threshold = if step <= bias { 1 } else { (step - bias).min(26) };
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
        }
        let count = characters.len() as u32 + 1;
        let mut delta = if is_first { (index - before) / 700 } else { (index - before) / 2 };
        is_first = false;
        delta += delta / count;
        bias = 0;
        while delta > 455 {
            delta /= 35;
            bias += 36;
        }
        bias += 36 * delta / (delta + 38);
        code = code.checked_add(index / count)?;
        index %= count;
        characters.insert(index as usize, char::from_u32(code)?);
        index += 1;
    }
    Some(characters.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_decoded_as_the_standard_says() {
        let rows =
            [("mnchen-3ya", Some("münchen")), ("fsqu00a", Some("例子")), ("e1afmkfd", Some("пример")), ("ab!c", None)];
        for (label, expected) in rows {
            assert_eq!(punycode(label).as_deref(), expected, "{label}");
        }
    }

    #[test]
    fn a_host_that_pretends_is_read_as_it_is_drawn() {
        let rows = [
            ("g\u{456}thub.com", Some("github.com")),
            ("\u{430}\u{440}\u{440}\u{04cf}\u{435}.com", Some("apple.com")),
            ("m\u{fc}nchen.example", None),
            ("\u{4f8b}\u{5b50}.example", None),
        ];
        for (host, expected) in rows {
            assert_eq!(drawn_as(host).as_deref(), expected, "{host}");
        }
    }
}
