//! How large an expression may be, and how much work it may be.

/// Bytes of an expression. The longest one of docs/policies.md has some 150.
pub const EXPRESSION_BYTES: usize = 2_000;
/// Parts of an expression: variables, values, operators and calls.
pub const NODES: usize = 300;
/// Parts that lie within each other.
pub const DEPTH: usize = 32;
/// Loops (`all`, `exists`, `filter`, …) that lie within each other.
pub const NESTED_LOOPS: usize = 2;
/// Bytes of a pattern for `matches`.
pub const PATTERN_BYTES: usize = 200;
/// Bytes that a compiled pattern takes.
pub const COMPILED_PATTERN_BYTES: usize = 64 * 1024;
/// Steps that all rules of a policy may take together over one skill: one for each part that
/// is looked at, each time that it is. They take less than half a second.
pub const STEPS: u64 = 200_000;
/// Characters of a text that an expression sees.
pub const TEXT_CHARACTERS: usize = 500;
/// Findings that an expression sees, the worst first.
pub const FINDINGS: usize = 1_000;
/// Bytes of stack for reading: the parser goes down as deep as an expression is long.
pub(super) const STACK_BYTES: usize = 64 * 1024 * 1024;
