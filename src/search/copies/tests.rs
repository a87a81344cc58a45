//! Which texts are copies, and which are not.

use proptest::prelude::*;

use super::*;
use crate::skill::{CanonicalStanding, CopyKey, Originality, PublisherStanding, Sha256Digest, SkillId, SourceIdentity};

fn id(number: usize) -> SkillId {
    SkillId::of(&SourceIdentity::new("example.com", "owner", "skills", &number.to_string()))
}

fn standing(number: usize) -> CanonicalStanding {
    CanonicalStanding {
        skill_id: id(number),
        is_dangerous: false,
        publisher: PublisherStanding::Unknown,
        originality: Originality::Own,
        is_aggregator: false,
        is_complete: true,
        is_warned_of: false,
        first_committed_at: None,
        stars: None,
    }
}

fn member(number: usize, likeness: Likeness) -> Member {
    Member { standing: standing(number), copy_key: number as u64, likeness }
}

/// A text of `count` words that are all different; `from` sets two of them apart.
fn words(from: usize, count: usize) -> String {
    (from..from + count).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" ")
}

fn similarity(left: &str, right: &str) -> Option<f64> {
    Some(Signature::of(&[left])?.similarity(&Signature::of(&[right])?))
}

#[test]
fn the_estimate_is_near_the_share_of_common_shingles() {
    // Of two texts of 1,000 words that overlap in `common`, the shingles in common are
    // `common` - 2 of 1,996 - (`common` - 2).
    for (common, expected) in [(1_000, 1.0), (947, 0.9), (889, 0.8), (667, 0.5), (0, 0.0)] {
        let estimate = similarity(&words(0, 1_000), &words(1_000 - common, 1_000)).expect("long enough");
        assert!((estimate - expected).abs() < 0.12, "{common}: {estimate}");
    }
}

#[test]
fn case_punctuation_and_blanks_make_no_difference() {
    let plain = words(0, 100);
    let shouted = format!("## {}!\r\n", plain.to_uppercase().replace(' ', ",\n\n- "));
    assert_eq!(similarity(&plain, &shouted), Some(1.0));
}

#[test]
fn a_text_that_is_too_short_has_no_copies() {
    let rows = ["", " \n", "TODO", "Use this skill when asked.", "---", "修复", "\u{0}\u{0}\u{0}"];
    for text in rows {
        assert_eq!(Signature::of(&[text]), None, "{text:?}");
    }
    assert_eq!(Signature::of(&[&"again and again ".repeat(10_000)]), None, "one phrase repeated is one phrase");
    let likenesses = rows.map(|text| Likeness::of(&format!("name {text}"), text, text));
    let clusters = CopyClusters::new(likenesses.into_iter().enumerate().map(|(n, one)| member(n, one)).collect());
    assert!((0..rows.len()).all(|number| clusters.of(id(number)).is_none()));
}

#[test]
fn texts_in_scripts_without_blanks_are_compared_too() {
    let lines = [
        "审查代码质量并给出修改建议，检查命名、错误处理、测试覆盖和安全问题。",
        "先阅读变更的文件，再列出发现的问题，最后按严重程度排序并说明理由。",
        "如果没有发现问题，请明确说明，不要编造任何结论或者建议。",
    ];
    let (text, edited) = (lines.concat(), lines.concat().replace("严重程度", "重要程度"));
    assert!(similarity(&text, &edited).expect("long enough") > 0.8);
    let other = "把会议录音整理成纪要，提取待办事项、负责人和截止日期，并用表格输出；如果录音不清楚，请标出时间并询问用户，不要猜测内容。每个议题单独成段，先写结论，再写讨论过程和不同意见。";
    assert!(similarity(&text, other).expect("long enough") < 0.1);
}

#[test]
fn one_name_needs_less_in_common_than_two() {
    let text = |from| words(from, 1_000);
    let rows = [
        // Similarities of 0.97, 0.82 and 0.54.
        ("pdf-tools", "PDF_Tools", 985, true),
        ("pdf-tools", "pdf tools", 900, true),
        ("pdf-tools", "pdf-tools", 700, false),
        ("pdf-tools", "docx-tools", 985, true),
        ("pdf-tools", "docx-tools", 900, false),
    ];
    for (left, right, common, are_copies) in rows {
        let members = vec![
            member(0, Likeness::of(left, "", &text(0))),
            member(1, Likeness::of(right, "", &text(1_000 - common))),
        ];
        assert_eq!(CopyClusters::new(members).of(id(0)).is_some(), are_copies, "{left} {right} {common}");
    }
}

#[test]
fn one_name_and_one_description_are_copies_whatever_the_body() {
    let description = "Merge, split and rotate PDF documents when a user asks for it.";
    let rows = [
        ("pdf-tools", description, true),
        ("other-tools", description, false),
        ("pdf-tools", "Merge documents.", false),
    ];
    for (name, other, are_copies) in rows {
        let description = if are_copies || name != "pdf-tools" { description } else { other };
        let members = vec![
            member(0, Likeness::of("pdf-tools", description, &words(0, 200))),
            member(1, Likeness::of(name, other, &words(5_000, 200))),
        ];
        assert_eq!(CopyClusters::new(members).of(id(0)).is_some(), are_copies, "{name} {other}");
    }
}

#[test]
fn a_chain_of_copies_does_not_join_its_ends() {
    // Each has 0.9 in common with the next, and the first nothing with the last.
    let chain: Vec<Member> =
        (0..40).map(|step| member(step, Likeness::of("name", "", &words(step * 50, 1_000)))).collect();
    let clusters = CopyClusters::new(chain);
    let cluster = |step| clusters.of(id(step)).map(|cluster| cluster.canonical);
    assert!((0..40).any(|step| cluster(step).is_some()));
    assert!(cluster(0).is_none() || cluster(0) != cluster(39));
}

