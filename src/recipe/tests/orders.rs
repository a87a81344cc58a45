use std::cmp::Ordering;

use super::super::compare_by_locale;

/// 429 names in the order of `localeCompare` under Node 20.20 (ICU 78, Unicode 17, en-US);
/// names in one list are equal to it.
const NAMES: &str = include_str!("locale_order.json");

#[test]
fn hostile_names_have_the_order_of_locale_compare() {
    let groups: Vec<Vec<String>> = serde_json::from_str(NAMES).expect("the file is JSON");
    let names: Vec<(usize, &str)> = groups
        .iter()
        .enumerate()
        .flat_map(|(rank, group)| group.iter().map(move |name| (rank, name.as_str())))
        .collect();
    assert_eq!(names.len(), 429);
    let mut wrong = Vec::new();
    for (left_rank, left) in &names {
        for (right_rank, right) in &names {
            // Names that are equal to JavaScript are in byte order.
            let expected = left_rank.cmp(right_rank).then_with(|| left.as_bytes().cmp(right.as_bytes()));
            if compare_by_locale(left, right) != expected {
                wrong.push(format!("{left:?} {right:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} pairs: {:?}", wrong.len(), &wrong[..wrong.len().min(20)]);
}

#[test]
fn locale_order_is_not_byte_order() {
    assert_eq!(compare_by_locale("scripts/run.sh", "SKILL.md"), Ordering::Less);
    assert_eq!("scripts/run.sh".cmp("SKILL.md"), Ordering::Greater);
}
