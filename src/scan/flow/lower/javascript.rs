//! JavaScript and TypeScript.

use tree_sitter::Node;

use super::super::constant::unescape;
use super::super::program::{Argument, Kind, NodeId};
use super::{Reader, children, fields};

/// Keys of an object that say that it holds the options of a request.
const REQUEST_KEYS: &[&str] = &["headers", "body", "method", "data", "json"];

/// Reads a whole module.
pub(super) fn lower(reader: &mut Reader<'_>, root: Node<'_>) {
    block(reader, root);
}

fn block(reader: &mut Reader<'_>, node: Node<'_>) {
    for child in children(node) {
        statement(reader, child);
    }
}

fn statement(reader: &mut Reader<'_>, node: Node<'_>) {
    reader.deeper(node, |reader| {
        read_statement(reader, node);
        0
    });
}

fn read_statement(reader: &mut Reader<'_>, node: Node<'_>) {
    match node.kind() {
        "comment" | "interface_declaration" | "type_alias_declaration" => {}
        "import_statement" => import(reader, node),
        "function_declaration" | "generator_function_declaration" => {
            let name = node.child_by_field_name("name").map(|name| reader.text(name).to_owned());
            function(reader, node, name, None);
        }
        "class_declaration" | "class" => class(reader, node),
        "return_statement" => {
            if let Some(value) = node.named_child(0) {
                let value = expression(reader, value);
                reader.add(Kind::Return(value), node);
            }
        }
        "if_statement" | "while_statement" => {
            let Some(condition) = node.child_by_field_name("condition") else { return block(reader, node) };
            let decides = expression(reader, condition);
            let outer = reader.builder.open_guard(decides);
            for body in fields(node, "consequence").into_iter().chain(fields(node, "body")) {
                statement(reader, body);
            }
            reader.builder.close_guard(outer);
            for other in fields(node, "alternative") {
                statement(reader, other);
            }
        }
        "for_in_statement" => {
            if let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) {
                let elements = expression(reader, right);
                let element = reader.add(Kind::Element(elements, None), right);
                assign(reader, left, element, false);
            }
            fields(node, "body").into_iter().for_each(|body| statement(reader, body));
        }
        "variable_declarator" => {
            if let (Some(name), Some(value)) = (node.child_by_field_name("name"), node.child_by_field_name("value")) {
                let id = named_expression(reader, value, Some(reader.text(name)));
                assign(reader, name, id, false);
            }
        }
        kind if kind.ends_with("_expression") || kind == "object" || kind == "identifier" => {
            expression(reader, node);
        }
        _ => block(reader, node),
    }
}

fn import(reader: &mut Reader<'_>, node: Node<'_>) {
    let Some(source) = node.child_by_field_name("source") else { return };
    let module = reader.text(source).trim_matches(['"', '\'', '`']);
    let module = module.strip_prefix("node:").unwrap_or(module).to_owned();
    let mut open: Vec<Node<'_>> = children(node);
    while let Some(part) = open.pop() {
        match part.kind() {
            "import_clause" | "named_imports" => open.extend(children(part)),
            "identifier" => {
                reader.builder.program.imports.insert(reader.text(part).to_owned(), module.clone());
            }
            "namespace_import" => {
                if let Some(name) = part.named_child(0) {
                    reader.builder.program.imports.insert(reader.text(name).to_owned(), module.clone());
                }
            }
            "import_specifier" => {
                let name = part.child_by_field_name("name").map_or("", |name| reader.text(name));
                let alias = part.child_by_field_name("alias").map_or(name, |alias| reader.text(alias));
                reader.builder.program.imports.insert(alias.to_owned(), format!("{module}.{name}"));
            }
            _ => {}
        }
    }
}

fn class(reader: &mut Reader<'_>, node: Node<'_>) {
    let name = node.child_by_field_name("name").map(|name| reader.text(name).to_owned());
    for member in node.child_by_field_name("body").map(children).unwrap_or_default() {
        match member.kind() {
            "method_definition" => {
                let method = member.child_by_field_name("name").map(|name| reader.text(name).to_owned());
                let class = name.clone().filter(|_| method.as_deref() == Some("constructor"));
                function(reader, member, method, class);
            }
            "field_definition" | "public_field_definition" => {
                let property = member.child_by_field_name("property").or_else(|| member.child_by_field_name("name"));
                if let (Some(property), Some(value)) = (property, member.child_by_field_name("value")) {
                    let target = format!("this.{}", reader.text(property));
                    let value = named_expression(reader, value, Some(reader.text(property)));
                    reader.add(Kind::Assign { target, value, is_added: false }, property);
                }
            }
            _ => {}
        }
    }
}

