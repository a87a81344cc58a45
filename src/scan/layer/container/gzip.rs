//! Gzip files: a single file inside, often a tar archive.

use super::inflate::{self, is_bomb};
use super::{FactKind, Host, Member, Opener, member};
use crate::skill::{BundleFile, FileContent};

pub(super) fn open(opener: &mut Opener<'_>, bytes: &[u8], file: &BundleFile, host: &Host) {
    let inflated = inflate::gzip(bytes, opener.member_bytes());
    let size = inflated.bytes.len();
    opener.budget.take_bytes(size);
    if is_bomb(bytes.len(), size as u64) {
        opener.fact(host, "", FactKind::Bomb, format!("{} bytes become {size} or more", bytes.len()));
    }
    if inflated.is_cut {
        opener.unread(host, "gzip", None, "the content is larger than what is read of one file");
    } else if inflated.is_damaged {
        opener.unread(host, "gzip", None, "the content is damaged, it was read as far as it goes");
    }
    let name = file.path.file_name();
    let lower = name.to_ascii_lowercase();
    let stem = &name[..name.len().saturating_sub(3)];
    let inner = if lower.ends_with(".tgz") {
        format!("{}.tar", stem.trim_end_matches('.'))
    } else if lower.ends_with(".gz") {
        stem.to_owned()
    } else {
        format!("{name}.unpacked")
    };
    let path = member::checked_path(&inner);
    let content = FileContent::Bytes(inflated.bytes);
    opener.add(Member { step: "gzip".to_owned(), path, content, is_executable: false, host });
}
