//! Tar archives.

use std::io::Read;

use tar::{Archive, EntryType};

use super::member::Names;
use super::{Host, Member, Opener};
use crate::skill::FileContent;

/// Entries of one archive that are looked at.
const ENTRIES: usize = 1_000;

pub(super) fn open(opener: &mut Opener<'_>, bytes: &[u8], host: &Host) {
    let mut archive = Archive::new(bytes);
    let Ok(entries) = archive.entries() else {
        opener.unread(host, "", Some(bytes.len() as u64), "the archive is damaged");
        return;
    };
    let mut names = Names::default();
    for (index, entry) in entries.enumerate() {
        if index >= ENTRIES {
            opener.unread(host, "", None, &format!("the archive has more than {ENTRIES} entries"));
            return;
        }
        let Ok(mut entry) = entry else {
            opener.unread(host, "", Some(bytes.len() as u64), "the archive is damaged from some entry on");
            return;
        };
        let kind = entry.header().entry_type();
        if kind.is_dir() || kind.is_pax_global_extensions() {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let step = format!("tar member {name}");
        let path = names.check(&name, &step, opener, host);
        let is_executable = entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0);
        let content = match kind {
            EntryType::Symlink | EntryType::Link => {
                let target = entry.link_name_bytes().map(|target| String::from_utf8_lossy(&target).into_owned());
                // The target of a hard link is counted from the archive's root.
                let up = if kind == EntryType::Link { "../".repeat(path.folders().count()) } else { String::new() };
                let target = target.unwrap_or_default();
                let is_absolute = target.starts_with('/');
                if kind == EntryType::Symlink {
                    names.note_link(&name);
                }
                FileContent::Symlink(if is_absolute { target } else { format!("{up}{target}") })
            }
            kind if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() => {
                let (limit, size) = (opener.member_bytes(), entry.size());
                let mut content = Vec::new();
                let is_damaged = entry.by_ref().take(limit as u64).read_to_end(&mut content).is_err();
                opener.budget.take_bytes(content.len());
                if is_damaged {
                    opener.unread(host, &step, Some(size), "the entry is damaged, it was read as far as it goes");
                } else if size > content.len() as u64 {
                    opener.unread(host, &step, Some(size), "the entry is larger than what is read of one");
                }
                FileContent::Bytes(content)
            }
            _ => {
                opener.unread(host, &step, None, "the entry is a device or of an unknown kind");
                continue;
            }
        };
        opener.add(Member { step, path, content, is_executable, host });
    }
}
