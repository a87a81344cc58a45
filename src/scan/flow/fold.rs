//! What functions of the standard libraries give for constants.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::constant::Constant;

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

/// Returns what a method gives for its object, where both are known.
pub(super) fn method(name: &str, object: &Constant, arguments: &[Constant]) -> Option<Constant> {
    let text = || object.as_text().map(|text| text.to_string());
    let argument = |index: usize| arguments.get(index).map(Constant::shown);
    match name {
        "replace" | "replaceAll" => {
            let (from, to) = (argument(0)?, argument(1)?);
            (!from.is_empty()).then_some(())?;
            Constant::text(text()?.replace(&from, &to))
        }
        "join" => match (object, arguments.first()) {
            // Python: the separator's method; JavaScript: the list's.
            (Constant::Text(separator), Some(Constant::List(parts))) => {
                Constant::text(parts.iter().map(Constant::shown).collect::<Vec<_>>().join(separator))
            }
            (Constant::List(parts), separator) => Constant::text(
                parts
                    .iter()
                    .map(Constant::shown)
                    .collect::<Vec<_>>()
                    .join(&separator.map_or_else(|| ",".to_owned(), Constant::shown)),
            ),
            (Constant::Text(separator), Some(Constant::Text(text))) => {
                Constant::text(text.chars().map(String::from).collect::<Vec<_>>().join(separator))
            }
            _ => None,
        },
        "split" => {
            let text = text()?;
            let parts: Vec<String> = match argument(0) {
                Some(separator) if separator.is_empty() => text.chars().map(String::from).collect(),
                Some(separator) => text.split(&separator).map(str::to_owned).collect(),
                None => text.split_whitespace().map(str::to_owned).collect(),
            };
            Constant::list(parts.into_iter().filter_map(Constant::text).collect())
        }
        "reverse" | "reversed" => reverse(object),
        "strip" | "trim" | "rstrip" | "lstrip" => Constant::text(text()?.trim()),
        "lower" | "toLowerCase" | "toString" | "encode" | "decode" | "copy" | "valueOf" | "as_posix" | "expanduser"
        | "resolve" | "absolute"
            if arguments.is_empty()
                || matches!(
                    argument(0)?.to_ascii_lowercase().as_str(),
                    "utf-8" | "utf8" | "ascii" | "latin-1" | "latin1"
                ) =>
        {
            if name.contains("ower") {
                Constant::text(text()?.to_lowercase())
            } else {
                Some(object.clone())
            }
        }
        "upper" | "toUpperCase" => Constant::text(text()?.to_uppercase()),
        "encode" | "decode" | "toString" => decode_as(&argument(0)?, object),
        "format" => format(&text()?, arguments),
        "concat" => Constant::text(std::iter::once(object).chain(arguments).map(Constant::shown).collect::<String>()),
        "charAt" => Constant::text(text()?.chars().nth(index(arguments.first())?)?.to_string()),
        "charCodeAt" => {
            Some(Constant::Number(i64::from(text()?.chars().nth(index(arguments.first()).unwrap_or(0))? as u32)))
        }
        "slice" | "substring" | "substr" => {
            let start = number(arguments.first())?;
            let end = number(arguments.get(1));
            let end = if name == "substr" { end.map(|length| start + length) } else { end };
            slice(object, Some(start), end, None)
        }
        "powershell_characters" => super::fold_powershell::characters(&text()?),
        "get" | "item" | "pop" => None,
        _ => None,
    }
}

