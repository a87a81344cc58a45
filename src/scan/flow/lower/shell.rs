//! Shells.

use tree_sitter::Node;

use super::super::constant::unescape;
use super::super::program::{Kind, NodeId};
use super::{Reader, children, fields};

/// Reads a whole script.
pub(super) fn lower(reader: &mut Reader<'_>, root: Node<'_>) {
    block(reader, root, None);
}

/// Reads the statements below `node`, which read `input`; returns what they write.
fn block(reader: &mut Reader<'_>, node: Node<'_>, input: Option<NodeId>) -> NodeId {
    let outputs: Vec<_> =
        children(node).into_iter().filter_map(|child| statement(reader, child, input, true)).collect();
    output(reader, outputs, node)
}

fn output(reader: &mut Reader<'_>, outputs: Vec<NodeId>, node: Node<'_>) -> NodeId {
    match outputs.as_slice() {
        [only] => *only,
        // Lines of several commands follow each other.
        _ => reader.add(Kind::Concat(outputs), node),
    }
}

/// Reads a statement; `is_written` says whether its output goes where the output of the
/// function around it goes. Returns its output, if it has one.
fn statement(reader: &mut Reader<'_>, node: Node<'_>, input: Option<NodeId>, is_written: bool) -> Option<NodeId> {
    let mut written = None;
    reader.deeper(node, |reader| {
        written = read_statement(reader, node, input, is_written);
        written.unwrap_or(0)
    });
    written
}

fn read_statement(reader: &mut Reader<'_>, node: Node<'_>, input: Option<NodeId>, is_written: bool) -> Option<NodeId> {
    match node.kind() {
        "comment" => None,
        "command" => {
            let id = command(reader, node, input);
            if is_written && reader.builder.is_in_function() {
                reader.add(Kind::Return(id), node);
            }
            Some(id)
        }
        "pipeline" => Some(pipeline(reader, node, input, is_written)),
        "redirected_statement" => redirected(reader, node, input, is_written),
        "variable_assignment" => {
            assignment(reader, node);
            None
        }
        "declaration_command" => {
            let parts = children(node);
            parts.iter().filter(|part| part.kind() == "variable_assignment").for_each(|part| assignment(reader, *part));
            let is_listing = !parts.iter().any(|part| part.kind() == "variable_assignment");
            is_listing.then(|| {
                let words = reader.text(node).split_whitespace().take(3).map(str::to_owned).collect::<Vec<_>>();
                let words = words.into_iter().map(|word| reader.add(Kind::Text(word), node)).collect();
                reader.add(Kind::Command(words, None), node)
            })
        }
        "function_definition" => {
            let name = node.child_by_field_name("name").map_or("", |name| reader.text(name)).to_owned();
            let outer = reader.builder.open_function(name, None, Vec::new());
            if let Some(body) = node.child_by_field_name("body") {
                statement(reader, body, None, true);
            }
            reader.builder.close_function(outer);
            None
        }
        "if_statement" | "elif_clause" | "while_statement" => Some(guarded(reader, node, input, is_written)),
        "for_statement" => {
            let variable = node.child_by_field_name("variable").map_or("", |name| reader.text(name)).to_owned();
            let values: Vec<_> = fields(node, "value").into_iter().map(|value| word(reader, value)).collect();
            let list = reader.add(Kind::List(values), node);
            let element = reader.add(Kind::Element(list, None), node);
            reader.add(Kind::Assign { target: variable, value: element, is_added: false }, node);
            node.child_by_field_name("body").map(|body| block(reader, body, input))
        }
        "case_statement" => {
            let decides = node.child_by_field_name("value").map(|value| word(reader, value));
            let mut outputs = Vec::new();
            for item in children(node).into_iter().filter(|item| item.kind() == "case_item") {
                let outer = decides.map(|decides| reader.builder.open_guard(decides));
                let values = fields(item, "value");
                for part in children(item).into_iter().filter(|part| !values.contains(part)) {
                    outputs.extend(statement(reader, part, input, is_written));
                }
                if let Some(outer) = outer {
                    reader.builder.close_guard(outer);
                }
            }
            Some(output(reader, outputs, node))
        }
        "test_command" | "unset_command" => {
            let parts = children(node).into_iter().map(|part| word(reader, part)).collect();
            reader.add(Kind::Opaque(parts), node);
            None
        }
        "negated_command" | "subshell" | "compound_statement" | "list" | "do_group" | "else_clause" | "program"
        | "ERROR" => {
            let outputs: Vec<_> = if node.kind() == "list" {
                list(node).into_iter().filter_map(|part| statement(reader, part, input, is_written)).collect()
            } else {
                children(node).into_iter().filter_map(|part| statement(reader, part, input, is_written)).collect()
            };
            Some(output(reader, outputs, node))
        }
        _ => {
            for child in children(node) {
                statement(reader, child, input, is_written);
            }
            None
        }
    }
}

