//! What an index says of an installed skill now.

use serde::Serialize;

use super::report::{ProjectReport, SkillCheck};
use crate::api::{
    Freshness, MatchedBy, SourceStandingView, TAKEDOWN_FLAG, TakedownView, ThreatNotice, VerifyHit, VerifyMiss,
    VerifyRequest, VerifyResponse,
};
use crate::scan::{RecommendedAction, SafetyStatus};
use crate::skill::{Sha256Digest, Timestamp, locate_source_url, sanitise_line};

/// What an index says of an installed skill now.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum VerdictState {
    /// It knows the skill.
    Known(KnownVerdict),
    /// It was asked and knows nothing, or there is no index on this machine.
    NotIndexed,
    /// It could not be asked about this folder, which holds no SKILL.md.
    NothingToAsk,
    /// It could not be asked: nothing is known, and that is not the skill's doing.
    Unknown {
        /// Why, sanitised.
        reason: String,
    },
}

/// A verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KnownVerdict {
    /// The verdict.
    pub status: SafetyStatus,
    /// What to do.
    pub recommended_action: RecommendedAction,
    /// Whether it still matches the indexed content and the current rules.
    pub freshness: Freshness,
    /// Whether it covers the files that are installed, as far as that can be told, rather
    /// than others beside the same SKILL.md or what its source holds now.
    pub is_about_installed: bool,
    /// How the installed SKILL.md stands to what its source holds now.
    pub upstream: Upstream,
    /// Where the skill comes from that the verdict is about; author-controlled.
    pub source_url: String,
    /// When the verdict was made, where that is known.
    pub analyzed_at: Option<Timestamp>,
    /// Rules that found something.
    pub safety_flags: Vec<String>,
    /// What is to be told of its source or of a takedown, where anything is; sanitised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

/// How what is installed stands to what its source holds now, as far as the index knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Upstream {
    /// SKILL.md is the same.
    Same,
    /// SKILL.md is another.
    Changed,
    /// The source is not recorded or not indexed.
    Unknown,
}

impl VerdictState {
    /// Reads an answer.
    fn of(response: &VerifyResponse, root_digest: Option<Sha256Digest>) -> Self {
        match response {
            VerifyResponse::Hit(hit) if hit.matched => Self::Known(KnownVerdict::of(hit, root_digest)),
            VerifyResponse::Miss(miss) => match miss.block_line() {
                Some(line) => Self::Known(KnownVerdict::of_blocked(miss, &line)),
                None => Self::NotIndexed,
            },
            VerifyResponse::Hit(_) => Self::NotIndexed,
        }
    }
}

impl KnownVerdict {
    fn of(hit: &VerifyHit, root_digest: Option<Sha256Digest>) -> Self {
        let audited = hit.safety.audited_package_hash.as_ref().filter(|_| hit.safety.is_whole());
        // The verdict is the worst of several, so that it covers the bundle that matched as well.
        let matched = hit.comparison.recipe.as_ref().and_then(|recipe| recipe.matched_package_hash.as_ref());
        let has_other_files = root_digest.map(|installed| installed.to_string()).is_some_and(|installed| {
            let mut covered = [audited, matched].into_iter().flatten().peekable();
            covered.peek().is_some() && covered.all(|digest| *digest != installed)
        });
        // An earlier revision of the skill is known by its own verdict.
        let is_about_installed = hit.comparison.is_known_content() && !has_other_files;
        let upstream = match hit.matched_by {
            MatchedBy::Both => Upstream::Same,
            MatchedBy::SourceUrl if hit.comparison.your_hash_matches_audited == Some(false) => Upstream::Changed,
            _ => Upstream::Unknown,
        };
        let threat = hit.safety.threat.as_ref().map(ThreatNotice::line);
        let notice = threat.or_else(|| hit.takedown.as_ref().map(TakedownView::line));
        let notice = notice.or_else(|| hit.source_state.as_ref().map(SourceStandingView::line));
        Self {
            status: hit.safety.status,
            recommended_action: hit.safety.recommended_action,
            freshness: hit.safety.freshness,
            is_about_installed,
            upstream,
            source_url: hit.skill.source_url.clone(),
            analyzed_at: hit.safety.analyzed_at,
            safety_flags: hit.safety.safety_flags.iter().map(|flag| sanitise_line(flag, 60)).collect(),
            notice: notice.map(|notice| sanitise_line(&notice, 400)),
        }
    }

    /// Stands for the verdict on what was never indexed and is known, or taken down, because it
    /// does harm.
    fn of_blocked(miss: &VerifyMiss, line: &str) -> Self {
        let flag = miss.threat.as_ref().map_or_else(|| TAKEDOWN_FLAG.to_owned(), |threat| threat.id.flag());
        Self {
            status: SafetyStatus::Dangerous,
            recommended_action: RecommendedAction::Block,
            freshness: Freshness::NeverAudited,
            is_about_installed: true,
            upstream: Upstream::Unknown,
            source_url: String::new(),
            analyzed_at: None,
            safety_flags: vec![flag],
            notice: Some(sanitise_line(line, 400)),
        }
    }
}

/// Makes the question about an installed skill; nothing where there is nothing to ask with.
pub(super) fn question(content_hash: Option<Sha256Digest>, source_url: Option<&str>) -> Option<VerifyRequest> {
    // What no index could read as a source must not make the question fail.
    let source_url = source_url.filter(|url| locate_source_url(url).is_ok()).map(str::to_owned);
    let content_hash = content_hash?.to_string();
    Some(VerifyRequest { content_hash: Some(content_hash), source_url })
}

impl ProjectReport {
    /// Returns the questions to an index, each once, in the order of the checks.
    pub fn questions(&self) -> Vec<VerifyRequest> {
        let mut questions: Vec<VerifyRequest> = Vec::new();
        for question in self.checks.iter().filter_map(|check| check.question.as_ref()) {
            if !questions.iter().any(|known| is_same(known, question)) {
                questions.push(question.clone());
            }
        }
        questions
    }

    /// Takes the answer to a question, or why there is none.
    pub fn answer(&mut self, question: &VerifyRequest, answer: Result<&VerifyResponse, &str>) {
        let state = |check: &SkillCheck| match answer {
            Ok(response) => VerdictState::of(response, check.root_digest),
            Err(reason) => VerdictState::Unknown { reason: sanitise_line(reason, 300) },
        };
        let asked = |check: &&mut SkillCheck| check.question.as_ref().is_some_and(|own| is_same(own, question));
        for check in self.checks.iter_mut().filter(asked) {
            check.verdict = Some(state(check));
        }
    }

    /// Notes what no index can be asked about, where somebody asks one: a folder that was
    /// measured and holds no SKILL.md.
    pub fn mark_unasked(&mut self) {
        let is_unasked = |check: &&mut SkillCheck| check.root_digest.is_some() && check.question.is_none();
        for check in self.checks.iter_mut().filter(is_unasked) {
            check.verdict = Some(VerdictState::NothingToAsk);
        }
    }

    /// Notes that there is no index on this machine, which so knows nothing of any skill.
    pub fn answer_without_index(&mut self) {
        for check in self.checks.iter_mut().filter(|check| check.question.is_some()) {
            check.verdict = Some(VerdictState::NotIndexed);
        }
    }
}

fn is_same(left: &VerifyRequest, right: &VerifyRequest) -> bool {
    left.content_hash == right.content_hash && left.source_url == right.source_url
}
