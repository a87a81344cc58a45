//! Files that hold other files or texts: archives, documents, notebooks, programs.
//!
//! A format has a file of its own here, which knows how to list what is inside. The
//! [`Opener`] decides what is kept, within the budget, and opens what it finds in turn.
//! Nothing is ever run, and the bytes decide what a file is, not its name.

mod bytecode;
mod format;
mod gzip;
mod inflate;
mod member;
mod native;
mod notebook;
mod office;
mod pdf;
mod picture;
mod svg;
mod tar;
#[cfg(test)]
mod tests;
mod zip;

use super::budget::Budget;
use super::{Fact, FactKind, Layer, Layers, Origin};
use crate::scan::Location;
use crate::scan::evidence::setting::is_specimen_path;
use crate::skill::{BundleFile, BundlePath, FileContent, SkillBundle, UnreadFile, limits, sanitise_line};
use format::Format;

/// Unread parts of one bundle that are listed; the verdict is the same for one as for many.
const UNREAD: usize = 50;
/// Facts of one bundle that are kept.
const FACTS: usize = 200;

/// Opens the containers among the files of `bundle`.
pub(super) fn open(bundle: &SkillBundle, budget: &mut Budget, layers: &mut Layers) {
    let mut opener = Opener { budget, layers, has_bomb: false };
    for file in &bundle.files {
        let host = Host {
            origin: Origin {
                location: Location {
                    path: sanitise_line(file.path.as_str(), limits::NAME_BYTES),
                    line: None,
                    column: None,
                },
                chain: Vec::new(),
                is_shown: is_specimen_path(file.path.as_str()),
            },
        };
        opener.open(file, &host);
    }
}

/// A file that is being opened.
#[derive(Debug)]
struct Host {
    origin: Origin,
}

impl Host {
    /// Returns the origin of what one more `step` opens.
    fn inside(&self, step: &str) -> Origin {
        let mut origin = self.origin.clone();
        origin.chain.push(sanitise_line(step, limits::NAME_BYTES));
        origin
    }
}

/// Collects what is found inside of files.
#[derive(Debug)]
struct Opener<'a> {
    budget: &'a mut Budget,
    layers: &'a mut Layers,
    /// Whether something unpacked to far too much; what follows is not worth the time.
    has_bomb: bool,
}

/// A file inside of another, as its format gives it.
#[derive(Debug)]
struct Member<'a> {
    /// How it was reached: `zip member run.sh`.
    step: String,
    /// Its path inside of the container, already checked.
    path: BundlePath,
    content: FileContent,
    is_executable: bool,
    /// Whether the bytes are text by their origin, whatever they look like.
    host: &'a Host,
}

impl Opener<'_> {
    /// Opens one file, if it is of a format that holds something.
    fn open(&mut self, file: &BundleFile, host: &Host) {
        let Some(bytes) = file.bytes() else { return };
        let Some(format) = Format::of(&file.path, bytes) else {
            zip::open_behind(self, bytes, file, host);
            return;
        };
        match format {
            Format::Zip => zip::open(self, bytes, host),
            Format::Gzip => gzip::open(self, bytes, file, host),
            Format::Tar => tar::open(self, bytes, host),
            Format::Notebook => notebook::open(self, bytes, host),
            Format::Bytecode => bytecode::open(self, bytes, file, host),
            Format::Pdf => pdf::open(self, bytes, host),
            Format::Picture(kind) => picture::open(self, bytes, kind, host),
            Format::Svg => svg::open(self, file, host),
            Format::Native => native::open(self, bytes, file, host),
            Format::Closed(name) => {
                self.unread(host, "", Some(bytes.len() as u64), &format!("{name} files are not opened"));
            }
        }
    }

    /// Keeps a file that was found inside of another, and opens it in turn.
    fn add(&mut self, member: Member<'_>) {
        let Member { step, path, content, is_executable, host } = member;
        let origin = host.inside(&step);
        if !self.budget.allows(origin.chain.len()) {
            self.unread(host, &step, None, "there are too many layers, or too many bytes in them");
            return;
        }
        self.budget.take_layer();
        let mut file = BundleFile::new(path, content, is_executable);
        // The blocks of a container are no text, even where most of its bytes are.
        if file.bytes().and_then(|bytes| Format::of(&file.path, bytes)).is_some_and(Format::is_opaque) {
            file.text = None;
        }
        let at = self.layers.layers.len();
        let inner = Host { origin };
        self.open(&file, &inner);
        self.layers.layers.insert(at, Layer { file, origin: inner.origin });
    }

    /// Keeps a text that was found inside of a file under a plain `name`.
    fn add_text(&mut self, host: &Host, step: &str, name: &str, text: String) {
        if text.trim().is_empty() {
            return;
        }
        self.budget.take_bytes(text.len());
        let path = member::checked_path(name);
        let content = FileContent::Bytes(text.into_bytes());
        self.add(Member { step: step.to_owned(), path, content, is_executable: false, host });
    }

    /// Notes what was not read, and why; `step` is empty where it is the host itself.
    fn unread(&mut self, host: &Host, step: &str, size_bytes: Option<u64>, reason: &str) {
        if self.layers.unread.len() >= UNREAD {
            return;
        }
        let origin = if step.is_empty() { host.origin.clone() } else { host.inside(step) };
        let reason = match origin.chain.as_slice() {
            [] => reason.to_owned(),
            chain => format!("{}: {reason}", chain.join(", ")),
        };
        self.layers.unread.push(UnreadFile { path: origin.location.path, size_bytes, reason });
    }

    /// Notes what stands out about `host`, or about a member of it where `step` is not empty.
    fn fact(&mut self, host: &Host, step: &str, kind: FactKind, detail: impl Into<String>) {
        self.has_bomb |= kind == FactKind::Bomb;
        if self.layers.facts.len() < FACTS {
            let origin = if step.is_empty() { host.origin.clone() } else { host.inside(step) };
            self.layers.facts.push(Fact { origin, kind, detail: detail.into() });
        }
    }

    /// Returns the bytes that the next member may have.
    fn member_bytes(&self) -> usize {
        /// Once there was a bomb, the beginning of each member is enough.
        const AFTER_BOMB_BYTES: usize = 64 * 1024;
        if self.has_bomb { self.budget.layer_bytes().min(AFTER_BOMB_BYTES) } else { self.budget.layer_bytes() }
    }
}
