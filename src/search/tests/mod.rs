//! The room at its door, on a corpus of three topics.

mod choosing;
mod durability;
mod finding;
mod models;
mod neighbours;
mod synonyms;

use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::scan::SafetyStatus;
use crate::skill::{
    CopyKey, Originality, PublisherStanding, Registry, Sha256Digest, SkillId, SourceIdentity, Timestamp,
};

const NOW: &str = "2026-06-01";

fn time(text: &str) -> Timestamp {
    text.parse().expect("a test time is valid")
}

fn id(name: &str) -> SkillId {
    SkillId::of(&SourceIdentity::new("example.com", "owner", "skills", name))
}

fn record(name: &str, description: &str) -> IndexRecord {
    IndexRecord {
        skill_id: id(name),
        content_hash: Sha256Digest::of(name.as_bytes()),
        name: name.to_owned(),
        description: description.to_owned(),
        headings: String::new(),
        body: description.to_owned(),
        publisher: "owner".to_owned(),
        repository: "owner/skills".to_owned(),
        file_paths: String::new(),
        file_count: 0,
        copy_count: 1,
        has_findings: false,
        license: None,
        registry: Registry::Github,
        stars: None,
        updated_at: None,
        status: SafetyStatus::Safe,
        quality_flag_count: 0,
        is_complete: true,
        executes_code: false,
        originality: Originality::Own,
        is_aggregator: false,
        publisher_standing: PublisherStanding::Unknown,
        first_committed_at: None,
        copy_key: CopyKey::of(name, description, Sha256Digest::of(name.as_bytes())).short(),
        is_canonical: true,
    }
}

/// Three topics; those of one share words, so that the embedder has something to learn.
fn corpus() -> Vec<IndexRecord> {
    [
        ("pdf-forms", "Fill and flatten PDF forms, read document fields."),
        ("pdf-merge", "Merge and split PDF documents, rotate pages."),
        ("page-extractor", "Extract pages and tables of scanned documents as text."),
        ("document-ocr", "Recognise text of scanned PDF documents and pages."),
        ("docker-compose", "Write compose files for containers and volumes."),
        ("k8s-deploy", "Deploying containers to a Kubernetes cluster with rollouts."),
        ("helm-charts", "Package Kubernetes manifests; cluster releases with rollouts of containers."),
        ("container-scan", "Scan container images of a cluster for weaknesses."),
        ("seo-audit", "Audit landing pages for search engines, keywords and ranking."),
        ("ad-copy", "Write advertising copy for campaigns, keywords and audiences."),
        ("email-campaign", "Plan newsletter campaigns for audiences and measure ranking."),
        ("代码审查", "审查代码质量并给出修改建议"),
    ]
    .map(|(name, description)| record(name, description))
    .to_vec()
}

fn open(folder: &Path) -> SearchIndex {
    SearchIndex::open(folder, EmbedderChoice::Builtin).expect("the index opens")
}

fn write(index: &SearchIndex, records: &[IndexRecord], sequence: u64) {
    let mut writer = index.writer().expect("a writer");
    records.iter().for_each(|record| writer.upsert(record).expect("written"));
    writer.commit(sequence).expect("committed");
}

fn filled(records: &[IndexRecord]) -> (TempDir, SearchIndex) {
    let folder = tempfile::tempdir().expect("a folder");
    let index = open(folder.path());
    write(&index, records, 1);
    (folder, index)
}

fn request(query: &str) -> SearchRequest {
    SearchRequest {
        query: query.to_owned(),
        limit: 10,
        min_stars: None,
        updated_after: None,
        registry: None,
        wants_facets: false,
        now: time(NOW),
        ranking: Ranking::Hybrid,
    }
}

fn hits(index: &SearchIndex, request: &SearchRequest) -> Vec<SkillId> {
    index.search(request).expect("an answer").hits.iter().map(|hit| hit.skill_id).collect()
}

fn first(index: &SearchIndex, query: &str) -> Option<SkillId> {
    hits(index, &request(query)).first().copied()
}