/// Returns the parts of `a && b && c`, which is a tree as deep as it is long.
fn list<'n>(node: Node<'n>) -> Vec<Node<'n>> {
    let mut parts = Vec::new();
    let mut left = node;
    while left.kind() == "list" {
        let sides = children(left);
        parts.extend(sides.iter().skip(1).rev().copied());
        let Some(first) = sides.first() else { break };
        left = *first;
    }
    parts.push(left);
    parts.reverse();
    parts
}

fn guarded(reader: &mut Reader<'_>, node: Node<'_>, input: Option<NodeId>, is_written: bool) -> NodeId {
    let conditions = fields(node, "condition");
    let mut decides = Vec::new();
    for condition in &conditions {
        match condition.kind() {
            "test_command" => {
                let parts = children(*condition).into_iter().map(|part| word(reader, part)).collect();
                decides.push(reader.add(Kind::Opaque(parts), *condition));
            }
            _ => decides.extend(statement(reader, *condition, input, false)),
        }
    }
    let decides = reader.add(Kind::Opaque(decides), node);
    let outer = reader.builder.open_guard(decides);
    let mut outputs = Vec::new();
    let mut others = Vec::new();
    for part in children(node).into_iter().filter(|part| !conditions.contains(part)) {
        match part.kind() {
            "elif_clause" | "else_clause" => others.push(part),
            _ => outputs.extend(statement(reader, part, input, is_written)),
        }
    }
    reader.builder.close_guard(outer);
    for part in others {
        outputs.extend(statement(reader, part, input, is_written));
    }
    let head = reader.text(node);
    let is_forever = node.kind() == "while_statement"
        && conditions.iter().any(|condition| matches!(reader.text(*condition), "true" | ":" | "[ 1 ]" | "[[ 1 ]]"))
        && !["break", "exit", "return", "sleep", "read "].iter().any(|end| head.contains(end));
    if is_forever {
        reader.add(Kind::Forever, node);
    }
    output(reader, outputs, node)
}

fn pipeline(reader: &mut Reader<'_>, node: Node<'_>, input: Option<NodeId>, is_written: bool) -> NodeId {
    let stages = children(node);
    let mut flowing = input;
    for (index, stage) in stages.iter().enumerate() {
        let is_last = index + 1 == stages.len();
        let written = statement(reader, *stage, flowing, is_written && is_last);
        flowing = Some(written.unwrap_or_else(|| reader.add(Kind::Opaque(Vec::new()), *stage)));
    }
    flowing.unwrap_or_else(|| reader.add(Kind::Opaque(Vec::new()), node))
}

/// Reads a statement with redirections: what it reads comes first, where it writes comes last.
fn redirected(reader: &mut Reader<'_>, node: Node<'_>, input: Option<NodeId>, is_written: bool) -> Option<NodeId> {
    let redirects = fields(node, "redirect");
    let mut input = input;
    let mut targets = Vec::new();
    let mut tails = Vec::new();
    for redirect in &redirects {
        match redirect.kind() {
            "heredoc_redirect" => {
                input = Some(heredoc(reader, *redirect));
                for part in children(*redirect) {
                    match part.kind() {
                        "pipeline" | "command" | "list" => tails.push(part),
                        // `cat <<EOF > file` keeps the target inside.
                        "file_redirect" => targets.extend(target(reader, part)),
                        _ => {}
                    }
                }
            }
            "herestring_redirect" => input = redirect.named_child(0).map(|text| word(reader, text)).or(input),
            "file_redirect" => {
                let text = reader.text(*redirect);
                if text.trim_start_matches(|digit: char| digit.is_ascii_digit()).starts_with('<') {
                    if let Some(source) = redirect.child_by_field_name("destination") {
                        let path = word(reader, source);
                        let cat = reader.add(Kind::Text("cat".to_owned()), source);
                        input = Some(reader.add(Kind::Command(vec![cat, path], None), source));
                    }
                } else {
                    targets.extend(target(reader, *redirect));
                }
            }
            _ => {}
        }
    }
    let body = node.child_by_field_name("body");
    let is_open = targets.is_empty() && tails.is_empty();
    let mut written = body.and_then(|body| statement(reader, body, input, is_written && is_open));
    for tail in tails {
        written = statement(reader, tail, written.or(input), is_written && targets.is_empty());
    }
    let value = written.or(input).unwrap_or_else(|| reader.add(Kind::Opaque(Vec::new()), node));
    for path in targets {
        reader.add(Kind::Store { path, value }, node);
    }
    written
}

