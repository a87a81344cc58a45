//! Vectors that move from one index to another.
//!
//! A vector follows from a text and an embedder, and who takes vectors over wants not to embed.
//! So it cannot know that they are right; it embeds a sample itself and takes all or none.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::semantic::{QuantisedVector, StaticTable, VectorTable};
use super::snapshot::log_of;
use super::{DocumentText, Embedder, EmbedderChoice, IndexRecord, SearchError, SearchIndex};
use crate::skill::SkillId;

/// How near a vector has to be to the one that is embedded here: models give other last digits on
/// other processors, and a byte a dimension rounds.
const SAME_COSINE: f32 = 0.98;
/// Vectors that are written at once.
const CHUNK: usize = 8_192;

/// What made vectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VectorOrigin {
    /// The name of the embedder.
    pub name: String,
    /// What tells two states of the embedder apart.
    pub version: String,
    /// The length of every vector.
    pub dimensions: usize,
}

/// Vectors by the fingerprint of what was embedded, one byte a dimension.
#[derive(Debug, Clone)]
pub struct MovedVectors {
    origin: VectorOrigin,
    fingerprints: Vec<u64>,
    values: Vec<i8>,
}

/// Why vectors are none that an index gives away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MovedVectorError {
    /// A vector has another length.
    #[error("a vector has {found} bytes, expected {expected}")]
    Length {
        /// Its length.
        found: usize,
        /// The length of the vectors of this embedder.
        expected: usize,
    },
    /// Fingerprints come in ascending order, so that none comes twice.
    #[error("a vector comes twice, or out of order")]
    Order,
    /// The largest value of a vector is the largest there is; a text without one has zeros.
    #[error("a vector has a length that no vector has")]
    Scale,
}

impl MovedVectors {
    /// Starts without any.
    pub fn new(origin: VectorOrigin) -> Self {
        Self { origin, fingerprints: Vec::new(), values: Vec::new() }
    }

    /// Returns what made them.
    pub fn origin(&self) -> &VectorOrigin {
        &self.origin
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.fingerprints.len()
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fingerprints.is_empty()
    }

    /// Adds a vector, as the bytes of its values.
    ///
    /// # Errors
    /// Fails where it is none that quantising gives, or not the next one.
    pub fn push(&mut self, fingerprint: u64, bytes: &[u8]) -> Result<(), MovedVectorError> {
        if bytes.len() != self.origin.dimensions {
            return Err(MovedVectorError::Length { found: bytes.len(), expected: self.origin.dimensions });
        }
        if self.fingerprints.last().is_some_and(|last| *last >= fingerprint) {
            return Err(MovedVectorError::Order);
        }
        let values = bytes.iter().map(|byte| i8::from_le_bytes([*byte]));
        let largest = values.clone().map(i8::unsigned_abs).max().unwrap_or_default();
        if largest != 0 && largest != i8::MAX.unsigned_abs() {
            return Err(MovedVectorError::Scale);
        }
        self.fingerprints.push(fingerprint);
        self.values.extend(values);
        Ok(())
    }

    /// Returns fingerprints and vectors, in order.
    pub fn rows(&self) -> impl Iterator<Item = (u64, &[i8])> {
        self.fingerprints.iter().copied().zip(self.values.chunks_exact(self.origin.dimensions.max(1)))
    }

    fn of(&self, fingerprint: u64) -> Option<&[i8]> {
        let place = self.fingerprints.binary_search(&fingerprint).ok()?;
        self.values.chunks_exact(self.origin.dimensions.max(1)).nth(place)
    }
}

impl SearchIndex {
    /// Returns the vectors that search uses now of these skills, in the order of their
    /// fingerprints; none where it uses none.
    pub fn vectors(&self, skills: &HashSet<SkillId>) -> Option<MovedVectors> {
        let snapshot = self.inner.snapshot();
        let origin = origin_of(snapshot.embedder.as_deref()?);
        let mut places = BTreeMap::new();
        for (table, place, row) in snapshot.alive_rows().filter(|(.., row)| skills.contains(&row.skill_id)) {
            if let Some(vectors) = table.vectors.as_ref().filter(|vectors| vectors.holds(place)) {
                places.insert(row.fingerprint, vectors.values(place));
            }
        }
        let values = places.values().flat_map(|values| values.iter().copied()).collect();
        Some(MovedVectors { origin, fingerprints: places.into_keys().collect(), values })
    }

