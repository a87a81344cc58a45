//! The crawl from outside: what a run visits, what it leaves alone, what it survives.

mod github;
mod gone;
mod hosts;
mod kill;
mod poisoned;
mod program;
mod repositories;
mod resume;
mod speed;
mod station;
