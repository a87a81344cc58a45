//! The simple index in HTML (PEP 503), for mirrors that speak nothing newer.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::pypi::File;

static ANCHOR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?is)<a\s([^>]{1,4000})>([^<]{1,400})</a>").expect("the pattern is a constant"));
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?is)([a-z-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)')"#).expect("the pattern is a constant")
});

/// Reads the files off an index; what is no file is left out.
pub(super) fn files(body: &[u8]) -> Vec<File> {
    let text = String::from_utf8_lossy(body);
    ANCHOR
        .captures_iter(&text)
        .filter_map(|anchor| {
            let mut file = File { filename: unescape(anchor[2].trim()), ..File::default() };
            for attribute in ATTRIBUTE.captures_iter(&anchor[1]) {
                let value = attribute.get(2).or_else(|| attribute.get(3)).map_or("", |value| value.as_str());
                match attribute[1].to_ascii_lowercase().as_str() {
                    "href" => file.url = unescape(value),
                    "data-yanked" => file.yanked = Value::String(unescape(value)),
                    _ => {}
                }
            }
            let (url, digest) = file.url.split_once('#')?;
            let (algorithm, digits) = digest.split_once('=')?;
            let (algorithm, digits, url) = (algorithm.to_owned(), digits.to_owned(), url.to_owned());
            file.hashes.insert(algorithm, digits);
            file.url = url;
            Some(file)
        })
        .collect()
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}
