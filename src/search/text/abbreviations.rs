//! Abbreviations of the field with their long forms, learnt from the corpus.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Analyzer, TermRole, is_function_word};

/// What `index/abbreviations/learn.py` writes: abbreviation, long form, repositories.
const TABLE: &str = include_str!("../../../index/abbreviations/abbreviations.tsv");

/// An abbreviation with one of its long forms.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::search) struct Abbreviation {
    /// The stem of the abbreviation; one, so that it can be compared with one.
    pub(in crate::search) short: [String; 1],
    /// The stems of the long form without function words, in order.
    pub(in crate::search) long: Vec<String>,
    /// Of the repositories that say what the abbreviation means, the share that mean this.
    pub(in crate::search) share: f32,
}

/// The abbreviations that are known.
#[derive(Debug)]
pub(in crate::search) struct Abbreviations {
    all: Vec<Abbreviation>,
    /// Where a stem is the abbreviation, or the first of the long form.
    by_stem: HashMap<String, Vec<usize>>,
}

/// A line that is not of the form of the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the abbreviations is not an abbreviation, a long form and a number: `{text}`")]
struct TableError {
    line: usize,
    text: String,
}

impl Abbreviations {
    /// Returns the table that ships with the program.
    pub(in crate::search) fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Abbreviations> = LazyLock::new(|| {
            Abbreviations::parse(TABLE).expect("the table is checked in, and a test reads every line of it")
        });
        &BUILTIN
    }

    /// Returns the pairs whose abbreviation, or whose long form's first word, has this stem.
    pub(in crate::search) fn starting_with(&self, stem: &str) -> impl Iterator<Item = &Abbreviation> {
        self.by_stem.get(stem).into_iter().flatten().map(|place| &self.all[*place])
    }

    fn parse(table: &str) -> Result<Self, TableError> {
        let mut analyzer = Analyzer::new();
        let mut all = Vec::new();
        for (line, text) in (1..).zip(table.lines()) {
            let wrong = || TableError { line, text: text.to_owned() };
            let mut columns = text.split('\t');
            let columns = (columns.next(), columns.next(), columns.next(), columns.next());
            let (Some(short), Some(long), Some(repositories), None) = columns else { return Err(wrong()) };
            let repositories: u16 = repositories.parse().map_err(|_| wrong())?;
            let short: [String; 1] = stems(&mut analyzer, short).try_into().map_err(|_| wrong())?;
            let long = stems(&mut analyzer, long);
            if repositories == 0 || long.is_empty() || long.len() > 6 {
                return Err(wrong());
            }
            all.push(Abbreviation { short, long, share: f32::from(repositories) });
        }
        let mut total: HashMap<String, f32> = HashMap::new();
        let mut by_stem: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, pair) in all.iter().enumerate() {
            *total.entry(pair.short[0].clone()).or_default() += pair.share;
            by_stem.entry(pair.short[0].clone()).or_default().push(place);
            if pair.long[0] != pair.short[0] {
                by_stem.entry(pair.long[0].clone()).or_default().push(place);
            }
        }
        all.iter_mut().for_each(|pair| pair.share /= total[&pair.short[0]]);
        Ok(Self { all, by_stem })
    }
}

/// Returns the stems of some words as a query has them.
fn stems(analyzer: &mut Analyzer, words: &str) -> Vec<String> {
    let mut stems = Vec::new();
    analyzer.for_each_term(words, |term| {
        if term.role != TermRole::Whole && !is_function_word(term.word) {
            stems.push(term.stem.to_owned());
        }
    });
    stems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::text::is_request_word;

    #[test]
    fn every_line_of_the_table_is_stemmed_as_the_index_stems() {
        let table = Abbreviations::parse(TABLE).expect("the table is of its form");
        assert!(table.all.len() > 50, "{}", table.all.len());
        let lines: Vec<&str> = TABLE.lines().collect();
        assert!(lines.is_sorted(), "a table that is sorted can be compared");
        for (pair, line) in table.all.iter().zip(lines) {
            assert_ne!(pair.short[..], pair.long[..], "{line}");
            assert!(0.0 < pair.share && pair.share <= 1.0, "{line}");
            let words = line.split(['\t', ' ']);
            assert!(words.into_iter().all(|word| is_function_word(word) || !is_request_word(word)), "{line}");
            for stem in pair.short.iter().chain(&pair.long) {
                let mut found = Vec::new();
                for stemmed in line.split(['\t', ' ']) {
                    Analyzer::new().for_each_term(stemmed, |term| found.push(term.stem.to_owned()));
                }
                assert!(found.contains(stem), "{line}: {stem}");
            }
        }
    }

    #[test]
    fn what_an_abbreviation_means_is_shared_out() {
        let table = Abbreviations::parse("pr\tpublic relations\t1\npr\tpull request\t3\n").expect("a table");
        let found: Vec<(String, f32)> =
            table.starting_with("pr").map(|pair| (pair.long.join(" "), pair.share)).collect();
        assert_eq!(found, [("public relat".to_owned(), 0.25), ("pull request".to_owned(), 0.75)]);
        assert_eq!(table.starting_with("pull").count(), 1);
        assert_eq!(table.starting_with("request").count(), 0);
    }

    #[test]
    fn what_is_no_pair_is_told() {
        for table in ["pr", "pr\tpull request", "p r\tpull request\t3", "pr\t\t3", "pr\tpull request\t0", "pr\tx\t3\t4"]
        {
            let error = Abbreviations::parse(table).expect_err(table).to_string();
            assert!(error.starts_with("line 1 "), "{error}");
        }
    }
}