/// Reads a function; returns a name by which it is called.
fn function(reader: &mut Reader<'_>, node: Node<'_>, name: Option<String>, class: Option<String>) -> NodeId {
    let name = name.unwrap_or_else(|| format!("\0{}", reader.builder.program.functions.len()));
    let mut names = Vec::new();
    let mut patterns = Vec::new();
    let listed = node.child_by_field_name("parameters").map(children).unwrap_or_default();
    for parameter in listed.into_iter().chain(node.child_by_field_name("parameter")) {
        let pattern = parameter
            .child_by_field_name("pattern")
            .or_else(|| parameter.child_by_field_name("left"))
            .or_else(|| parameter.named_child(0).filter(|_| parameter.kind() == "rest_pattern"))
            .unwrap_or(parameter);
        let value = parameter.child_by_field_name("right").or_else(|| parameter.child_by_field_name("value"));
        let text = match pattern.kind() {
            "identifier" => reader.text(pattern).to_owned(),
            _ => format!("\0parameter{}", names.len()),
        };
        patterns.push((text.clone(), pattern, value));
        names.push(text);
    }
    let outer = reader.builder.open_function(name.clone(), class, names);
    for (text, pattern, value) in patterns {
        if let Some(value) = value {
            let id = expression(reader, value);
            reader.add(Kind::Assign { target: text.clone(), value: id, is_added: true }, value);
        }
        if pattern.kind() != "identifier" {
            let whole = reader.add(Kind::Name(text), pattern);
            assign(reader, pattern, whole, false);
        }
    }
    if let Some(body) = node.child_by_field_name("body") {
        if body.kind() == "statement_block" {
            block(reader, body);
        } else {
            let value = expression(reader, body);
            reader.add(Kind::Return(value), body);
        }
    }
    reader.builder.close_function(outer);
    reader.add(Kind::Name(name), node)
}

fn expression(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    named_expression(reader, node, None)
}

/// Reads an expression; a function without a name gets that of what it is given to.
fn named_expression(reader: &mut Reader<'_>, node: Node<'_>, name: Option<&str>) -> NodeId {
    reader.deeper(node, |reader| read_expression(reader, node, name))
}

fn read_expression(reader: &mut Reader<'_>, node: Node<'_>, name: Option<&str>) -> NodeId {
    match node.kind() {
        "identifier" | "shorthand_property_identifier" | "this" | "super" | "property_identifier" => {
            reader.add(Kind::Name(reader.text(node).to_owned()), node)
        }
        "import" => reader.add(Kind::Name("import".to_owned()), node),
        "string" | "template_string" => string(reader, node),
        "number" => {
            let text = reader.text(node).replace('_', "");
            let value = match text.strip_prefix("0x") {
                Some(digits) => i64::from_str_radix(digits, 16).ok(),
                None => text.parse().ok(),
            };
            reader.add(value.map_or(Kind::Opaque(Vec::new()), Kind::Number), node)
        }
        "member_expression" => {
            let object = node.child_by_field_name("object").map(|object| expression(reader, object));
            let name = node.child_by_field_name("property").map_or("", |name| reader.text(name)).to_owned();
            match object {
                Some(object) => reader.add(Kind::Member(object, name), node),
                None => opaque(reader, node),
            }
        }
        "subscript_expression" => {
            let (object, index) = (node.child_by_field_name("object"), node.child_by_field_name("index"));
            let (Some(object), Some(index)) = (object, index) else { return opaque(reader, node) };
            let (object, index) = (expression(reader, object), expression(reader, index));
            reader.add(Kind::Index(object, index), node)
        }
        "call_expression" | "new_expression" => call(reader, node),
        "binary_expression" => binary(reader, node),
        "ternary_expression" => {
            let sides = fields(node, "consequence").into_iter().chain(fields(node, "alternative"));
            let sides: Vec<_> = sides.map(|side| expression(reader, side)).collect();
            reader.add(Kind::OneOf(sides), node)
        }
        "array" => {
            let elements = children(node).into_iter().map(|element| expression(reader, element)).collect();
            reader.add(Kind::List(elements), node)
        }
        "object" => object(reader, node),
        "arrow_function" | "function_expression" | "function" | "generator_function" => {
            let name = name.map(|name| name.rsplit('.').next().unwrap_or(name).to_owned());
            let name = name
                .filter(|name| name.chars().all(|character| character.is_alphanumeric() || "_$".contains(character)));
            function(reader, node, name, None)
        }
        "class" => {
            class(reader, node);
            reader.add(Kind::Opaque(Vec::new()), node)
        }
        "assignment_expression" | "augmented_assignment_expression" => {
            let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right"))
            else {
                return opaque(reader, node);
            };
            let mut value = named_expression(reader, right, Some(reader.text(left)));
            let is_added = node.kind().starts_with("augmented");
            if is_added && left.kind() == "identifier" {
                let before = expression(reader, left);
                value = reader.add(Kind::Concat(vec![before, value]), node);
            }
            assign(reader, left, value, is_added);
            value
        }
        "await_expression"
        | "parenthesized_expression"
        | "spread_element"
        | "as_expression"
        | "satisfies_expression"
        | "non_null_expression"
        | "type_assertion" => match node.named_child(0) {
            Some(inner) => expression(reader, inner),
            None => opaque(reader, node),
        },
        // `(0, eval)(code)`: the last is the value.
        "sequence_expression" => {
            let parts: Vec<_> = children(node).into_iter().map(|part| expression(reader, part)).collect();
            match parts.last() {
                Some(last) => *last,
                None => opaque(reader, node),
            }
        }
        "statement_block" => {
            block(reader, node);
            reader.add(Kind::Opaque(Vec::new()), node)
        }
        "regex" | "comment" | "true" | "false" | "null" | "undefined" => reader.add(Kind::Opaque(Vec::new()), node),
        _ => opaque(reader, node),
    }
}

