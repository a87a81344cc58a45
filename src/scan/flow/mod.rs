//! What the scripts of a bundle do: where their data comes from, where it goes, and what is
//! run.
//!
//! A text is parsed into a [`program::Program`], one form for all languages; [`evaluate`]
//! folds what is constant, follows where values come from, and lists what the program does
//! as [`effect::Effect`]s. Start at [`bundle::Flow`], which does so for all texts of a
//! bundle. Everything works within budgets that are counted, never timed.

mod api;
mod bundle;
mod call;
mod cmdlet;
mod command;
pub(in crate::scan) mod constant;
pub(in crate::scan) mod effect;
mod evaluate;
mod fold;
mod fold_powershell;
pub(in crate::scan) mod invocation;
mod lower;
mod parse;
pub(in crate::scan) mod program;
pub(in crate::scan) mod taint;
#[cfg(test)]
mod tests;

pub(in crate::scan) use bundle::Flow;
