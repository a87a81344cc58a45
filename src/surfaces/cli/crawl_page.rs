//! A crawl in words and as JSON.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration};
use serde_json::{Value, json};

use super::findings::count;
use super::paint::{self, line, paint};
use crate::operations::{CrawlProgress, CrawlReport, CrawlStatus, JobOverview, JobState, VisitOutcome, Visited};
use crate::skill::Timestamp;

/// Sources with trouble that a terminal shows; the rest is counted.
const SHOWN_TROUBLES: usize = 20;
/// Sources that are due next, of which a terminal shows when.
const SHOWN_DUE: usize = 5;
/// Sources with trouble that JSON lists.
const LISTED_TROUBLES: usize = 1_000;
/// Characters of a source.
const SOURCE_CHARACTERS: usize = 300;

/// Tells of every visit on the standard error, a line each.
pub(super) struct Progress {
    started: Instant,
}

impl Progress {
    /// Starts to tell.
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }
}

impl CrawlProgress for Progress {
    fn visited(&self, visit: Visited<'_>) {
        let what = match visit.outcome {
            VisitOutcome::Unchanged => "unchanged".to_owned(),
            VisitOutcome::Read(stored) => count(stored.skills(), "skill"),
            VisitOutcome::Failed { failure, .. } => format!("{}: {}", failure.cause, failure.detail()),
        };
        let left = left(self.started.elapsed(), visit.done, visit.total);
        let source = line(visit.key, SOURCE_CHARACTERS);
        // Progress that cannot be shown is no reason to stop.
        let _ = writeln!(io::stderr().lock(), "{}/{} {source}: {}{left}", visit.done, visit.total, line(&what, 400));
    }
}

/// Says how long the rest will take, once that can be told.
fn left(elapsed: Duration, done: u64, total: u64) -> String {
    if done == 0 || done >= total || elapsed < Duration::from_secs(1) {
        return String::new();
    }
    let seconds = elapsed.as_secs_f64() * (total - done) as f64 / done as f64;
    format!(" ({} left)", HumanDuration(Duration::from_secs_f64(seconds)))
}

/// Returns what a crawl did as a JSON text.
pub(super) fn report_body(report: &CrawlReport, is_dry_run: bool) -> String {
    let troubles: Vec<Value> = report
        .troubles
        .iter()
        .take(LISTED_TROUBLES)
        .map(|(key, trouble)| {
            json!({
                "source": key,
                "cause": trouble.failure.cause.as_str(),
                "detail": trouble.failure.detail(),
                "retry_at": trouble.retry_at.map(|time| time.to_string()),
            })
        })
        .collect();
    let refused: Vec<Value> =
        report.refused.iter().map(|row| json!({ "source": row.source, "reason": row.reason })).collect();
    json!({
        "is_dry_run": is_dry_run,
        "queued": report.enqueued.queued,
        "waiting": report.enqueued.waiting,
        "fresh": report.enqueued.fresh,
        "given_up_before": report.enqueued.poisoned,
        "read": report.read,
        "unchanged": report.unchanged,
        "visits": report.visits,
        "failed": report.failed(),
        "remaining": report.remaining,
        "found": report.found,
        "cut": report.cut,
        "facts": report.facts,
        "facts_failed": report.facts_failed,
        "github_limited_until": report.github_limited_until.map(|time| time.to_string()),
        "skills": report.skills,
        "added": report.skills_added,
        "changed": report.skills_changed,
        "removed": report.skills_removed,
        "failed_items": report.item_failures,
        "failures": troubles,
        "refused": refused,
        "crawl_ms": milliseconds(report.time),
        "index_ms": milliseconds(report.index_time),
        "index_failure": report.index_failure,
    })
    .to_string()
}

/// Returns what a crawl did for a person.
pub(super) fn show_report(report: &CrawlReport, is_dry_run: bool) -> String {
    let number = |number: u64, word: &str| format!("{} {word}", HumanCount(number));
    let title = if is_dry_run { "crawl, tried on a copy: nothing was kept" } else { "crawl" };
    let mut lines = vec![paint(paint::STRONG, title)];
    lines.push(format!(
        "  sources: {}, {}, {}  in {}",
        number(report.read, "read"),
        number(report.unchanged, "unchanged"),
        number(report.failed(), "failed"),
        HumanDuration(report.time + report.index_time),
    ));
    lines.push(format!(
        "  skills: {}, {}, {} of {} that were read",
        number(report.skills_added, "added"),
        number(report.skills_changed, "changed"),
        number(report.skills_removed, "removed"),
        HumanCount(report.skills),
    ));
    if report.found > 0 {
        lines.push(format!("  {} that were found", count(report.found, "source")));
    }
    if report.facts + report.facts_failed > 0 {
        let failed = if report.facts_failed > 0 { format!(", {} failed", report.facts_failed) } else { String::new() };
        lines.push(format!("  facts: {} asked for{failed}", plural(report.facts, "repository", "repositories")));
    }
    let enqueued = &report.enqueued;
    if report.remaining > 0 {
        lines.push(format!("  {} for the next run", number(report.remaining, "left")));
    }
    if enqueued.fresh > 0 {
        let fresh = number(enqueued.fresh, "left alone");
        lines.push(format!("  {fresh}: visited a short time ago, --since 0s visits all"));
    }
    if enqueued.poisoned > 0 {
        lines.push(format!("  {} before: --retry visits again", number(enqueued.poisoned, "given up")));
    }
    if report.item_failures > 0 {
        lines.push(paint(paint::CARE, &format!("  {} could not be read", count(report.item_failures, "single skill"))));
    }
    for (key, trouble) in report.troubles.iter().take(SHOWN_TROUBLES) {
        let what = trouble.retry_at.map_or_else(|| "given up".to_owned(), |time| format!("again at {time}"));
        lines.push(trouble_line(key, trouble.failure.cause.as_str(), trouble.failure.detail(), &what));
    }
    more(&mut lines, report.failed(), report.troubles.len().min(LISTED_TROUBLES));
    lines.join("\n") + "\n"
}

