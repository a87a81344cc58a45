//! One record.

use serde_json::{Map, Value, json};

use super::affected::Event;
use super::{AdvisoryError, AdvisorySeverity, Affected, VersionRange};
use crate::package::{PackageName, PackageRegistry, PackageVersion};
use crate::skill::Timestamp;

/// Bytes of a record; the longest public ones, which list thousands of versions, have one megabyte.
const RECORD_BYTES: usize = 4 * 1024 * 1024;
/// Characters of an id.
const ID_CHARACTERS: usize = 100;
/// Characters of a summary that are kept.
pub(super) const SUMMARY_CHARACTERS: usize = 500;
/// Other ids that are kept.
pub(super) const ALIASES: usize = 50;
/// Packages of a record.
const PACKAGES: usize = 5_000;
/// Versions and events of one package.
const VERSIONS: usize = 50_000;
/// Characters of an address.
pub(super) const URL_CHARACTERS: usize = 500;
/// How ids of malicious packages begin (OpenSSF, malicious-packages).
pub(super) const MALICIOUS: &str = "MAL-";

/// What is publicly known of packages: a flaw, or that they are malicious.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    /// The id, such as `GHSA-…`, `PYSEC-…` or `MAL-…`: letters, digits, `-`, `_`, `.` and `:`.
    pub id: String,
    /// Other ids of the same thing, such as that of the CVE list.
    pub aliases: Vec<String>,
    /// What it is, in a sentence of whoever wrote it; not sanitised.
    pub summary: Option<String>,
    /// How bad it is, where that is said; a malicious package is always critical.
    pub severity: Option<AdvisorySeverity>,
    /// Whether the package itself is malicious, rather than flawed.
    pub is_malicious: bool,
    /// When it was made known.
    pub published: Option<Timestamp>,
    /// When the record was last changed.
    pub modified: Timestamp,
    /// When it was taken back.
    pub withdrawn: Option<Timestamp>,
    /// Where more is said: an `https` address.
    pub url: Option<String>,
    /// Which packages of npm and PyPI it concerns; none where it is of other registries.
    pub affected: Vec<Affected>,
}

impl Advisory {
    /// Reads a record of the Open Source Vulnerability format. Packages of other registries are
    /// left out.
    ///
    /// # Errors
    /// Fails where it is none, or larger than is read.
    pub fn parse(bytes: &[u8]) -> Result<Self, AdvisoryError> {
        if bytes.len() > RECORD_BYTES {
            return Err(AdvisoryError::TooLong(RECORD_BYTES));
        }
        let record: Value = serde_json::from_slice(bytes).map_err(|error| AdvisoryError::Form(error.to_string()))?;
        Self::of_value(&record)
    }

    /// Reads a record that is JSON already: see [`Advisory::parse`].
    ///
    /// # Errors
    /// Fails where it is no record.
    pub fn of_value(record: &Value) -> Result<Self, AdvisoryError> {
        let form = |what: &str| AdvisoryError::Form(format!("`{what}` is missing or not what it should be"));
        let text = |name: &str| record.get(name).and_then(Value::as_str);
        let time = |name: &str| text(name).and_then(|text| text.parse::<Timestamp>().ok());
        let id = text("id").filter(|id| is_id(id)).ok_or(AdvisoryError::Id)?;
        let modified = time("modified").ok_or_else(|| form("modified"))?;
        let aliases: Vec<String> = list(record, "aliases")
            .filter_map(Value::as_str)
            .filter(|id| is_id(id))
            .take(ALIASES)
            .map(str::to_owned)
            .collect();
        let is_said = record.pointer("/database_specific/is_malicious").and_then(Value::as_bool) == Some(true);
        let is_malicious =
            is_said || id.starts_with(MALICIOUS) || aliases.iter().any(|alias| alias.starts_with(MALICIOUS));
        let affected = affected(record)?;
        let severity = if is_malicious { Some(AdvisorySeverity::Critical) } else { severity(record) };
        Ok(Self {
            id: id.to_owned(),
            aliases,
            summary: text("summary").map(|text| text.chars().take(SUMMARY_CHARACTERS).collect()),
            severity,
            is_malicious,
            published: time("published"),
            modified,
            withdrawn: time("withdrawn"),
            url: url(record),
            affected,
        })
    }