/// Returns what a function gives for its arguments, where they are known.
pub(super) fn function(path: &str, arguments: &[Constant]) -> Option<Constant> {
    let first = arguments.first();
    match path {
        "chr" | "String.fromCodePoint" if arguments.len() == 1 => match first? {
            Constant::Number(number) => Constant::text(char::from_u32(u32::try_from(*number).ok()?)?.to_string()),
            text @ Constant::Text(_) => Some(text.clone()),
            Constant::List(_) => None,
        },
        "ord" => Some(Constant::Number(i64::from(first?.as_text()?.chars().next()? as u32))),
        "int" | "parseInt" | "Number" => match first? {
            Constant::Number(number) => Some(Constant::Number(*number)),
            Constant::Text(text) => {
                let radix = number(arguments.get(1)).unwrap_or(10);
                let digits = text.trim().trim_start_matches("0x");
                i64::from_str_radix(digits, u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix))?)
                    .ok()
                    .map(Constant::Number)
            }
            Constant::List(_) => None,
        },
        "str" | "String" | "bytes" | "bytearray" | "bytes.decode" | "Buffer.from" | "io.StringIO" | "io.BytesIO"
        | "memoryview" | "Uint8Array" | "Uint8Array.from" => match (first?, arguments.get(1)) {
            (list @ Constant::List(_), _) => Constant::bytes(&list.to_bytes()?),
            (value, Some(Constant::Text(encoding))) if path == "Buffer.from" => decode_as(encoding, value),
            (value, _) => Constant::text(value.shown()),
        },
        "String.fromCharCode" | "String.fromCodePoint" => {
            let numbers = match first? {
                Constant::List(list) => list.as_slice(),
                _ => arguments,
            };
            let text: Option<String> =
                numbers.iter().map(|value| char::from_u32(u32::try_from(number(Some(value))?).ok()?)).collect();
            Constant::text(text?)
        }
        "list" | "tuple" | "Array.from" => match first? {
            Constant::Text(text) => {
                Constant::list(text.chars().filter_map(|character| Constant::text(character.to_string())).collect())
            }
            list => Some(list.clone()),
        },
        "reversed" => reverse(first?),
        "range" => {
            let (start, end) = match arguments {
                [end] => (0, number(Some(end))?),
                [start, end, ..] => (number(Some(start))?, number(Some(end))?),
                [] => return None,
            };
            ((0..=4096).contains(&(end - start))).then(|| Constant::List((start..end).map(Constant::Number).collect()))
        }
        "len" => match first? {
            Constant::Text(text) => Some(Constant::Number(text.chars().count() as i64)),
            Constant::List(list) => Some(Constant::Number(list.len() as i64)),
            Constant::Number(_) => None,
        },
        "base64.b64decode" | "base64.standard_b64decode" | "base64.decodebytes" | "atob" | "binascii.a2b_base64" => {
            decode_as("base64", first?)
        }
        "base64.urlsafe_b64decode" => {
            Constant::bytes(&URL_SAFE.decode(first?.as_text()?.trim().trim_end_matches('=')).ok()?)
        }
        "base64.b16decode" | "bytes.fromhex" | "bytearray.fromhex" | "binascii.unhexlify" | "binascii.a2b_hex" => {
            decode_as("hex", first?)
        }
        "codecs.decode" | "codecs.encode" => decode_as(arguments.get(1)?.as_text()?, first?),
        "decodeURIComponent" | "unescape" | "decodeURI" | "urllib.parse.unquote" => {
            let text = first?.as_text()?;
            Constant::bytes(&percent_encoding::percent_decode_str(text).collect::<Vec<_>>())
        }
        "JSON.parse" | "compile" | "textwrap.dedent" | "shlex.quote" | "inspect.cleandoc" => Some(first?.clone()),
        "shlex.split" => {
            let text = first?.as_text()?;
            Constant::list(text.split_whitespace().filter_map(Constant::text).collect())
        }
        "os.path.expanduser" | "os.path.abspath" | "os.path.realpath" | "os.path.normpath" | "os.path.expandvars"
        | "os.fspath" | "pathlib.Path" | "pathlib.PurePath" | "path.resolve" | "path.normalize"
            if arguments.len() == 1 =>
        {
            Constant::text(first?.as_text()?.replace("$HOME", "~"))
        }
        "os.path.basename" | "path.basename" => Constant::text(first?.as_text()?.rsplit('/').next()?),
        "os.path.dirname" | "path.dirname" => Constant::text(first?.as_text()?.rsplit_once('/')?.0),
        "map" => None,
        _ => super::fold_powershell::function(path, arguments),
    }
}

/// Decodes a text by the name of its encoding.
pub(super) fn decode_as(encoding: &str, value: &Constant) -> Option<Constant> {
    let compact = || -> Option<String> {
        Some(value.as_text()?.chars().filter(|character| !character.is_whitespace()).collect())
    };
    match encoding.to_ascii_lowercase().as_str() {
        "base64" | "base-64" | "base64_codec" => {
            Constant::bytes(&STANDARD.decode(compact()?.trim_end_matches('=')).ok()?)
        }
        "base64url" => Constant::bytes(&URL_SAFE.decode(compact()?.trim_end_matches('=')).ok()?),
        "hex" | "hex_codec" => Constant::bytes(&hex::decode(compact()?).ok()?),
        "rot13" | "rot_13" | "rot-13" => Constant::text(value.as_text()?.chars().map(rotate).collect::<String>()),
        "utf-8" | "utf8" | "ascii" | "latin1" | "latin-1" | "binary" => Some(value.clone()),
        "unicode_escape" | "string_escape" => Constant::text(super::constant::unescape(value.as_text()?)),
        _ => None,
    }
}

fn rotate(character: char) -> char {
    let turn = |first: u8| char::from((character as u8 - first + 13) % 26 + first);
    match character {
        'a'..='z' => turn(b'a'),
        'A'..='Z' => turn(b'A'),
        other => other,
    }
}

/// Returns the elements from the last to the first.
pub(super) fn reverse(value: &Constant) -> Option<Constant> {
    match value {
        Constant::Text(text) => Constant::text(text.chars().rev().collect::<String>()),
        Constant::List(list) => Some(Constant::List(list.iter().rev().cloned().collect())),
        Constant::Number(_) => None,
    }
}

