//! `scan_skill` in words.

use super::untrusted::bounded_fence;
use super::verdict::{basis, verdict};
use super::{findings, untrusted_line};
use crate::api::ScanResponse;

/// Issues and unread files that are listed.
const LINES: usize = 30;

/// Renders a scan.
pub(super) fn render(response: &ScanResponse) -> String {
    let mut lines = vec![format!("Safety: {}", verdict(&response.safety.summary()))];
    lines.extend(basis(&response.safety));
    lines.push(format!("Risk: {}, 50 and more is critical", response.risk_score));
    lines.extend(findings::listed(&response.findings));
    let read = &response.completeness;
    lines.push(format!("Files read: {}, {} bytes", read.files_read, read.bytes_read));
    if !read.is_complete {
        lines.push(
            "Not everything was read, so the verdict does not cover all of it; what is missing is fenced below."
                .to_owned(),
        );
    }
    let capabilities: Vec<String> = response.capabilities.keys().map(|name| untrusted_line(name, 60)).collect();
    if !capabilities.is_empty() {
        lines.push(format!("Capabilities seen: {}", capabilities.join(", ")));
    }
    lines.push(
        "Next: explain_finding with a rule id for its meaning; show your user the findings before the skill is used."
            .to_owned(),
    );
    lines.extend(findings::evidence(&response.findings));
    let mut words = vec![format!("name: {}", untrusted_line(&response.name, 200))];
    words.extend(read.unread.iter().take(LINES).map(|file| format!("not read: {}", untrusted_line(file, 300))));
    words.extend(response.issues.iter().take(LINES).map(|issue| format!("issue: {}", untrusted_line(issue, 300))));
    lines.push(bounded_fence("words of the author", &words.join("\n")).text);
    lines.join("\n")
}
