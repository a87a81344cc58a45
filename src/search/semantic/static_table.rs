//! The built-in embedder: a table with a vector for each word, trained for skills.
//!
//! A text is embedded by adding up the vectors of its words, as word embeddings are where they
//! are trained for search (L. Wu et al.: *StarSpace*, AAAI 2018; S. Tulkens, T. van Dongen:
//! *Model2Vec*, 2024). Queries and documents share the vectors; what a word counts is learnt for
//! each side, so that the few words of a long request that matter outweigh the others. The table
//! is made by `index/encoder/train/`; `index/encoder/README.md` is its card.

use std::sync::LazyLock;

use super::bag::{Bag, BagMaker};
use super::{DocumentText, Embedder};

/// What the table file begins with.
const MAGIC: &[u8; 8] = b"tmenc\0\0\x01";
/// The file, which is part of the program.
static FILE: &[u8] = include_bytes!("../../../index/encoder/skills.table");

/// BM25's constants (S. Robertson, H. Zaragoza: *The probabilistic relevance framework*, 2009),
/// by which a count is held back and long documents are; training uses the same.
const K1: f32 = 1.2;
const B: f32 = 0.75;

/// How much the cosine counts where the best score of full text counts 1: chosen on the
/// development half, where it changes little between 0.1 and 0.5 (docs/relevance.md).
const FUSION_WEIGHT: f64 = 0.3;

/// One vector for each word of a vocabulary.
pub(in crate::search) struct StaticTable {
    version: String,
    dimensions: usize,
    average_length: f32,
    /// Hashes of the terms, eight bytes each, in ascending order.
    terms: &'static [u8],
    /// What a unit of a vector is worth, for each term; four bytes each, as the two below.
    scales: &'static [u8],
    /// What a term counts in a query.
    query_weights: &'static [u8],
    /// What a term counts in a document.
    document_weights: &'static [u8],
    /// The vectors, one after the other, a signed byte for each dimension.
    vectors: &'static [u8],
    bags: BagMaker,
}

impl StaticTable {
    /// Returns the table of this program.
    pub(in crate::search) fn builtin() -> std::sync::Arc<Self> {
        static TABLE: LazyLock<std::sync::Arc<StaticTable>> = LazyLock::new(|| {
            std::sync::Arc::new(StaticTable::parse(FILE).expect("the table was checked when it was built in"))
        });
        std::sync::Arc::clone(&TABLE)
    }

    /// Reads a table; `None` where it is not one. The file: a mark of 8 bytes, the first 8 bytes
    /// of the SHA-256 of what follows, the dimensions and the number of terms (`u32`), the average
    /// length of a document (`f32`), and the five columns above. Everything is little endian.
    fn parse(file: &'static [u8]) -> Option<Self> {
        let (magic, rest) = file.split_at_checked(MAGIC.len())?;
        let (digest, rest) = rest.split_at_checked(8)?;
        let (head, rest) = rest.split_at_checked(12)?;
        let number = |at: usize| Some(u32::from_le_bytes(head.get(at..at + 4)?.try_into().ok()?));
        let (dimensions, count) = (number(0)? as usize, number(4)? as usize);
        let (terms, rest) = rest.split_at_checked(count.checked_mul(8)?)?;
        let (scales, rest) = rest.split_at_checked(count * 4)?;
        let (query_weights, rest) = rest.split_at_checked(count * 4)?;
        let (document_weights, vectors) = rest.split_at_checked(count * 4)?;
        let is_whole = magic == MAGIC && vectors.len() == count.checked_mul(dimensions)?;
        is_whole.then(|| Self {
            version: hex::encode(digest),
            dimensions,
            average_length: f32::from_bits(number(8).unwrap_or_default()),
            terms,
            scales,
            query_weights,
            document_weights,
            vectors,
            bags: BagMaker::default(),
        })
    }

    /// Returns the place of a term; the hashes are in order.
    fn place(&self, hash: u64) -> Option<usize> {
        let (terms, _) = self.terms.as_chunks::<8>();
        terms.binary_search_by_key(&hash, |bytes| u64::from_le_bytes(*bytes)).ok()
    }