/// Takes a part of a text or list, as Python does.
pub(super) fn slice(value: &Constant, start: Option<i64>, end: Option<i64>, step: Option<i64>) -> Option<Constant> {
    let elements: Vec<Constant> = match value {
        Constant::Text(text) => text.chars().map(|character| Constant::Text(character.to_string().into())).collect(),
        Constant::List(list) => list.clone(),
        Constant::Number(_) => return None,
    };
    let length = elements.len() as i64;
    let step = step.unwrap_or(1);
    if step == 0 {
        return None;
    }
    let clamp = |bound: i64| (if bound < 0 { bound.saturating_add(length) } else { bound }).clamp(0, length);
    let mut taken = Vec::new();
    if step > 0 {
        let end = end.map_or(length, clamp);
        let mut at = start.map_or(0, clamp);
        while at < end {
            taken.push(elements[at as usize].clone());
            at = at.saturating_add(step);
        }
    } else {
        let end = end.map_or(-1, clamp);
        let mut at = start.map_or(length - 1, |start| clamp(start).min(length - 1));
        while at > end && at >= 0 {
            taken.push(elements[at as usize].clone());
            at = at.saturating_add(step);
        }
    }
    match value {
        Constant::Text(_) => Constant::text(taken.iter().map(Constant::shown).collect::<String>()),
        _ => Constant::list(taken),
    }
}

/// Returns the element at a place.
pub(super) fn element(value: &Constant, index: &Constant) -> Option<Constant> {
    let at = number(Some(index))?;
    let length = match value {
        Constant::Text(text) => text.chars().count(),
        Constant::List(list) => list.len(),
        Constant::Number(_) => return None,
    } as i64;
    let at = usize::try_from(if at < 0 { at + length } else { at }).ok()?;
    match value {
        Constant::Text(text) => Constant::text(text.chars().nth(at)?.to_string()),
        Constant::List(list) => list.get(at).cloned(),
        Constant::Number(_) => None,
    }
}

/// Puts values into the places of a text: `{}`, `{0}`, `%s`, `%d`, `%c`, `%x`.
pub(super) fn format(pattern: &str, values: &[Constant]) -> Option<Constant> {
    let mut text = String::new();
    let mut rest = pattern;
    let mut used = 0;
    while let Some(at) = rest.find(['{', '%', '\\']) {
        text.push_str(&rest[..at]);
        let tail = &rest[at..];
        let mut take = |index: Option<usize>| {
            let value = values.get(index.unwrap_or(used)).map(Constant::shown);
            used += 1;
            value.unwrap_or_else(|| super::constant::HOLE.to_string())
        };
        rest = match tail.as_bytes() {
            [b'{', b'{', ..] => {
                text.push('{');
                &tail[2..]
            }
            [b'%', b's' | b'd' | b'i' | b'q', ..] => {
                text.push_str(&take(None));
                &tail[2..]
            }
            [b'%', b'b', ..] => {
                text.push_str(&super::constant::unescape(&take(None)));
                &tail[2..]
            }
            [b'%', b'%', ..] => {
                text.push('%');
                &tail[2..]
            }
            [b'{', ..] => match tail.split_once('}') {
                Some((inside, after)) if inside.len() < 40 => {
                    text.push_str(&take(inside[1..].parse().ok()));
                    after
                }
                _ => {
                    text.push('{');
                    &tail[1..]
                }
            },
            _ => {
                text.push_str(&tail[..1]);
                &tail[1..]
            }
        };
    }
    text.push_str(rest);
    Constant::text(text)
}

/// Returns the number of a value: a number, or a single character's.
pub(super) fn number(value: Option<&Constant>) -> Option<i64> {
    match value? {
        Constant::Number(number) => Some(*number),
        Constant::Text(text) => {
            let mut characters = text.chars();
            match (characters.next(), characters.next()) {
                (Some(only), None) => Some(i64::from(only as u32)),
                _ => None,
            }
        }
        Constant::List(_) => None,
    }
}

fn index(value: Option<&Constant>) -> Option<usize> {
    usize::try_from(number(value)?).ok()
}

/// Changes characters as `tr` does.
pub(super) fn translate(text: &str, from: &str, to: &str) -> String {
    let (from, to) = (expand_ranges(from), expand_ranges(to));
    text.chars()
        .map(|character| match from.iter().position(|known| *known == character) {
            Some(at) => to.get(at).or(to.last()).copied().unwrap_or(character),
            None => character,
        })
        .collect()
}

/// Expands `a-z` in the sets of `tr`.
pub(super) fn expand_ranges(set: &str) -> Vec<char> {
    let characters: Vec<char> = set.chars().collect();
    let mut expanded = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        if at + 2 < characters.len() && characters[at + 1] == '-' && characters[at] <= characters[at + 2] {
            expanded.extend((characters[at]..=characters[at + 2]).take(256));
            at += 3;
        } else {
            expanded.push(characters[at]);
            at += 1;
        }
    }
    expanded
}
