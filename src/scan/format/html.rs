//! One page of HTML that stands alone: no script, nothing from anywhere else.

use base64::Engine as _;
use sha2::{Digest, Sha256};

use super::ScannedSkill;
use super::subject::{Run, count};
use crate::scan::{Finding, Phase, RULES, RecommendedAction, SafetyStatus, Severity};
use crate::skill::sanitise_line;

const STYLE: &str = include_str!("report.css");
/// Findings of one rule and severity that are shown open; further ones are folded.
const OPEN_FINDINGS: usize = 5;
/// Rules that are named beside the verdict.
const REASONS: usize = 6;

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
    run.skills.iter().enumerate().for_each(|(index, skill)| page.push_str(&one(skill, index, run)));
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

fn one(skill: &ScannedSkill, index: usize, run: &Run) -> String {
    let report = &skill.report;
    let mut part = format!(
        "<section class=\"skill\" id=\"skill-{index}\">\n<div class=\"verdict {status}\">\n<p class=\"status\">{status}</p>\n<div>\n<h2>{}</h2>\n<p class=\"path\">{}</p>\n<p>{}</p>\n{}</div>\n</div>\n",
        escape(&skill.name),
        escape(&skill.folder),
        advice(report.recommended_action()),
        reasons(skill),
        status = report.status.as_str(),
    );
    part.push_str(&facts(skill));
    part.push_str(&findings(skill, run));
    part.push_str(&capabilities(skill));
    part.push_str(&completeness(skill));
    part.push_str(&files(skill));
    part.push_str("</section>\n");
    part
}

/// Returns which rules the verdict rests on, worst first.
fn reasons(skill: &ScannedSkill) -> String {
    let mut rules: Vec<(&str, Severity, usize)> = Vec::new();
    for finding in skill.report.findings.iter().filter(|finding| finding.counts() && !finding.is_note()) {
        match rules.iter_mut().find(|(id, ..)| *id == finding.rule_id) {
            Some((.., count)) => *count += 1,
            None => rules.push((&finding.rule_id, finding.severity, 1)),
        }
    }
    let mut text = String::new();
    if skill.report.suppressed_count() > 0 {
        let decided = count(skill.report.suppressed_count() as usize, "finding");
        text.push_str(&format!("<p class=\"reasons\">Without {decided} that whoever scanned has decided about.</p>\n"));
    }
    if rules.is_empty() {
        return text;
    }
    let hidden = rules.len().saturating_sub(REASONS);
    let mut words: Vec<String> = rules
        .iter()
        .take(REASONS)
        .map(|(id, severity, count)| {
            let times = if *count > 1 { format!(" × {count}") } else { String::new() };
            format!("{} <span class=\"{severity}\">{severity}</span>{times}", escape(id), severity = severity.as_str())
        })
        .collect();
    if hidden > 0 {
        words.push(format!("{hidden} more"));
    }
    format!("<p class=\"reasons\">{}</p>\n{text}", words.join(" · "))
}

fn facts(skill: &ScannedSkill) -> String {
    let report = &skill.report;
    let band = serde_json::to_value(report.risk_band).ok().and_then(|word| word.as_str().map(str::to_owned));
    let rows = [
        ("Risk", format!("{} ({})", report.risk_score, band.unwrap_or_default())),
        ("Runs code", if report.executes_code { "yes" } else { "no" }.to_owned()),
        ("Read", read(skill)),
        ("Rules", report.ruleset_version.to_string()),
        ("Bundle", report.package_hash.to_string()),
        ("SKILL.md", report.content_hash.to_string()),
    ];
    let row = |(name, value): &(&str, String)| {
        let class = if value.starts_with("sha256:") { " class=\"wide\"" } else { "" };
        format!("<div{class}><dt>{name}</dt><dd>{}</dd></div>\n", escape(value))
    };
    let mut text = format!("<dl class=\"facts\">\n{}</dl>\n", rows.iter().map(row).collect::<String>());
    let phases = report.phases();
    let score = |phase: &Phase| phases.get(phase.as_str()).map_or(0, |phase| phase.score);
    let scored: Vec<String> = Phase::ALL
        .iter()
        .filter(|phase| score(phase) > 0)
        .map(|phase| format!("<li><span>{}</span> {}</li>", phase.as_str().replace('_', " "), score(phase)))
        .collect();
    if !scored.is_empty() {
        text.push_str(&format!("<ul class=\"phases\">{}</ul>\n", scored.concat()));
    }
    text
}

