//! Expressions of PowerShell: operators, texts, variables, and calls of .NET.

use tree_sitter::Node;

use super::super::program::{Argument, Kind, NodeId};
use super::powershell::{call, command, each, pipeline, statements};
use super::powershell_name::{canonical_member, canonical_static};
use super::{Reader, children};

/// Returns the node that says something below those that only stand for a rank of operators.
pub(super) fn inner(mut node: Node<'_>) -> Node<'_> {
    while node.child_count() == 1
        && !matches!(
            node.kind(),
            "expandable_string_literal"
                | "expandable_here_string_literal"
                | "variable"
                | "command"
                | "array_expression"
                | "generic_token"
                | "command_name"
                | "path_command_name"
        )
        && let Some(only) = node.named_child(0)
    {
        node = only;
    }
    node
}

/// Reads an expression or a pipeline.
pub(super) fn expression(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let node = inner(node);
    reader.deeper(node, |reader| read(reader, node))
}

fn read(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let parts = children(node);
    match node.kind().replace("argument_", "").as_str() {
        "assignment_expression" => assignment(reader, node),
        "pipeline_chain" => pipeline(reader, node),
        "command" => command(reader, node, None),
        "additive_expression"
        | "multiplicative_expression"
        | "bitwise_expression"
        | "comparison_expression"
        | "logical_expression" => binary(reader, node),
        "format_expression" => {
            let values: Vec<_> = parts
                .iter()
                .filter(|part| part.kind() != "format_operator")
                .map(|part| expression(reader, *part))
                .collect();
            match values.as_slice() {
                [pattern, values] => reader.add(Kind::Format(*pattern, *values), node),
                _ => reader.add(Kind::Opaque(values), node),
            }
        }
        "range_expression" => {
            let ends: Vec<_> = parts.iter().map(|part| expression(reader, *part)).collect();
            call(reader, "powershell.range", &ends, node)
        }
        "array_literal_expression" | "expression_list" => {
            let elements = parts.iter().map(|part| expression(reader, *part)).collect();
            reader.add(Kind::List(elements), node)
        }
        "array_expression" | "sub_expression" | "parenthesized_expression" | "script_block_expression" => {
            statements(reader, node, false)
        }
        "hash_literal_expression" => {
            // As the words of a command, which is what such a table often is given as: `iwr @table`.
            let mut words = Vec::new();
            let body = parts.into_iter().find(|part| part.kind() == "hash_literal_body");
            for entry in body.map(children).unwrap_or_default() {
                let sides = children(entry);
                if let [key, value] = sides.as_slice() {
                    let name = format!("-{}", reader.text(*key).trim_matches(['"', '\'']));
                    words.push(reader.add(Kind::Text(name), *key));
                    words.push(expression(reader, *value));
                }
            }
            reader.add(Kind::List(words), node)
        }
        "cast_expression" => {
            let [kind, value] = parts.as_slice() else { return reader.add(Kind::Opaque(Vec::new()), node) };
            let value = expression(reader, *value);
            cast(reader, *kind, value, node)
        }
        "expression_with_unary_operator" => {
            let operator = node.child(0).map_or(String::new(), |operator| reader.text(operator).to_ascii_lowercase());
            let values: Vec<_> = parts.iter().map(|part| expression(reader, *part)).collect();
            match (operator.as_str(), values.as_slice()) {
                ("-join", [list]) => {
                    let separator = reader.add(Kind::Text(String::new()), node);
                    method(reader, *list, "join", vec![separator], node)
                }
                ("-split", [text]) => method(reader, *text, "split", Vec::new(), node),
                ("-", [number]) => {
                    let zero = reader.add(Kind::Number(0), node);
                    reader.add(Kind::Arithmetic(zero, '-', *number), node)
                }
                ("+", [value]) => *value,
                (",", [value]) => reader.add(Kind::List(vec![*value]), node),
                _ => reader.add(Kind::Opaque(values), node),
            }
        }
        "variable" | "braced_variable" if reader.text(node).starts_with('@') => {
            // Spread over the parameters of a command, which tells it by this kind.
            let table = variable(reader, reader.text(node), node);
            reader.add(Kind::OneOf(vec![table]), node)
        }
        "variable" | "braced_variable" => variable(reader, reader.text(node), node),
        "decimal_integer_literal" | "hexadecimal_integer_literal" => {
            let text = reader.text(node).to_ascii_lowercase();
            let number = match text.strip_prefix("0x") {
                Some(digits) => i64::from_str_radix(digits.trim_end_matches('l'), 16),
                None => text.trim_end_matches('l').parse(),
            };
            reader.add(number.map_or_else(|_| Kind::Opaque(Vec::new()), Kind::Number), node)
        }
        "verbatim_string_characters" => {
            let text = reader.text(node);
            let text = text.get(1..text.len().saturating_sub(1)).unwrap_or_default().replace("''", "'");
            reader.add(Kind::Text(text), node)
        }
        "verbatim_here_string_characters" => {
            let text = reader.text(node).trim_start_matches("@'").trim_end_matches("'@").trim_matches(['\r', '\n']);
            reader.add(Kind::Text(text.to_owned()), node)
        }
        "expandable_string_literal" => expandable(reader, node, 1),
        "expandable_here_string_literal" => expandable(reader, node, 2),
        "type_literal" => {
            let name = type_name(reader.text(node));
            reader.add(Kind::Name(name), node)
        }
        "member_access" => member(reader, node, None),
        "invokation_expression" => {
            let arguments = parts.iter().find(|part| part.kind() == "argument_list").copied();
            member(reader, node, Some(arguments))
        }
        "element_access" => {
            let values: Vec<_> = parts.iter().map(|part| expression(reader, *part)).collect();
            match values.as_slice() {
                [object, index] => call(reader, "powershell.pick", &[*object, *index], node),
                _ => reader.add(Kind::Opaque(values), node),
            }
        }
        "generic_token" | "command_name" | "simple_name" => token(reader, node),
        "statement_list" | "statement_block" | "script_block" | "script_block_body" => statements(reader, node, false),
        _ => {
            let values = parts.into_iter().map(|part| expression(reader, part)).collect();
            reader.add(Kind::Opaque(values), node)
        }
    }
}

fn assignment(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let Some(value) = node.child_by_field_name("value") else { return reader.add(Kind::Opaque(Vec::new()), node) };
    let value = expression(reader, value);
    let parts = children(node);
    let is_added = parts
        .iter()
        .any(|part| part.kind() == "assignement_operator" && reader.text(*part).starts_with(['+', '-', '*', '/']));
    let Some(left) = parts.into_iter().find(|part| part.kind() == "left_assignment_expression") else { return value };
    let mut left = inner(left);
    let mut is_whole = true;
    // `[string]$x`, `$x.y`, `$x[0]`: what is in a part is in the whole.
    for _ in 0..8 {
        match left.kind() {
            "cast_expression" => left = left.named_child(1).map_or(left, inner),
            "member_access" | "element_access" => {
                is_whole = false;
                left = left.named_child(0).map_or(left, inner);
            }
            _ => break,
        }
    }
    if !matches!(left.kind(), "variable" | "braced_variable") {
        return value;
    }
    let target = variable_name(reader, left);
    let value = if is_added {
        let before = reader.add(Kind::Name(target.clone()), node);
        reader.add(Kind::Concat(vec![before, value]), node)
    } else {
        value
    };
    reader.add(Kind::Assign { target, value, is_added: is_added || !is_whole }, node);
    value
}

/// Reads an operator between two values; a row of one operator is a tree as deep as it is long.
fn binary(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let mut row = Vec::new();
    let mut left = node;
    let first = loop {
        let Some((before, after)) = pair(left) else { break left };
        row.push((operator(reader, left), after));
        let before = inner(before);
        if before.kind() != node.kind() {
            break before;
        }
        left = before;
    };
    if row.is_empty() {
        let values = children(node).into_iter().map(|part| expression(reader, part)).collect();
        return reader.add(Kind::Opaque(values), node);
    }
    row.reverse();
    let mut value = expression(reader, first);
    let mut added = vec![value];
    for (operator, right) in row {
        let right = expression(reader, right);
        if operator == "+" {
            let is_number = |id: &NodeId| matches!(reader.builder.kind(*id), Kind::Number(_) | Kind::Arithmetic(..));
            if added.iter().chain([&right]).all(is_number) {
                value = reader.add(Kind::Arithmetic(value, '+', right), node);
                added = vec![value];
            } else {
                added.push(right);
            }
            continue;
        }
        let left = flat(reader, std::mem::take(&mut added), node);
        value = apply(reader, left, &operator, right, node);
        added = vec![value];
    }
    flat(reader, added, node)
}

/// Returns the operator between the two sides of a node.
fn operator(reader: &Reader<'_>, node: Node<'_>) -> String {
    let named = children(node).into_iter().find(|part| part.kind() == "comparison_operator");
    let operator = named.or_else(|| node.child(1));
    operator.map_or(String::new(), |operator| reader.text(operator).to_ascii_lowercase())
}

/// Returns the two sides of an operator.
fn pair(node: Node<'_>) -> Option<(Node<'_>, Node<'_>)> {
    let sides: Vec<_> = children(node).into_iter().filter(|part| part.kind() != "comparison_operator").collect();
    match sides.as_slice() {
        [left, right] => Some((*left, *right)),
        _ => None,
    }
}

fn flat(reader: &mut Reader<'_>, parts: Vec<NodeId>, node: Node<'_>) -> NodeId {
    match parts.as_slice() {
        [only] => *only,
        _ => reader.add(Kind::Concat(parts), node),
    }
}

fn apply(reader: &mut Reader<'_>, left: NodeId, operator: &str, right: NodeId, node: Node<'_>) -> NodeId {
    match operator {
        "-" => reader.add(Kind::Arithmetic(left, '-', right), node),
        "*" => reader.add(Kind::Repeat(left, right), node),
        "-bxor" => reader.add(Kind::Arithmetic(left, '^', right), node),
        "-bor" => reader.add(Kind::Arithmetic(left, '|', right), node),
        "-band" => reader.add(Kind::Arithmetic(left, '&', right), node),
        "-join" => method(reader, left, "join", vec![right], node),
        "-split" | "-csplit" | "-isplit" => method(reader, left, "split", vec![right], node),
        "-replace" | "-creplace" | "-ireplace" => call(reader, "powershell.replace", &[left, right], node),
        "-as" => left,
        _ => reader.add(Kind::Opaque(vec![left, right]), node),
    }
}

fn method(reader: &mut Reader<'_>, object: NodeId, name: &str, values: Vec<NodeId>, node: Node<'_>) -> NodeId {
    let callee = reader.add(Kind::Member(object, name.to_owned()), node);
    let arguments = values.into_iter().map(|value| Argument { name: None, value }).collect();
    reader.add(Kind::Call(callee, arguments), node)
}

fn cast(reader: &mut Reader<'_>, kind: Node<'_>, value: NodeId, node: Node<'_>) -> NodeId {
    match type_name(reader.text(kind)).as_str() {
        "char" => call(reader, "chr", &[value], node),
        "char[]" => call(reader, "powershell.characters", &[value], node),
        "string" => call(reader, "str", &[value], node),
        "int" | "int32" | "byte" => call(reader, "powershell.number", &[value], node),
        _ => value,
    }
}

/// Returns the name of a type without its brackets and without the outermost namespace.
fn type_name(text: &str) -> String {
    let name = text.trim();
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name).replace([' ', '`'], "");
    let name = name.to_ascii_lowercase();
    name.strip_prefix("system.").map(str::to_owned).unwrap_or(name)
}

