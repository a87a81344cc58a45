//! The keys of a TOML document.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::step::Step;

/// Returns each key and table of a list with the byte at which it stands.
pub(super) fn keys(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    if let Ok(table) = DeTable::parse(text) {
        add_table(table.get_ref(), &Step::root(), &mut found);
    }
    found
}

fn add_table(table: &DeTable<'_>, step: &Step, found: &mut Vec<(String, usize)>) {
    for (name, value) in table {
        if step.is_told(found) {
            let below = step.name(name.get_ref());
            found.push((below.key.clone(), name.span().start));
            add_value(value, &below, found);
        }
    }
}

fn add_value(value: &Spanned<DeValue<'_>>, step: &Step, found: &mut Vec<(String, usize)>) {
    match value.get_ref() {
        DeValue::Table(table) => add_table(table, step, found),
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if step.is_told(found) {
                    let below = step.item(index);
                    found.push((below.key.clone(), item.span().start));
                    add_value(item, &below, found);
                }
            }
        }
        _ => {}
    }
}