/// Returns the path of a redirection of the ordinary output.
fn target(reader: &mut Reader<'_>, redirect: Node<'_>) -> Option<NodeId> {
    let text = reader.text(redirect);
    let is_other = text.starts_with('2') || text.starts_with(">&") || text.contains("/dev/null");
    let destination = redirect.child_by_field_name("destination")?;
    (!is_other || text.contains("/dev/tcp")).then(|| word(reader, destination))
}

fn heredoc(reader: &mut Reader<'_>, redirect: Node<'_>) -> NodeId {
    let Some(body) = children(redirect).into_iter().find(|part| part.kind() == "heredoc_body") else {
        return reader.add(Kind::Opaque(Vec::new()), redirect);
    };
    interpolated(reader, body, false)
}

/// Reads a text with expansions in it, of which only the expansions need be nodes.
fn interpolated(reader: &mut Reader<'_>, node: Node<'_>, is_quoted: bool) -> NodeId {
    let (mut at, end) =
        if is_quoted { (node.start_byte() + 1, node.end_byte() - 1) } else { (node.start_byte(), node.end_byte()) };
    let mut parts = Vec::new();
    let literal = |reader: &mut Reader<'_>, parts: &mut Vec<NodeId>, from: usize, to: usize| {
        let text = reader.text.get(from..to.max(from)).unwrap_or_default();
        if !text.is_empty() {
            let text = text.replace("\\\"", "\"").replace("\\$", "$").replace("\\`", "`").replace("\\\n", "");
            parts.push(reader.builder.add(Kind::Text(text.replace("\\\\", "\\")), from..to));
        }
    };
    for part in children(node) {
        if matches!(part.kind(), "simple_expansion" | "expansion" | "command_substitution" | "arithmetic_expansion") {
            literal(reader, &mut parts, at, part.start_byte().min(end));
            parts.push(word(reader, part));
            at = part.end_byte();
        }
    }
    literal(reader, &mut parts, at, end);
    match parts.as_slice() {
        [] => reader.add(Kind::Text(String::new()), node),
        [only] => *only,
        _ => reader.add(Kind::Concat(parts), node),
    }
}

fn command(reader: &mut Reader<'_>, node: Node<'_>, input: Option<NodeId>) -> NodeId {
    let mut words = Vec::new();
    let mut input = input;
    for part in children(node) {
        match part.kind() {
            "variable_assignment" => assignment(reader, part),
            "command_name" => words.extend(part.named_child(0).map(|name| word(reader, name))),
            "herestring_redirect" => input = part.named_child(0).map(|text| word(reader, text)).or(input),
            "file_redirect" => {}
            "comment" => {}
            _ => words.push(word(reader, part)),
        }
    }
    reader.add(Kind::Command(words, input), node)
}

fn assignment(reader: &mut Reader<'_>, node: Node<'_>) {
    let Some(name) = node.child_by_field_name("name") else { return };
    let name = name.named_child(0).filter(|inner| inner.kind() == "variable_name").unwrap_or(name);
    let target = reader.text(name).to_owned();
    let is_added = reader.text.get(name.end_byte()..name.end_byte() + 2) == Some("+=");
    let value = match node.child_by_field_name("value") {
        Some(value) => word(reader, value),
        None => reader.add(Kind::Text(String::new()), node),
    };
    // `VALUE=$1` in a function that shifts through its arguments says nothing of the value.
    let value = if is_added {
        let before = reader.add(Kind::Name(target.clone()), node);
        reader.add(Kind::Concat(vec![before, value]), node)
    } else {
        value
    };
    reader.add(Kind::Assign { target, value, is_added }, node);
}

/// Reads a word as the shell expands it.
fn word(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    reader.deeper(node, |reader| match node.kind() {
        "word" | "number" | "variable_name" | "extglob_pattern" | "regex" | "test_operator" => {
            let text = reader.text(node);
            let plain = if text.contains('\\') { unescape_word(text) } else { text.to_owned() };
            let inner: Vec<_> = children(node);
            if inner.is_empty() { reader.add(Kind::Text(plain), node) } else { interpolated(reader, node, false) }
        }
        "string" => interpolated(reader, node, true),
        "raw_string" => {
            let text = reader.text(node);
            reader.add(Kind::Text(text.trim_matches('\'').to_owned()), node)
        }
        "ansi_c_string" => {
            let text = reader.text(node).trim_start_matches('$').trim_matches('\'');
            reader.add(Kind::Text(unescape(text)), node)
        }
        "translated_string" => match node.named_child(0) {
            Some(inner) => word(reader, inner),
            None => reader.add(Kind::Opaque(Vec::new()), node),
        },
        "concatenation" => {
            let parts: Vec<_> = children(node).into_iter().map(|part| word(reader, part)).collect();
            reader.add(Kind::Concat(parts), node)
        }
        "simple_expansion" => {
            let name = reader.text(node).trim_start_matches('$').to_owned();
            variable(reader, &name, node)
        }
        "expansion" => expansion(reader, node),
        "command_substitution" | "process_substitution" => {
            let outputs: Vec<_> = children(node)
                .into_iter()
                .filter_map(|part| match part.kind() {
                    // `$(< file)` reads the file.
                    "file_redirect" => {
                        let path = part.child_by_field_name("destination").map(|path| word(reader, path))?;
                        let cat = reader.add(Kind::Text("cat".to_owned()), part);
                        Some(reader.add(Kind::Command(vec![cat, path], None), part))
                    }
                    _ => statement(reader, part, None, false),
                })
                .collect();
            output(reader, outputs, node)
        }
        "array" => {
            let elements = children(node).into_iter().map(|element| word(reader, element)).collect();
            reader.add(Kind::List(elements), node)
        }
        _ => {
            let parts = children(node).into_iter().map(|part| word(reader, part)).collect();
            reader.add(Kind::Opaque(parts), node)
        }
    })
}

