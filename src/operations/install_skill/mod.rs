//! Installs an indexed skill: fetches what was pinned, proves that it is that, scans it here
//! and now, says what would change, and puts it in place with its pin.
//!
//! [`plan_install`] writes nothing; [`InstallPlan::refusals`] says what speaks against it, and
//! [`install_skill`] does it. Who is asked in between is for a surface.

mod error;
mod fetch;
mod place;
mod plan;
mod target;
#[cfg(all(test, unix))]
mod tests;

pub use error::InstallError;
pub use place::{Installed, install_skill};
pub use plan::{InstallPlan, InstallRequest, InstallStanding, plan_install};
pub use target::{InstallScope, InstallTarget, SkillsPlace, install_question};
