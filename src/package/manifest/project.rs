//! What a project needs, after all of its files.

use std::collections::BTreeSet;

use super::{Dependency, Manifest, Requirement};
use crate::package::{PackageName, PackageRegistry};

/// What a project needs: a manifest says what, and a lock file beside it which versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// What is needed, each package in each version once, in the order of names.
    pub dependencies: Vec<Dependency>,
    /// What could not be read, in words; author-controlled, bounded, not sanitised.
    pub unread: Vec<String>,
    /// The registries of which a lock file fixes what is needed indirectly.
    pub locked: BTreeSet<PackageRegistry>,
}

type Key = (PackageRegistry, PackageName);

impl Project {
    /// Puts files together. What a lock file fixes stands for what a manifest asks for; what a
    /// manifest names is needed directly, where the lock file itself does not tell.
    pub fn of(manifests: Vec<Manifest>) -> Self {
        let (mut locks, mut asked) = (Vec::new(), Vec::new());
        let (mut unread, mut locked) = (Vec::new(), BTreeSet::new());
        for manifest in manifests {
            unread.extend(manifest.unread);
            if !manifest.kind.is_lock() {
                asked.extend(manifest.dependencies);
                continue;
            }
            locked.insert(manifest.kind.registry());
            let tells = manifest.dependencies.iter().any(|one| one.is_direct);
            locks.extend(manifest.dependencies.into_iter().map(|one| (one, tells)));
        }
        let key = |one: &Dependency| -> Key { (one.registry, one.name.clone()) };
        let named: BTreeSet<Key> = asked.iter().map(key).collect();
        let mut dependencies: Vec<Dependency> = locks
            .into_iter()
            .map(|(one, tells)| {
                let is_direct = one.is_direct || !tells && named.contains(&key(&one));
                Dependency { is_direct, ..one }
            })
            .collect();
        let fixed: BTreeSet<Key> = dependencies.iter().map(key).collect();
        // An exact version that the lock file contradicts stays: nobody can say which is installed.
        asked.retain(|one| !fixed.contains(&key(one)) || matches!(one.requirement, Requirement::Exact(_)));
        dependencies.append(&mut asked);
        super::in_order(&mut dependencies);
        Self { dependencies, unread, locked }
    }
}
