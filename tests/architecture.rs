//! The table of rooms in ARCHITECTURE.md, held by a test: which room may use which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// Each room with the rooms that it may use. A new arrow is a decision: say why in the
/// change, and change ARCHITECTURE.md with it.
const ROOMS: &[(&str, &[&str])] = &[
    ("skill", &[]),
    // What a bundle installs is named by the rules of registries.
    ("scan", &["skill", "package"]),
    ("change", &["skill", "scan"]),
    ("policy", &["skill", "scan"]),
    ("recipe", &["skill"]),
    ("rank", &[]),
    ("trust", &["skill"]),
    ("assessment", &["skill"]),
    ("package", &["skill"]),
    // What a skill is made of, and what is known of it.
    ("sbom", &["skill", "scan", "advisory"]),
    ("certificate", &["skill", "scan", "package"]),
    ("advisory", &["skill", "package"]),
    ("source", &["skill", "trust", "package"]),
    ("approval", &["skill"]),
    ("placement", &["skill"]),
    // What a lockfile records of bytes is named by the recipe that made it, and what was known
    // of them by the words of a verdict.
    ("lockfile", &["skill", "scan", "recipe"]),
    ("account", &["skill"]),
    ("threat", &["skill"]),
    // A pack holds signatures as a scan takes them.
    ("pack", &["skill", "scan", "threat"]),
    ("store", &["skill", "scan", "recipe", "account", "trust", "threat", "package", "certificate", "advisory"]),
    ("snapshot", &["skill"]),
    ("search", &["skill", "scan", "rank"]),
    ("meter", &["skill", "store"]),
    ("payment", &["skill", "store", "wallet"]),
    ("wallet", &[]),
    ("webhook", &[]),
    // A key that pays the gas is a key like that of a wallet.
    ("facilitator", &["payment", "wallet"]),
    ("compute", &[]),
    ("config", &[]),
    ("ingest", &["skill", "scan", "rank", "source", "store", "search", "meter", "compute"]),
    ("crawl", &["skill", "source", "store", "ingest", "trust", "github"]),
    ("github", &["skill"]),
    ("evaluation", &["skill", "rank", "store", "search", "compute"]),
    (
        "api",
        &[
            "skill",
            "scan",
            "rank",
            "recipe",
            "account",
            "trust",
            "assessment",
            "threat",
            "package",
            "certificate",
            "advisory",
            "policy",
        ],
    ),
    (
        "operations",
        &[
            "skill",
            "scan",
            "change",
            "policy",
            "rank",
            "recipe",
            "source",
            "account",
            "advisory",
            "package",
            "approval",
            "placement",
            "lockfile",
            "store",
            "snapshot",
            "search",
            "meter",
            "payment",
            "compute",
            "ingest",
            "crawl",
            "github",
            "evaluation",
            "api",
            "trust",
            "assessment",
            "threat",
            "pack",
            "certificate",
            "sbom",
            "webhook",
        ],
    ),
    // Surfaces read what they show, and the configuration of their transport. They do not
    // know the store, search or sources; commands ask `app` to construct what they run on.
    (
        "surfaces",
        &[
            "operations",
            "api",
            "config",
            "skill",
            "scan",
            "change",
            "policy",
            "recipe",
            "account",
            "advisory",
            "approval",
            "package",
            "wallet",
            "app",
            "threat",
            "certificate",
            "sbom",
        ],
    ),
    // The publishers of the list that ships are handed to operations.
    (
        "app",
        &[
            "operations",
            "config",
            "compute",
            "crawl",
            "search",
            "skill",
            "store",
            "payment",
            "facilitator",
            "wallet",
            "github",
            "source",
        ],
    ),
];

/// Crates that only some rooms may know.
const CRATES: &[(&str, &[&str])] = &[
    ("axum", &["surfaces"]),
    ("rmcp", &["surfaces"]),
    ("clap", &["surfaces"]),
    ("sqlx", &["store"]),
    ("tantivy", &["search"]),
    ("usearch", &["search"]),
    ("fastembed", &["search"]),
    ("gix", &["source"]),
    ("cvss", &["advisory"]),
    ("icu_collator", &["recipe"]),
    ("cel", &["policy"]),
    ("rustix", &["approval", "placement"]),
    ("reqwest", &["surfaces", "facilitator", "source", "github"]),
    ("alloy_primitives", &["payment", "facilitator", "wallet"]),
    ("alloy_provider", &["facilitator"]),
    ("alloy_signer", &["wallet"]),
    ("alloy_signer_local", &["wallet"]),
    ("x402_chain_eip155", &["facilitator", "wallet"]),
    ("quick_xml", &["operations"]),
    ("x402_types", &["payment", "facilitator", "wallet"]),
];