    /// Tells whether it concerns a version of a package. One that was taken back concerns none.
    pub fn concerns(&self, registry: PackageRegistry, name: &PackageName, version: &PackageVersion) -> bool {
        self.withdrawn.is_none() && self.of_package(registry, name).any(|affected| affected.contains(version))
    }

    /// Returns what it says of a package.
    pub fn of_package<'a>(
        &'a self,
        registry: PackageRegistry,
        name: &'a PackageName,
    ) -> impl Iterator<Item = &'a Affected> {
        self.affected.iter().filter(move |affected| affected.registry == registry && affected.name == *name)
    }

    /// Returns what the format has no field for: how bad it is in a word, and that a registry says
    /// of the package that it is malicious, which the id of its record does not tell.
    fn specific(&self) -> Option<Value> {
        match (self.severity, self.is_malicious) {
            (None, _) => None,
            (Some(severity), false) => Some(json!({ "severity": severity.as_str() })),
            (Some(severity), true) => Some(json!({ "severity": severity.as_str(), "is_malicious": true })),
        }
    }

    /// Writes what was read as a record of the same format, without what was left out.
    pub fn to_osv(&self) -> Value {
        let mut record = Map::new();
        record.insert("id".to_owned(), json!(self.id));
        record.insert("modified".to_owned(), json!(self.modified));
        let optional = [
            ("published", self.published.map(|time| json!(time))),
            ("withdrawn", self.withdrawn.map(|time| json!(time))),
            ("aliases", (!self.aliases.is_empty()).then(|| json!(self.aliases))),
            ("summary", self.summary.as_ref().map(|text| json!(text))),
            ("database_specific", self.specific()),
            ("references", self.url.as_ref().map(|url| json!([{ "type": "ADVISORY", "url": url }]))),
        ];
        record.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        record.insert("affected".to_owned(), self.affected.iter().map(written).collect());
        Value::Object(record)
    }
}

pub(super) fn is_id(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    !text.is_empty() && text.len() <= ID_CHARACTERS && text.bytes().all(is_letter)
}

/// Returns the items of a list; a field that is no list has none.
fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// Reads how bad it is: the database's own word, which people weighed, before the vectors.
fn severity(record: &Value) -> Option<AdvisorySeverity> {
    let word = |of: &Value| of.get("database_specific")?.get("severity")?.as_str().and_then(AdvisorySeverity::of_word);
    let vectors = |of: &Value| {
        let vectors = list(of, "severity").filter_map(|severity| severity.get("score")?.as_str());
        vectors.filter_map(AdvisorySeverity::of_vector).max()
    };
    let packages = || list(record, "affected");
    word(record)
        .or_else(|| vectors(record))
        .or_else(|| packages().filter_map(|package| word(package).or_else(|| vectors(package))).max())
}

