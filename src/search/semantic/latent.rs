//! The built-in embedder: latent semantic analysis of the corpus that is indexed.
//!
//! S. Deerwester, S. T. Dumais, G. W. Furnas, T. K. Landauer, R. Harshman: *Indexing by latent
//! semantic analysis*, JASIS 41(6), 1990. Terms that occur with the same terms point the same
//! way, so a query finds a skill that says it in other words. A text is folded in by adding
//! up the vectors of its terms, which takes microseconds.

use std::path::Path;

use super::bag::{Bag, BagMaker};
use super::persistence::{FileReader, FileWriter, read_checked, write_checked};
use super::{DocumentText, Embedder};
use crate::skill::Sha256Digest;

const MAGIC: &[u8; 8] = b"tmlsa\0\0\x01";

/// Names and rare words decide which skill is meant, and these are what latent semantics blurs:
/// alone it ranks far worse than full text, and with a weight of a half it takes a tenth off
/// the nDCG of both together. So it orders what full text finds equally good, and adds what
/// full text does not find at all.
const FUSION_WEIGHT: f64 = 1.0 / 24.0;

/// One vector for each term of a vocabulary.
pub(in crate::search) struct LatentModel {
    version: String,
    dimensions: usize,
    vocabulary: Vocabulary,
    /// What a unit of `weights` is worth, for each term.
    scales: Vec<f32>,
    /// The vectors of the terms, one after the other, each scaled to the range of a byte.
    weights: Vec<i8>,
    bags: BagMaker,
}

/// The terms that a model knows, in the order of their hashes.
pub(super) struct Vocabulary {
    pub(super) terms: Vec<u64>,
    /// The inverse document frequency of each term.
    pub(super) rarity: Vec<f32>,
}

impl Vocabulary {
    /// Returns the known terms of a bag with their weights, `(1 + ln count) · rarity`, scaled
    /// to unit length.
    pub(super) fn weigh(&self, bag: &Bag) -> Vec<(u32, f32)> {
        let mut weighed: Vec<(u32, f32)> = bag
            .iter()
            .filter_map(|(hash, count)| {
                let place = self.terms.binary_search(hash).ok()?;
                Some((place as u32, (1.0 + count.max(1.0).ln()) * self.rarity[place]))
            })
            .collect();
        let length = weighed.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
        weighed.iter_mut().for_each(|(_, weight)| *weight /= length.max(f32::MIN_POSITIVE));
        weighed
    }
}

impl LatentModel {
    /// Makes a model of a vocabulary and the vectors of its terms.
    pub(super) fn new(vocabulary: Vocabulary, dimensions: usize, vectors: impl Iterator<Item = Vec<f32>>) -> Self {
        let mut scales = Vec::with_capacity(vocabulary.terms.len());
        let mut weights = Vec::with_capacity(vocabulary.terms.len() * dimensions);
        for vector in vectors {
            let largest = vector.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
            let scale = largest.max(f32::MIN_POSITIVE) / 127.0;
            scales.push(scale);
            weights.extend(vector.iter().map(|value| (value / scale).round() as i8));
        }
        let mut model =
            Self { version: String::new(), dimensions, vocabulary, scales, weights, bags: BagMaker::default() };
        model.version = Sha256Digest::of(&model.to_bytes()).to_hex()[..16].to_owned();
        model
    }

    /// Writes the model into a folder, under its version.
    ///
    /// # Errors
    /// Fails where the folder cannot be written.
    pub(in crate::search) fn save(&self, folder: &Path) -> std::io::Result<()> {
        write_checked(&path(folder, &self.version), self.to_bytes())
    }

    /// Reads the model of a version; `None` where it is missing or damaged.
    pub(in crate::search) fn load(folder: &Path, version: &str) -> Option<Self> {
        let bytes = read_checked(&path(folder, version))?;
        let mut reader = FileReader::new(&bytes, MAGIC)?;
        let dimensions = usize::try_from(reader.u64()?).ok()?;
        let term_count = usize::try_from(reader.u64()?).ok()?;
        let vocabulary = Vocabulary { terms: reader.u64s(term_count)?, rarity: reader.f32s(term_count)? };
        let scales = reader.f32s(term_count)?;
        let weights = reader.i8s(term_count.checked_mul(dimensions)?)?;
        Some(Self { version: version.to_owned(), dimensions, vocabulary, scales, weights, bags: BagMaker::default() })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut writer = FileWriter::new(MAGIC);
        writer.u64(self.dimensions as u64);
        writer.u64(self.vocabulary.terms.len() as u64);
        writer.u64s(&self.vocabulary.terms);
        writer.f32s(&self.vocabulary.rarity);
        writer.f32s(&self.scales);
        writer.i8s(&self.weights);
        writer.finish()
    }

    /// Adds up the vectors of the terms of a bag.
    pub(super) fn fold_in(&self, bag: &Bag) -> Option<Vec<f32>> {
        let mut vector = vec![0.0; self.dimensions];
        for (place, weight) in self.vocabulary.weigh(bag) {
            let place = place as usize;
            let factor = weight * self.scales[place];
            let row = &self.weights[place * self.dimensions..(place + 1) * self.dimensions];
            for (sum, value) in vector.iter_mut().zip(row) {
                *sum += factor * f32::from(*value);
            }
        }
        vector.iter().any(|value| *value != 0.0).then_some(vector)
    }
}

impl Embedder for LatentModel {
    fn name(&self) -> &str {
        "builtin"
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn fusion_weight(&self) -> f64 {
        FUSION_WEIGHT
    }

    fn embed_query(&self, query: &str) -> Option<Vec<f32>> {
        self.fold_in(&self.bags.of_query(query))
    }

    fn embed_document(&self, document: &DocumentText) -> Option<Vec<f32>> {
        self.fold_in(&self.bags.of_document(document))
    }
}

fn path(folder: &Path, version: &str) -> std::path::PathBuf {
    folder.join(format!("model-{version}.bin"))
}
