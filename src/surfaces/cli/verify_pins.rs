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
use crate::api::{BatchAnswer, Problem, VerifyRequest, VerifyResponse};
use crate::operations::{ReadPin, read_pins};

/// Bytes of a file of pins at most: a hundred thousand of them.
const PINS_BYTES: u64 = 64 * 1024 * 1024;

/// Verifies every pin of a file; the worst decides how the command ends.
pub(super) async fn run(global: &Global, path: &Path, output: &Output) -> Result<Outcome, Failure> {
    let pins = read(path)?;
    let answers = ask(global, &pins).await?;
    if output.json {
        output.pretty(&json!({ "results": answers }).to_string())?;
    }
    let held: Vec<Value> = pins.into_iter().map(Result::unwrap_or_default).collect();
    let standings: Vec<Option<Standing>> =
        held.iter().zip(&answers).map(|(pin, answer)| standing(pin, answer)).collect();
    if !output.json {
        let rows: Vec<Vec<Cell>> = held
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

/// What a file holds of one skill: its pin, or why there is none.
type FilePin = Result<Value, String>;

/// Asks about every pin; what is none is answered here, in its place.
async fn ask(global: &Global, pins: &[FilePin]) -> Result<Vec<BatchAnswer>, Failure> {
    let asked: Vec<Value> = pins.iter().filter_map(|pin| pin.as_ref().ok()).cloned().collect();
    let answers = if asked.is_empty() { Vec::new() } else { Backend::open(global).await?.verify_batch(&asked).await? };
    let mut answers = answers.into_iter();
    let answer = |pin: &FilePin| match pin {
        Ok(_) => answers.next(),
        Err(reason) => Some(BatchAnswer::Error(Problem::invalid_request(reason.as_str()).envelope())),
    };
    Ok(pins.iter().filter_map(answer).collect())
}

/// Reads how a pin stands; one that the service cannot read stands nowhere.
fn standing(pin: &Value, answer: &BatchAnswer) -> Option<Standing> {
    let text = |name: &str| pin[name].as_str().map(str::to_owned);
    let request = VerifyRequest { content_hash: text("content_hash"), source_url: text("source_url") };
    match answer {
        BatchAnswer::Hit(hit) => Some(Standing::of(&VerifyResponse::Hit(hit.clone()), &request, None)),
        BatchAnswer::Miss(miss) => Some(Standing::of(&VerifyResponse::Miss(miss.clone()), &request, None)),
        BatchAnswer::Error(_) => None,
    }
}

fn row(pin: &Value, answer: &BatchAnswer, standing: Option<Standing>) -> Vec<Cell> {
    let held = ["source_url", "content_hash"].into_iter().find_map(|name| pin[name].as_str()).unwrap_or_default();
    let (name, meaning) = match answer {
        BatchAnswer::Hit(hit) => (hit.skill.name.as_str(), standing.map_or("", Standing::meaning)),
        BatchAnswer::Miss(_) => (held, standing.map_or("", Standing::meaning)),
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

fn read(path: &Path) -> Result<Vec<FilePin>, Failure> {
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
    let pins = pins_in(&text).map_err(|reason| failure(line(&reason, 500)))?;
    if pins.is_empty() { Err(failure("there are none".to_owned())) } else { Ok(pins) }
}

/// Takes the pins out of what holds them: a `touchmark.lock`, an answer of `inspect`, a list.
fn pins_in(text: &str) -> Result<Vec<FilePin>, String> {
    let values = parse(text).map_err(|error| error.to_string())?;
    if let [Value::Object(file)] = values.as_slice()
        && file.contains_key("skills")
    {
        // Only the bytes say whether a name stands there twice.
        let pins = read_pins(text.as_bytes()).map_err(|error| error.to_string())?;
        let value = |pin: ReadPin| {
            let pin = pin.map_err(|error| error.to_string())?;
            serde_json::to_value(pin).map_err(|error| error.to_string())
        };
        return Ok(pins.into_iter().map(value).collect());
    }
    let inner = |mut value: Value| value.get_mut("pin").filter(|pin| pin.is_object()).map(Value::take).unwrap_or(value);
    Ok(values.into_iter().map(|value| Ok(inner(value))).collect())
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

    const HASH: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    fn hashes(text: &str) -> Vec<Result<String, String>> {
        let hash = |pin: Value| pin["content_hash"].as_str().unwrap_or_default().to_owned();
        pins_in(text).expect("pins").into_iter().map(|pin| pin.map(hash)).collect()
    }

    /// An entry of a lockfile.
    fn entry() -> String {
        format!(
            r#"{{"path":"p","root_digest":"{HASH}","pin":{{"content_hash":"{HASH}","source_url":"https://github.com/o/r",
                "skill_id":"550e8400-e29b-41d4-a716-446655440000","commit_sha":null,"verdict":"safe","audited_at":null}}}}"#
        )
    }

    #[test]
    fn pins_are_read_from_whatever_holds_them() {
        let pin = format!(r#"{{"content_hash":"{HASH}"}}"#);
        let rows = [
            pin.clone(),
            format!("[{pin}]"),
            format!(r#"{{"name":"n","pin":{pin},"content":"..."}}"#),
            format!(r#"{{"version":1,"skills":{{"n":{}}}}}"#, entry()),
        ];
        for text in rows {
            assert_eq!(hashes(&text), [Ok(HASH.to_owned())], "{text}");
        }
    }

    #[test]
    fn an_entry_that_is_no_pin_is_an_error_in_its_place() {
        let entry = entry();
        for (skills, expected) in [
            (format!(r#""a":{{"path":"p","root_digest":"{HASH}"}},"b":{entry}"#), "`skills.a.pin` is missing"),
            (format!(r#""a":{entry},"a":{entry},"b":{entry}"#), "`skills.a` occurs twice"),
            (format!(r#""a":1,"b":{entry}"#), "`skills.a` "),
        ] {
            let read = hashes(&format!(r#"{{"version":1,"skills":{{{skills}}}}}"#));
            assert_eq!((read.len(), &read[1]), (2, &Ok(HASH.to_owned())), "{skills}");
            assert!(read[0].as_ref().is_err_and(|error| error.starts_with(expected)), "{read:?}");
        }
        for text in [r#"{"version":2,"skills":{}}"#, r#"{"skills":{}}"#] {
            assert!(pins_in(text).is_err_and(|error| error.contains("`version`")), "{text}");
        }
    }
}
