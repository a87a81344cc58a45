//! What several rules look for: addresses, requests that send, encodings, and what the place
//! of a text says about its words.
//!
//! A file here answers one question about a text; which answers make a finding is for the
//! rules to say.

pub(in crate::scan) mod agent_file;
pub(in crate::scan) mod command;
pub(in crate::scan) mod configuration;
pub(in crate::scan) mod confusable;
pub(in crate::scan) mod decode;
pub(in crate::scan) mod decoding;
pub(in crate::scan) mod destination;
pub(in crate::scan) mod generated;
pub(in crate::scan) mod imitated_package;
pub(in crate::scan) mod install_code;
pub(in crate::scan) mod installed_package;
pub(in crate::scan) mod intent;
pub(in crate::scan) mod invisible;
pub(in crate::scan) mod lead_in;
pub(in crate::scan) mod lexicon;
pub(in crate::scan) mod look_alike;
pub(in crate::scan) mod native;
pub(in crate::scan) mod network_sink;
pub(in crate::scan) mod ordered_script;
pub(in crate::scan) mod owners;
mod pattern;
pub(in crate::scan) mod pickle;
pub(in crate::scan) mod prerequisite;
pub(in crate::scan) mod private_data;
pub(in crate::scan) mod python_bytecode;
pub(in crate::scan) mod python_sink;
pub(in crate::scan) mod reach;
pub(in crate::scan) mod run_order;
pub(in crate::scan) mod secret_file;
pub(in crate::scan) mod secret_path;
pub(in crate::scan) mod sentence;
pub(in crate::scan) mod setting;
pub(in crate::scan) mod standing_order;
pub(in crate::scan) mod startup_path;
pub(in crate::scan) mod url;
pub(in crate::scan) mod vendor_installer;

pub(in crate::scan) use pattern::{Captures, Match, Pattern, find_bounded, pattern, take_passed_over};
