//! The room at its door: published digests, what the tools themselves computed, and what has
//! to hold of any files.

mod digests;
mod instructions;
mod orders;
mod properties;

use super::{FileMode, HashRecipe, RecipeFile};

/// A file in the rows of these tests: path, bytes, mode.
type Row = (&'static str, &'static [u8], FileMode);

/// Computes a digest and writes it as its tool does.
fn computed(recipe: HashRecipe, rows: &[Row]) -> String {
    let files: Vec<_> = rows.iter().map(|(path, bytes, mode)| RecipeFile::new(path, bytes, *mode)).collect();
    recipe.compute(&files).expect("the recipe says something of these files").to_string()
}
