//! The packages that a skill uses, as lines of a page.

use super::findings::count;
use super::paint::{self, line, paint};
use super::table::{Cell, lay_out};
use crate::api::{PackageUseView, PackagesView, StandingWord};

/// Packages that a page lists; the rest is counted.
const SHOWN: usize = 40;
/// Columns of a package, of what is known of it, and of a place.
const LIMITS: [usize; 3] = [60, 40, 40];

/// Lays out what is known of the packages of a skill.
pub(super) fn package_lines(packages: &PackagesView, width: Option<usize>) -> Vec<String> {
    let rows: Vec<Vec<Cell>> = packages.uses.iter().take(SHOWN).map(row).collect();
    let mut lines = lay_out(&rows, &LIMITS, width);
    let summary = &packages.summary;
    let counts = [
        (summary.pinned, "pinned"),
        (summary.known_bad, "known to be bad"),
        (summary.misspelt, "misspelt"),
        (summary.advised, "with advisories"),
        (summary.certified, "certified"),
        (summary.unknown, "unknown here"),
        (summary.total.saturating_sub(rows.len() as u64), "not shown here"),
    ];
    let told = counts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!(", {number} {what}"));
    let totals = format!("  {}{}", count(summary.total, "package"), told.collect::<String>());
    lines.push(paint(paint::FAINT, &totals));
    lines
}

fn row(one: &PackageUseView) -> Vec<Cell> {
    let requirement = one.requirement.as_deref().map_or_else(String::new, |text| format!(" {text}"));
    let name = line(&format!("{}:{}{requirement}", one.registry, one.name), 200);
    let (known, style) = match one.standing {
        StandingWord::KnownBad => ("known to be bad".to_owned(), paint::WORST),
        StandingWord::Misspelt => {
            let meant = one.misspells.as_deref().unwrap_or("another");
            (format!("misspelt? of {}", line(meant, 100)), paint::CARE)
        }
        StandingWord::Advised => {
            let worst = one.advisories.iter().find_map(|advisory| advisory.severity);
            let worst = worst.map_or("unrated", crate::advisory::AdvisorySeverity::as_str);
            let number = one.advisories.len();
            let told = if number == 1 { "1 advisory".to_owned() } else { format!("{number} advisories") };
            (format!("{told}, {worst}"), paint::CARE)
        }
        StandingWord::Certified => ("certified".to_owned(), paint::GOOD),
        StandingWord::Unknown if one.pinned => ("pinned".to_owned(), paint::FAINT),
        StandingWord::Unknown => ("any version".to_owned(), paint::FAINT),
    };
    let place = one.line.map_or_else(|| one.path.clone(), |number| format!("{}:{number}", one.path));
    vec![Cell::plain(format!("  {name}")), Cell::new(known, style), Cell::new(line(&place, 200), paint::FAINT)]
}
