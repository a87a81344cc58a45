//! Data that leaves over the network.

mod dns_exfiltration;
mod environment_to_network;
mod exfiltration_instruction;
mod mandatory_upload;
mod paste_site_download;
mod secret_to_network;
mod webhook_sink;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &dns_exfiltration::RULE,
    &environment_to_network::RULE,
    &exfiltration_instruction::RULE,
    &mandatory_upload::RULE,
    &paste_site_download::RULE,
    &secret_to_network::RULE,
    &webhook_sink::RULE,
];
