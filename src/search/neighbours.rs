//! The records that are nearest to a query: scanned exactly while they are few, looked up in a
//! graph when they are many.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rayon::prelude::*;
use tantivy::Searcher;

use super::lexical::Row;
use super::semantic::{QuantisedVector, VectorGraph};
use super::table::SegmentTable;

/// Vectors from which a graph is kept. A scan takes about 9 ns a vector of 256 bytes on one core
/// with AVX2 and 21 ns without, so 1 to 2 milliseconds for so many; the graph takes 1.8, and
/// grows with the logarithm of their number. Below, the scan is as fast, exact, needs no file,
/// and nothing has to be built for it.
pub(super) const GRAPH_VECTORS: usize = 100_000;
/// Vectors that may be outside of the graph, and are scanned, before they are added to it.
pub(super) const TAIL_VECTORS: usize = 10_000;
/// Rows that are looked at to estimate how many a filter lets through.
const SAMPLE_ROWS: usize = 1_024;
/// Below this share of wanted rows the graph is left alone: it would be walked from end to end
/// to fill the list, while reading the rows and scanning the wanted ones is a straight pass.
const GRAPH_SHARE_LEAST: f64 = 1.0 / 16.0;
/// Rows that one thread scans at a time.
const PARALLEL_ROWS: usize = 65_536;

/// A segment and a row in it.
type Place = (u32, u32);

/// A graph with the rows that its fingerprints stand for in one state of the index.
pub(super) struct Neighbours {
    pub(super) graph: Arc<VectorGraph>,
    /// The first row of each fingerprint that is alive and in the graph.
    places: HashMap<u64, Place>,
    /// Further rows with the same text.
    copies: HashMap<u64, Vec<Place>>,
    /// Rows with a vector that the graph does not hold yet.
    pub(super) tail: Vec<Place>,
}

impl Neighbours {
    /// Finds the rows of a graph.
    pub(super) fn new(graph: Arc<VectorGraph>, searcher: &Searcher, tables: &[Arc<SegmentTable>]) -> Self {
        let mut neighbours = Self { graph, places: HashMap::new(), copies: HashMap::new(), tail: Vec::new() };
        for ((segment, table), ordinal) in searcher.segment_readers().iter().zip(tables).zip(0..) {
            let Some(vectors) = &table.vectors else { continue };
            for row in segment.doc_ids_alive().filter(|row| vectors.holds(*row as usize)) {
                let (fingerprint, place) = (table.rows[row as usize].fingerprint, (ordinal, row));
                if !neighbours.graph.contains(fingerprint) {
                    neighbours.tail.push(place);
                    continue;
                }
                match neighbours.places.entry(fingerprint) {
                    Entry::Vacant(entry) => {
                        entry.insert(place);
                    }
                    Entry::Occupied(_) => neighbours.copies.entry(fingerprint).or_default().push(place),
                }
            }
        }
        neighbours
    }

    /// Returns how many fingerprints of the graph stand for a row.
    pub(super) fn live_count(&self) -> usize {
        self.places.len()
    }

    /// Returns about the `limit` nearest of the wanted rows; `None` where the graph is not the
    /// way to find them.
    fn nearest(
        &self,
        tables: &[Arc<SegmentTable>],
        query: &QuantisedVector,
        limit: usize,
        least: f32,
        is_wanted: &(impl Fn(Place, &Row) -> bool + Sync),
    ) -> Option<Vec<(Row, f32)>> {
        let row = |place: Place| &tables[place.0 as usize].rows[place.1 as usize];
        let is_asked_for = |place: &Place| is_wanted(*place, row(*place));
        if share(tables, is_wanted) < GRAPH_SHARE_LEAST {
            return None;
        }
        let places = |fingerprint: u64| {
            self.places.get(&fingerprint).into_iter().chain(self.copies.get(&fingerprint).into_iter().flatten())
        };
        let found = self.graph.nearest(query, limit, |fingerprint| places(fingerprint).any(is_asked_for))?;
        let found = found.into_iter().flat_map(places).chain(&self.tail).filter(|place| is_asked_for(place));
        Some(best(found.filter_map(|place| cosine(tables, query, *place)).collect(), limit, least))
    }
}

/// Returns the `limit` rows that are nearest to a query and at least `least` near, of those that
/// are wanted and not deleted: what is not wanted takes nobody's place.
pub(super) fn nearest(
    searcher: &Searcher,
    tables: &[Arc<SegmentTable>],
    neighbours: Option<&Neighbours>,
    query: &QuantisedVector,
    limit: usize,
    least: f32,
    is_wanted: impl Fn(&Row) -> bool + Sync,
) -> Vec<(Row, f32)> {
    let segments = searcher.segment_readers();
    let is_alive_and_wanted =
        |place: Place, row: &Row| !segments[place.0 as usize].is_deleted(place.1) && is_wanted(row);
    if let Some(neighbours) = neighbours {
        return neighbours
            .nearest(tables, query, limit, least, &is_alive_and_wanted)
            .unwrap_or_else(|| scan_wanted(tables, query, limit, least, &is_alive_and_wanted));
    }
    let mut found = Vec::new();
    for (table, ordinal) in tables.iter().zip(0..) {
        let Some(vectors) = &table.vectors else { continue };
        let nearest =
            vectors.nearest(query, limit, least, |row| is_alive_and_wanted((ordinal, row as u32), &table.rows[row]));
        found.extend(nearest.into_iter().map(|(row, cosine)| (table.rows[row], cosine)));
    }
    found
}

/// Estimates which part of the rows is wanted.
fn share(tables: &[Arc<SegmentTable>], is_wanted: &impl Fn(Place, &Row) -> bool) -> f64 {
    let row_count: usize = tables.iter().map(|table| table.rows.len()).sum();
    let step = row_count.div_ceil(SAMPLE_ROWS).max(1);
    let (mut seen, mut wanted) = (0_u32, 0_u32);
    for (table, ordinal) in tables.iter().zip(0..) {
        for (place, row) in table.rows.iter().enumerate().step_by(step) {
            seen += 1;
            wanted += u32::from(is_wanted((ordinal, place as u32), row));
        }
    }
    f64::from(wanted) / f64::from(seen.max(1))
}

/// Asks first which rows are wanted, since hardly any is.
fn scan_wanted(
    tables: &[Arc<SegmentTable>],
    query: &QuantisedVector,
    limit: usize,
    least: f32,
    is_wanted: &(impl Fn(Place, &Row) -> bool + Sync),
) -> Vec<(Row, f32)> {
    let mut found = Vec::new();
    for (table, ordinal) in tables.iter().zip(0_u32..) {
        let rows = table.rows.par_iter().enumerate().with_min_len(PARALLEL_ROWS);
        found.par_extend(rows.filter_map(|(place, row)| {
            let place = (ordinal, place as u32);
            is_wanted(place, row).then(|| cosine(tables, query, place)).flatten()
        }));
    }
    best(found, limit, least)
}

fn cosine(tables: &[Arc<SegmentTable>], query: &QuantisedVector, place: Place) -> Option<(Row, f32)> {
    let (table, row) = (&tables[place.0 as usize], place.1 as usize);
    Some((table.rows[row], table.vectors.as_ref()?.cosine(query, row)))
}

fn best(mut found: Vec<(Row, f32)>, limit: usize, least: f32) -> Vec<(Row, f32)> {
    found.retain(|(_, cosine)| *cosine > least);
    found.sort_unstable_by(|left, right| right.1.total_cmp(&left.1).then(left.0.skill_id.cmp(&right.0.skill_id)));
    found.truncate(limit);
    found
}
