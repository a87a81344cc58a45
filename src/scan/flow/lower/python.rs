//! Python.

use tree_sitter::Node;

use super::super::constant::unescape;
use super::super::program::{Argument, Kind, NodeId};
use super::{Reader, children, fields};

/// Reads a whole module.
pub(super) fn lower(reader: &mut Reader<'_>, root: Node<'_>) {
    block(reader, root, None);
}

/// Reads the statements below `node`; `class` is the name of the class around them.
fn block(reader: &mut Reader<'_>, node: Node<'_>, class: Option<&str>) {
    for child in children(node) {
        statement(reader, child, class);
    }
}

fn statement(reader: &mut Reader<'_>, node: Node<'_>, class: Option<&str>) {
    reader.deeper(node, |reader| {
        match node.kind() {
            "import_statement" => import(reader, node, ""),
            "import_from_statement" => {
                let module =
                    node.child_by_field_name("module_name").map_or("", |module| reader.text(module)).to_owned();
                import(reader, node, &module);
            }
            "class_definition" => {
                let name = node.child_by_field_name("name").map_or("", |name| reader.text(name)).to_owned();
                if let Some(body) = node.child_by_field_name("body") {
                    block(reader, body, Some(&name));
                }
            }
            "function_definition" => function(reader, node, class),
            "decorated_definition" => {
                if let Some(definition) = node.child_by_field_name("definition") {
                    statement(reader, definition, class);
                }
            }
            "return_statement" => {
                if let Some(value) = node.named_child(0) {
                    let value = expression(reader, value);
                    reader.add(Kind::Return(value), node);
                }
            }
            "if_statement" | "elif_clause" | "while_statement" => guarded(reader, node, class),
            "for_statement" => {
                if let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right"))
                {
                    let elements = expression(reader, right);
                    let element = reader.add(Kind::Element(elements, None), right);
                    assign(reader, left, element, false);
                }
                for body in fields(node, "body").into_iter().chain(fields(node, "alternative")) {
                    block(reader, body, class);
                }
            }
            "with_statement" => {
                for clause in children(node) {
                    match clause.kind() {
                        "with_clause" => {
                            children(clause).into_iter().filter_map(|item| item.named_child(0)).for_each(|item| {
                                expression(reader, item);
                            })
                        }
                        _ => statement(reader, clause, class),
                    }
                }
            }
            "expression_statement" => {
                for child in children(node) {
                    let value = expression(reader, child);
                    // An attribute of a class is one of its instances.
                    let name = child.child_by_field_name("left").filter(|left| left.kind() == "identifier");
                    if let (Some(_), Some(name)) = (class, name) {
                        let target = format!("self.{}", reader.text(name));
                        reader.add(Kind::Assign { target, value, is_added: false }, child);
                    }
                }
            }
            kind if is_expression(kind) => {
                expression(reader, node);
            }
            "comment" => {}
            _ => block(reader, node, class),
        }
        0
    });
}

/// Reads a branch: its condition, and what runs under it.
fn guarded(reader: &mut Reader<'_>, node: Node<'_>, class: Option<&str>) {
    let Some(condition) = node.child_by_field_name("condition") else { return block(reader, node, class) };
    let decides = expression(reader, condition);
    let outer = reader.builder.open_guard(decides);
    for body in fields(node, "consequence").into_iter().chain(fields(node, "body")) {
        block(reader, body, class);
    }
    reader.builder.close_guard(outer);
    for other in fields(node, "alternative") {
        statement(reader, other, class);
    }
    let is_forever = node.kind() == "while_statement"
        && matches!(reader.text(condition), "True" | "1")
        && !["break", "return", "sleep", "sys.exit", "raise"].iter().any(|end| reader.text(node).contains(end));
    if is_forever {
        reader.add(Kind::Forever, node);
    }
}

fn is_expression(kind: &str) -> bool {
    matches!(kind, "call" | "assignment" | "augmented_assignment" | "await" | "yield" | "named_expression")
}

