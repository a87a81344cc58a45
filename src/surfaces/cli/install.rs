//! `touchmark install`.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::approval_arguments::InstallArguments;
use super::arguments::Global;
use super::backend::Backend;
use super::exit::Outcome;
use super::failure::Failure;
use super::install_page::{done_page, plan_page};
use super::output::{self, Output};
use super::paint::line;
use crate::config::home_folder;
use crate::operations::{
    InspectSkill, InstallPlan, InstallRequest, InstallScope, InstallStanding, Installed, install_question,
    install_skill, plan_install, read_project_policy,
};
use crate::scan::Ruleset;
use crate::skill::Timestamp;

/// Fetches a skill, shows what it is, asks, and installs it.
pub(super) async fn run(global: &Global, arguments: InstallArguments, output: &Output) -> Result<Outcome, Failure> {
    let question = install_question(&arguments.skill)?;
    let project = Path::new("");
    // Before anything is fetched: a policy that cannot be read lets nothing in.
    let policy = read_project_policy(project)?;
    let backend = Backend::open(global).await?;
    let inspected = backend.ask::<InspectSkill>(question).await?.value;
    let scope = if arguments.project { InstallScope::Project } else { InstallScope::User };
    let home = home_folder();
    let request = InstallRequest {
        project,
        home: home.as_deref(),
        place: arguments.target.into_target().place(scope),
        name: arguments.name.as_deref(),
        is_remote: backend.server().is_some(),
        policy: policy.as_ref(),
        now: Timestamp::now(),
    };
    let plan = plan_install(&request, &inspected, Ruleset::builtin())?;
    if !output.json {
        output.text(&plan_page(&plan, output.width))?;
    }
    let mut refusals = plan.refusals(arguments.replace);
    if arguments.yes && !plan.is_done() {
        refusals.extend(plan.refusal_without_question());
    }
    if !refusals.is_empty() {
        tell(&plan, "refused", None, &refusals, output)?;
        return Ok(Outcome::Refused);
    }
    if arguments.dry_run {
        tell(&plan, "planned", None, &[], output)?;
        return Ok(Outcome::Done);
    }
    if !plan.is_done() && !arguments.yes {
        if !can_ask(output) {
            let reason = "there is no terminal to ask on; --yes installs without a question what is safe_to_install";
            tell(&plan, "refused", None, &[reason.to_owned()], output)?;
            return Ok(Outcome::Refused);
        }
        if !ask(&plan)? {
            output::tell_note("nothing was installed");
            return Ok(Outcome::Refused);
        }
    }
    let installed = install_skill(&plan)?;
    let word = if installed.is_placed { "installed" } else { "unchanged" };
    tell(&plan, word, Some(&installed), &[], output)?;
    Ok(Outcome::Done)
}

/// Who cannot see what is shown, or cannot answer, is not asked.
fn can_ask(output: &Output) -> bool {
    output.is_terminal && !output.json && io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks, and takes anything but a clear yes as a no.
fn ask(plan: &InstallPlan) -> io::Result<bool> {
    let verb = match &plan.standing {
        InstallStanding::New => "Install it into",
        InstallStanding::Unchanged { .. } => "Pin what is in",
        InstallStanding::Outdated { .. } => "Update",
        InstallStanding::Edited { .. } => "Keep what is there aside, and replace",
    };
    let mut stream = io::stderr().lock();
    write!(stream, "{verb} {}? [y/N] ", line(&plan.folder, 300))?;
    stream.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Tells how it ended.
fn tell(
    plan: &InstallPlan,
    outcome: &str,
    installed: Option<&Installed>,
    refusals: &[String],
    output: &Output,
) -> Result<(), Failure> {
    if output.json {
        output.pretty(&facts(plan, outcome, installed, refusals).to_string())?;
    } else if refusals.is_empty() {
        output.text(&done_page(plan, installed))?;
    }
    refusals.iter().for_each(|refusal| output::tell_error(&format!("not installed: {refusal}")));
    Ok(())
}

fn facts(plan: &InstallPlan, outcome: &str, installed: Option<&Installed>, refusals: &[String]) -> Value {
    let report = &plan.scanned.report;
    let change = match &plan.standing {
        InstallStanding::Outdated { review, .. } => Some(review),
        InstallStanding::Edited { review, .. } => review.as_ref(),
        InstallStanding::New | InstallStanding::Unchanged { .. } => None,
    };
    let capabilities: Vec<&str> = report.capabilities.keys().map(|capability| capability.as_str()).collect();
    json!({
        "schema_version": 1,
        "outcome": outcome,
        "standing": plan.standing.as_str(),
        "name": plan.pinned.name.as_str(),
        "folder": plan.folder,
        "lockfile": plan.lockfile,
        "skill_id": plan.pinned.skill_id,
        "source_url": plan.pinned.source_url,
        "commit_sha": plan.pinned.commit_sha,
        "content_hash": plan.pinned.content_hash,
        "root_digest": plan.pinned.root_digest,
        "verdict": plan.status,
        "recommended_action": plan.recommended_action,
        "executes_code": report.executes_code,
        "ruleset_version": report.ruleset_version.to_string(),
        "capabilities": capabilities,
        "content": plan.review,
        "change": change,
        "refusals": refusals,
        "notices": plan.notices,
        "kept": installed.and_then(|installed| installed.kept.as_ref()).map(|path| path.display().to_string()),
    })
}