fn opaque(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let parts = children(node).into_iter().map(|part| expression(reader, part)).collect();
    reader.add(Kind::Opaque(parts), node)
}

fn string(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let mut parts = Vec::new();
    let mut text = String::new();
    for part in children(node) {
        match part.kind() {
            "string_fragment" => text.push_str(reader.text(part)),
            "escape_sequence" => text.push_str(&unescape(reader.text(part))),
            "template_substitution" => {
                if !text.is_empty() {
                    parts.push(reader.add(Kind::Text(std::mem::take(&mut text)), node));
                }
                if let Some(value) = part.named_child(0) {
                    parts.push(expression(reader, value));
                }
            }
            _ => {}
        }
    }
    if parts.is_empty() {
        return reader.add(Kind::Text(text), node);
    }
    if !text.is_empty() {
        parts.push(reader.add(Kind::Text(text), node));
    }
    reader.add(Kind::Concat(parts), node)
}

fn call(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let function = node.child_by_field_name("function").or_else(|| node.child_by_field_name("constructor"));
    let Some(function) = function else { return opaque(reader, node) };
    let list = node.child_by_field_name("arguments").map(children).unwrap_or_default();
    if let Some(each) = map_call(reader, node, function, &list) {
        return each;
    }
    // `new Function(code)()` calls what it has built.
    let callee = expression(reader, function);
    let mut arguments = Vec::new();
    for argument in list.into_iter().filter(|argument| argument.kind() != "comment") {
        let pairs: Vec<_> = children(argument).into_iter().filter(|pair| pair.kind() == "pair").collect();
        let key = |reader: &Reader<'_>, pair: Node<'_>| {
            pair.child_by_field_name("key").map_or("", |key| reader.text(key)).trim_matches(['"', '\'']).to_owned()
        };
        let is_request =
            argument.kind() == "object" && pairs.iter().any(|pair| REQUEST_KEYS.contains(&key(reader, *pair).as_str()));
        if !is_request {
            arguments.push(Argument { name: None, value: expression(reader, argument) });
            continue;
        }
        for part in children(argument) {
            match part.kind() {
                "pair" => {
                    if let Some(value) = part.child_by_field_name("value") {
                        arguments.push(Argument { name: Some(key(reader, part)), value: expression(reader, value) });
                    }
                }
                "shorthand_property_identifier" => {
                    arguments
                        .push(Argument { name: Some(reader.text(part).to_owned()), value: expression(reader, part) });
                }
                _ => arguments.push(Argument { name: Some("rest".to_owned()), value: expression(reader, part) }),
            }
        }
    }
    reader.add(Kind::Call(callee, arguments), node)
}