/// Reads a member of an object or a type, or its call.
fn member(reader: &mut Reader<'_>, node: Node<'_>, arguments: Option<Option<Node<'_>>>) -> NodeId {
    let parts = children(node);
    let object = parts.first().map(|object| inner(*object));
    let name = parts.iter().find(|part| part.kind() == "member_name");
    let (Some(object), Some(name)) = (object, name) else {
        let values = parts.into_iter().map(|part| expression(reader, part)).collect();
        return reader.add(Kind::Opaque(values), node);
    };
    let written = reader.text(*name).trim_matches(['"', '\'']).replace('`', "");
    let lowered = written.to_ascii_lowercase();
    let callee = if object.kind() == "type_literal" {
        let path = canonical_static(&type_name(reader.text(object)), &lowered);
        reader.add(Kind::Name(path), node)
    } else {
        let object = expression(reader, object);
        if let Some(block) = arguments.flatten().and_then(block_in).filter(|_| lowered == "foreach") {
            return each(reader, block, object);
        }
        reader.add(Kind::Member(object, canonical_member(&lowered).map_or(written, str::to_owned)), node)
    };
    let Some(arguments) = arguments else { return callee };
    let values = arguments.map(|list| self::arguments(reader, list)).unwrap_or_default();
    reader.add(Kind::Call(callee, values), node)
}

