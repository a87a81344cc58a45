//! Where skills go. What an installation does is tested through the command line.

use super::{InstallError, InstallScope, InstallTarget, install_question};
use crate::api::install_options;
use crate::lockfile::{PinnedSkill, places_in_project};
use crate::placement::PlacementError;
use crate::scan::SafetyStatus;
use crate::skill::{Registry, SkillSource, SourceIdentity};

#[test]
fn targets_are_where_checks_look_and_where_inspect_says() {
    let name = PinnedSkill::name("pdf").expect("a name");
    let places: Vec<String> = places_in_project(&name).iter().map(ToString::to_string).collect();
    for target in InstallTarget::ALL {
        let place = target.place(InstallScope::Project);
        assert_eq!(place.scope, InstallScope::Project);
        assert!(places.contains(&format!("{}/pdf", place.folder)), "{}", target.as_str());
    }
    assert_eq!(InstallTarget::Project.place(InstallScope::User).scope, InstallScope::Project);
    let mut source = SkillSource::new(SourceIdentity::new("github.com", "o", "r", "pdf"), Registry::Github);
    source.commit_sha = Some("0123456789abcdef0123456789abcdef01234567".to_owned());
    let options = install_options(&source, "pdf", SafetyStatus::Safe);
    let destinations: Vec<&str> = options.iter().map(|option| option.destination.as_str()).collect();
    let ours = |target: InstallTarget, scope| {
        let home = if scope == InstallScope::User { "~/" } else { "" };
        format!("{home}{}/pdf", target.place(scope).folder)
    };
    assert_eq!(
        destinations,
        [
            ours(InstallTarget::ClaudeCode, InstallScope::User),
            ours(InstallTarget::ClaudeCode, InstallScope::Project),
            ours(InstallTarget::Codex, InstallScope::User)
        ]
    );
}

#[test]
fn a_skill_is_named_by_its_id_or_its_url() {
    let id = "550e8400-e29b-41d4-a716-446655440000";
    assert_eq!(install_question(id).expect("an id").skill_id.as_deref(), Some(id));
    let url = "https://github.com/o/r/blob/main/pdf/SKILL.md";
    assert_eq!(install_question(url).expect("a URL").source_url.as_deref(), Some(url));
    for text in ["", "pdf", "../pdf", "-rf", "\u{1b}[2J"] {
        let error = install_question(text).expect_err("neither");
        assert!(!error.to_string().contains('\u{1b}'), "{error}");
    }
}

#[test]
fn what_stands_in_the_way_is_an_answer_and_what_breaks_is_none() {
    let path = || "x".to_owned();
    for (error, is_refusal) in [
        (InstallError::Placement(PlacementError::Link { path: path() }), true),
        (InstallError::Placement(PlacementError::NotAFolder { path: path() }), true),
        (InstallError::Placement(PlacementError::Collision { path: path(), other: path() }), true),
        (InstallError::Placement(PlacementError::Changed { path: path() }), false),
        (InstallError::Placement(PlacementError::Io { path: path(), source: std::io::Error::other("x") }), false),
        (InstallError::NoHome, false),
        (InstallError::NotFetchable { url: path(), reason: path() }, true),
    ] {
        assert_eq!(error.is_refusal(), is_refusal, "{error}");
    }
}