#[test]
fn many_from_one_template_are_compared_in_bounded_time() {
    let template = words(0, 60);
    let members: Vec<Member> = (0..5_000)
        .map(|number| {
            member(
                number,
                Likeness::of(&format!("n{number}"), "", &format!("{template} {}", words(number * 90 + 1_000, 30))),
            )
        })
        .collect();
    let clusters = CopyClusters::new(members);
    assert_eq!((0..5_000).filter(|number| clusters.of(id(*number)).is_some()).count(), 0);
}

#[test]
fn a_huge_text_is_read_once() {
    let huge = words(0, 200_000);
    assert_eq!(similarity(&huge, &huge), Some(1.0));
}

#[test]
fn the_preferred_copy_stands_for_all() {
    let likeness = Likeness::of("name", "", &words(0, 200));
    let preferred = CanonicalStanding { publisher: PublisherStanding::Vendor, ..standing(2) };
    let standings = [standing(0), standing(1), preferred];
    let members = standings.map(|standing| Member { standing, copy_key: 7, likeness }).to_vec();
    let runner_up = id(0).min(id(1));
    let expected = CopyCluster { canonical: id(2), runner_up, key: 7, member_count: 3 };
    let clusters = CopyClusters::new(members);
    for number in 0..3 {
        assert_eq!(clusters.of(id(number)), Some(expected));
    }
    assert!(clusters.has_key(7) && !clusters.has_key(8));
}

/// Members with one text each and their copy keys; the number is the index.
fn keyed(rows: &[(usize, u64)]) -> Vec<Member> {
    let member = |(number, (text, copy_key)): (usize, &(usize, u64))| Member {
        standing: standing(number),
        copy_key: *copy_key,
        likeness: Likeness::of("name", "", &words(text * 1_000, 200)),
    };
    rows.iter().enumerate().map(member).collect()
}

#[test]
fn a_cluster_keeps_its_name_when_a_copy_comes_or_another_one_is_canonical() {
    let key = |members: Vec<Member>| CopyClusters::new(members).of(id(0)).expect("a cluster").key;
    let rows = [(0, 5), (0, 5), (0, 9)];
    assert_eq!(key(keyed(&rows)), 5);
    assert_eq!(key(keyed(&[(0, 5), (0, 5), (0, 9), (0, 1)])), 5, "another copy, described otherwise");
    for canonical in 0..3 {
        let mut members = keyed(&rows);
        members[canonical].standing.publisher = PublisherStanding::Vendor;
        assert_eq!(key(members), 5, "{canonical}");
    }
    let two = CopyClusters::new(keyed(&[(0, 5), (0, 5), (1, 5), (1, 6)]));
    assert_eq!([0, 3].map(|number| two.of(id(number)).expect("a cluster").key), [5, 6], "no two have one name");
    let none_left = CopyClusters::new(keyed(&[(0, 5), (0, 5), (1, 5), (1, 5)]));
    assert_ne!(none_left.of(id(0)).expect("one").key, none_left.of(id(2)).expect("another").key);
}

#[test]
fn ten_thousand_copies_are_one_cluster_in_bounded_time() {
    let key = CopyKey::of("name", "short", Sha256Digest::of(b"text")).short();
    let likeness = Likeness::of("name", "", &words(0, 200));
    let members = (0..10_000).map(|number| Member { standing: standing(number), copy_key: key, likeness }).collect();
    let clusters = CopyClusters::new(members);
    let cluster = clusters.of(id(9_999)).expect("a cluster");
    assert_eq!((cluster.member_count, cluster.key), (10_000, key));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn clusters_do_not_depend_on_the_order(starts in prop::collection::vec(0_usize..300, 2..40), names in prop::collection::vec(0_usize..3, 40), seed in any::<u64>()) {
        let members: Vec<Member> = (0..).zip(&starts).zip(&names)
            .map(|((number, start), name)| member(number, Likeness::of(&format!("name {name}"), "", &words(*start, 400))))
            .collect();
        let mut shuffled = members.clone();
        shuffled.sort_by_key(|member| super::shingle::mixed(u64::from(member.standing.skill_id.as_bytes()[0]) ^ seed));
        let (one, other) = (CopyClusters::new(members), CopyClusters::new(shuffled));
        let mut counts = std::collections::HashMap::new();
        for number in 0..starts.len() {
            prop_assert_eq!(one.of(id(number)), other.of(id(number)));
            prop_assert_eq!(one.rank(id(number)), other.rank(id(number)));
            if let Some(cluster) = one.of(id(number)) {
                let seen: &mut (u32, u32) = counts.entry(cluster.canonical).or_insert((0, cluster.member_count));
                seen.0 += 1;
            }
        }
        prop_assert!(counts.values().all(|(seen, said)| seen == said && *said > 1));
        let mut keys = std::collections::HashMap::new();
        for cluster in (0..starts.len()).filter_map(|number| one.of(id(number))) {
            prop_assert_eq!(*keys.entry(cluster.key).or_insert(cluster.canonical), cluster.canonical);
            prop_assert_ne!(cluster.runner_up, cluster.canonical);
        }
    }

    #[test]
    fn any_text_is_like_itself(text in any::<String>(), other in any::<String>()) {
        if let Some(signature) = Signature::of(&[&text]) {
            prop_assert_eq!(signature.similarity(&signature), 1.0);
        }
        if let Some(similarity) = similarity(&text, &other) {
            prop_assert!((0.0..=1.0).contains(&similarity));
        }
        Likeness::of(&text, &other, &text);
    }
}