/// Reads the arguments between brackets.
pub(super) fn arguments(reader: &mut Reader<'_>, list: Node<'_>) -> Vec<Argument> {
    let parts = children(list).into_iter();
    let values = parts.flat_map(|part| match part.kind() {
        "argument_expression_list" => children(part),
        _ => vec![part],
    });
    values.map(|value| Argument { name: None, value: expression(reader, value) }).collect()
}

fn block_in(arguments: Node<'_>) -> Option<Node<'_>> {
    children(arguments).into_iter().map(inner).find(|part| part.kind() == "script_block_expression")
}

/// Returns the name under which a variable is known: small letters, without its scope.
pub(super) fn variable_name(reader: &Reader<'_>, node: Node<'_>) -> String {
    plain_name(reader.text(node))
}

fn plain_name(text: &str) -> String {
    let name = text.trim_start_matches(['$', '@']).trim_start_matches('{').trim_end_matches('}').to_ascii_lowercase();
    let scopes = ["script:", "global:", "local:", "private:", "using:", "variable:"];
    let name = scopes.iter().find_map(|scope| name.strip_prefix(scope)).unwrap_or(&name);
    format!("${name}")
}

/// Reads a variable, as it is written.
fn variable(reader: &mut Reader<'_>, text: &str, node: Node<'_>) -> NodeId {
    let name = plain_name(text);
    let known = |reader: &mut Reader<'_>, text: &str| reader.add(Kind::Text(text.to_owned()), node);
    if let Some(variable) = name.strip_prefix("$env:") {
        return match variable {
            "userprofile" | "home" => known(reader, "~"),
            "appdata" => known(reader, "~/AppData/Roaming"),
            "localappdata" => known(reader, "~/AppData/Local"),
            "temp" | "tmp" => known(reader, "/tmp"),
            "comspec" => known(reader, r"C:\WINDOWS\system32\cmd.exe"),
            "public" => known(reader, r"C:\Users\Public"),
            "programdata" => known(reader, r"C:\ProgramData"),
            "systemroot" | "windir" => known(reader, r"C:\Windows"),
            _ => {
                let environment = reader.add(Kind::Name("process.env".to_owned()), node);
                let key = reader.add(Kind::Text(variable.to_ascii_uppercase()), node);
                reader.add(Kind::Index(environment, key), node)
            }
        };
    }
    match name.as_str() {
        "$_" | "$psitem" => {
            let item = reader.item.clone();
            reader.add(Kind::Name(item), node)
        }
        "$home" => known(reader, "~"),
        "$profile" => known(reader, "~/Documents/PowerShell/Microsoft.PowerShell_profile.ps1"),
        "$pshome" => known(reader, r"C:\Windows\System32\WindowsPowerShell\v1.0"),
        "$shellid" => known(reader, "Microsoft.PowerShell"),
        "$psscriptroot" | "$pscommandpath" | "$myinvocation" => reader.add(Kind::Name("__file__".to_owned()), node),
        "$args" => reader.add(Kind::Parameter(0), node),
        "$true" | "$false" | "$null" => known(reader, &name[1..]),
        _ => reader.add(Kind::Name(name), node),
    }
}

/// Reads a text in which variables stand.
fn expandable(reader: &mut Reader<'_>, node: Node<'_>, quote: usize) -> NodeId {
    let (mut at, end) = (node.start_byte() + quote, node.end_byte().saturating_sub(quote));
    let mut parts = Vec::new();
    let literal = |reader: &mut Reader<'_>, parts: &mut Vec<NodeId>, to: usize, at: usize| {
        let text = reader.text.get(at..to.max(at)).unwrap_or_default();
        if !text.is_empty() {
            let text = unescape(&text.replace("\"\"", "\""));
            parts.push(reader.builder.add(Kind::Text(text), at..to));
        }
    };
    for part in children(node) {
        literal(reader, &mut parts, part.start_byte().min(end), at);
        parts.push(expression(reader, part));
        at = part.end_byte();
    }
    literal(reader, &mut parts, end, at);
    match parts.as_slice() {
        [] => reader.add(Kind::Text(String::new()), node),
        [only] => *only,
        _ => reader.add(Kind::Concat(parts), node),
    }
}

