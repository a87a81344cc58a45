//! The API with accounts from outside: who gets in, what they see, what they are told.

mod access;
mod authorisation;
mod cast;
mod keys;
mod login;
mod policies;
mod service;
mod team;
