//! Git repositories that are made out of nothing, with any names and any bytes in them.

use std::collections::BTreeMap;
use std::path::Path;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::tree::{Entry, EntryKind};

/// A file of a repository: its path as bytes, what it is, its content or the link's target.
pub struct GitFile {
    pub path: Vec<u8>,
    pub kind: EntryKind,
    pub content: Vec<u8>,
}

impl GitFile {
    pub fn new(path: impl AsRef<[u8]>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.as_ref().to_vec(), kind: EntryKind::Blob, content: content.into() }
    }

    pub fn link(path: &str, target: &str) -> Self {
        Self { kind: EntryKind::Link, ..Self::new(path, target) }
    }
}

/// A SKILL.md that says something of its own.
pub fn skill(name: &str, version: u32) -> String {
    format!(
        "---\nname: {name}\ndescription: Does what {name} does in its version {version}, carefully.\n---\n\
         # {name}\n\nRead the file, count its {version} parts, write down what {name} needs.\n"
    )
}

/// A repository of skills with these names at this version.
pub fn skills(names: &[String], version: u32) -> Vec<GitFile> {
    let files = |name: &String| {
        [
            GitFile::new(format!("skills/{name}/SKILL.md"), skill(name, version)),
            GitFile::new(format!("skills/{name}/scripts/run.py"), format!("print('{name} {version}')\n")),
        ]
    };
    names.iter().flat_map(files).collect()
}

/// Writes a commit with exactly these files to `main` of the bare repository at `path`.
pub fn write(path: &Path, files: &[GitFile]) {
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders are made");
    let options = gix::open::Options::isolated().config_overrides(["user.name=a", "user.email=a@b.example"]);
    let repository = if path.join("HEAD").exists() {
        gix::open_opts(path, options).expect("a repository")
    } else {
        gix::ThreadSafeRepository::init_opts(path, gix::create::Kind::Bare, gix::create::Options::default(), options)
            .expect("a repository")
            .to_thread_local()
    };
    let mut root = Folder::default();
    for file in files {
        let id = repository.write_blob(&file.content).expect("a blob").detach();
        root.insert(&file.path, file.kind, id);
    }
    let tree = root.write(&repository);
    let parents: Vec<ObjectId> = repository.head_id().ok().map(gix::Id::detach).into_iter().collect();
    let person = gix::actor::SignatureRef { name: "a".into(), email: "a@b.example".into(), time: "1700000000 +0000" };
    repository.commit_as(person, person, "refs/heads/main", "message", tree, parents).expect("a commit");
}

#[derive(Default)]
struct Folder {
    folders: BTreeMap<Vec<u8>, Folder>,
    files: Vec<(Vec<u8>, EntryKind, ObjectId)>,
}

impl Folder {
    fn insert(&mut self, path: &[u8], kind: EntryKind, id: ObjectId) {
        match path.split_once_str("/") {
            Some((name, rest)) => self.folders.entry(name.to_vec()).or_default().insert(rest, kind, id),
            None => self.files.push((path.to_vec(), kind, id)),
        }
    }

    fn write(self, repository: &gix::Repository) -> ObjectId {
        let folders = self.folders.into_iter().map(|(name, folder)| {
            let id = folder.write(repository);
            (name, EntryKind::Tree, id)
        });
        let mut entries: Vec<Entry> = folders
            .chain(self.files)
            .map(|(name, kind, oid)| Entry { mode: kind.into(), filename: name.as_bstr().to_owned(), oid })
            .collect();
        entries.sort();
        repository.write_object(gix::objs::Tree { entries }).expect("a tree").detach()
    }
}
