//! Texts that are encoded inside of other texts, whichever way, and one inside the other.

use super::budget::{Budget, DEPTH};
use super::codec::{self, Finds};
use super::language::{self, Guess};
use super::{Layer, Layers, Origin, shown};
use crate::scan::view::TextView;
use crate::skill::{BundleFile, DecodedText, Encoding, FileClass, FileContent, Sha256Digest, SkillBundle, UnreadFile};

/// Opens what is encoded in the texts of the bundle, and in the layers that are open already.
pub(super) fn open(bundle: &SkillBundle, budget: &mut Budget, opened: &mut Layers) {
    let mut found = Layers::default();
    for file in &bundle.files {
        open_file(file, None, 0, budget, &mut found);
    }
    for layer in &opened.layers {
        open_file(&layer.file, Some(&layer.origin), 0, budget, &mut found);
    }
    opened.layers.append(&mut found.layers);
    opened.unread.append(&mut found.unread);
}

fn open_file(file: &BundleFile, origin: Option<&Origin>, depth: usize, budget: &mut Budget, opened: &mut Layers) {
    let Some(decoded) = &file.text else { return };
    let finds = codec::find_all(&decoded.text);
    if finds.is_empty() {
        return;
    }
    let view = TextView::new(file, origin, decoded);
    let Finds { texts, is_cut } = finds;
    let mut is_unread = is_cut;
    for found in texts {
        if depth >= DEPTH || !budget.take(found.text.len()) {
            is_unread = true;
            break;
        }
        let origin = Origin {
            location: origin.map_or_else(|| view.location(found.span.start), |origin| origin.location.clone()),
            chain: origin.iter().flat_map(|origin| origin.chain.clone()).chain(found.steps).collect(),
            is_shown: origin.is_some_and(|origin| origin.is_shown) || shown::is_shown(&view, &found.span),
        };
        let file = text_file(&view, found.span.start, found.is_view, found.text);
        open_file(&file, Some(&origin), depth + 1, budget, opened);
        opened.layers.push(Layer { file, origin });
    }
    if is_unread {
        note_unread(file, opened);
    }
}

/// Makes a file of a decoded text: a script where it looks like one, prose for everything else.
/// What is only another view of the same text stays what it was.
fn text_file(host: &TextView<'_>, at: usize, is_view: bool, text: String) -> BundleFile {
    let guess = if is_view { language::of_place(host, at) } else { language::of_text(&text) };
    let (class, language) = match guess {
        Guess::Prose => (FileClass::Reference, None),
        Guess::Code(language) => (FileClass::Script, language),
        Guess::Data => (host.file().class, host.file().language),
    };
    BundleFile {
        path: host.file().path.clone(),
        content: FileContent::Bytes(text.as_bytes().to_vec()),
        is_executable: false,
        class,
        language,
        sha256: Sha256Digest::of(text.as_bytes()),
        text: Some(DecodedText { text, encoding: Encoding::Utf8, issues: Vec::new() }),
    }
}

/// Says once of a file that not everything in it was opened.
fn note_unread(file: &BundleFile, opened: &mut Layers) {
    let path = crate::skill::sanitise_line(file.path.as_str(), crate::skill::limits::NAME_BYTES);
    if opened.unread.iter().all(|unread| unread.path != path) {
        let reason = "more encoded text than is opened in one bundle".to_owned();
        opened.unread.push(UnreadFile { path, size_bytes: None, reason });
    }
}
