//! The API with accounts from outside: who gets in, what they see, what they are told.

mod access;
mod authorisation;
mod cast;
mod documents;
mod keys;
mod login;
mod package_threats;
#[path = "../../src/source/tests/plain_tar.rs"]
mod plain_tar;
mod policies;
mod previews;
mod publishers;
mod scan_access;
mod scan_targets;
mod scans;
mod service;
mod station;
mod team;
mod threat_doors;
mod threats;
mod uploads;
mod verification;
mod world;