fn read(skill: &ScannedSkill) -> String {
    let completeness = &skill.report.completeness;
    let files = count(skill.files.len(), "file");
    match completeness.unread.len() {
        0 => format!("everything: {files}, {} bytes", completeness.bytes_read),
        unread => format!("{files}, {} bytes; {unread} not read", completeness.bytes_read),
    }
}

fn findings(skill: &ScannedSkill, run: &Run) -> String {
    let (decided, open): (Vec<&Finding>, Vec<&Finding>) =
        skill.report.findings.iter().partition(|finding| finding.suppression.is_some());
    let (notes, counted): (Vec<&Finding>, Vec<&Finding>) = open.into_iter().partition(|finding| finding.is_note());
    let mut text = String::new();
    if counted.is_empty() {
        text.push_str("<p class=\"none\">Nothing was found that counts for the verdict.</p>\n");
    }
    for severity in [Severity::Critical, Severity::High, Severity::Medium, Severity::Low] {
        let group: Vec<_> = counted.iter().filter(|finding| finding.severity == severity).collect();
        if group.is_empty() {
            continue;
        }
        text.push_str(&format!("<h3>{} <span class=\"count\">{}</span></h3>\n", severity.as_str(), group.len()));
        let mut rules: Vec<&str> = Vec::new();
        for finding in &group {
            if !rules.contains(&finding.rule_id.as_str()) {
                rules.push(&finding.rule_id);
            }
        }
        for rule in rules {
            let alike: Vec<&Finding> =
                group.iter().filter(|finding| finding.rule_id == rule).map(|each| **each).collect();
            let (shown, folded) = alike.split_at(alike.len().min(OPEN_FINDINGS));
            shown.iter().for_each(|finding| text.push_str(&one_finding(finding, skill, run)));
            text.push_str(&fold(&format!("{} more of {}", folded.len(), escape(rule)), folded, skill, run));
        }
    }
    text.push_str(&fold(&count(notes.len(), "note"), &notes, skill, run));
    text.push_str(&fold(&format!("{} suppressed or known", decided.len()), &decided, skill, run));
    text
}

fn fold(summary: &str, findings: &[&Finding], skill: &ScannedSkill, run: &Run) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let inner: String = findings.iter().map(|finding| one_finding(finding, skill, run)).collect();
    format!("<details>\n<summary>{summary}</summary>\n{inner}</details>\n")
}

fn one_finding(finding: &Finding, skill: &ScannedSkill, run: &Run) -> String {
    let location = &finding.location;
    let mut place = skill.path(&location.path);
    for number in [location.line, location.line.and(location.column)].into_iter().flatten() {
        place.push_str(&format!(":{number}"));
    }
    let rule = if RULES.iter().any(|rule| rule.id == finding.rule_id) {
        let url = format!("{}/docs/rules/{}", run.documents_url, finding.rule_id);
        format!("<a rel=\"noreferrer\" href=\"{}\">{}</a>", escape(&url), escape(&finding.rule_id))
    } else {
        escape(&finding.rule_id)
    };
    let mut text = format!(
        "<article class=\"finding {severity}\">\n<p class=\"head\"><span class=\"severity\">{severity}</span> <b>{rule}</b> <span class=\"path\">{}</span></p>\n<p>{}.</p>\n",
        escape(&place),
        code(&capital(&escape(finding.reason.trim_end_matches('.')))),
        severity = finding.severity.as_str(),
    );
    if !finding.evidence.is_empty() {
        text.push_str(&format!("<pre><code>{}</code></pre>\n", escape(&finding.evidence)));
    }
    if !finding.chain.is_empty() {
        let steps: Vec<String> = finding.chain.iter().map(|step| escape(step)).collect();
        text.push_str(&format!("<p class=\"chain\">inside {}</p>\n", steps.join(" → ")));
    }
    text.push_str(&format!("<p class=\"remedy\">{}</p>\n", escape(&finding.remedy)));
    if let Some(suppression) = &finding.suppression {
        let by = suppression.by.as_ref().map(|by| format!(" — {}", escape(by))).unwrap_or_default();
        let until = suppression.expires.as_ref().map(|day| format!(", until {}", escape(day))).unwrap_or_default();
        text.push_str(&format!(
            "<p class=\"decided\">Does not count: {}{by}{until}</p>\n",
            escape(&suppression.reason)
        ));
    }
    text.push_str(&format!(
        "<p class=\"small\">{} · {} confidence · {}</p>\n</article>\n",
        finding.phase.as_str().replace('_', " "),
        finding.confidence.as_str(),
        finding.fingerprint
    ));
    text
}