    /// Adds up the vectors of the terms of a bag, each as often as `weight` of its place and
    /// count says.
    fn sum(&self, bag: &Bag, weight: impl Fn(usize, f32) -> f32) -> Option<Vec<f32>> {
        let mut sum = vec![0.0; self.dimensions];
        let mut is_known = false;
        for (hash, count) in bag {
            let Some(place) = self.place(*hash) else { continue };
            is_known = true;
            let factor = weight(place, *count) * float(self.scales, place);
            let vector = &self.vectors[place * self.dimensions..(place + 1) * self.dimensions];
            for (sum, value) in sum.iter_mut().zip(vector) {
                *sum += factor * f32::from(i8::from_le_bytes([*value]));
            }
        }
        is_known.then_some(sum)
    }
}

fn float(column: &[u8], place: usize) -> f32 {
    column.as_chunks::<4>().0.get(place).map_or(0.0, |bytes| f32::from_le_bytes(*bytes))
}

impl Embedder for StaticTable {
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
        self.sum(&self.bags.of_query(query), |place, _| float(self.query_weights, place))
    }

    fn embed_document(&self, document: &DocumentText) -> Option<Vec<f32>> {
        let bag = self.bags.of_document(document);
        let length: f32 = bag.iter().map(|(_, count)| count).sum();
        let held_back = K1 * (1.0 - B + B * length / self.average_length.max(1.0));
        self.sum(&bag, |place, count| count / (count + held_back) * float(self.document_weights, place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skill::Sha256Digest;

    fn cosine(left: &[f32], right: &[f32]) -> f32 {
        let dot = |left: &[f32], right: &[f32]| left.iter().zip(right).map(|(left, right)| left * right).sum::<f32>();
        dot(left, right) / (dot(left, left) * dot(right, right)).sqrt()
    }

    #[test]
    fn the_file_is_what_its_version_says() {
        let table = StaticTable::builtin();
        assert_eq!(hex::encode(&Sha256Digest::of(&FILE[16..]).as_bytes()[..8]), table.version());
        assert!(FILE.len() <= 20 * 1024 * 1024);
        let (terms, _) = table.terms.as_chunks::<8>();
        assert!(terms.windows(2).all(|pair| u64::from_le_bytes(pair[0]) < u64::from_le_bytes(pair[1])));
    }

    #[test]
    fn what_is_not_a_table_is_refused() {
        for file in [&b""[..], b"tmenc\0\0\x01", b"tmlsa\0\0\x01 and then something else entirely", &FILE[..1000]] {
            assert!(StaticTable::parse(file.to_vec().leak()).is_none());
        }
    }

    #[test]
    fn other_words_of_the_same_thing_are_nearer_than_words_of_another() {
        let table = StaticTable::builtin();
        let document = |name: &str, description: &str| {
            let text = DocumentText::new(name, description, "", "");
            table.embed_document(&text).expect("the words are known")
        };
        for (query, near, far) in [
            (
                "ship my containers to k8s",
                ("kubernetes-deploy", "Deploy applications to a cluster"),
                ("invoice-writer", "Write invoices for clients"),
            ),
            (
                "turn this recording into text",
                ("transcriber", "Transcribe audio and speech"),
                ("garden", "Plan a vegetable garden"),
            ),
            ("帮我写测试用例", ("测试用例设计", "设计功能测试用例"), ("weather", "Weather forecasts for a city")),
        ] {
            let query_vector = table.embed_query(query).expect("the words are known");
            let (near, far) = (document(near.0, near.1), document(far.0, far.1));
            assert!(cosine(&query_vector, &near) > cosine(&query_vector, &far) + 0.1, "{query}");
        }
    }

    #[test]
    fn unknown_words_and_none_have_no_vector() {
        let table = StaticTable::builtin();
        for query in ["", "   ", "qzxvwkj jjqqxz", "\0"] {
            assert!(table.embed_query(query).is_none(), "{query:?}");
        }
    }
}
