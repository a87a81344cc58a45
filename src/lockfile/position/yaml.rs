//! The keys of a YAML document.

use serde_saphyr::granit_parser::{Event, Parser};

use super::step::{DEPTH, Step};

/// A collection that is open.
enum Open {
    List {
        step: Step,
        next: usize,
    },
    /// With the key whose value is next, if one is.
    Map {
        step: Step,
        key: Option<Step>,
    },
}

/// Returns each key and item with the byte at which it stands, up to where the text is no YAML.
pub(super) fn keys(text: &str) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize)> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        let Some(at) = span.start.byte_offset() else { break };
        match &event {
            Event::MappingEnd | Event::SequenceEnd => {
                open.pop();
                continue;
            }
            Event::Scalar(..) | Event::MappingStart(..) | Event::SequenceStart(..) | Event::Alias(..) => {}
            _ => continue,
        }
        let step = match open.last_mut() {
            None => Step::root(),
            Some(Open::List { step, next }) => {
                let below = step.item(*next);
                *next += 1;
                if step.is_told(&found) {
                    found.push((below.key.clone(), at));
                }
                below
            }
            Some(Open::Map { step, key }) => match (key.take(), &event) {
                (Some(below), _) => below,
                (None, Event::Scalar(name, ..)) => {
                    let below = step.name(name);
                    if step.is_told(&found) {
                        found.push((below.key.clone(), at));
                    }
                    *key = Some(below);
                    continue;
                }
                // A key that is no text is none that is looked for.
                (None, _) => {
                    *key = Some(Step::untold());
                    Step::untold()
                }
            },
        };
        // Names of a deep value are not put together: it would take the square of its depth.
        let step = if step.depth > DEPTH { Step::untold() } else { step };
        match event {
            Event::MappingStart(..) => open.push(Open::Map { step, key: None }),
            Event::SequenceStart(..) => open.push(Open::List { step, next: 0 }),
            _ => {}
        }
    }
    found
}