#[test]
fn rooms_use_only_what_their_row_allows() {
    let mut wrong = BTreeSet::new();
    for (room, uses) in uses_by_room() {
        let allowed =
            ROOMS.iter().find(|row| row.0 == room).unwrap_or_else(|| panic!("the room `{room}` has no row in ROOMS")).1;
        for (used, file) in uses {
            if used != room && ROOMS.iter().any(|row| row.0 == used) && !allowed.contains(&used.as_str()) {
                wrong.insert(format!("{room} uses {used} in {}", file.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that are not in the table:\n{}",
        wrong.into_iter().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn crates_stay_in_their_rooms() {
    let mut wrong = BTreeSet::new();
    for file in sources() {
        let room = room_of(&file);
        let text = fs::read_to_string(&file).expect("a source file is read");
        for (name, rooms) in CRATES {
            let is_used = text.contains(&format!("{name}::")) || text.contains(&format!("use {name};"));
            if is_used && !rooms.contains(&room.as_str()) && room != "main" {
                wrong.insert(format!("{} knows {name}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn only_config_reads_the_environment() {
    for file in sources().into_iter().filter(|file| room_of(file) != "config") {
        let text = fs::read_to_string(&file).expect("a source file is read");
        let production = text.split("#[cfg(test)]").next().unwrap_or_default();
        // The text that tells whether a script reads the environment is a rule's pattern.
        assert!(
            !production.contains("std::env::var") && !production.contains("env::vars"),
            "{} reads the environment",
            file.display()
        );
    }
}

#[test]
fn the_table_of_architecture_md_is_this_one() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is read");
    for (room, allowed) in ROOMS {
        let listed = if allowed.is_empty() {
            "nothing".to_owned()
        } else {
            allowed.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ")
        };
        let row = format!("| `{room}` | {listed} |");
        assert!(text.contains(&row), "ARCHITECTURE.md lacks the row\n{row}");
    }
}

fn uses_by_room() -> BTreeMap<String, BTreeSet<(String, PathBuf)>> {
    let mut uses: BTreeMap<String, BTreeSet<(String, PathBuf)>> = BTreeMap::new();
    for file in sources() {
        let room = room_of(&file);
        if room == "main" || room == "lib" {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a source file is read");
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let mut visitor = CratePaths::default();
        visitor.visit_file(&parsed);
        uses.entry(room).or_default().extend(visitor.rooms.into_iter().map(|used| (used, file.clone())));
    }
    uses
}

/// Collects the first name after `crate::` in every path and every `use`.
#[derive(Default)]
struct CratePaths {
    rooms: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for CratePaths {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        // Tests may build what they need from anywhere.
        let is_test = item.attrs.iter().any(|attribute| attribute.path().is_ident("cfg"));
        if !is_test {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut segments = path.segments.iter();
        if let (Some(first), Some(second)) = (segments.next(), segments.next())
            && first.ident == "crate"
        {
            self.rooms.insert(second.ident.to_string());
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_use_path(&mut self, path: &'ast syn::UsePath) {
        if path.ident == "crate" {
            self.take_names(&path.tree);
        }
    }
}

impl CratePaths {
    fn take_names(&mut self, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                self.rooms.insert(path.ident.to_string());
            }
            syn::UseTree::Name(name) => {
                self.rooms.insert(name.ident.to_string());
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.take_names(tree)),
            syn::UseTree::Rename(_) | syn::UseTree::Glob(_) => {}
        }
    }
}

fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the sources is read") {
            let path = entry.expect("an entry is read").path();
            let is_test = path
                .file_stem()
                .is_some_and(|stem| matches!(stem.to_str(), Some("tests" | "suite" | "page" | "attacks")));
            if path.is_dir() && !is_test {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn room_of(file: &Path) -> String {
    let relative = file.strip_prefix(root().join("src")).expect("a source file lies below src");
    let first = relative.components().next().expect("a path has a part").as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn root() -> PathBuf {
    PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
}
