//! Data that leaves over the network.

mod environment_to_network;
mod exfiltration_instruction;
mod model_traffic_redirect;
mod paste_site_download;
mod webhook_sink;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &environment_to_network::RULE,
    &exfiltration_instruction::RULE,
    &model_traffic_redirect::RULE,
    &paste_site_download::RULE,
    &webhook_sink::RULE,
];