/// Reads the escapes of a text in double quotation marks.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '`' => plain.extend(characters.next().map(|next| match next {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            })),
            _ => plain.push(character),
        }
    }
    plain
}

/// Reads a bare word: what stands between backticks and variables are its parts.
pub(super) fn token(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let text = reader.text(node);
    if let Some((first, last)) = text.split_once("..")
        && let (Ok(first), Ok(last)) = (first.parse(), last.parse())
    {
        let ends = [first, last].map(|end| reader.add(Kind::Number(end), node));
        return call(reader, "powershell.range", &ends, node);
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '$']) {
        if at > 0 {
            parts.push(reader.add(Kind::Text(rest[..at].to_owned()), node));
        }
        let tail = &rest[at..];
        let length = if tail.starts_with('`') { 1 } else { variable_length(tail) };
        if length > 1 {
            parts.push(variable(reader, &tail[..length], node));
        }
        rest = &tail[length..];
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(reader.add(Kind::Text(rest.to_owned()), node));
    }
    flat(reader, parts, node)
}

/// Returns how many bytes of `text` are a variable, which begins it.
fn variable_length(text: &str) -> usize {
    if text.starts_with("${") {
        return text.find('}').map_or(1, |end| end + 1);
    }
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_' || character == ':';
    let length = text[1..].find(|character| !is_part(character)).map_or(text.len(), |end| end + 1);
    text[..length].trim_end_matches(':').len()
}
