//! Which versions of a package an advisory concerns.

use crate::package::{PackageName, PackageRegistry, PackageVersion};

/// A package that an advisory concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// The registry.
    pub registry: PackageRegistry,
    /// The package.
    pub name: PackageName,
    /// Versions that are named one by one.
    pub versions: Vec<PackageVersion>,
    /// Ranges of versions.
    pub ranges: Vec<VersionRange>,
    /// Whether something that says which versions are meant could not be read. Such a record
    /// concerns every version, as one does that says nothing: a warning too many can be looked
    /// at, one that is missing cannot.
    pub is_unclear: bool,
}

/// Versions between events, in the order of versions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionRange {
    events: Vec<Event>,
    /// Versions from which on the range says nothing, where it has such limits.
    limits: Vec<PackageVersion>,
}

/// What changes at a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// It begins with the first version.
    IntroducedFirst,
    /// It begins with this version.
    Introduced(PackageVersion),
    /// It ends with this version.
    Fixed(PackageVersion),
    /// This is the last version with it.
    LastAffected(PackageVersion),
}

impl Event {
    fn ends(&self) -> bool {
        matches!(self, Self::Fixed(_) | Self::LastAffected(_))
    }

    /// Where it stands: at a version, what begins comes before what ends.
    fn place(&self) -> (Option<&PackageVersion>, u8) {
        match self {
            Self::IntroducedFirst => (None, 0),
            Self::Introduced(version) => (Some(version), 0),
            Self::Fixed(version) => (Some(version), 1),
            Self::LastAffected(version) => (Some(version), 2),
        }
    }
}

impl VersionRange {
    pub(super) fn new(mut events: Vec<Event>, limits: Vec<PackageVersion>) -> Self {
        events.sort_by(|left, right| left.place().cmp(&right.place()));
        Self { events, limits }
    }

    /// Tells whether a version lies in the range (OSV schema, "Evaluation").
    pub fn contains(&self, version: &PackageVersion) -> bool {
        if !self.limits.is_empty() && !self.limits.iter().any(|limit| version < limit) {
            return false;
        }
        let mut is_inside = false;
        for event in &self.events {
            match event {
                Event::IntroducedFirst => is_inside = true,
                Event::Introduced(from) if version >= from => is_inside = true,
                Event::Fixed(fixed) if version >= fixed => is_inside = false,
                Event::LastAffected(last) if version > last => is_inside = false,
                Event::Introduced(_) | Event::Fixed(_) | Event::LastAffected(_) => {}
            }
        }
        is_inside
    }

    /// Tells whether it begins with the first version and has no end.
    fn is_every_version(&self) -> bool {
        self.limits.is_empty()
            && matches!(self.events.as_slice(), [Event::IntroducedFirst, others @ ..] if others.iter().all(|event| !event.ends()))
    }

    pub(super) fn events(&self) -> &[Event] {
        &self.events
    }

    pub(super) fn limits(&self) -> &[PackageVersion] {
        &self.limits
    }
}

impl Affected {
    /// Tells whether a version is concerned.
    pub fn contains(&self, version: &PackageVersion) -> bool {
        self.is_unclear || self.versions.contains(version) || self.ranges.iter().any(|range| range.contains(version))
    }

    /// Tells whether every version is concerned, those that nobody has published yet as well: the
    /// package itself is what the advisory is about. Versions that are named one by one say
    /// nothing of the others.
    pub fn is_every_version(&self) -> bool {
        self.is_unclear || self.ranges.iter().any(VersionRange::is_every_version)
    }

    /// Returns the lowest version above `version` in which it is mended, where a range says so.
    pub fn fixed_after(&self, version: &PackageVersion) -> Option<&PackageVersion> {
        let containing = self.ranges.iter().filter(|range| range.contains(version));
        let fixes = containing.flat_map(|range| range.events.iter().filter_map(fix));
        fixes.filter(|fix| *fix > version).min()
    }
}

fn fix(event: &Event) -> Option<&PackageVersion> {
    match event {
        Event::Fixed(version) => Some(version),
        Event::IntroducedFirst | Event::Introduced(_) | Event::LastAffected(_) => None,
    }
}
