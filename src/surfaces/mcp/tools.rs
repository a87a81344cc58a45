//! The tools: the operations that have a tool's name, with schemas and hints.

use std::sync::Arc;

use rmcp::model::{Icon, Tool, ToolAnnotations};

use super::payment;
use super::schema::{input_schema, output_schema, without_property};
use crate::operations::{Effect, Exposed, Resource, register};

/// Tools that answer with what anyone may have published. The others look up what they are
/// asked for.
const OPEN_WORLD: [&str; 1] = ["discover_skills"];

/// The argument that names a folder, which only a program on the client's own machine can read.
const FOLDER: &str = "folder";

/// An operation and the tool that it is.
#[derive(Debug)]
pub(super) struct OfferedTool {
    /// What runs.
    pub(super) operation: Exposed,
    /// What clients are told.
    pub(super) tool: Tool,
    /// What a payment would be for, where a call may cost something.
    pub(super) resource: Option<Arc<Resource>>,
}

/// Returns every tool, in the order of the documents, for a service that takes payments or not.
pub(super) fn offered_tools(services: &Offer) -> Vec<OfferedTool> {
    register().into_iter().filter_map(|operation| offer(operation, services)).collect()
}

/// What is offered beside the tools themselves.
#[derive(Debug, Default)]
pub(super) struct Offer {
    /// Whether the service takes payments.
    pub(super) is_paid: bool,
    /// Whether requests may name folders on this machine.
    pub(super) may_read_folders: bool,
    /// The picture of the tools, where it has an address.
    pub(super) icon: Option<Icon>,
}

fn offer(operation: Exposed, services: &Offer) -> Option<OfferedTool> {
    let name = operation.tool?.name;
    let hints = ToolAnnotations::with_title(operation.title)
        .read_only(true)
        .destructive(false)
        .idempotent(operation.effect == Effect::ReadOnlyIdempotent)
        .open_world(OPEN_WORLD.contains(&name));
    let resource = if services.is_paid { payment::resource(&operation) } else { None };
    let output = output_schema((operation.response_schema)());
    let mut input = input_schema((operation.request_schema)());
    if !services.may_read_folders {
        without_property(&mut input, FOLDER);
    }
    let mut tool = Tool::new(name, operation.summary, Arc::new(input))
        .with_title(operation.title)
        .with_raw_output_schema(Arc::new(if resource.is_some() { payment::with_offer(output) } else { output }))
        .with_annotations(hints);
    tool.icons = services.icon.clone().map(|icon| vec![icon]);
    Some(OfferedTool { operation, tool, resource })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tools_are_the_contracts_in_its_order() {
        let names: Vec<String> =
            offered_tools(&Offer::default()).iter().map(|offered| offered.tool.name.to_string()).collect();
        let expected = [
            "discover_skills",
            "inspect_skill",
            "verify_skill",
            "scan_skill",
            "check_lockfile",
            "explain_finding",
            "compare_skills",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn hints_say_what_a_call_does() {
        let rows = [
            ("discover_skills", false, true),
            ("inspect_skill", true, false),
            ("verify_skill", true, false),
            ("scan_skill", true, false),
            ("check_lockfile", true, false),
            ("explain_finding", true, false),
            ("compare_skills", true, false),
        ];
        for (offered, (name, is_idempotent, is_open)) in offered_tools(&Offer::default()).iter().zip(rows) {
            let hints = offered.tool.annotations.as_ref().expect("every tool has hints");
            assert_eq!(offered.tool.name, name);
            assert_eq!((hints.read_only_hint, hints.destructive_hint), (Some(true), Some(false)), "{name}");
            assert_eq!((hints.idempotent_hint, hints.open_world_hint), (Some(is_idempotent), Some(is_open)), "{name}");
        }
    }

    #[test]
    fn a_folder_is_offered_only_where_it_can_be_read() {
        for may_read_folders in [false, true] {
            let tools = offered_tools(&Offer { may_read_folders, ..Offer::default() });
            let scan = tools.iter().find(|offered| offered.tool.name == "scan_skill").expect("a tool");
            let properties = scan.tool.input_schema["properties"].as_object().expect("properties");
            assert_eq!(properties.contains_key(FOLDER), may_read_folders);
            assert!(properties.contains_key("files"));
        }
    }

    /// Every tool costs its tokens in every conversation.
    #[test]
    fn descriptions_stay_within_their_budget() {
        let mut text = String::new();
        for offered in offered_tools(&Offer::default()) {
            let title = offered.tool.title.clone().unwrap_or_default();
            let description = offered.tool.description.clone().unwrap_or_default();
            text.push_str(&format!("{}\n{title}\n{description}\n", offered.tool.name));
            let input = serde_json::Value::Object((*offered.tool.input_schema).clone());
            describe(&input, &mut text);
        }
        let tokens = bpe_openai::o200k_base().count(text.as_str());
        assert!((300..=1_500).contains(&tokens), "{tokens} tokens");
    }

    /// Adds the name and the description of every argument.
    fn describe(schema: &serde_json::Value, text: &mut String) {
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            text.push_str(&format!("{name}: {}\n", field["description"].as_str().unwrap_or_default()));
            describe(field, text);
            describe(&field["items"], text);
        }
    }
}
