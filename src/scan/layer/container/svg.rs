//! SVG pictures: the words that they hold, shown or not.

use super::{Host, Opener, office};
use crate::skill::BundleFile;

pub(super) fn open(opener: &mut Opener<'_>, file: &BundleFile, host: &Host) {
    let Some(decoded) = &file.text else { return };
    let text = without_styles(&decoded.text);
    let words = office::words(&text, &["</text>", "</tspan>", "</desc>", "</title>"]);
    opener.add_text(host, "words of the picture", "picture.txt", words);
}

/// Style sheets and scripts are no words; rules look at them in the picture itself.
fn without_styles(text: &str) -> String {
    let mut kept = String::new();
    let mut at = 0;
    for (start, _) in text.match_indices("<s") {
        let tag = &text[start..];
        let close = ["<style", "<script"].iter().find(|mark| tag.starts_with(**mark));
        let Some(close) = close.filter(|_| start >= at) else { continue };
        kept.push_str(&text[at..start]);
        at = tag.find(&format!("</{}", &close[1..])).map_or(text.len(), |end| start + end);
    }
    kept.push_str(&text[at..]);
    kept
}