fn unescape_word(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => plain.extend(characters.next().filter(|next| *next != '\n')),
            _ => plain.push(character),
        }
    }
    plain
}

fn variable(reader: &mut Reader<'_>, name: &str, node: Node<'_>) -> NodeId {
    match name {
        "IFS" => reader.add(Kind::Text(" ".to_owned()), node),
        "@" | "*" => reader.add(Kind::Parameter(0), node),
        _ => match name.parse::<usize>() {
            Ok(0) => reader.add(Kind::Name("BASH_SOURCE".to_owned()), node),
            Ok(number) => reader.add(Kind::Parameter(number), node),
            Err(_) => reader.add(Kind::Name(name.to_owned()), node),
        },
    }
}

/// Reads `${name…}` with what it does to the value.
fn expansion(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let parts = children(node);
    let Some(named) = parts.first().copied() else { return reader.add(Kind::Opaque(Vec::new()), node) };
    let subscripted = named.kind() == "subscript";
    let name_node = if subscripted { named.named_child(0).unwrap_or(named) } else { named };
    let name = reader.text(name_node).to_owned();
    let value = variable(reader, &name, name_node);
    let operator = reader.text.get(named.end_byte()..node.end_byte()).unwrap_or("").trim_end_matches('}');
    let is_before = reader.text(node).starts_with("${#") || reader.text(node).starts_with("${!");
    let operands = &parts[1..];
    match operator.chars().next() {
        _ if is_before => reader.add(Kind::Opaque(vec![value]), node),
        None => value,
        Some(':' | '-' | '=' | '+') if operator.starts_with([':', '-', '=']) && !is_slice(operator) => {
            let defaults: Vec<_> = operands.iter().map(|part| word(reader, *part)).collect();
            let default = match defaults.as_slice() {
                [] => reader.add(Kind::Text(String::new()), node),
                [only] => *only,
                _ => reader.add(Kind::Concat(defaults), node),
            };
            reader.add(Kind::OneOf(vec![value, default]), node)
        }
        Some(':') => {
            let bounds: Vec<_> = operator.split(':').skip(1).map(|bound| bound.trim().parse::<i64>().ok()).collect();
            let (start, length) = (bounds.first().copied().flatten(), bounds.get(1).copied().flatten());
            let start_id = start.map(|start| reader.add(Kind::Number(start), node));
            let end = match (start, length) {
                (Some(start), Some(length)) => Some(reader.add(Kind::Number(start + length), node)),
                _ => None,
            };
            if start.is_none() || bounds.len() > 1 && length.is_none() {
                return reader.add(Kind::Opaque(vec![value]), node);
            }
            reader.add(Kind::Slice(value, [start_id, end, None]), node)
        }
        Some('/') => {
            let body = operator.trim_start_matches('/');
            let (from, to) = body.split_once('/').unwrap_or((body, ""));
            let is_plain = !from.contains(['[', '*', '?', '$', '\\']) && !to.contains('$');
            if !is_plain {
                return reader.add(Kind::Opaque(vec![value]), node);
            }
            let from = reader.add(Kind::Text(from.to_owned()), node);
            let to = reader.add(Kind::Text(to.to_owned()), node);
            let callee = reader.add(Kind::Member(value, "replace".to_owned()), node);
            let arguments = [from, to].map(|value| super::super::program::Argument { name: None, value }).to_vec();
            reader.add(Kind::Call(callee, arguments), node)
        }
        _ => {
            let inner: Vec<_> = std::iter::once(value).chain(operands.iter().map(|part| word(reader, *part))).collect();
            reader.add(Kind::Opaque(inner), node)
        }
    }
}

/// Tells whether `:1:4` and its like takes a part rather than a default.
fn is_slice(operator: &str) -> bool {
    operator.starts_with(':')
        && operator[1..].trim_start().starts_with(|next: char| next.is_ascii_digit() || next == '(')
        || operator.starts_with(": -")
}
