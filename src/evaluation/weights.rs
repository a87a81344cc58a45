//! Weights of a ranking that is tried out.

use std::fs;
use std::path::Path;

use super::EvaluationError;
use crate::rank::RankingWeights;

/// Reads weights from a TOML file; those that it does not name are as users get them.
///
/// # Errors
/// Fails where the file cannot be read or is not of this form, and where a weight is no finite
/// number from 0.
pub fn read_weights(path: &Path) -> Result<RankingWeights, EvaluationError> {
    let file = || path.display().to_string();
    let text = fs::read_to_string(path).map_err(|source| EvaluationError::Read { file: file(), source })?;
    let refused = |reason: String| EvaluationError::Weights { file: file(), reason };
    let weights: RankingWeights = toml::from_str(&text).map_err(|error| refused(error.message().to_owned()))?;
    let RankingWeights {
        name,
        lead,
        text,
        repository,
        files,
        part,
        synonym,
        near,
        text_terms: _,
        common_share,
        meaning,
    } = weights;
    let numbers = [name, lead, text, repository, files, part, synonym, near].map(f64::from).into_iter();
    match numbers.chain([common_share, meaning.unwrap_or(0.0)]).find(|weight| !weight.is_finite() || *weight < 0.0) {
        Some(weight) => Err(refused(format!("a weight is a number from 0, not {weight}"))),
        None => Ok(weights),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_names_is_taken_and_what_it_misnames_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("weights.toml");
        let default = RankingWeights::default();
        let rows = [
            ("", Ok(default)),
            ("name = 0.75\nmeaning = 0.2", Ok(RankingWeights { name: 0.75, meaning: Some(0.2), ..default })),
            ("names = 1.0", Err("unknown field `names`")),
            ("text = -1.0", Err("a weight is a number from 0, not -1")),
            ("text = nan", Err("a weight is a number from 0, not NaN")),
            ("text = ", Err("")),
        ];
        for (text, expected) in rows {
            fs::write(&path, text).expect("a file");
            match (read_weights(&path), expected) {
                (Ok(weights), Ok(expected)) => assert_eq!(weights, expected, "{text}"),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{text}: {error}"),
                (weights, _) => panic!("{text}: {weights:?}"),
            }
        }
        assert!(read_weights(&folder.path().join("none.toml")).is_err());
    }
}
