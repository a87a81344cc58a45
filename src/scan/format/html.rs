//! One page of HTML that stands alone: no script, nothing from anywhere else.

use base64::Engine as _;
use sha2::{Digest, Sha256};

use super::ScannedSkill;
use super::html_skill::skill;
use super::subject::{Run, count};
use crate::scan::SafetyStatus;

const STYLE: &str = include_str!("report.css");

/// Writes a run as a page.
pub fn html(run: &Run) -> String {
    let title = match (run.skills.as_slice(), run.worst()) {
        ([only], _) => format!("{}: {}", only.name, only.report.status.as_str()),
        (skills, Some(worst)) => format!("{}: {}", count(skills.len(), "skill"), worst.as_str()),
        _ => "nothing was scanned".to_owned(),
    };
    let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{} · Touchmark</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n",
        escape(&title)
    );
    page.push_str(&notices(run));
    if run.skills.len() > 1 {
        page.push_str(&overview(run));
    }
    run.skills.iter().enumerate().for_each(|(index, each)| page.push_str(&skill(each, index, run)));
    page.push_str(
        "</main>\n<footer>Static analysis of every file of the bundle; not of dependencies, remote content or behaviour at run time. Nothing was run.</footer>\n</body>\n</html>\n",
    );
    page
}

fn notices(run: &Run) -> String {
    if run.notices.is_empty() {
        return String::new();
    }
    let item = |notice: &super::Notice| {
        let class = if notice.is_failure { " class=\"failure\"" } else { "" };
        let before = if notice.is_failure { "Not scanned: " } else { "" };
        format!("<li{class}>{before}{}</li>\n", escape(&notice.text))
    };
    format!("<ul class=\"notices\">\n{}</ul>\n", run.notices.iter().map(item).collect::<String>())
}

fn overview(run: &Run) -> String {
    let row = |(index, skill): (usize, &ScannedSkill)| {
        let report = &skill.report;
        format!(
            "<tr><td>{}</td><td><a href=\"#skill-{index}\">{}</a></td><td class=\"path\">{}</td><td>{}</td><td>{}</td></tr>\n",
            mark(report.status),
            escape(&skill.name),
            escape(&skill.folder),
            report.risk_score,
            skill.open_count(),
        )
    };
    format!(
        "<h1>{}</h1>\n<div class=\"table\"><table>\n<thead><tr><th>Verdict</th><th>Skill</th><th>Folder</th><th>Risk</th><th>Findings</th></tr></thead>\n<tbody>\n{}</tbody>\n</table></div>\n",
        count(run.skills.len(), "skill"),
        run.skills.iter().enumerate().map(row).collect::<String>()
    )
}

fn mark(status: SafetyStatus) -> String {
    format!("<span class=\"mark {status}\">{status}</span>", status = status.as_str())
}

/// Escapes text for elements and for attributes in double quotes.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
