//! `touchmark verify --pins`: many at once.

use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};

use super::arguments::Global;
use super::backend::Backend;
use super::exit::Outcome;
use super::failure::Failure;
use super::output::Output;
use super::paint::{self, line};
use super::standing::Standing;
use super::table::{Cell, lay_out};
use crate::api::{BatchAnswer, VerifyRequest, VerifyResponse};

/// Bytes of a file of pins at most: a hundred thousand of them.
const PINS_BYTES: u64 = 64 * 1024 * 1024;

/// Verifies every pin of a file; the worst decides how the command ends.
pub(super) async fn run(global: &Global, path: &Path, output: &Output) -> Result<Outcome, Failure> {
    let pins = read(path)?;
    let answers = Backend::open(global).await?.verify_batch(&pins).await?;
    if output.json {
        output.pretty(&json!({ "results": answers }).to_string())?;
    }
    let standings: Vec<Option<Standing>> =
        pins.iter().zip(&answers).map(|(pin, answer)| standing(pin, answer)).collect();
    if !output.json {
        let rows: Vec<Vec<Cell>> = pins
            .iter()
            .zip(&answers)
            .zip(&standings)
            .map(|((pin, answer), standing)| row(pin, answer, *standing))
            .collect();
        output.text(&format!("{}\n", lay_out(&rows, &[8, 40], output.width).join("\n")))?;
    }
    let is_good = standings.iter().all(|standing| standing.is_some_and(Standing::is_good));
    let is_read = standings.iter().all(Option::is_some);
    Ok(match (is_read, is_good) {
        (false, _) => Outcome::Failed,
        (true, false) => Outcome::Refused,
        (true, true) => Outcome::Done,
    })
}

/// Reads how a pin stands; one that the service cannot read stands nowhere.
fn standing(pin: &Value, answer: &BatchAnswer) -> Option<Standing> {
    let text = |name: &str| pin[name].as_str().map(str::to_owned);
    let request = VerifyRequest { content_hash: text("content_hash"), source_url: text("source_url") };
    match answer {
        BatchAnswer::Hit(hit) => Some(Standing::of(&VerifyResponse::Hit(hit.clone()), &request, None)),
        BatchAnswer::Miss(_) => Some(Standing::Unknown),
        BatchAnswer::Error(_) => None,
    }
}

fn row(pin: &Value, answer: &BatchAnswer, standing: Option<Standing>) -> Vec<Cell> {
    let held = ["source_url", "content_hash"].into_iter().find_map(|name| pin[name].as_str()).unwrap_or_default();
    let (name, meaning) = match answer {
        BatchAnswer::Hit(hit) => (hit.skill.name.as_str(), standing.map_or("", Standing::meaning)),
        BatchAnswer::Miss(_) => (held, Standing::Unknown.meaning()),
        BatchAnswer::Error(envelope) => (held, envelope.error.message.as_str()),
    };
    let style = match standing {
        Some(standing) if standing.is_good() => paint::GOOD,
        _ => paint::BAD,
    };
    vec![
        Cell::new(standing.map_or("error", Standing::word), style),
        Cell::new(line(name, 200), paint::STRONG),
        Cell::plain(line(meaning, 1_000)),
    ]
}

fn read(path: &Path) -> Result<Vec<Value>, Failure> {
    let failure = |reason: String| Failure::Pins { path: line(&path.display().to_string(), 300), reason };
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(PINS_BYTES).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(PINS_BYTES).read_to_string(&mut text))
    };
    read.map_err(|error| failure(error.to_string()))?;
    if text.len() as u64 >= PINS_BYTES {
        return Err(failure(format!("it has more than {PINS_BYTES} bytes")));
    }
    let values = parse(&text).map_err(|error| failure(error.to_string()))?;
    let pins: Vec<Value> = values.into_iter().flat_map(pins_in).collect();
    if pins.is_empty() { Err(failure("there are none".to_owned())) } else { Ok(pins) }
}

/// Takes the pins out of what holds them: an answer of `inspect`, or a `touchmark.lock`.
fn pins_in(mut value: Value) -> Vec<Value> {
    if let Some(pin) = value.get_mut("pin").filter(|pin| pin.is_object()) {
        return vec![pin.take()];
    }
    match value.get_mut("skills").and_then(Value::as_object_mut) {
        Some(skills) => skills.values_mut().filter_map(|skill| skill.get_mut("pin").map(Value::take)).collect(),
        None => vec![value],
    }
}

/// Reads a list, or values one after the other.
fn parse(text: &str) -> Result<Vec<Value>, serde_json::Error> {
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(text);
    }
    serde_json::Deserializer::from_str(text).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_read_from_whatever_holds_them() {
        let pin = r#"{"content_hash":"x"}"#;
        let rows = [
            pin.to_owned(),
            format!("[{pin}]"),
            format!(r#"{{"name":"n","pin":{pin},"content":"..."}}"#),
            format!(r#"{{"version":1,"skills":{{"n":{{"path":"p","pin":{pin}}}}}}}"#),
        ];
        for text in rows {
            let pins: Vec<Value> = parse(&text).expect("JSON").into_iter().flat_map(pins_in).collect();
            assert_eq!(pins, [json!({ "content_hash": "x" })], "{text}");
        }
    }
}
