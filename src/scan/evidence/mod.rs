//! What several rules look for: addresses, requests that send, encodings, and what the place
//! of a text says about its words.
//!
//! A file here answers one question about a text; which answers make a finding is for the
//! rules to say.

pub(in crate::scan) mod agent_file;
pub(in crate::scan) mod command;
pub(in crate::scan) mod configuration;
pub(in crate::scan) mod decode;
pub(in crate::scan) mod lead_in;
pub(in crate::scan) mod network_sink;
pub(in crate::scan) mod ordered_script;
pub(in crate::scan) mod owners;
mod pattern;
pub(in crate::scan) mod prerequisite;
pub(in crate::scan) mod setting;
pub(in crate::scan) mod standing_order;
pub(in crate::scan) mod url;
pub(in crate::scan) mod vendor_installer;

pub(in crate::scan) use pattern::pattern;
