//! How far an ingest is: a bar on a terminal, a line now and then anywhere else.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressStyle};

use super::findings::count;
use super::paint::line;
use super::table::cut;
use crate::operations::{IngestProgress, IngestStage};

/// How often a line is written where there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(5);
/// How often the bar is drawn while nothing is reported.
const TICK: Duration = Duration::from_millis(200);
/// Columns of the source's name before the bar.
const NAME_COLUMNS: usize = 32;

/// How far an ingest is, told on the standard error.
pub(super) struct Progress {
    source: String,
    started: Instant,
    face: Face,
}

enum Face {
    Bar(ProgressBar),
    Lines(Mutex<Instant>),
}

impl Progress {
    /// Starts to tell of the source that `text` names.
    pub fn start(text: &str) -> Self {
        let started = Instant::now();
        let source = cut(&line(text, 500), if io::stderr().is_terminal() { NAME_COLUMNS } else { usize::MAX });
        if !io::stderr().is_terminal() {
            return Self { source, started, face: Face::Lines(Mutex::new(started)) };
        }
        let bar = ProgressBar::no_length().with_message(format!("{source}  opening"));
        bar.set_style(spinner());
        bar.enable_steady_tick(TICK);
        Self { source, started, face: Face::Bar(bar) }
    }

    /// Stops telling; what was drawn is wiped away for the summary.
    pub fn end(&self) {
        if let Face::Bar(bar) = &self.face {
            bar.finish_and_clear();
        }
    }

    fn reading(&self, done: u64, total: Option<u64>, facts: &str) {
        match &self.face {
            Face::Bar(bar) => {
                if let (Some(total), None) = (total, bar.length()) {
                    bar.set_length(total);
                    bar.set_style(measured());
                }
                bar.set_position(done);
                bar.set_message(format!("{}  {facts}", self.source));
            }
            Face::Lines(last) => {
                let Ok(mut last) = last.lock() else { return };
                if last.elapsed() >= LINE_INTERVAL {
                    *last = Instant::now();
                    tell(&format!("{}: {facts}", self.source));
                }
            }
        }
    }
}

impl Progress {
    /// Tells of what comes after reading, where it takes long enough to be told.
    fn after(&self, doing: &str, done: u64) {
        match &self.face {
            Face::Bar(bar) => {
                bar.set_style(spinner());
                bar.set_message(format!("{}  {doing}", self.source));
            }
            Face::Lines(last) => {
                let Ok(mut last) = last.lock() else { return };
                let is_due = done == 0 || last.elapsed() >= LINE_INTERVAL;
                if self.started.elapsed() >= LINE_INTERVAL && is_due {
                    *last = Instant::now();
                    tell(&format!("{}: {doing}", self.source));
                }
            }
        }
    }
}

impl IngestProgress for Progress {
    fn report(&self, stage: IngestStage) {
        match stage {
            IngestStage::Reading { done, total, skills, failures } => {
                self.reading(done, total, &facts(self.started.elapsed(), done, total, skills, failures));
            }
            IngestStage::Indexing => self.after("updating the search index", 0),
            IngestStage::Embedding { done, total } => {
                self.after(&format!("embedding, {} of {}", HumanCount(done), HumanCount(total)), done);
            }
        }
    }
}

/// Says how many, how fast, and how long it will still take.
fn facts(elapsed: Duration, done: u64, total: Option<u64>, skills: u64, failures: u64) -> String {
    let mut facts = count(skills, "skill");
    if failures > 0 {
        facts.push_str(&format!(", {} failed", HumanCount(failures)));
    }
    let seconds = elapsed.as_secs_f64();
    if seconds >= 1.0 {
        facts.push_str(&format!(", {:.0}/s", skills as f64 / seconds));
    }
    if let Some(total) = total.filter(|total| *total > 0) {
        facts.push_str(&format!(", {:.0} %", done.min(total) as f64 * 100.0 / total as f64));
        if done > 0 && done < total && seconds >= 1.0 {
            let left = seconds * (total - done) as f64 / done as f64;
            facts.push_str(&format!(", {} left", HumanDuration(Duration::from_secs_f64(left.min(31_536_000.0)))));
        }
    }
    facts
}

fn tell(text: &str) {
    // Progress that cannot be shown is no reason to stop.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("{spinner:.cyan} {wide_msg}").expect("the template is well-formed")
}

fn measured() -> ProgressStyle {
    ProgressStyle::with_template("{bar:24.cyan/dim} {wide_msg}")
        .expect("the template is well-formed")
        .progress_chars("━━─")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_and_time_left_are_told_once_they_are_known() {
        let rows = [
            (0, 0, Some(100), 0, 0, "0 skills, 0 %"),
            (10, 50, Some(100), 5_120, 3, "5,120 skills, 3 failed, 512/s, 50 %, 10 seconds left"),
            (10, 100, Some(100), 20, 0, "20 skills, 2/s, 100 %"),
            (10, 200, Some(100), 20, 0, "20 skills, 2/s, 100 %"),
            (10, 7, None, 20, 0, "20 skills, 2/s"),
            (0, 0, Some(0), 0, 0, "0 skills"),
            (1, 1, Some(u64::MAX), 1, 0, "1 skill, 1/s, 0 %, 52 weeks left"),
        ];
        for (seconds, done, total, skills, failures, expected) in rows {
            assert_eq!(facts(Duration::from_secs(seconds), done, total, skills, failures), expected);
        }
    }
}
