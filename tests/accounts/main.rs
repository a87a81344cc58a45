//! The API with accounts from outside: who gets in, what they see, what they are told.

mod access;
mod keys;
mod login;
mod publishers;
mod service;
mod station;
mod verification;
mod world;