/// Returns the address of the advisory itself, else the first of any kind.
fn url(record: &Value) -> Option<String> {
    let is_kept = |url: &&str| {
        url.starts_with("https://") && url.len() <= URL_CHARACTERS && url.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let of = |kind: Option<&str>| {
        let references = list(record, "references");
        let fitting = references
            .filter(|reference| kind.is_none_or(|kind| reference.get("type").and_then(Value::as_str) == Some(kind)));
        fitting.filter_map(|reference| reference.get("url")?.as_str()).find(is_kept).map(str::to_owned)
    };
    of(Some("ADVISORY")).or_else(|| of(None))
}

fn affected(record: &Value) -> Result<Vec<Affected>, AdvisoryError> {
    let mut packages = Vec::new();
    for value in list(record, "affected") {
        let Some(package) = value.get("package") else { continue };
        let field = |name: &str| package.get(name).and_then(Value::as_str);
        // `npm` and `PyPI`, perhaps with the variant of a mirror behind a colon.
        let ecosystem = field("ecosystem").and_then(|ecosystem| ecosystem.split(':').next());
        let registry = match ecosystem {
            Some("npm") => PackageRegistry::Npm,
            Some("PyPI") => PackageRegistry::Pypi,
            _ => continue,
        };
        // A name that the registry could not have is no package of anybody.
        let Some(name) = field("name").and_then(|name| PackageName::parse(registry, name).ok()) else { continue };
        if packages.len() == PACKAGES {
            return Err(AdvisoryError::TooMany { what: "packages", limit: PACKAGES });
        }
        packages.extend(package_of(registry, name, value)?);
    }
    Ok(packages)
}

/// Reads what is said of one package; none where no version of it could be asked for.
fn package_of(registry: PackageRegistry, name: PackageName, value: &Value) -> Result<Option<Affected>, AdvisoryError> {
    let mut is_unclear = false;
    let mut versions = Vec::new();
    let mut is_named = false;
    for version in list(value, "versions") {
        is_named = true;
        if versions.len() == VERSIONS {
            return Err(AdvisoryError::TooMany { what: "versions of a package", limit: VERSIONS });
        }
        // What cannot be a version of today's rules cannot be asked for either.
        versions.extend(version.as_str().and_then(|text| PackageVersion::parse(registry, text).ok()));
    }
    let mut ranges = Vec::new();
    for range in list(value, "ranges") {
        // Commits are no versions.
        if range.get("type").and_then(Value::as_str) == Some("GIT") {
            continue;
        }
        match range_of(registry, range)? {
            Some(range) => ranges.push(range),
            None => is_unclear = true,
        }
    }
    // Versions that are named one by one say the same as ranges that cannot be read; a record
    // with neither means all of them.
    is_unclear = if is_named { false } else { is_unclear || ranges.is_empty() };
    if is_unclear {
        ranges.clear();
    } else if versions.is_empty() && ranges.is_empty() {
        return Ok(None);
    }
    Ok(Some(Affected { registry, name, versions, ranges, is_unclear }))
}

/// Reads a range; none where an event of it cannot be read.
fn range_of(registry: PackageRegistry, range: &Value) -> Result<Option<VersionRange>, AdvisoryError> {
    let (mut events, mut limits) = (Vec::new(), Vec::new());
    for fields in list(range, "events").filter_map(Value::as_object) {
        for (kind, version) in fields {
            if events.len() + limits.len() == VERSIONS {
                return Err(AdvisoryError::TooMany { what: "events of a range", limit: VERSIONS });
            }
            let Some(text) = version.as_str() else { return Ok(None) };
            let parsed = PackageVersion::parse(registry, text).ok();
            match (kind.as_str(), text, parsed) {
                ("introduced", "0", _) => events.push(Event::IntroducedFirst),
                ("limit", "*", _) => {}
                ("introduced", _, Some(version)) => events.push(Event::Introduced(version)),
                ("fixed", _, Some(version)) => events.push(Event::Fixed(version)),
                ("last_affected", _, Some(version)) => events.push(Event::LastAffected(version)),
                ("limit", _, Some(version)) => limits.push(version),
                _ => return Ok(None),
            }
        }
    }
    let begins = |event: &Event| matches!(event, Event::IntroducedFirst | Event::Introduced(_));
    Ok(events.iter().any(begins).then(|| VersionRange::new(events, limits)))
}

fn written(affected: &Affected) -> Value {
    let ecosystem = match affected.registry {
        PackageRegistry::Npm => "npm",
        PackageRegistry::Pypi => "PyPI",
    };
    let mut value = json!({ "package": { "ecosystem": ecosystem, "name": affected.name.as_str() } });
    if !affected.versions.is_empty() {
        value["versions"] = affected.versions.iter().map(PackageVersion::as_str).collect();
    }
    if !affected.is_unclear && !affected.ranges.is_empty() {
        value["ranges"] = affected.ranges.iter().map(written_range).collect();
    }
    value
}

fn written_range(range: &VersionRange) -> Value {
    let events = range.events().iter().map(|event| match event {
        Event::IntroducedFirst => json!({ "introduced": "0" }),
        Event::Introduced(version) => json!({ "introduced": version.as_str() }),
        Event::Fixed(version) => json!({ "fixed": version.as_str() }),
        Event::LastAffected(version) => json!({ "last_affected": version.as_str() }),
    });
    let limits = range.limits().iter().map(|version| json!({ "limit": version.as_str() }));
    json!({ "type": "ECOSYSTEM", "events": events.chain(limits).collect::<Vec<_>>() })
}
