//! The API with accounts from outside: who gets in, what they see, what they are told.

mod access;
mod authorisation;
mod cast;
mod keys;
mod login;
mod scan_access;
mod scans;
mod service;
mod threat_doors;
mod threats;
mod uploads;
mod publishers;
mod station;
mod verification;
mod world;
mod policies;
mod team;
