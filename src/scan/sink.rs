//! Where rules put their findings.

use std::ops::Range;

use super::{Confidence, Finding, Location, Rule, Severity, TextView};
use crate::skill::{limits, sanitise_line};

/// Findings of one rule in one file beyond which only the count grows.
const FINDINGS_PER_FILE: usize = 20;
/// Characters of an excerpt.
const EXCERPT_CHARACTERS: usize = 160;

/// Collects the findings of one rule at a time, and fills in what the rule's facts say.
#[derive(Debug)]
pub struct Sink<'a> {
    rule: &'a Rule,
    findings: Vec<Finding>,
    suppressed_count: usize,
}

impl<'a> Sink<'a> {
    /// Starts an empty sink for `rule`.
    pub(super) fn new(rule: &'a Rule) -> Self {
        Self { rule, findings: Vec::new(), suppressed_count: 0 }
    }

    /// Reports what stands at `span`, a byte range of the view's text.
    pub fn report(&mut self, view: &TextView<'_>, span: Range<usize>, reason: impl Into<String>) -> Reported<'_> {
        let (line, column) = view.position(span.start);
        let evidence = excerpt(view, &span);
        let location =
            Location { path: sanitise_line(view.path(), limits::NAME_BYTES), line: Some(line), column: Some(column) };
        self.push(location, evidence, reason.into())
    }

    /// Reports a file as a whole.
    pub fn report_file(&mut self, path: &str, evidence: &str, reason: impl Into<String>) -> Reported<'_> {
        let location = Location { path: sanitise_line(path, limits::NAME_BYTES), line: None, column: None };
        self.push(location, sanitise_line(evidence, EXCERPT_CHARACTERS), reason.into())
    }

    fn push(&mut self, location: Location, evidence: String, reason: String) -> Reported<'_> {
        let in_file = self.findings.iter().filter(|finding| finding.location.path == location.path).count();
        let is_repeated = self.findings.iter().any(|finding| finding.location == location);
        if in_file >= FINDINGS_PER_FILE || is_repeated {
            self.suppressed_count += 1;
            return Reported { finding: None };
        }
        self.findings.push(Finding {
            rule_id: self.rule.id.to_owned(),
            phase: self.rule.phase,
            severity: self.rule.severity,
            confidence: self.rule.confidence,
            persona: self.rule.persona,
            location,
            evidence,
            reason,
            remedy: self.rule.remedy.to_owned(),
            chain: Vec::new(),
        });
        Reported { finding: self.findings.last_mut() }
    }

    /// Returns the findings, in order of place.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

/// A finding that was just reported, to say what differs from the rule's own facts.
#[derive(Debug)]
pub struct Reported<'a> {
    finding: Option<&'a mut Finding>,
}

impl Reported<'_> {
    /// States a lower severity than the rule's; a higher one is not taken.
    pub fn severity(self, severity: Severity) -> Self {
        if let Some(finding) = self.finding {
            finding.severity = finding.severity.min(severity);
            return Self { finding: Some(finding) };
        }
        self
    }

    /// States a lower confidence than the rule's; a higher one is not taken.
    pub fn confidence(self, confidence: Confidence) -> Self {
        if let Some(finding) = self.finding {
            finding.confidence = finding.confidence.min(confidence);
            return Self { finding: Some(finding) };
        }
        self
    }

    /// Names the layers that were opened to see it, outermost first.
    pub fn chain(self, layers: impl IntoIterator<Item = String>) -> Self {
        if let Some(finding) = self.finding {
            finding.chain = layers.into_iter().map(|layer| sanitise_line(&layer, EXCERPT_CHARACTERS)).collect();
            return Self { finding: Some(finding) };
        }
        self
    }
}

/// Cuts the line around `span` to a bounded, escaped excerpt.
fn excerpt(view: &TextView<'_>, span: &Range<usize>) -> String {
    let line = view.line_range(span.start);
    let text = view.text();
    // A few characters before the span show what it belongs to.
    let lead =
        text[line.start..span.start].char_indices().rev().nth(40).map_or(line.start, |(index, _)| line.start + index);
    let end = span.end.max(line.end).min(text.len());
    let window_end = floor_boundary(text, (lead + EXCERPT_CHARACTERS * 4).min(end));
    sanitise_line(&text[lead..window_end.max(lead)], EXCERPT_CHARACTERS)
}

fn floor_boundary(text: &str, mut index: usize) -> usize {
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}