/// Returns how the crawl stands as a JSON text.
pub(super) fn status_body(status: &CrawlStatus) -> String {
    let overview = &status.overview;
    let states = states_of(overview);
    let causes: serde_json::Map<String, Value> =
        overview.causes.iter().map(|(cause, count)| (cause.as_str().to_owned(), json!(count))).collect();
    let troubles: Vec<Value> = status
        .troubles
        .iter()
        .map(|job| {
            json!({
                "source": job.key,
                "state": job.state.as_str(),
                "cause": job.failure.cause.as_str(),
                "detail": job.failure.detail(),
                "attempts": job.attempts,
                "retry_at": job.due_at.map(|time| time.to_string()),
            })
        })
        .collect();
    let due: Vec<Value> = status
        .due
        .iter()
        .take(LISTED_TROUBLES)
        .map(|source| {
            json!({
                "source": source.key,
                "seen_at": source.seen_at.map(|time| time.to_string()),
                "due_at": source.due_at.to_string(),
            })
        })
        .collect();
    let gone: Vec<Value> = status
        .gone
        .iter()
        .take(LISTED_TROUBLES)
        .map(|(key, since)| json!({ "source": key, "since": since.to_string() }))
        .collect();
    json!({
        "jobs": states,
        "finding": states_of(&status.finding),
        "facts": states_of(&status.facts),
        "remaining": overview.remaining(),
        "skills": overview.skills,
        "recent": overview.recent_count,
        "visits_per_second": status.visits_per_second,
        "seconds_left": status.time_left.map(|time| time.as_secs()),
        "next_retry_at": overview.next_due.map(|time| time.to_string()),
        "failures_by_cause": causes,
        "failures": troubles,
        "due": status.due_count,
        "next_due": due,
        "gone": gone,
    })
    .to_string()
}

/// Counts jobs by state.
fn states_of(overview: &JobOverview) -> Value {
    JobState::ALL.iter().map(|state| (state.as_str().to_owned(), json!(overview.count(*state)))).collect()
}

/// Returns how the crawl stands for a person.
pub(super) fn show_status(status: &CrawlStatus, now: Timestamp) -> String {
    let overview = &status.overview;
    let states = |overview: &JobOverview| {
        let states =
            JobState::ALL.iter().map(|state| format!("{} {}", HumanCount(overview.count(*state)), state.as_str()));
        states.collect::<Vec<_>>().join(", ")
    };
    let mut lines = vec![paint(paint::STRONG, "crawl"), format!("  sources: {}", states(overview))];
    for (what, jobs) in [("finding sources", &status.finding), ("facts of repositories", &status.facts)] {
        if !jobs.states.is_empty() {
            lines.push(format!("  {what}: {}", states(jobs)));
        }
    }
    if overview.skills > 0 {
        lines.push(format!("  {} in the sources that are done", count(overview.skills, "skill")));
    }
    if let Some(rate) = status.visits_per_second {
        let left = status.time_left.map_or_else(String::new, |time| format!(", {} left", HumanDuration(time)));
        lines.push(format!("  {rate:.1} sources/s over the last ten minutes{left}"));
    }
    if !overview.causes.is_empty() {
        let causes: Vec<String> =
            overview.causes.iter().map(|(cause, count)| format!("{} {cause}", HumanCount(*count))).collect();
        lines.push(format!("  failures: {}", causes.join(", ")));
    }
    if !status.due.is_empty() {
        let total = HumanCount(status.due.len() as u64);
        lines.push(format!("  due: {} of {total} sources that were seen", HumanCount(status.due_count)));
        for source in status.due.iter().filter(|source| source.due_at > now).take(SHOWN_DUE) {
            lines.push(format!("    {} {}", source.due_at, line(&source.key, SOURCE_CHARACTERS)));
        }
    }
    for (key, since) in status.gone.iter().take(SHOWN_TROUBLES) {
        lines.push(format!("  {} since {since}: {}", paint(paint::CARE, "gone"), line(key, SOURCE_CHARACTERS)));
    }
    for job in status.troubles.iter().take(SHOWN_TROUBLES) {
        let what = job.due_at.map_or_else(|| "given up".to_owned(), |time| format!("again at {time}"));
        lines.push(trouble_line(&job.key, job.failure.cause.as_str(), job.failure.detail(), &what));
    }
    let failed: u64 = [overview, &status.finding].iter().flat_map(|jobs| &jobs.causes).map(|row| row.1).sum();
    more(&mut lines, failed, status.troubles.len());
    lines.join("\n") + "\n"
}

fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", HumanCount(number), if number == 1 { one } else { many })
}

fn trouble_line(key: &str, cause: &str, detail: &str, what: &str) -> String {
    format!(
        "  {} {}: {} ({what})",
        paint(paint::ERROR, cause),
        line(key, SOURCE_CHARACTERS),
        line(detail, SOURCE_CHARACTERS)
    )
}

fn more(lines: &mut Vec<String>, total: u64, listed: usize) {
    let shown = listed.min(SHOWN_TROUBLES) as u64;
    if total > shown {
        lines.push(format!("  … and {} more; --json lists up to {listed}", HumanCount(total - shown)));
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
