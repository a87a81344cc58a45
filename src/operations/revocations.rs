//! The feed of revocations: which digests are known to do harm, for whoever follows.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use serde_json::{Value, json};

use super::Services;
use crate::skill::Timestamp;
use crate::store::StoreError;
use crate::threat::{KnownThreat, ThreatStatus};

/// Changes of one page.
pub const REVOCATION_PAGE: u32 = 500;
const DAY_MS: i64 = 86_400_000;

/// A page of the feed. Nothing in it follows from who asks, and while nothing changes it is the
/// same all day, byte for byte, so that it can be kept and compared by its entity tag.
#[derive(Debug, Clone, PartialEq)]
pub struct RevocationFeed {
    /// The number after which the page begins.
    pub since: u64,
    /// The number that the page ends with: where to go on.
    pub sequence: u64,
    /// The number of the latest change.
    pub latest: u64,
    /// When the latest change was.
    pub updated_at: Option<Timestamp>,
    /// Until when the page may be relied on: the end of the next day, UTC. Whoever has no newer
    /// one by then is cut off.
    pub expires_at: Timestamp,
    /// The changes, the oldest first.
    pub changes: Vec<KnownThreat>,
    url: String,
}

/// Reads a page of the feed, of what changed after the number `since`.
///
/// # Errors
/// Fails where the store does.
pub async fn revocation_feed(services: &Services, since: u64) -> Result<RevocationFeed, StoreError> {
    let (latest, updated_at) = services.store().threat_sequence().await?;
    let changes = services.store().threat_changes(since, REVOCATION_PAGE).await?;
    let is_whole = changes.len() < REVOCATION_PAGE as usize;
    let last = changes.last().map(|known| known.sequence);
    let day = services.now().as_milliseconds().div_euclid(DAY_MS);
    Ok(RevocationFeed {
        since,
        // A change that was overtaken by a later one of the same threat has no number of its own.
        sequence: if is_whole { latest.max(last.unwrap_or(0)) } else { last.unwrap_or(since) },
        latest: latest.max(last.unwrap_or(0)),
        updated_at,
        expires_at: Timestamp::from_milliseconds((day + 2).saturating_mul(DAY_MS)),
        changes,
        url: services.public_url().to_owned(),
    })
}

impl RevocationFeed {
    /// Tells whether there is more after this page.
    pub fn has_more(&self) -> bool {
        self.sequence < self.latest
    }

    /// Writes it as JSON.
    pub fn to_json(&self) -> Value {
        json!({
            "version": 1,
            "issuer": self.url,
            "since": self.since,
            "sequence": self.sequence,
            "latest_sequence": self.latest,
            "updated_at": self.updated_at,
            "expires_at": self.expires_at,
            "next": self.has_more().then(|| self.place("json", self.sequence)),
            "revocations": self.changes.iter().map(entry).collect::<Vec<_>>(),
        })
    }

    /// Writes it as Atom (RFC 4287), with an entry for each threat.
    pub fn to_atom(&self) -> String {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        // A vector takes whatever is written, and quick-xml returns only what its writer does.
        self.write_atom(&mut writer).expect("a vector can be written to");
        let mut bytes = writer.into_inner();
        bytes.push(b'\n');
        String::from_utf8(bytes).expect("text was written")
    }

    fn place(&self, extension: &str, since: u64) -> String {
        format!("{}/v1/revocations.{extension}?since={since}", self.url)
    }

    fn write_atom(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let mut feed = BytesStart::new("feed");
        feed.push_attribute(("xmlns", "http://www.w3.org/2005/Atom"));
        // RFC 4287, section 6.4: what readers do not know they pass over.
        feed.push_attribute(("xmlns:r", "https://touchmark.example/ns/revocations"));
        writer.write_event(Event::Start(feed))?;
        element(writer, "id", &format!("{}/v1/revocations.atom", self.url))?;
        element(writer, "title", "Revocations")?;
        element(writer, "updated", &self.updated_at.unwrap_or(Timestamp::from_milliseconds(0)).to_string())?;
        writer.write_event(Event::Start(BytesStart::new("author")))?;
        element(writer, "name", &self.url)?;
        writer.write_event(Event::End(BytesEnd::new("author")))?;
        link(writer, "self", &self.place("atom", self.since))?;
        if self.has_more() {
            link(writer, "next", &self.place("atom", self.sequence))?;
        }
        element(writer, "r:sequence", &self.sequence.to_string())?;
        element(writer, "r:expires", &self.expires_at.to_string())?;
        for known in &self.changes {
            self.write_entry(writer, known)?;
        }
        writer.write_event(Event::End(BytesEnd::new("feed")))
    }

    fn write_entry(&self, writer: &mut Writer<Vec<u8>>, known: &KnownThreat) -> io::Result<()> {
        let (threat, parts) = (&known.threat, known.threat.parts());
        let word = status(known.status);
        writer.write_event(Event::Start(BytesStart::new("entry")))?;
        element(writer, "id", &format!("{}/v1/revocations#{}", self.url, threat.id()))?;
        element(writer, "title", &format!("{word}: {} {}", parts.severity, parts.category))?;
        element(writer, "updated", &known.updated_at.to_string())?;
        element(writer, "summary", &parts.description)?;
        for (scheme, term) in
            [("status", word), ("severity", parts.severity.as_str()), ("category", parts.category.as_str())]
        {
            let mut category = BytesStart::new("category");
            category.push_attribute(("scheme", scheme));
            category.push_attribute(("term", term));
            writer.write_event(Event::Empty(category))?;
        }
        element(writer, "r:sequence", &known.sequence.to_string())?;
        for digest in &parts.digests {
            element(writer, "r:digest", &digest.to_string())?;
        }
        for digest in &known.dropped {
            element(writer, "r:dropped", &digest.to_string())?;
        }
        for package in &parts.packages {
            element(writer, "r:package", &package.to_string())?;
        }
        writer.write_event(Event::End(BytesEnd::new("entry")))
    }
}