fn capabilities(skill: &ScannedSkill) -> String {
    if skill.report.capabilities.is_empty() {
        return String::new();
    }
    let row = |(capability, place): (&crate::scan::Capability, &String)| {
        format!("<tr><td>{}</td><td class=\"path\">{}</td></tr>\n", capability.as_str(), escape(place))
    };
    format!(
        "<h3>What it is able to do</h3>\n<p class=\"small\">A capability alone never makes a verdict; the place is the first that shows it.</p>\n<div class=\"table\"><table>\n<tbody>\n{}</tbody>\n</table></div>\n",
        skill.report.capabilities.iter().map(row).collect::<String>()
    )
}

fn completeness(skill: &ScannedSkill) -> String {
    let mut text = String::new();
    let unread = &skill.report.completeness.unread;
    if !unread.is_empty() {
        let item = |file: &crate::skill::UnreadFile| {
            let (path, reason) = (sanitise_line(&file.path, 300), sanitise_line(&file.reason, 300));
            format!("<li><span class=\"path\">{}</span>: {}</li>\n", escape(&path), escape(&reason))
        };
        text.push_str(&format!("<h3>Not read</h3>\n<ul>\n{}</ul>\n", unread.iter().map(item).collect::<String>()));
    }
    if skill.deviations().next().is_some() {
        let item = |issue: &crate::skill::ParseIssue| {
            let (path, message) = (sanitise_line(&issue.path, 300), sanitise_line(&issue.message, 300));
            format!("<li><span class=\"path\">{}</span>: {}</li>\n", escape(&path), escape(&message))
        };
        let items: String = skill.deviations().map(item).collect();
        text.push_str(&format!("<h3>Deviations from the specification</h3>\n<ul>\n{items}</ul>\n"));
    }
    text
}

fn files(skill: &ScannedSkill) -> String {
    let row = |file: &super::ScannedFile| {
        let size = file.size_bytes.map_or("link".to_owned(), |size| size.to_string());
        let runs = if file.is_executable { " <span class=\"tag\">executable</span>" } else { "" };
        format!(
            "<tr><td class=\"path\">{}{runs}</td><td class=\"number\">{size}</td><td class=\"digest\">{}</td></tr>\n",
            escape(&file.path),
            file.sha256.to_hex()
        )
    };
    let open = if skill.files.len() <= 20 { " open" } else { "" };
    format!(
        "<details{open}>\n<summary>{}</summary>\n<div class=\"table\"><table>\n<thead><tr><th>File</th><th>Bytes</th><th>SHA-256</th></tr></thead>\n<tbody>\n{}</tbody>\n</table></div>\n</details>\n",
        count(skill.files.len(), "file"),
        skill.files.iter().map(row).collect::<String>()
    )
}

fn mark(status: SafetyStatus) -> String {
    format!("<span class=\"mark {status}\">{status}</span>", status = status.as_str())
}

fn advice(action: RecommendedAction) -> &'static str {
    match action {
        RecommendedAction::SafeToInstall => "Safe to install: nothing speaks against it, and nothing in it runs.",
        RecommendedAction::ReviewBeforeInstall => "Review before install.",
        RecommendedAction::Block => "Blocked: do not install, do not load.",
    }
}

/// Returns escaped text with what stands between backticks as code.
fn code(escaped: &str) -> String {
    let parts: Vec<&str> = escaped.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped.to_owned();
    }
    let part = |(index, part): (usize, &&str)| {
        if index % 2 == 1 { format!("<code>{part}</code>") } else { (*part).to_owned() }
    };
    parts.iter().enumerate().map(part).collect()
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// Escapes text for elements and for attributes in double quotes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
