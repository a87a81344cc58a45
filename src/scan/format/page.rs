//! Parts of a rule's page.

/// Returns the text of the section `heading` of a rule's page, without its heading; empty
/// where there is none.
pub fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let head = format!("\n## {heading}\n");
    let Some(start) = page.find(&head).map(|at| at + head.len()) else { return "" };
    let rest = &page[start..];
    rest.find("\n## ").map_or(rest, |end| &rest[..end]).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_says_why_and_what_to_do() {
        for rule in crate::scan::RULES.iter() {
            for heading in ["Why it matters", "What it misses", "What to do"] {
                assert!(!section(rule.page, heading).is_empty(), "{} {heading}", rule.id);
            }
        }
        assert_eq!(section("# a\n\n## B\n\ntext\n\n## C\n", "B"), "text");
        assert_eq!(section("# a\n", "B"), "");
    }
}