fn entry(known: &KnownThreat) -> Value {
    let parts = known.threat.parts();
    let package = |package: &crate::threat::AffectedPackage| json!({ "ecosystem": package.ecosystem(), "name": package.name(), "version": package.version() });
    json!({
        "sequence": known.sequence,
        "status": status(known.status),
        "id": known.threat.id(),
        "digests": parts.digests,
        "dropped_digests": known.dropped,
        "packages": parts.packages.iter().map(package).collect::<Vec<_>>(),
        "severity": parts.severity,
        "category": parts.category,
        "description": parts.description,
        "first_seen": parts.first_seen,
        "updated_at": known.updated_at,
    })
}

/// A revocation is taken back where the threat was withdrawn.
fn status(status: ThreatStatus) -> &'static str {
    match status {
        ThreatStatus::Active => "revoked",
        ThreatStatus::Withdrawn => "withdrawn",
    }
}

fn element(writer: &mut Writer<Vec<u8>>, name: &str, text: &str) -> io::Result<()> {
    writer.write_event(Event::Start(BytesStart::new(name)))?;
    // The two characters that no XML document may hold (XML 1.0, production 2), and that are
    // not sanitised elsewhere because they are drawn as nothing bad.
    let text = text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    writer.write_event(Event::Text(BytesText::new(&text)))?;
    writer.write_event(Event::End(BytesEnd::new(name)))
}

fn link(writer: &mut Writer<Vec<u8>>, relation: &str, place: &str) -> io::Result<()> {
    let mut link = BytesStart::new("link");
    link.push_attribute(("rel", relation));
    link.push_attribute(("href", place));
    writer.write_event(Event::Empty(link))
}

#[cfg(test)]
mod tests {
    use quick_xml::Reader;

    use super::*;
    use crate::skill::Sha256Digest;
    use crate::threat::{
        AffectedPackage, Ecosystem, Threat, ThreatCategory, ThreatParts, ThreatSeverity, ThreatSource,
    };

    fn time(milliseconds: i64) -> Timestamp {
        Timestamp::from_milliseconds(1_780_000_000_000 + milliseconds)
    }

    fn change(sequence: u64, description: &str) -> KnownThreat {
        let package = AffectedPackage::new(Ecosystem::Npm, "a<b>&\"c\"", Some("1")).expect("a package");
        let parts = ThreatParts {
            digests: vec![Sha256Digest::of(description.as_bytes())],
            packages: vec![package],
            category: ThreatCategory::Other,
            severity: ThreatSeverity::Low,
            description: description.to_owned(),
            references: Vec::new(),
            source: ThreatSource::Reports,
            first_seen: time(0),
            last_seen: time(0),
            report_count: 1,
        };
        KnownThreat {
            threat: Threat::new(parts).expect("a threat"),
            status: ThreatStatus::Active,
            sequence,
            created_at: time(0),
            updated_at: time(1),
            dropped: vec![Sha256Digest::of(b"dropped")],
        }
    }

    #[test]
    fn the_feed_is_well_formed_whatever_a_description_holds() {
        let hostile = [
            "</summary></entry></feed>",
            "]]>&amp;<!ENTITY x \"y\">'",
            "\u{1b}[2J\0\u{1}\u{fffe}\u{ffff}\u{202e}",
            "<script>alert(1)</script>",
        ];
        let changes: Vec<KnownThreat> = (1..).zip(hostile).map(|(number, text)| change(number, text)).collect();
        let feed = RevocationFeed {
            since: 0,
            sequence: 4,
            latest: 9,
            updated_at: Some(time(1)),
            expires_at: time(2),
            changes,
            url: "https://skills.example".to_owned(),
        };
        let atom = feed.to_atom();
        let mut reader = Reader::from_str(&atom);
        let mut counts = std::collections::BTreeMap::new();
        loop {
            match reader.read_event().expect("well-formed XML") {
                Event::Start(tag) => *counts.entry(tag.name().as_ref().to_owned()).or_insert(0) += 1,
                Event::Eof => break,
                _ => {}
            }
        }
        let count = |name: &str| {
            counts.iter().find(|(tag, _)| AsRef::<[u8]>::as_ref(tag) == name.as_bytes()).map(|found| *found.1)
        };
        assert_eq!(
            (count("feed"), count("entry"), count("summary"), count("script")),
            (Some(1), Some(4), Some(4), None)
        );
        let is_allowed = |character: char| character == '\n' || !character.is_control() && character != '\u{202e}';
        assert!(atom.chars().all(is_allowed) && !atom.contains(['\u{fffe}', '\u{ffff}']), "{atom}");
        assert!(atom.contains("rel=\"next\" href=\"https://skills.example/v1/revocations.atom?since=4\""), "{atom}");
        assert_eq!(feed.to_json()["next"], "https://skills.example/v1/revocations.json?since=4");
    }
}