fn import(reader: &mut Reader<'_>, node: Node<'_>, module: &str) {
    for name in fields(node, "name") {
        let (path, alias) = match name.kind() {
            "aliased_import" => (
                name.child_by_field_name("name").map_or("", |path| reader.text(path)),
                name.child_by_field_name("alias").map_or("", |alias| reader.text(alias)),
            ),
            _ => (reader.text(name), reader.text(name)),
        };
        let full = if module.is_empty() { path.to_owned() } else { format!("{module}.{path}") };
        // `import a.b` binds `a`.
        let (bound, full) = match (alias == path && module.is_empty(), path.split_once('.')) {
            (true, Some((first, _))) => (first, first.to_owned()),
            _ => (alias, full),
        };
        reader.builder.program.imports.insert(bound.to_owned(), full);
    }
}

fn function(reader: &mut Reader<'_>, node: Node<'_>, class: Option<&str>) {
    let name = node.child_by_field_name("name").map_or("", |name| reader.text(name)).to_owned();
    let mut parameters = Vec::new();
    let mut defaults = Vec::new();
    for parameter in node.child_by_field_name("parameters").map(children).unwrap_or_default() {
        let named = parameter.child_by_field_name("name").or_else(|| parameter.named_child(0)).unwrap_or(parameter);
        let text = reader.text(named).to_owned();
        if let Some(value) = parameter.child_by_field_name("value") {
            defaults.push((text.clone(), value));
        }
        parameters.push(text);
    }
    if class.is_some() && matches!(parameters.first().map(String::as_str), Some("self" | "cls")) {
        parameters.remove(0);
    }
    let constructed = class.filter(|_| name == "__init__").map(str::to_owned);
    let outer = reader.builder.open_function(name, constructed, parameters);
    for (target, value) in defaults {
        let value_id = expression(reader, value);
        reader.add(Kind::Assign { target, value: value_id, is_added: true }, value);
    }
    if let Some(body) = node.child_by_field_name("body") {
        block(reader, body, None);
    }
    reader.builder.close_function(outer);
}

/// Reads an expression.
fn expression(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    reader.deeper(node, |reader| match node.kind() {
        "identifier" => reader.add(Kind::Name(reader.text(node).to_owned()), node),
        "string" => string(reader, node),
        "concatenated_string" => {
            let parts = children(node).into_iter().map(|part| expression(reader, part)).collect();
            reader.add(Kind::Concat(parts), node)
        }
        "integer" => {
            let text = reader.text(node).replace('_', "");
            match number(&text) {
                Some(value) => reader.add(Kind::Number(value), node),
                None => reader.add(Kind::Opaque(Vec::new()), node),
            }
        }
        "unary_operator" => {
            let value = reader.text(node).parse::<i64>().ok();
            match value {
                Some(value) => reader.add(Kind::Number(value), node),
                None => opaque(reader, node),
            }
        }
        "attribute" => {
            let object = node.child_by_field_name("object").map(|object| expression(reader, object));
            let name = node.child_by_field_name("attribute").map_or("", |name| reader.text(name)).to_owned();
            match object {
                Some(object) => reader.add(Kind::Member(object, name), node),
                None => opaque(reader, node),
            }
        }
        "subscript" => subscript(reader, node),
        "call" => call(reader, node),
        "binary_operator" => binary(reader, node),
        "boolean_operator" => {
            let sides = children(node).into_iter().map(|side| expression(reader, side)).collect();
            reader.add(Kind::OneOf(sides), node)
        }
        "conditional_expression" => {
            let parts: Vec<_> = children(node).into_iter().map(|part| expression(reader, part)).collect();
            let chosen = match parts.as_slice() {
                [yes, _, no] => vec![*yes, *no],
                _ => parts,
            };
            reader.add(Kind::OneOf(chosen), node)
        }
        "list" | "tuple" | "set" | "expression_list" => {
            let elements = children(node).into_iter().map(|element| expression(reader, element)).collect();
            reader.add(Kind::List(elements), node)
        }
        "dictionary" => dictionary(reader, node),
        "list_comprehension" | "generator_expression" | "set_comprehension" | "dictionary_comprehension" => {
            comprehension(reader, node)
        }
        "lambda" => {
            let body = node.child_by_field_name("body");
            match body {
                Some(body) => expression(reader, body),
                None => opaque(reader, node),
            }
        }
        "assignment" | "augmented_assignment" | "named_expression" => assignment(reader, node),
        "as_pattern" => {
            let Some(value) = node.named_child(0) else { return opaque(reader, node) };
            let id = expression(reader, value);
            if let Some(alias) = node.child_by_field_name("alias").and_then(|alias| alias.named_child(0)) {
                assign(reader, alias, id, false);
            }
            id
        }
        "await" | "parenthesized_expression" | "list_splat" | "dictionary_splat" => match node.named_child(0) {
            Some(inner) => expression(reader, inner),
            None => opaque(reader, node),
        },
        "yield" => {
            let id = opaque(reader, node);
            reader.add(Kind::Return(id), node)
        }
        "true" | "false" | "none" | "comment" => reader.add(Kind::Opaque(Vec::new()), node),
        _ => opaque(reader, node),
    })
}