/// Reads `list.map(element => value)`, whose value is known where the list is.
fn map_call(reader: &mut Reader<'_>, node: Node<'_>, function: Node<'_>, list: &[Node<'_>]) -> Option<NodeId> {
    let name = function.child_by_field_name("property")?;
    let [lambda] = list else { return None };
    if reader.text(name) != "map" || lambda.kind() != "arrow_function" {
        return None;
    }
    let body = lambda.child_by_field_name("body").filter(|body| body.kind() != "statement_block")?;
    let parameter = lambda
        .child_by_field_name("parameter")
        .or_else(|| lambda.child_by_field_name("parameters").and_then(|all| all.named_child(0)))
        .filter(|parameter| parameter.kind() == "identifier")?;
    let variable = reader.text(parameter).to_owned();
    let elements = expression(reader, function.child_by_field_name("object")?);
    let element = reader.add(Kind::Element(elements, None), parameter);
    reader.add(Kind::Assign { target: variable.clone(), value: element, is_added: false }, parameter);
    let first = reader.builder.next_id();
    let body = expression(reader, body);
    Some(reader.add(Kind::Each { variable, elements, first, body }, node))
}

/// Reads a chain of operators from the left without going down.
fn binary(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let mut chain = Vec::new();
    let mut left = node;
    while left.kind() == "binary_expression" {
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
            "||" | "??" | "&&" => Kind::OneOf(vec![value, other]),
            "*" => Kind::Repeat(value, other),
            "^" | "-" | "|" | "&" => Kind::Arithmetic(value, operator.chars().next().unwrap_or('-'), other),
            _ => Kind::Opaque(vec![value, other]),
        };
        value = reader.add(kind, node);
    }
    if sum.is_empty() { value } else { reader.add(Kind::Concat(sum), node) }
}

fn object(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let mut pairs = Vec::new();
    for part in children(node) {
        let value = match part.kind() {
            "pair" => {
                let key = part.child_by_field_name("key").map_or("", |key| reader.text(key));
                part.child_by_field_name("value").map(|value| named_expression(reader, value, Some(key)))
            }
            "method_definition" => {
                let name = part.child_by_field_name("name").map(|name| reader.text(name).to_owned());
                Some(function(reader, part, name, None))
            }
            _ => Some(expression(reader, part)),
        };
        pairs.extend(value.map(|value| (value, value)));
    }
    reader.add(Kind::Map(pairs), node)
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
        "identifier" | "shorthand_property_identifier_pattern" => {
            let name = reader.text(target).to_owned();
            // `const { exec } = require(…)` binds an attribute.
            let value = if target.kind() == "identifier" {
                value
            } else {
                reader.add(Kind::Member(value, name.clone()), target)
            };
            reader.add(Kind::Assign { target: name, value, is_added }, target);
        }
        "member_expression" => {
            let name = reader.text(target).to_owned();
            if name.len() <= 80 {
                reader.add(Kind::Assign { target: name, value, is_added }, target);
            }
        }
        "subscript_expression" => {
            if let Some(container) = target.child_by_field_name("object") {
                let inner = reader.add(Kind::Opaque(vec![value]), target);
                assign(reader, container, inner, true);
            }
        }
        "object_pattern" => {
            for part in children(target) {
                match part.kind() {
                    "pair_pattern" => {
                        let key = part.child_by_field_name("key").map_or("", |key| reader.text(key)).to_owned();
                        if let Some(inner) = part.child_by_field_name("value") {
                            let member = reader.add(Kind::Member(value, key), part);
                            assign(reader, inner, member, is_added);
                        }
                    }
                    "object_assignment_pattern" => {
                        if let Some(inner) = part.child_by_field_name("left") {
                            assign(reader, inner, value, is_added);
                        }
                    }
                    _ => assign(reader, part, value, is_added),
                }
            }
        }
        "array_pattern" => {
            for (index, part) in children(target).into_iter().enumerate() {
                let element = reader.add(Kind::Element(value, Some(index)), part);
                assign(reader, part, element, is_added);
            }
        }
        "assignment_pattern" | "rest_pattern" => {
            if let Some(inner) = target.named_child(0) {
                assign(reader, inner, value, is_added);
            }
        }
        _ => {}
    }
}
