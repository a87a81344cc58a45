//! Data that leaves over the network.

mod covert_collection;
mod environment_to_network;
mod exfiltration_instruction;
mod paste_site_download;
mod unasked_forwarding;
mod webhook_sink;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &covert_collection::RULE,
    &environment_to_network::RULE,
    &exfiltration_instruction::RULE,
    &paste_site_download::RULE,
    &unasked_forwarding::RULE,
    &webhook_sink::RULE,
];
