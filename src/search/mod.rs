//! stub
use std::path::Path;
use crate::rank::ScoreBreakdown;
use crate::scan::SafetyStatus;
use crate::skill::{Registry, Sha256Digest, SkillId, Timestamp};
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct SearchError;
#[derive(Debug, Clone)]
pub struct IndexRecord {
    pub skill_id: SkillId, pub content_hash: Sha256Digest, pub name: String, pub description: String,
    pub headings: String, pub body: String, pub publisher: String, pub registry: Registry, pub stars: Option<u64>, pub updated_at: Option<Timestamp>,
    pub status: SafetyStatus, pub quality_flag_count: u32, pub is_complete: bool, pub is_canonical: bool,
}
pub enum EmbedderChoice { Builtin, None }
#[derive(Clone, Debug)]
pub struct SearchIndex;
pub struct IndexWriter;
pub struct SearchRequest { pub query: String, pub limit: usize, pub min_stars: Option<u64>, pub updated_after: Option<Timestamp>, pub registry: Option<Registry>, pub now: Timestamp }
pub struct SearchAnswer { pub hits: Vec<Hit>, pub is_degraded: bool }
pub struct Hit { pub skill_id: SkillId, pub score: f64, pub breakdown: ScoreBreakdown }
impl SearchIndex {
    pub fn open(_: &Path, _: EmbedderChoice) -> Result<Self, SearchError> { Ok(Self) }
    pub fn sequence(&self) -> u64 { 0 }
    pub fn writer(&self) -> Result<IndexWriter, SearchError> { Ok(IndexWriter) }
    pub fn reload(&self) -> Result<bool, SearchError> { Ok(false) }
    pub fn search(&self, _: &SearchRequest) -> Result<SearchAnswer, SearchError> { Ok(SearchAnswer { hits: vec![], is_degraded: false }) }
    pub fn is_degraded(&self) -> bool { false }
}
impl IndexWriter {
    pub fn upsert(&mut self, _: &IndexRecord) -> Result<(), SearchError> { Ok(()) }
    pub fn remove(&mut self, _: SkillId) -> Result<(), SearchError> { Ok(()) }
    pub fn commit(self, _: u64) -> Result<(), SearchError> { Ok(()) }
}
