//! The packages that a skill uses, with what is known of them.

use serde::{Deserialize, Serialize};

use crate::advisory::{Advisory, AdvisorySeverity};
use crate::certificate::{AnalysisType, CouncilVerdict, PackageCertificate, SecurityLevel};
use crate::scan::{PackageSource, PackageUse, UseKind};
use crate::skill::{Timestamp, limits, sanitise_line};
use crate::threat::KnownThreat;

/// Packages that an answer lists; the rest is counted.
const SHOWN: usize = 200;
/// Advisories of one package that an answer lists, the worst first.
const SHOWN_ADVISORIES: usize = 20;
/// Characters of what an author or a database wrote.
const TEXT_CHARACTERS: usize = 200;

/// A package that a skill uses, and what is known of it.
#[derive(Debug, Clone)]
pub struct PackageStanding {
    /// The package, and where it is used.
    pub used: PackageUse,
    /// What it comes to.
    pub word: StandingWord,
    /// The certificate of the exact version.
    pub certificate: Option<PackageCertificate>,
    /// Advisories about the exact version, or about every one where none is named; the worst
    /// first.
    pub advisories: Vec<Advisory>,
    /// Threats that are in it.
    pub threats: Vec<KnownThreat>,
    /// The well-known package whose name it is one slip away from.
    pub misspells: Option<String>,
}

impl PackageStanding {
    /// Stands for a package of which nothing can be known here.
    pub fn unknown(used: PackageUse, misspells: Option<String>) -> Self {
        let word = if misspells.is_some() { StandingWord::Misspelt } else { StandingWord::Unknown };
        Self { used, word, certificate: None, advisories: Vec::new(), threats: Vec::new(), misspells }
    }
}

/// What is known of a package comes to, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum StandingWord {
    /// It is known to be malicious, or its certificate rejects it.
    KnownBad,
    /// Its name is one slip away from that of a well-known package.
    Misspelt,
    /// Advisories concern it, of flaws rather than malice.
    Advised,
    /// The exact version is certified.
    Certified,
    /// Nothing is known of it here.
    Unknown,
}

impl StandingWord {
    /// Returns the word that answers use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KnownBad => "known_bad",
            Self::Misspelt => "misspelt",
            Self::Advised => "advised",
            Self::Certified => "certified",
            Self::Unknown => "unknown",
        }
    }
}

/// The packages that a skill uses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct PackagesView {
    /// The packages, those with the worst standing first, then in the order of the bundle.
    pub uses: Vec<PackageUseView>,
    /// Totals.
    pub summary: PackagesSummaryView,
}

/// Totals of the packages that a skill uses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct PackagesSummaryView {
    /// How many packages are used; one that is asked for in two ways counts twice.
    pub total: u64,
    /// Those of which one exact version is asked for.
    pub pinned: u64,
    /// Those that are known to be malicious, or were rejected.
    pub known_bad: u64,
    /// Those whose name is one slip away from that of a well-known package.
    pub misspelt: u64,
    /// Those that advisories concern, of flaws rather than malice.
    pub advised: u64,
    /// Those of which the exact version is certified.
    pub certified: u64,
    /// Those of which nothing is known here.
    pub unknown: u64,
    /// Packages that the list omits, because there are too many.
    pub omitted_count: u64,
}

/// One package that a skill uses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct PackageUseView {
    /// Where it comes from: pypi, npm, go, cargo, homebrew, gem, conda or apt.
    pub registry: PackageSource,
    /// Its name. Chosen by the skill's author.
    pub name: String,
    /// The version or range that is asked for, or null for the newest. Written by the skill's author.
    pub requirement: Option<String>,
    /// The one version that is asked for, or null where it is not one.
    pub version: Option<String>,
    /// Whether one exact version is asked for.
    pub pinned: bool,
    /// Package URL, or null where its kind has none.
    pub purl: Option<String>,
    /// How it is used. command: a command in SKILL.md, a script or a configuration. mention: a command in another document. manifest: listed in a manifest or the header of a script. lock_file: fixed by a lock file.
    pub kind: UseKind,
    /// The file in which it stands first. Written by the skill's author.
    pub path: String,
    /// The line, from 1, or null where there are none.
    pub line: Option<u64>,
    /// What is known of it. known_bad: malicious or rejected. misspelt: one slip away from a well-known name. advised: advisories concern it. certified: this version is certified. unknown: nothing is known here, which speaks neither for nor against it.
    pub standing: StandingWord,
    /// The well-known package that its name is one slip away from, or null.
    pub misspells: Option<String>,
    /// The certificate of this version, or null.
    pub certificate: Option<UseCertificateView>,
    /// Advisories that concern this version, or every one where none is named; the worst first, at most 20.
    pub advisories: Vec<UseAdvisoryView>,
    /// Ids of known threats that are in it.
    pub threats: Vec<String>,
}

