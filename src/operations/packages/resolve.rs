//! Which releases a project would get today, where no lock file says so.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::package::{Dependency, PackageName, PackageRegistry, Project, Requirement};
use crate::skill::sanitise_line;
use crate::source::{PackageClient, PackageFetchError, PackageResolver};

/// How far the registries are asked what a project needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResolveBounds {
    /// Packages that each registry is asked about.
    pub packages: usize,
    /// How long each registry is asked.
    pub time: Duration,
}

impl ResolveBounds {
    /// For whoever waits at a service.
    pub const SERVICE: Self = Self { packages: 150, time: Duration::from_secs(15) };
    /// For whoever waits at a terminal.
    pub const TERMINAL: Self = Self { packages: 1_000, time: Duration::from_secs(120) };
}

/// Failures after which a registry is not asked any more.
const FAILURES: usize = 3;
/// Things that are told of one registry.
const TOLD: usize = 20;
/// Characters of a reason.
const REASON_CHARACTERS: usize = 300;

/// What is needed, after the registries were asked.
#[derive(Debug, Clone)]
pub(super) struct Resolution {
    /// What is needed, with what was asked for where a registry said which version that is, and
    /// how large it is where the registry says so.
    pub(super) needed: Vec<Needed>,
    /// What could not be resolved, in words; sanitised.
    pub(super) unresolved: Vec<String>,
}

/// One package that is needed.
#[derive(Debug, Clone)]
pub(super) struct Needed {
    pub(super) dependency: Dependency,
    /// The range for which the version stands, in the words of whoever needs it; not sanitised.
    pub(super) requested: Option<String>,
    pub(super) size_bytes: Option<u64>,
}

impl Needed {
    pub(super) fn as_it_is(dependency: Dependency) -> Self {
        Self { dependency, requested: None, size_bytes: None }
    }
}

/// Asks the registries which versions a project would get, and what those need in turn; packages
/// of a registry whose versions a lock file fixes are taken as they are. It blocks.
///
/// `on_asking` hears each package before its registry is asked.
pub(super) fn resolve(
    client: &PackageClient,
    project: Project,
    bounds: ResolveBounds,
    on_asking: &mut dyn FnMut(&str),
) -> Resolution {
    let mut resolution = Resolution { needed: Vec::new(), unresolved: Vec::new() };
    let mut open: BTreeMap<PackageRegistry, Vec<Dependency>> = BTreeMap::new();
    for dependency in project.dependencies {
        let is_fixed = project.locked.contains(&dependency.registry) || !client.knows(dependency.registry);
        if is_fixed || matches!(dependency.requirement, Requirement::Elsewhere(_)) {
            resolution.needed.push(Needed::as_it_is(dependency));
        } else {
            open.entry(dependency.registry).or_default().push(dependency);
        }
    }
    for (registry, dependencies) in open {
        match client.resolver(registry, bounds.time) {
            Ok(resolver) => Walk::new(resolver, bounds).walk(dependencies, &mut resolution, on_asking),
            Err(error) => {
                resolution.unresolved.push(sanitise_line(&error.to_string(), REASON_CHARACTERS));
                resolution.needed.extend(dependencies.into_iter().map(Needed::as_it_is));
            }
        }
    }
    resolution.needed.sort_by_cached_key(|one| {
        let Dependency { registry, name, requirement, is_direct } = &one.dependency;
        (*registry, name.clone(), requirement.to_string(), !is_direct)
    });
    resolution.needed.dedup_by(|later, first| {
        let (later, first) = (&later.dependency, &first.dependency);
        (later.registry, &later.name, &later.requirement) == (first.registry, &first.name, &first.requirement)
    });
    resolution
}

/// A walk through what the packages of one registry need.
struct Walk<'a> {
    resolver: PackageResolver<'a>,
    bounds: ResolveBounds,
    /// What was asked, by name and request.
    asked: BTreeSet<(PackageName, String)>,
    /// Releases of which it is known what they need.
    met: BTreeSet<(PackageName, String)>,
    failures: usize,
    told: usize,
}

impl<'a> Walk<'a> {
    fn new(resolver: PackageResolver<'a>, bounds: ResolveBounds) -> Self {
        Self { resolver, bounds, asked: BTreeSet::new(), met: BTreeSet::new(), failures: 0, told: 0 }
    }

    fn walk(mut self, direct: Vec<Dependency>, resolution: &mut Resolution, on_asking: &mut dyn FnMut(&str)) {
        // Breadth first: where a bound ends it, what is nearest to the project is known.
        let mut queue = VecDeque::from(direct);
        let mut is_cut = false;
        while let Some(dependency) = queue.pop_front() {
            if !self.asked.insert((dependency.name.clone(), dependency.requirement.to_string())) {
                continue;
            }
            if matches!(dependency.requirement, Requirement::Elsewhere(_)) {
                resolution.needed.push(Needed::as_it_is(dependency));
                continue;
            }
            let is_over = self.asked.len() > self.bounds.packages || self.resolver.is_over();
            if is_over || self.failures >= FAILURES {
                is_cut = true;
                resolution.needed.push(Needed::as_it_is(dependency));
                continue;
            }
            on_asking(dependency.name.as_str());
            match self.resolver.resolve(&dependency.name, &dependency.requirement) {
                Ok(found) => {
                    let requested = match (&dependency.requirement, found.spec.version) {
                        (Requirement::Range(text), Some(version)) => Some((text.clone(), version)),
                        _ => None,
                    };
                    let (requested, requirement) = match requested {
                        Some((text, version)) => (Some(text), Requirement::Exact(version)),
                        None => (None, dependency.requirement.clone()),
                    };
                    let is_new = self.met.insert((dependency.name.clone(), requirement.to_string()));
                    match found.needs {
                        Some(needs) if is_new => queue.extend(needs),
                        Some(_) => {}
                        None => {
                            self.tell(resolution, &dependency, "the registry does not say what it needs");
                        }
                    }
                    let dependency = Dependency { requirement, ..dependency };
                    resolution.needed.push(Needed { dependency, requested, size_bytes: found.size_bytes });
                }
                Err(error) => {
                    if matches!(error, PackageFetchError::Unreachable { .. }) {
                        self.failures += 1;
                    }
                    self.tell(resolution, &dependency, &error.to_string());
                    resolution.needed.push(Needed::as_it_is(dependency));
                }
            }
        }
        if is_cut {
            resolution.unresolved.push(format!(
                "not everything was resolved: a registry is asked about {} packages in {} seconds at most, and not after {FAILURES} failures",
                self.bounds.packages,
                self.bounds.time.as_secs(),
            ));
        }
    }

    fn tell(&mut self, resolution: &mut Resolution, dependency: &Dependency, why: &str) {
        self.told += 1;
        if self.told <= TOLD {
            let told = format!("{}:{}: {why}", dependency.registry, dependency.name);
            resolution.unresolved.push(sanitise_line(&told, REASON_CHARACTERS));
        }
    }
}
