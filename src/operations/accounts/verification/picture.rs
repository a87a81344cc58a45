//! Draws a badge.
//!
//! Everything is drawn here: no script, no font, no picture and no address of elsewhere. Every
//! line of text has a length that is told, so that it fits whichever font there is.

use unicode_width::UnicodeWidthChar as _;

use super::judge::band;
use crate::api::accounts::{BadgeView, VerificationStatus};
use crate::scan::RiskBand;
use crate::skill::sanitise_line;

/// Columns of the line that names what was verified.
const NAME_COLUMNS: usize = 42;
/// Columns of a version.
const VERSION_COLUMNS: usize = 14;
/// Digits of a commit.
const COMMIT_DIGITS: usize = 7;

/// How a badge looks by its standing: the classes of the colours, a sign, and the headline.
struct Look {
    class: &'static str,
    sign: &'static str,
    headline: String,
}

/// Draws a badge as SVG, for light and for dark pages.
pub fn draw_badge(view: &BadgeView) -> String {
    let Look { class, sign, headline } = look(view);
    let name = named(view);
    let dates = match view.status {
        VerificationStatus::Verified => format!("{} to {}", day(view.verified_at), day(view.expires_at)),
        VerificationStatus::Expired => format!("ended {}", day(view.expires_at)),
        _ => format!("{}, no longer valid", day(view.verified_at)),
    };
    let small = format!("{dates} \u{b7} no certificate of safety");
    let title = escape(&format!("Touchmark: {headline}, {name}, {small}"));
    let notice = escape(&view.notice);
    let (first, second) = (line("h", 84, 25, 8.4, &headline), line("n", 84, 45, 7.2, &name));
    let (third, own) = (line("s", 84, 63, 6.0, &small), line("s", 354, 24, 6.0, "touchmark"));
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="420" height="76" viewBox="0 0 420 76" role="img" aria-labelledby="title notice">
<title id="title">{title}</title>
<desc id="notice">{notice}</desc>
<style>
text{{font-family:"DejaVu Sans Mono",Menlo,Consolas,"Liberation Mono",monospace}}
.h{{font-size:14px;font-weight:700}}.n{{font-size:12px}}.s{{font-size:10px}}
.card{{fill:#fff;stroke:#d0d7de}}.n{{fill:#1f2328}}.s{{fill:#59636e}}.sign{{fill:none;stroke:#fff;stroke-width:4;stroke-linecap:round;stroke-linejoin:round}}
.good{{fill:#1a7f37}}.fair{{fill:#9a6700}}.over{{fill:#59636e}}.bad{{fill:#cf222e}}
@media (prefers-color-scheme:dark){{.card{{fill:#161b22;stroke:#30363d}}.n{{fill:#e6edf3}}.s{{fill:#9198a1}}.sign{{stroke:#0d1117}}
.good{{fill:#3fb950}}.fair{{fill:#d29922}}.over{{fill:#9198a1}}.bad{{fill:#f85149}}}}
</style>
<rect class="card" x="0.5" y="0.5" width="419" height="75" rx="8"/>
<path class="{class}" d="M8.5 0.5H68V75.5H8.5a8 8 0 0 1-8-8v-59a8 8 0 0 1 8-8z"/>
<path class="sign" d="{sign}"/>
<g class="{class}">{first}</g>{second}{third}{own}
</svg>
"##
    )
}

fn look(view: &BadgeView) -> Look {
    let check = "M22 39l9 9 16-19";
    let cross = "M24 28l20 20M44 28L24 48";
    let clock = "M34 21a17 17 0 1 1 0 34a17 17 0 1 1 0-34M34 29v10l7 4";
    let verdict = band(view.verdict);
    match view.status {
        VerificationStatus::Verified if view.verdict <= RiskBand::Low => {
            Look { class: "good", sign: check, headline: format!("VERIFIED \u{b7} verdict {verdict}") }
        }
        VerificationStatus::Verified => {
            Look { class: "fair", sign: check, headline: format!("VERIFIED \u{b7} verdict {verdict}") }
        }
        VerificationStatus::Expired => Look { class: "over", sign: clock, headline: "EXPIRED".to_owned() },
        _ => Look { class: "bad", sign: cross, headline: "REVOKED".to_owned() },
    }
}

/// Names what was verified in a line that fits.
fn named(view: &BadgeView) -> String {
    let reference = view.source_ref.strip_prefix("https://").unwrap_or(&view.source_ref);
    let version = view.source_version.as_deref().map(|version| {
        let is_commit = version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_commit { version[..COMMIT_DIGITS].to_owned() } else { cut(&clean(version), VERSION_COLUMNS) }
    });
    let tail = version.map(|version| format!(" {version}")).unwrap_or_default();
    let head = format!("{}: {}", view.source_type, clean(reference));
    format!("{}{tail}", cut(&head, NAME_COLUMNS - columns(&tail).min(NAME_COLUMNS / 2)))
}

fn clean(text: &str) -> String {
    sanitise_line(text, 2_048)
}

/// Cuts the middle out of a text that has more columns: of a path its beginning and its end tell.
fn cut(text: &str, most: usize) -> String {
    if columns(text) <= most {
        return text.to_owned();
    }
    let half = most.saturating_sub(1) / 2;
    let mut taken = 0;
    let fits = |letter: &char, taken: &mut usize| {
        *taken += letter.width().unwrap_or(0);
        *taken <= half
    };
    let head: String = text.chars().take_while(|letter| fits(letter, &mut taken)).collect();
    taken = 0;
    let tail: Vec<char> = text.chars().rev().take_while(|letter| fits(letter, &mut taken)).collect();
    format!("{head}\u{2026}{}", tail.into_iter().rev().collect::<String>())
}

fn columns(text: &str) -> usize {
    text.chars().map(|letter| letter.width().unwrap_or(0)).sum()
}

/// Writes a line whose length does not depend on the font.
fn line(class: &str, x: u32, y: u32, advance: f64, text: &str) -> String {
    let length = columns(text) as f64 * advance;
    format!(
        r#"<text class="{class}" x="{x}" y="{y}" textLength="{length:.1}" lengthAdjust="spacingAndGlyphs">{}</text>"#,
        escape(text)
    )
}

fn day(time: crate::skill::Timestamp) -> String {
    time.to_string().chars().take(10).collect()
}

/// Escapes text for XML, attributes included; what XML cannot hold is left out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::account::VerificationId;
    use crate::skill::Timestamp;

    fn view(status: VerificationStatus, verdict: RiskBand, reference: &str, version: Option<&str>) -> BadgeView {
        BadgeView {
            verification_id: "ver_00000000000000000000".parse::<VerificationId>().expect("an id"),
            status,
            is_valid: status == VerificationStatus::Verified,
            source_type: "git".to_owned(),
            source_ref: reference.to_owned(),
            source_version: version.map(str::to_owned),
            package_hashes: Vec::new(),
            verdict,
            verified_at: Timestamp::from_milliseconds(1_780_000_000_000),
            expires_at: Timestamp::from_milliseconds(1_780_000_000_000 + 28 * 86_400_000),
            notice: "This is no certificate of safety.".to_owned(),
            badge_url: "https://skills.example/badge/ver_00000000000000000000.svg".to_owned(),
        }
    }

    /// Reads a picture as XML, and returns its elements and its text.
    fn read(svg: &str) -> (Vec<String>, String) {
        let mut reader = quick_xml::Reader::from_str(svg);
        let (mut elements, mut text) = (Vec::new(), String::new());
        loop {
            match reader.read_event().expect("well-formed XML") {
                quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                    for attribute in tag.attributes() {
                        let attribute = attribute.expect("a well-formed attribute");
                        let name = attribute.key.as_ref().to_owned();
                        assert!(!name.starts_with("on") && name != "href" && name != "xlink:href", "{name}");
                    }
                    elements.push(tag.name().as_ref().to_owned());
                }
                quick_xml::events::Event::Text(found) => text.push_str(&found),
                quick_xml::events::Event::Eof => return (elements, text),
                _ => {}
            }
        }
    }

    #[test]
    fn a_badge_tells_what_it_is_of_and_whether_it_holds() {
        use VerificationStatus::{Expired, Revoked, Verified};
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let rows = [
            (Verified, RiskBand::Clean, "VERIFIED \u{b7} verdict clean", "2026-05-28 to 2026-06-25", "good"),
            (Verified, RiskBand::Medium, "VERIFIED \u{b7} verdict medium", "2026-05-28 to 2026-06-25", "fair"),
            (Expired, RiskBand::Clean, "EXPIRED", "ended 2026-06-25", "over"),
            (Revoked, RiskBand::Clean, "REVOKED", "no longer valid", "bad"),
        ];
        for (status, verdict, headline, dates, class) in rows {
            let svg = draw_badge(&view(status, verdict, "https://github.com/owner/repository", Some(commit)));
            for part in [
                headline,
                dates,
                "git: github.com/owner/repository 0123456<",
                "no certificate of safety",
                &format!("<g class=\"{class}\""),
            ] {
                assert!(svg.contains(part), "{status:?}: {part}\n{svg}");
            }
            assert_eq!(svg.contains("VERIFIED"), status == Verified);
        }
    }

    #[test]
    fn what_somebody_named_stays_text_and_fits() {
        let rows = [
            "\"><script>alert(1)</script>",
            "]]></text><script xlink:href='https://evil.example/x.js'/>",
            "&amp;&lt;&#x3c;script&#x3e;",
            "https://host.example/<svg onload=alert(1)>",
            "\u{202e}gpj.exe\u{200b}\u{0}\u{7}",
            "https://host.example/\u{6f22}\u{5b57}\u{6f22}\u{5b57}\u{6f22}\u{5b57}\u{6f22}\u{5b57}\u{6f22}\u{5b57}\u{6f22}\u{5b57}\u{6f22}\u{5b57}",
            &"x".repeat(2_000),
        ];
        let plain = read(&draw_badge(&view(VerificationStatus::Verified, RiskBand::Low, "x", None))).0;
        for reference in rows {
            let view = view(VerificationStatus::Verified, RiskBand::Low, reference, Some(reference));
            let svg = draw_badge(&view);
            assert_eq!(read(&svg).0, plain, "{reference}");
            assert!(columns(&named(&view)) <= NAME_COLUMNS, "{}", named(&view));
            assert!(svg.chars().all(|letter| letter == '\n' || !letter.is_control()), "{reference:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_the_same_elements(reference in "\\PC{0,80}", version in proptest::option::of(".{0,50}")) {
            let svg = draw_badge(&view(VerificationStatus::Verified, RiskBand::Low, &reference, version.as_deref()));
            let plain = draw_badge(&view(VerificationStatus::Verified, RiskBand::Low, "x", None));
            prop_assert_eq!(read(&svg).0, read(&plain).0);
        }
    }
}
