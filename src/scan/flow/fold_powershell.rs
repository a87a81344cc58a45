//! What operators of PowerShell and functions of .NET give for constants.

use super::constant::{Constant, unescape};
use super::fold::{element, format, number};

/// Elements of a range.
const RANGE: i64 = 4_096;
/// Bytes of the automaton of one pattern.
const PATTERN_BYTES: usize = 64 * 1024;

/// Returns what a function gives for its arguments, where they are known.
pub(super) fn function(path: &str, arguments: &[Constant]) -> Option<Constant> {
    let first = arguments.first()?;
    let second = || arguments.get(1);
    match path {
        "powershell.range" => {
            let (start, end) = (number(Some(first))?, number(second())?);
            (start.checked_sub(end)?.unsigned_abs() < RANGE as u64).then_some(())?;
            let numbers: Vec<_> = if start <= end { (start..=end).collect() } else { (end..=start).rev().collect() };
            Constant::list(numbers.into_iter().map(Constant::Number).collect())
        }
        "powershell.pick" => match second()? {
            Constant::List(places) => {
                Constant::list(places.iter().map(|place| element(first, place)).collect::<Option<_>>()?)
            }
            place => element(first, place),
        },
        "powershell.replace" => {
            let (from, to) = match second()? {
                Constant::List(sides) => (sides.first()?.shown(), sides.get(1).map_or(String::new(), Constant::shown)),
                only => (only.shown(), String::new()),
            };
            let found =
                regex::RegexBuilder::new(&from).case_insensitive(true).size_limit(PATTERN_BYTES).build().ok()?;
            Constant::text(found.replace_all(first.as_text()?, to.as_str()))
        }
        "powershell.characters" => match first {
            Constant::List(elements) => Constant::list(elements.iter().map(character).collect::<Option<_>>()?),
            Constant::Text(text) => characters(text),
            Constant::Number(_) => character(first),
        },
        "powershell.number" => match first {
            Constant::Text(text) => {
                let text = text.trim();
                let parsed = match text.strip_prefix("0x") {
                    Some(digits) => i64::from_str_radix(digits, 16).ok(),
                    None => text.parse().ok(),
                };
                parsed.or_else(|| number(Some(first))).map(Constant::Number)
            }
            Constant::Number(_) => Some(first.clone()),
            Constant::List(_) => None,
        },
        "powershell.join" => match second()? {
            Constant::List(parts) => {
                Constant::text(parts.iter().map(Constant::shown).collect::<Vec<_>>().join(&first.shown()))
            }
            _ => Constant::text(arguments[1..].iter().map(Constant::shown).collect::<Vec<_>>().join(&first.shown())),
        },
        "powershell.concat" => Constant::text(arguments.iter().map(Constant::shown).collect::<String>()),
        "powershell.format" => format(first.as_text()?, &arguments[1..]),
        "powershell.reverse" => super::fold::reverse(first),
        "powershell.block" => Some(first.clone()),
        _ if path.ends_with(".powershell_text") => {
            if path.contains("unicode") {
                wide_text(first)
            } else {
                Constant::bytes(&first.to_bytes()?)
            }
        }
        _ => None,
    }
}

/// Returns the characters of a text.
pub(super) fn characters(text: &str) -> Option<Constant> {
    Constant::list(text.chars().filter_map(|character| Constant::text(character.to_string())).collect())
}

fn character(value: &Constant) -> Option<Constant> {
    let code = u32::try_from(number(Some(value))?).ok()?;
    Constant::text(char::from_u32(code)?.to_string())
}

/// Reads bytes as UTF-16, as PowerShell encodes a program that it is given.
pub(super) fn wide_text(value: &Constant) -> Option<Constant> {
    let bytes = value.to_bytes()?;
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    Constant::text(String::from_utf16(&units).ok()?)
}

/// Returns the program that `-EncodedCommand` holds.
pub(super) fn encoded_command(value: &Constant) -> Option<Constant> {
    let bytes = super::fold::decode_as("base64", value)?;
    let text = wide_text(&bytes)?;
    let is_plain = text.as_text().is_some_and(|text| text.chars().filter(char::is_ascii).count() * 2 > text.len());
    // Whoever encodes by hand forgets that it has to be UTF-16.
    if is_plain { Some(text) } else { Constant::text(unescape(&bytes.shown())) }
}
