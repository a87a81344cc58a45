//! The names of ours in other people's objects.

/// Prefix of everything of ours in `_meta`, and the namespace of our name in registries: a
/// reversed domain, as the protocol asks of whoever annotates the skills of others.
pub const NAMESPACE: &str = "dev.touchmark";
/// Where a skill, and what is read of it, carries its verdict.
pub(super) const VERDICT_KEY: &str = "dev.touchmark/verdict";
/// Where a read of a SKILL.md carries the search that entitles to it.
pub(super) const QUERY_ID_KEY: &str = "dev.touchmark/query_id";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_in_the_namespace() {
        for key in [VERDICT_KEY, QUERY_ID_KEY] {
            assert_eq!(key.split_once('/').map(|(prefix, _)| prefix), Some(NAMESPACE));
        }
    }
}
