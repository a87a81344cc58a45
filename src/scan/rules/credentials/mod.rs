//! Secrets that are read or shown.

mod credential_file_access;
mod credential_phishing;
mod input_capture;
mod live_secret;
mod password_prompt;
mod secret_in_argument;
mod secret_in_output;
mod secret_inventory_request;
mod secret_store_sweep;
mod seed_phrase_request;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &credential_file_access::RULE,
    &credential_phishing::RULE,
    &input_capture::RULE,
    &live_secret::RULE,
    &password_prompt::RULE,
    &secret_in_argument::RULE,
    &secret_in_output::RULE,
    &secret_inventory_request::RULE,
    &secret_store_sweep::RULE,
    &seed_phrase_request::RULE,
];
