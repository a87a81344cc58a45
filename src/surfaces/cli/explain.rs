//! `touchmark explain`.

use serde_json::json;

use super::exit::Outcome;
use super::failure::Failure;
use super::output::Output;
use super::paint::line;
use super::scan_arguments::ExplainArguments;
use super::{page_text, rules};
use crate::operations::similar_rules;
use crate::scan::{Lifecycle, REMOVED_RULES, RULES};

/// Shows the page of a rule.
pub(super) fn run(arguments: &ExplainArguments, output: &Output) -> Result<Outcome, Failure> {
    let asked = arguments.rule.trim().to_ascii_lowercase().replace(['_', ' '], "-");
    let Some(rule) = RULES.iter().find(|rule| rule.id == asked) else {
        return Err(Failure::UnknownRule { id: line(&arguments.rule, 100), hint: hint(&asked) });
    };
    if output.json {
        let mut facts = rules::facts(rule);
        facts["page"] = json!(rule.page);
        output.pretty(&facts.to_string())?;
    } else {
        output.text(&page_text::show(rule.page, output.width))?;
        match rule.lifecycle {
            Lifecycle::Stable => {}
            Lifecycle::Preview => {
                output.text("\nThis rule is a preview: it reports, and does not count for a verdict.\n")?
            }
            Lifecycle::Deprecated { successor } => {
                output.text(&format!("\nThis rule is deprecated: {successor} takes over.\n"))?;
            }
        }
    }
    Ok(Outcome::Done)
}

/// Says what became of a rule, or which ones have a similar name.
fn hint(asked: &str) -> String {
    if let Some(removed) = REMOVED_RULES.iter().find(|rule| rule.id == asked) {
        let successor = removed.successor.map(|id| format!("; {id} sees what it saw")).unwrap_or_default();
        return format!(" any more: {}{successor}", removed.reason);
    }
    let names = similar_rules(asked);
    match names.as_slice() {
        [] => "; `touchmark rules` lists them".to_owned(),
        names => format!("; did you mean {}?", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_leads_to_the_right_one() {
        for (asked, expected) in
            [("hiden-unicode", "hidden-unicode"), ("reverse", "reverse-shell"), ("download-shell", "download-to-shell")]
        {
            assert!(hint(asked).contains(expected), "{asked}: {}", hint(asked));
        }
        assert!(hint("zzzzqqqq").contains("touchmark rules"), "{}", hint("zzzzqqqq"));
    }
}