/// The certificate of a package, in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct UseCertificateView {
    /// Its id.
    pub certificate_id: String,
    /// Whether the package is approved.
    pub council_verdict: CouncilVerdict,
    /// The worst that was found.
    pub security_level: SecurityLevel,
    /// How far the analysis went.
    pub analysis_type: AnalysisType,
    /// When it was certified.
    pub certified_at: Timestamp,
}

/// An advisory, in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct UseAdvisoryView {
    /// Its id.
    pub id: String,
    /// How bad it is, or null where nobody says.
    pub severity: Option<AdvisorySeverity>,
    /// Whether it says that the package itself is malicious.
    pub is_malicious: bool,
    /// What it is, in the words of whoever wrote it.
    pub summary: Option<String>,
    /// Where more is said.
    pub url: Option<String>,
}

impl PackagesView {
    /// Shows the packages of a skill.
    pub fn of(mut standings: Vec<PackageStanding>) -> Self {
        let mut summary = PackagesSummaryView {
            total: standings.len() as u64,
            omitted_count: standings.len().saturating_sub(SHOWN) as u64,
            ..PackagesSummaryView::default()
        };
        for standing in &standings {
            summary.pinned += u64::from(standing.used.version.is_some());
            *match standing.word {
                StandingWord::KnownBad => &mut summary.known_bad,
                StandingWord::Misspelt => &mut summary.misspelt,
                StandingWord::Advised => &mut summary.advised,
                StandingWord::Certified => &mut summary.certified,
                StandingWord::Unknown => &mut summary.unknown,
            } += 1;
        }
        // What is bad stands first; among the rest the order of the bundle says more.
        standings.sort_by_key(|standing| standing.word.min(StandingWord::Certified));
        standings.truncate(SHOWN);
        Self { uses: standings.into_iter().map(PackageUseView::of).collect(), summary }
    }
}

impl PackageUseView {
    /// Shows one package.
    pub fn of(standing: PackageStanding) -> Self {
        let PackageStanding { used, word, certificate, advisories, threats, misspells } = standing;
        let certificate = certificate.map(|certificate| UseCertificateView {
            certificate_id: certificate.id.to_string(),
            council_verdict: certificate.verdict,
            security_level: certificate.level,
            analysis_type: certificate.analysis,
            certified_at: certificate.certified_at,
        });
        let advisory = |advisory: &Advisory| UseAdvisoryView {
            id: advisory.id.clone(),
            severity: advisory.severity,
            is_malicious: advisory.is_malicious,
            summary: advisory.summary.as_deref().map(|text| sanitise_line(text, TEXT_CHARACTERS)),
            url: advisory.url.clone(),
        };
        Self {
            registry: used.source,
            purl: used.purl(),
            name: sanitise_line(&used.name, limits::NAME_BYTES),
            requirement: used.requirement.as_deref().map(|text| sanitise_line(text, TEXT_CHARACTERS)),
            pinned: used.version.is_some(),
            version: used.version.as_deref().map(|text| sanitise_line(text, TEXT_CHARACTERS)),
            kind: used.kind,
            path: sanitise_line(&used.path, limits::NAME_BYTES),
            line: used.line,
            standing: word,
            misspells,
            certificate,
            advisories: advisories.iter().take(SHOWN_ADVISORIES).map(advisory).collect(),
            threats: threats.iter().map(|known| known.threat.id().to_string()).collect(),
        }
    }
}
