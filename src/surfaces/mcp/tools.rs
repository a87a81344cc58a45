//! The tools: the operations that have a tool's name, with schemas and hints.

use std::sync::Arc;

use rmcp::model::{Tool, ToolAnnotations};

use super::payment;
use super::schema::{input_schema, output_schema};
use crate::operations::{Effect, Exposed, Resource, register};

/// Tools that answer with what anyone may have published. The others look up what they are
/// asked for.
const OPEN_WORLD: [&str; 1] = ["discover_skills"];

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
pub(super) fn offered_tools(is_paid: bool) -> Vec<OfferedTool> {
    register().into_iter().filter_map(|operation| offer(operation, is_paid)).collect()
}

fn offer(operation: Exposed, is_paid: bool) -> Option<OfferedTool> {
    let name = operation.tool?.name;
    let hints = ToolAnnotations::with_title(operation.title)
        .read_only(true)
        .destructive(false)
        .idempotent(operation.effect == Effect::ReadOnlyIdempotent)
        .open_world(OPEN_WORLD.contains(&name));
    let resource = if is_paid { payment::resource(&operation) } else { None };
    let output = output_schema((operation.response_schema)());
    let tool = Tool::new(name, operation.summary, Arc::new(input_schema((operation.request_schema)())))
        .with_title(operation.title)
        .with_raw_output_schema(Arc::new(if resource.is_some() { payment::with_offer(output) } else { output }))
        .with_annotations(hints);
    Some(OfferedTool { operation, tool, resource })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tools_are_the_contracts_in_its_order() {
        let names: Vec<String> = offered_tools(false).iter().map(|offered| offered.tool.name.to_string()).collect();
        assert_eq!(names, ["discover_skills", "inspect_skill", "verify_skill"]);
    }

    #[test]
    fn hints_say_what_a_call_does() {
        let rows = [("discover_skills", false, true), ("inspect_skill", true, false), ("verify_skill", true, false)];
        for (offered, (name, is_idempotent, is_open)) in offered_tools(false).iter().zip(rows) {
            let hints = offered.tool.annotations.as_ref().expect("every tool has hints");
            assert_eq!(offered.tool.name, name);
            assert_eq!((hints.read_only_hint, hints.destructive_hint), (Some(true), Some(false)), "{name}");
            assert_eq!((hints.idempotent_hint, hints.open_world_hint), (Some(is_idempotent), Some(is_open)), "{name}");
        }
    }
}