    /// Takes vectors over where they are of the embedder that was chosen here and agree with what
    /// it makes of `sample`; what they belong to finds them when it is indexed. Returns how many.
    ///
    /// # Errors
    /// Fails where the model cannot be run or the folder not be written.
    pub fn take_over_vectors(&self, vectors: &MovedVectors, sample: &[IndexRecord]) -> Result<u64, SearchError> {
        let embedder: Arc<dyn Embedder> = match &self.inner.setup.embedder {
            EmbedderChoice::None => return Ok(0),
            EmbedderChoice::Builtin => StaticTable::builtin(),
            EmbedderChoice::Fastembed(_) => match self.inner.models.embedder() {
                Some(embedder) => embedder,
                None => return Ok(0),
            },
        };
        if origin_of(embedder.as_ref()) != vectors.origin {
            return Ok(0);
        }
        if !agrees(embedder.as_ref(), vectors, sample)? {
            tracing::warn!("the vectors of the snapshot are not those of their texts; they are embedded here");
            return Ok(0);
        }
        let folder = self.inner.semantic_folder();
        keep(&folder, embedder.as_ref(), vectors).map_err(|source| SearchError::Folder { folder, source })
    }
}

fn origin_of(embedder: &dyn Embedder) -> VectorOrigin {
    let (name, version) = (embedder.name().to_owned(), embedder.version().to_owned());
    VectorOrigin { name, version, dimensions: embedder.dimensions() }
}

/// Embeds a sample, and compares.
fn agrees(embedder: &dyn Embedder, vectors: &MovedVectors, sample: &[IndexRecord]) -> Result<bool, SearchError> {
    let texts = sample
        .iter()
        .map(|record| DocumentText::new(&record.name, &record.description, &record.headings, &record.body));
    let known = texts.filter_map(|text| Some((vectors.of(text.fingerprint())?, text)));
    let (moved, texts): (Vec<&[i8]>, Vec<DocumentText>) = known.unzip();
    let embedded = embedder.embed_documents(&texts).map_err(SearchError::Model)?;
    embedder.end_documents();
    let is_same = |(moved, own): (&[i8], Option<Vec<f32>>)| {
        let table = VectorTable::from_values(moved.len(), moved.to_vec());
        own.is_some_and(|own| table.cosine(&QuantisedVector::new(&own), 0) >= SAME_COSINE)
    };
    Ok(moved.into_iter().zip(embedded).all(is_same))
}

/// Writes vectors that are not there into the log of their embedder, unless another process is
/// embedding into it.
fn keep(folder: &Path, embedder: &dyn Embedder, vectors: &MovedVectors) -> io::Result<u64> {
    fs::create_dir_all(folder)?;
    let lock = File::create(folder.join("embedding.lock"))?;
    if lock.try_lock().is_err() {
        return Ok(0);
    }
    let log = log_of(folder, embedder);
    let known = log.load();
    let is_new = |fingerprint: u64| known.as_ref().is_none_or(|known| !known.rows.contains_key(&fingerprint));
    let new: Vec<(u64, &[i8])> = vectors.rows().filter(|(fingerprint, _)| is_new(*fingerprint)).collect();
    let mut writer = log.writer(known.as_ref())?;
    for chunk in new.chunks(CHUNK) {
        let fingerprints: Vec<u64> = chunk.iter().map(|(fingerprint, _)| *fingerprint).collect();
        let values: Vec<i8> = chunk.iter().flat_map(|(_, values)| values.iter().copied()).collect();
        writer.append(&fingerprints, &values)?;
    }
    // What was complete before is complete with more in it.
    if known.is_some_and(|known| known.was_complete) {
        writer.mark_complete()?;
    }
    Ok(new.len() as u64)
}
