//! Whether a document is about the owners of the hosts that it names, asked once for each.

use crate::scan::TextView;
use crate::scan::evidence::setting::is_about_owner;
use crate::scan::evidence::url::Url;

/// Owners of one text that are looked up: nobody is about more.
const OWNERS: usize = 48;

/// The answers so far for one text.
#[derive(Debug, Default)]
pub(in crate::scan) struct Owners {
    known: Vec<(String, bool)>,
}

impl Owners {
    /// Tells whether the text is about the owner of a host; not once there were too many.
    pub(in crate::scan) fn include(&mut self, view: &TextView<'_>, url: &Url<'_>) -> bool {
        let label = url.registered_label();
        if let Some((_, is_owner)) = self.known.iter().find(|(known, _)| known == label) {
            return *is_owner;
        }
        if self.known.len() >= OWNERS {
            return false;
        }
        let is_owner = is_about_owner(view, url);
        self.known.push((label.to_owned(), is_owner));
        is_owner
    }
}