fn opaque(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let parts = children(node).into_iter().map(|part| expression(reader, part)).collect();
    reader.add(Kind::Opaque(parts), node)
}

fn number(text: &str) -> Option<i64> {
    match text.get(..2) {
        Some("0x" | "0X") => i64::from_str_radix(&text[2..], 16).ok(),
        Some("0o" | "0O") => i64::from_str_radix(&text[2..], 8).ok(),
        Some("0b" | "0B") => i64::from_str_radix(&text[2..], 2).ok(),
        _ => text.parse().ok(),
    }
}

fn string(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let is_raw = node.child(0).is_some_and(|start| reader.text(start).to_ascii_lowercase().contains('r'));
    let mut parts = Vec::new();
    for part in children(node) {
        match part.kind() {
            "string_content" => {
                let text = reader.text(part);
                let text = if is_raw || !text.contains('\\') { text.to_owned() } else { unescape(text) };
                parts.push(reader.add(Kind::Text(text), part));
            }
            "interpolation" => {
                if let Some(value) = part.child_by_field_name("expression") {
                    parts.push(expression(reader, value));
                }
            }
            _ => {}
        }
    }
    match parts.as_slice() {
        [] => reader.add(Kind::Text(String::new()), node),
        [only] if matches!(reader.builder.program.nodes[*only as usize].kind, Kind::Text(_)) => *only,
        _ => reader.add(Kind::Concat(parts), node),
    }
}

fn subscript(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let Some(value) = node.child_by_field_name("value") else { return opaque(reader, node) };
    let value = expression(reader, value);
    let Some(index) = node.child_by_field_name("subscript") else {
        return reader.add(Kind::Opaque(vec![value]), node);
    };
    if index.kind() != "slice" {
        let index = expression(reader, index);
        return reader.add(Kind::Index(value, index), node);
    }
    let mut bounds = [None, None, None];
    let mut position = 0;
    let mut cursor = index.walk();
    let parts: Vec<_> = index.children(&mut cursor).collect();
    for part in parts {
        match part.kind() {
            ":" => position += 1,
            _ if position < 3 => bounds[position] = Some(expression(reader, part)),
            _ => {}
        }
    }
    reader.add(Kind::Slice(value, bounds), node)
}

fn call(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let Some(function) = node.child_by_field_name("function") else { return opaque(reader, node) };
    let callee = expression(reader, function);
    let mut arguments = Vec::new();
    if let Some(list) = node.child_by_field_name("arguments") {
        if list.kind() == "generator_expression" {
            arguments.push(Argument { name: None, value: expression(reader, list) });
        } else {
            for argument in children(list) {
                let (name, value) = match argument.kind() {
                    "comment" => continue,
                    "keyword_argument" => (
                        argument.child_by_field_name("name").map(|name| reader.text(name).to_owned()),
                        argument.child_by_field_name("value"),
                    ),
                    _ => (None, Some(argument)),
                };
                if let Some(value) = value {
                    arguments.push(Argument { name, value: expression(reader, value) });
                }
            }
        }
    }
    reader.add(Kind::Call(callee, arguments), node)
}

