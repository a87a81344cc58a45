//! The figures of an evaluation, for a person.

use indicatif::HumanCount;

use super::paint::{self, line, paint};
use super::table::{Cell, lay_out};
use crate::operations::{Estimate, Group, Ranking, RankingReport, Report};

/// Columns of a name of a measure, and of figures.
const LIMITS: [usize; 4] = [14, 20, 20, 20];
/// Characters of the name of a family.
const FAMILY_CHARACTERS: usize = 60;

/// Shows a report: a block for each group, the rankings side by side.
pub(super) fn show(report: &Report) -> String {
    let mut text = format!(
        "{} skills in the index{}; means with intervals of 95 % (bootstrap over queries)\n",
        HumanCount(report.skill_count),
        if report.is_pool_closed { ", of which those of the pool count" } else { "" }
    );
    if report.is_degraded {
        text.push_str(&paint(paint::CARE, "the index is not complete at the moment: vectors could not be used\n"));
    }
    let rankings = &report.rankings;
    let group_count = rankings.iter().map(|ranking| ranking.groups.len()).min().unwrap_or(0);
    for at in 0..group_count {
        let first = &rankings[0].groups[at];
        text.push_str(&format!("\n{}\n", title(&first.group, first.query_count)));
        let mut rows = vec![heading(rankings.iter().map(|ranking| ranking.ranking))];
        for (place, figure) in first.measures.iter().enumerate() {
            let cells = rankings.iter().map(|ranking| cell(&ranking.groups[at].measures[place].estimate));
            rows.push(std::iter::once(Cell::plain(figure.measure.name())).chain(cells).collect());
        }
        push_rows(&mut text, &rows);
    }
    if let Some(rows) = negatives(rankings) {
        text.push_str(&format!("\n{}\n", paint(paint::STRONG, "requests that a certain skill must not answer")));
        push_rows(&mut text, &rows);
    }
    text
}

fn negatives(rankings: &[RankingReport]) -> Option<Vec<Vec<Cell>>> {
    let figures: Option<Vec<_>> = rankings.iter().map(|ranking| ranking.negatives).collect();
    let figures = figures.filter(|figures| !figures.is_empty())?;
    let counts =
        figures.iter().map(|figures| Cell::plain(format!("{} of {}", figures.wrong_count, figures.query_count)));
    let shares = figures.iter().map(|figures| cell(&figures.share));
    Some(vec![
        heading(rankings.iter().map(|ranking| ranking.ranking)),
        std::iter::once(Cell::plain("it came first")).chain(counts).collect(),
        std::iter::once(Cell::plain("share")).chain(shares).collect(),
    ])
}

/// Returns the title of a group. The name of a family comes from a file.
pub(super) fn title(group: &Group, query_count: usize) -> String {
    let name = match group {
        Group::All => "all queries".to_owned(),
        Group::Macro => "mean over families".to_owned(),
        Group::Family(family) => format!("family {}", line(family, FAMILY_CHARACTERS)),
    };
    format!("{} {}", paint(paint::STRONG, &name), paint(paint::FAINT, &format!("({})", HumanCount(query_count as u64))))
}

fn heading(rankings: impl Iterator<Item = Ranking>) -> Vec<Cell> {
    let cells = rankings.map(|ranking| Cell::new(ranking.as_str(), paint::FAINT));
    std::iter::once(Cell::plain("")).chain(cells).collect()
}

fn cell(estimate: &Estimate) -> Cell {
    Cell::plain(format!("{:.3} [{:.3}, {:.3}]", estimate.mean, estimate.low, estimate.high))
}

fn push_rows(text: &mut String, rows: &[Vec<Cell>]) {
    for row in lay_out(rows, &LIMITS, None) {
        text.push_str(&format!("  {row}\n"));
    }
}
