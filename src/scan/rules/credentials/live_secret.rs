//! A key of a service that is written in the bundle.

use std::sync::LazyLock;

use crate::scan::evidence::command::PLACES;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::{is_specimen, window};
use crate::scan::evidence::{Captures, Pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "live-secret",
    summary: "A key in the format that a service issues is written in the bundle",
    phase: Phase::Credentials,
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Revoke the key, and let each user set one of their own in the environment.",
    references: &["AST04", "ASI03", "LLM02", "AML.T0055", "CWE-798"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("live_secret.md"),
    hook: Hook::Text {
        needles: &[
            "akia",
            "ghp_",
            "gho_",
            "ghs_",
            "ghu_",
            "github_pat_",
            "glpat-",
            "xoxb-",
            "xoxp-",
            "sk_live_",
            "rk_live_",
            "sk-ant-",
            "t3blbkfj",
            "npm_",
            "sg.",
            "private key-----",
            "sk-or-v1-",
            "gsk_",
            "hf_",
            "r8_",
            "\"sk_",
            "'sk_",
            "\"sk-",
            "'sk-",
            "\"key_",
            "'key_",
            "\"tok_",
            "'tok_",
        ],
        check,
    },
};

/// A format, and how sure it makes.
struct Format {
    name: &'static str,
    pattern: Pattern,
    proof: Proof,
}

/// What a match of a format still has to show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// Nothing: the format has enough fixed parts.
    Shape,
    /// The six last characters are a checksum of those before.
    Checksum,
    /// The secret that belongs to the name stands near by.
    SecretHalf,
    /// Requests of the same text identify themselves.
    Use,
}

static FORMATS: LazyLock<[Format; 12]> = LazyLock::new(|| {
    let format = |name, source, proof| Format { name, pattern: pattern(source), proof };
    [
        format("an AWS access key", r"\bAKIA([A-Z0-9]{16})\b", Proof::SecretHalf),
        format("a GitHub token", r"\bgh[pousr]_([A-Za-z0-9]{36})\b", Proof::Checksum),
        format("a GitHub token", r"\bgithub_pat_([A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b", Proof::Shape),
        format("an npm token", r"\bnpm_([A-Za-z0-9]{36})\b", Proof::Checksum),
        format("a GitLab token", r"\bglpat-([A-Za-z0-9_-]{20})\b", Proof::Shape),
        format("a Slack token", r"\bxox[bp]-(\d{10,13}-\d{10,13}(?:-\d{10,13})?-[A-Za-z0-9]{24,34})\b", Proof::Shape),
        format("a Stripe key", r"\b[sr]k_live_([A-Za-z0-9]{24,99})\b", Proof::Shape),
        format(
            "a key of a model's provider",
            r"\bsk-(ant-(?:api|admin)\d\d-[\w-]{80,100}AA|(?:proj-|svcacct-)?[\w-]{20,80}T3BlbkFJ[\w-]{20,80})",
            Proof::Shape,
        ),
        format("a key of a model's provider", r"\b(?:sk-or-v1-([0-9a-f]{64})|gsk_([A-Za-z0-9]{52}))\b", Proof::Shape),
        format("a token of a model's host", r"\b(?:hf_([A-Za-z]{34})|r8_([A-Za-z0-9]{37}))\b", Proof::Shape),
        format("a key of a service", r"[\x22'`](?:sk|key|tok|secret|api)[-_]([0-9a-f]{32,128})[\x22'`]", Proof::Use),
        format("a SendGrid key", r"\bSG\.([\w-]{22}\.[\w-]{43})\b", Proof::Shape),
    ]
});

/// A private key with its body.
static PEM: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----(?:\s|\\n|['\x22+])*([A-Za-z0-9+/=]{40,80}(?:(?:\s|\\n|['\x22+])+[A-Za-z0-9+/=]{10,80}){2,80})",
    )
});