/// Reads a chain of operators from the left without going down: a text in a thousand pieces
/// is a tree a thousand deep.
fn binary(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let mut chain = Vec::new();
    let mut left = node;
    while left.kind() == "binary_operator" {
        let operator = left.child_by_field_name("operator").map_or("", |operator| reader.text(operator)).to_owned();
        let (Some(next), Some(right)) = (left.child_by_field_name("left"), left.child_by_field_name("right")) else {
            break;
        };
        chain.push((operator, right));
        left = next;
    }
    if chain.is_empty() {
        return opaque(reader, node);
    }
    let mut value = expression(reader, left);
    let mut sum = Vec::new();
    for (operator, right) in chain.into_iter().rev() {
        let other = expression(reader, right);
        if operator == "+" {
            if sum.is_empty() {
                sum.push(value);
            }
            sum.push(other);
            continue;
        }
        if !sum.is_empty() {
            value = reader.add(Kind::Concat(std::mem::take(&mut sum)), node);
        }
        let kind = match operator.as_str() {
            "/" => Kind::Path(vec![value, other]),
            "%" => Kind::Format(value, other),
            "*" => Kind::Repeat(value, other),
            "^" | "-" | "|" | "&" => Kind::Arithmetic(value, operator.chars().next().unwrap_or('-'), other),
            _ => Kind::Opaque(vec![value, other]),
        };
        value = reader.add(kind, node);
    }
    if sum.is_empty() { value } else { reader.add(Kind::Concat(sum), node) }
}

fn dictionary(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let mut pairs = Vec::new();
    for pair in children(node) {
        let key = pair.child_by_field_name("key").map(|key| expression(reader, key));
        let value = pair.child_by_field_name("value").or_else(|| pair.named_child(0));
        if let Some(value) = value {
            let value = expression(reader, value);
            pairs.push((key.unwrap_or(value), value));
        }
    }
    reader.add(Kind::Map(pairs), node)
}

fn comprehension(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let clauses: Vec<_> = children(node).into_iter().filter(|part| part.kind() == "for_in_clause").collect();
    let mut walked = None;
    for clause in &clauses {
        let (Some(left), Some(right)) = (clause.child_by_field_name("left"), clause.child_by_field_name("right"))
        else {
            continue;
        };
        let elements = expression(reader, right);
        let element = reader.add(Kind::Element(elements, None), right);
        assign(reader, left, element, false);
        walked = Some((reader.text(left).to_owned(), elements));
    }
    let Some(body) = node.child_by_field_name("body").or_else(|| node.named_child(0)) else {
        return opaque(reader, node);
    };
    let first = reader.builder.next_id();
    let value = match body.kind() {
        "pair" => opaque(reader, body),
        _ => expression(reader, body),
    };
    match walked {
        Some((variable, elements)) if clauses.len() == 1 => {
            reader.add(Kind::Each { variable, elements, first, body: value }, node)
        }
        _ => reader.add(Kind::Opaque(vec![value]), node),
    }
}

fn assignment(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let target = node.child_by_field_name("left").or_else(|| node.child_by_field_name("name"));
    let value = node.child_by_field_name("right").or_else(|| node.child_by_field_name("value"));
    let (Some(target), Some(value)) = (target, value) else { return opaque(reader, node) };
    let mut id = expression(reader, value);
    let is_added = node.kind() == "augmented_assignment";
    if is_added && target.kind() == "identifier" {
        let before = expression(reader, target);
        id = reader.add(Kind::Concat(vec![before, id]), node);
    }
    assign(reader, target, id, is_added);
    id
}

/// Gives `value` to a target: a name, an attribute, an element, or several of them.
fn assign(reader: &mut Reader<'_>, target: Node<'_>, value: NodeId, is_added: bool) {
    reader.deeper(target, |reader| {
        assign_to(reader, target, value, is_added);
        value
    });
}

fn assign_to(reader: &mut Reader<'_>, target: Node<'_>, value: NodeId, is_added: bool) {
    match target.kind() {
        "identifier" => {
            let name = reader.text(target).to_owned();
            reader.add(Kind::Assign { target: name, value, is_added }, target);
        }
        "attribute" => {
            let name = reader.text(target).to_owned();
            if name.len() <= 80 {
                reader.add(Kind::Assign { target: name, value, is_added }, target);
            }
        }
        "subscript" => {
            if let Some(container) = target.child_by_field_name("value") {
                let inner = reader.add(Kind::Opaque(vec![value]), target);
                assign(reader, container, inner, true);
            }
        }
        "pattern_list" | "tuple_pattern" | "list_pattern" => {
            for (index, part) in children(target).into_iter().enumerate() {
                let element = reader.add(Kind::Element(value, Some(index)), part);
                assign(reader, part, element, is_added);
            }
        }
        _ => {}
    }
}
