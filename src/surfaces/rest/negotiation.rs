//! Whether a page is wanted as Markdown or as HTML (RFC 9110, 12.5.1).

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// Tells whether a client that takes what its `Accept` says prefers Markdown to HTML.
///
/// What is named exactly goes before what a range covers, so that `text/markdown, */*` asks for
/// Markdown; without a preference it is HTML, as browsers and plain clients expect.
pub(super) fn prefers_markdown(headers: &HeaderMap) -> bool {
    let values: Vec<&str> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let ranges: Vec<Range> = values.iter().flat_map(|value| value.split(',')).filter_map(Range::parse).collect();
    let quality = |subtype: &str| {
        let fitting = ranges.iter().filter(|range| range.covers(subtype));
        // The most specific range decides, whatever others say.
        fitting.max_by_key(|range| range.specificity()).map(|range| (range.permille, range.specificity()))
    };
    match (quality("markdown"), quality("html")) {
        (Some((0, _)), _) => false,
        (Some(markdown), Some(html)) => markdown > html,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

struct Range {
    kind: String,
    subtype: String,
    /// The weight in thousandths.
    permille: u16,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let mut permille = 1_000;
        for parameter in parts {
            if let Some(weight) = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")) {
                let weight: f64 = weight.parse().ok()?;
                permille = (weight.clamp(0.0, 1.0) * 1_000.0) as u16;
            }
        }
        Some(Self { kind: kind.to_ascii_lowercase(), subtype: subtype.to_ascii_lowercase(), permille })
    }

    fn covers(&self, subtype: &str) -> bool {
        match (self.kind.as_str(), self.subtype.as_str()) {
            ("*", "*") | ("text", "*") => true,
            ("text", own) => own == subtype,
            _ => false,
        }
    }

    fn specificity(&self) -> u8 {
        u8::from(self.kind != "*") + u8::from(self.subtype != "*")
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_more_wanted_form_is_chosen_and_html_without_a_preference() {
        let rows = [
            (&[][..], false),
            (&["*/*"], false),
            (&["text/*"], false),
            (&["text/html"], false),
            (&["text/markdown"], true),
            (&["TEXT/Markdown; charset=utf-8"], true),
            (&["text/markdown, text/html"], false),
            (&["text/markdown, */*"], true),
            (&["text/markdown, */*;q=0.8"], true),
            (&["text/html, text/markdown;q=0.9"], false),
            (&["text/html;q=0.5, text/markdown;q=0.9"], true),
            (&["text/html;q=0.5", "text/markdown;q=0.9"], true),
            (&["text/markdown;q=0, */*"], false),
            (&["text/markdown;q=0"], false),
            (&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], false),
            (&["text/plain, text/markdown;q=0.1"], true),
            (&["text/markdown;q=x"], false),
            (&["nonsense, ;;,/"], false),
        ];
        for (values, expected) in rows {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(ACCEPT, HeaderValue::from_static(value));
            }
            assert_eq!(prefers_markdown(&headers), expected, "{values:?}");
        }
    }
}