/// The secret half of an AWS key.
static SECRET_HALF: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?:^|[^A-Za-z0-9/+])([A-Za-z0-9/+]{40})(?:$|[^A-Za-z0-9/+=])"));

/// A request that carries a key.
static IDENTIFIES: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)\bauthorization\b|\bbearer\b|\bx-api-key\b|\bapi[_-]?key\b"));

/// Words of a specimen.
const SAMPLE_MARKS: &[&str] = &[
    "example",
    "xxxx",
    "your",
    "redacted",
    "placeholder",
    "dummy",
    "sample",
    "12345678",
    "abcdefgh",
    "00000",
    "fake",
    "testkey",
    "...",
];

/// Bytes around an access key in which its secret half stands.
const HALVES_BYTES: usize = 240;
/// Bits of a character below which a text was not drawn by chance.
const ENTROPY_BITS: f64 = 3.2;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for format in FORMATS.iter() {
        for captures in format.pattern.captures_iter(text).take(PLACES) {
            report(view, sink, format, &captures);
        }
    }
    for captures in PEM.captures_iter(text).take(PLACES) {
        let (Some(whole), Some(body)) = (captures.get(0), captures.get(1)) else { continue };
        if is_sample(body.as_str()) || is_specimen(view) {
            continue;
        }
        sink.report(view, whole.range(), "a private key is written in the bundle").confidence(Confidence::Medium);
    }
}

fn report(view: &TextView<'_>, sink: &mut Sink<'_>, format: &Format, captures: &Captures<'_>) {
    let (Some(whole), Some(body)) = (captures.get(0), captures.get(1).or_else(|| captures.get(2))) else { return };
    if is_sample(whole.as_str()) {
        return;
    }
    let is_proven = match format.proof {
        Proof::Shape => true,
        Proof::Checksum => has_checksum(body.as_str()),
        Proof::Use => IDENTIFIES.is_match(view.text()),
        Proof::SecretHalf => {
            let start = view.text().ceil_char_boundary(whole.start().saturating_sub(HALVES_BYTES));
            let near = window(view.text(), start, 2 * HALVES_BYTES);
            SECRET_HALF.captures_iter(near).any(|half| half.get(1).is_some_and(|half| !is_sample(half.as_str())))
        }
    };
    let severity = match () {
        () if is_specimen(view) => Severity::Info,
        () if is_proven => Severity::High,
        () => Severity::Low,
    };
    sink.report(view, whole.range(), format!("{} is written in the bundle", format.name)).severity(severity);
}

/// Tells whether a key is one that nobody issued: a word, a row of the same letter, a pattern.
fn is_sample(key: &str) -> bool {
    let lowered = key.to_ascii_lowercase();
    let has_row = lowered.as_bytes().windows(5).any(|row| row.iter().all(|byte| byte == &row[0]));
    has_row || SAMPLE_MARKS.iter().any(|mark| lowered.contains(mark)) || entropy_bits(key) < ENTROPY_BITS
}

/// Returns the entropy of the characters of a text.
fn entropy_bits(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    text.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let length = text.len().max(1) as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / length)
        .map(|share| -share * share.log2())
        .sum()
}

/// Tells whether a token of GitHub or npm ends with the checksum of what stands before it:
/// CRC-32 in base 62, six digits.
fn has_checksum(body: &str) -> bool {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let (drawn, checksum) = body.split_at(body.len().saturating_sub(6));
    let mut rest = crc32(drawn.as_bytes());
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    checksum.as_bytes() == digits
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn samples_are_not_keys() {
        for (key, expected) in [
            ("AKIAIOSFODNN7EXAMPLE", true),
            ("AKIAXXXXXXXXXXXXXXXX", true),
            ("aaaaaaaabbbbbbbb", true),
            ("q9Zr2Lw7Tt5Kx1Mv8Bn4", false),
        ] {
            assert_eq!(is_sample(key), expected, "{key}");
        }
    }
}
