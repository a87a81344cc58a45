//! The documents, all made from the code: the OpenAPI document, schemas, `llms.txt`, pages
//! with their Markdown mirrors, rule pages, descriptors, and the skill that teaches an agent.
//!
//! `touchmark generate` writes the ones that are checked in; `tests/generated.rs` compares.

mod agent_skill;
mod catalogue;
mod examples;
mod html;
mod llms;
mod mcp_clients;
mod openapi;
mod openapi_accounts;
mod openapi_badge;
mod openapi_packages;
mod openapi_skills;
mod pages;
mod payments;
mod policies;
mod recipes;
mod schema_table;

pub use catalogue::{DEFAULT_URL, Document, GenerateError, checked_in, generate, served};
