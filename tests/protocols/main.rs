//! The protocols by which other clients look for skills, through the whole service.

mod agent_skills;
mod ard;
mod clawhub;
mod documents;
mod service;
mod skills_cli;
