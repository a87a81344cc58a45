//! Data that leaves over the network.

mod cloud_metadata;
mod computed_lookup;
mod covert_collection;
mod defanged_address;
mod dns_exfiltration;
mod environment_to_network;
mod exfiltration_instruction;
mod foreign_git_remote;
mod link_beacon;
mod mail_forwarding;
mod mandatory_upload;
mod model_traffic_redirect;
mod opened_tunnel;
mod paste_site_download;
mod secret_to_network;
mod unasked_forwarding;
mod undeclared_network;
mod untrusted_executable;
mod unverified_connection;
mod webhook_sink;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &cloud_metadata::RULE,
    &computed_lookup::RULE,
    &covert_collection::RULE,
    &defanged_address::RULE,
    &dns_exfiltration::RULE,
    &environment_to_network::RULE,
    &exfiltration_instruction::RULE,
    &foreign_git_remote::RULE,
    &link_beacon::RULE,
    &mail_forwarding::RULE,
    &mandatory_upload::RULE,
    &model_traffic_redirect::RULE,
    &opened_tunnel::RULE,
    &paste_site_download::RULE,
    &secret_to_network::RULE,
    &unasked_forwarding::RULE,
    &undeclared_network::RULE,
    &untrusted_executable::RULE,
    &unverified_connection::RULE,
    &webhook_sink::RULE,
];
