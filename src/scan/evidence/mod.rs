//! What several rules look for: addresses, requests that send, encodings, and what the place
//! of a text says about its words.
//!
//! A file here answers one question about a text; which answers make a finding is for the
//! rules to say.

pub(in crate::scan) mod decode;
pub(in crate::scan) mod destination;
pub(in crate::scan) mod network_sink;
mod pattern;
pub(in crate::scan) mod secret_path;
pub(in crate::scan) mod setting;
pub(in crate::scan) mod startup_path;
pub(in crate::scan) mod url;
pub(in crate::scan) mod vendor_installer;

pub(in crate::scan) use pattern::{Captures, Match, Pattern, find_bounded, pattern, take_passed_over};
