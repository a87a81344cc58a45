//! The API with accounts from outside: who gets in, what they see, what they are told.

mod access;
mod keys;
mod login;
mod service;
mod threat_doors;
mod threats;
