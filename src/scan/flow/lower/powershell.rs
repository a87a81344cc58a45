//! PowerShell.
//!
//! Names are of any case, so all are lowered to small letters; those of variables keep their
//! `$`, so that none is taken for a function of a library.

use tree_sitter::Node;

use super::super::program::{Argument, Kind, NodeId};
use super::powershell_expression::{arguments, expression, inner, token, variable_name};
use super::{Reader, children};

/// Reads a whole script.
pub(super) fn lower(reader: &mut Reader<'_>, root: Node<'_>) {
    statements(reader, root, true);
}

/// Reads the statements below `node` and returns what they write; `is_written` says whether
/// that is also what the function around them gives.
pub(super) fn statements(reader: &mut Reader<'_>, node: Node<'_>, is_written: bool) -> NodeId {
    let outputs: Vec<_> = children(node).into_iter().filter_map(|child| statement(reader, child, is_written)).collect();
    output(reader, outputs, node)
}

/// Joins what several statements write.
fn output(reader: &mut Reader<'_>, outputs: Vec<NodeId>, node: Node<'_>) -> NodeId {
    match outputs.as_slice() {
        [only] => *only,
        _ => reader.add(Kind::List(outputs), node),
    }
}

fn statement(reader: &mut Reader<'_>, node: Node<'_>, is_written: bool) -> Option<NodeId> {
    let mut written = None;
    reader.deeper(node, |reader| {
        written = read_statement(reader, node, is_written);
        written.unwrap_or(0)
    });
    written
}

fn read_statement(reader: &mut Reader<'_>, node: Node<'_>, is_written: bool) -> Option<NodeId> {
    match node.kind() {
        "comment" | "empty_statement" | "type_literal" | "simple_name" | "attribute" => None,
        "pipeline" => {
            let id = expression(reader, node);
            let is_assignment = inner(node).kind() == "assignment_expression";
            if is_written && !is_assignment && reader.builder.is_in_function() {
                reader.add(Kind::Return(id), node);
            }
            (!is_assignment).then_some(id)
        }
        "flow_control_statement" => {
            let value = children(node).into_iter().find(|part| part.kind() == "pipeline");
            let id = value.map(|value| expression(reader, value))?;
            if reader.builder.is_in_function() {
                reader.add(Kind::Return(id), node);
            }
            Some(id)
        }
        "function_statement" => {
            function(reader, node);
            None
        }
        "param_block" => {
            if !reader.builder.is_in_function() {
                for (name, parameter) in parameters(reader, node) {
                    let given = reader.add(Kind::Parameter(0), parameter);
                    reader.add(Kind::Assign { target: name, value: given, is_added: false }, parameter);
                }
            }
            defaults(reader, node);
            None
        }
        "if_statement" | "elseif_clause" | "while_statement" | "do_statement" | "for_statement"
        | "switch_statement" => Some(guarded(reader, node, is_written)),
        "foreach_statement" => {
            let parts = children(node);
            let variable = parts.iter().find(|part| part.kind() == "variable");
            let list = parts.iter().find(|part| part.kind() == "pipeline");
            if let (Some(variable), Some(list)) = (variable, list) {
                let elements = expression(reader, *list);
                let value = reader.add(Kind::Element(elements, None), *list);
                let target = variable_name(reader, *variable);
                reader.add(Kind::Assign { target, value, is_added: false }, node);
            }
            let body = parts.into_iter().find(|part| part.kind() == "statement_block")?;
            Some(statements(reader, body, is_written))
        }
        kind if kind.ends_with("_expression") && kind != "script_block_expression" => Some(expression(reader, node)),
        // Blocks, clauses, classes, and what the grammar could not make sense of.
        _ => Some(statements(reader, node, is_written)),
    }
}

/// Reads what runs only under a condition, or again and again.
fn guarded(reader: &mut Reader<'_>, node: Node<'_>, is_written: bool) -> NodeId {
    let is_block = |part: &Node<'_>| matches!(part.kind(), "statement_block" | "switch_body");
    let is_other = |part: &Node<'_>| matches!(part.kind(), "elseif_clauses" | "elseif_clause" | "else_clause");
    let parts = children(node);
    let conditions: Vec<_> = parts.iter().filter(|part| !is_block(part) && !is_other(part)).copied().collect();
    let decides: Vec<_> = conditions.iter().map(|condition| expression(reader, *condition)).collect();
    let decides = reader.add(Kind::Opaque(decides), node);
    let outer = reader.builder.open_guard(decides);
    let mut outputs: Vec<_> =
        parts.iter().filter(|part| is_block(part)).map(|part| statements(reader, *part, is_written)).collect();
    reader.builder.close_guard(outer);
    outputs.extend(parts.iter().filter(|part| is_other(part)).filter_map(|part| statement(reader, *part, is_written)));
    if node.kind() == "while_statement" {
        let text = reader.text(node).to_ascii_lowercase();
        let is_always = conditions
            .iter()
            .any(|condition| matches!(reader.text(*condition).to_ascii_lowercase().trim(), "$true" | "1"));
        let ends = ["break", "return", "sleep", "exit", "throw", "wait", "read-host"];
        if is_always && !ends.iter().any(|end| text.contains(end)) {
            reader.add(Kind::Forever, node);
        }
    }
    output(reader, outputs, node)
}

fn function(reader: &mut Reader<'_>, node: Node<'_>) {
    let parts = children(node);
    let find = |kind: &str| parts.iter().find(|part| part.kind() == kind).copied();
    let name = find("function_name").map_or(String::new(), |name| reader.text(name).to_ascii_lowercase());
    let name = name.rsplit(':').next().unwrap_or_default().to_owned();
    let body = find("script_block");
    let block = body.and_then(|body| children(body).into_iter().find(|part| part.kind() == "param_block"));
    let mut names: Vec<String> = Vec::new();
    for list in [find("function_parameter_declaration"), block].into_iter().flatten() {
        names.extend(parameters(reader, list).into_iter().map(|(name, _)| name));
    }
    let outer = reader.builder.open_function(name, None, names);
    if let Some(list) = find("function_parameter_declaration") {
        defaults(reader, list);
    }
    if let Some(body) = body {
        statement(reader, body, true);
    }
    reader.builder.close_function(outer);
}

/// Returns the parameters below `node`, by name.
fn parameters<'n>(reader: &Reader<'_>, node: Node<'n>) -> Vec<(String, Node<'n>)> {
    let lists = children(node).into_iter().filter(|part| part.kind() == "parameter_list");
    let parameters = lists.flat_map(children).filter(|part| part.kind() == "script_parameter");
    parameters
        .filter_map(|parameter| {
            let name = children(parameter).into_iter().find(|part| part.kind() == "variable")?;
            Some((variable_name(reader, name), parameter))
        })
        .collect()
}

/// Gives parameters the values that they have where nothing is given.
fn defaults(reader: &mut Reader<'_>, node: Node<'_>) {
    for (target, parameter) in parameters(reader, node) {
        let default = children(parameter).into_iter().find(|part| part.kind() == "script_parameter_default");
        if let Some(default) = default.and_then(|default| default.named_child(0)) {
            let value = expression(reader, default);
            reader.add(Kind::Assign { target, value, is_added: false }, parameter);
        }
    }
}

/// Reads the stages of a pipeline; each reads what the one before it writes.
pub(super) fn pipeline(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let mut flowing = None;
    for stage in children(node) {
        match stage.kind() {
            "command" => flowing = Some(command(reader, stage, flowing)),
            "redirections" => redirections(reader, stage, flowing),
            _ => flowing = Some(expression(reader, stage)),
        }
    }
    flowing.unwrap_or_else(|| reader.add(Kind::Opaque(Vec::new()), node))
}

fn redirections(reader: &mut Reader<'_>, node: Node<'_>, value: Option<NodeId>) {
    for redirection in children(node) {
        let parts = children(redirection);
        let operator = parts.iter().find(|part| part.kind() == "file_redirection_operator");
        let name = parts.iter().find(|part| part.kind() == "redirected_file_name");
        let (Some(operator), Some(name)) = (operator, name) else { continue };
        let target = children(*name).into_iter().find(|part| part.kind() != "command_argument_sep");
        if let (false, Some(target)) = (reader.text(*operator).starts_with(['2', '3', '4', '5', '6']), target) {
            let path = word(reader, target);
            let value = value.unwrap_or_else(|| reader.add(Kind::Opaque(Vec::new()), redirection));
            reader.add(Kind::Store { path, value }, redirection);
        }
    }
}

/// Reads a command, which reads `input`.
pub(super) fn command(reader: &mut Reader<'_>, node: Node<'_>, input: Option<NodeId>) -> NodeId {
    let mut words = Vec::new();
    let mut redirects = Vec::new();
    let mut blocks = Vec::new();
    let mut word_end = 0;
    for part in children(node) {
        match part.kind() {
            "command_invokation_operator" => {}
            "command_elements" => {
                for element in children(part) {
                    match inner(element).kind() {
                        "command_argument_sep" => {}
                        // `iex (…).DownloadString('…')`: the brackets belong to the word before.
                        "argument_list" => match words.pop() {
                            Some(callee) if matches!(reader.builder.kind(callee), Kind::Member(..)) => {
                                let arguments = arguments(reader, element);
                                words.push(reader.add(Kind::Call(callee, arguments), element));
                            }
                            other => {
                                words.extend(other);
                                words.extend(arguments(reader, element).iter().map(|argument| argument.value));
                            }
                        },
                        "redirection" | "redirections" => redirects.push(part),
                        "script_block_expression" => blocks.push(inner(element)),
                        _ => {
                            let more = word(reader, element);
                            // `$env:TEMP\x.exe`: what stands together is one word.
                            match words.pop() {
                                Some(last) if word_end == element.start_byte() => {
                                    words.push(reader.add(Kind::Concat(vec![last, more]), element));
                                }
                                other => words.extend(other.into_iter().chain([more])),
                            }
                            word_end = element.end_byte();
                        }
                    }
                }
            }
            _ if inner(part).kind() == "script_block_expression" => return expression(reader, part),
            _ => words.push(word(reader, part)),
        }
    }
    let name = children(node).into_iter().find(|part| part.kind().starts_with("command_name"));
    let name = name.map_or(String::new(), |name| reader.text(name).to_ascii_lowercase().replace('`', ""));
    let value = match (blocks.as_slice(), input, name.as_str()) {
        // A block for each thing that comes along the pipeline.
        ([.., block], Some(elements), "%" | "foreach" | "foreach-object") => each(reader, *block, elements),
        ([.., block], Some(elements), "?" | "where" | "where-object" | "sort-object" | "sort") => {
            each(reader, *block, elements);
            elements
        }
        ([], ..) => reader.add(Kind::Command(words, input), node),
        _ => {
            // `Start-Job { … }`, `Invoke-Command { … }`: the block runs.
            let mut outputs: Vec<_> = blocks.iter().map(|block| statements(reader, *block, false)).collect();
            outputs.push(reader.add(Kind::Command(words, input), node));
            reader.add(Kind::Opaque(outputs), node)
        }
    };
    for redirect in redirects {
        redirections(reader, redirect, Some(value));
    }
    value
}

/// Reads a block that runs for each element.
pub(super) fn each(reader: &mut Reader<'_>, block: Node<'_>, elements: NodeId) -> NodeId {
    // Each block has a variable of its own: what one pipeline carries is not in the next.
    let variable = format!("$_{}", reader.builder.next_id());
    let value = reader.add(Kind::Element(elements, None), block);
    reader.add(Kind::Assign { target: variable.clone(), value, is_added: false }, block);
    let outer = std::mem::replace(&mut reader.item, variable.clone());
    let first = reader.builder.next_id();
    let body = statements(reader, block, false);
    reader.item = outer;
    if body < first {
        return body;
    }
    reader.add(Kind::Each { variable, elements, first, body }, block)
}

/// Reads a word of a command.
fn word(reader: &mut Reader<'_>, node: Node<'_>) -> NodeId {
    let node = inner(node);
    match node.kind() {
        "generic_token"
        | "command_name"
        | "path_command_name"
        | "path_command_name_token"
        | "command_parameter"
        | "stop_parsing"
        | "verbatim_command_argument" => token(reader, node),
        // The grammar takes the end of `$env:TEMP\\x.exe` for a member.
        "member_access" if reader.text(node).starts_with('$') && reader.text(node).contains(['\\', '/']) => {
            token(reader, node)
        }
        "command_name_expr" => match node.named_child(0) {
            Some(name) => word(reader, name),
            None => token(reader, node),
        },
        _ => expression(reader, node),
    }
}

/// Adds a call of a function by its name.
pub(super) fn call(reader: &mut Reader<'_>, name: &str, values: &[NodeId], node: Node<'_>) -> NodeId {
    let callee = reader.add(Kind::Name(name.to_owned()), node);
    let arguments = values.iter().map(|value| Argument { name: None, value: *value }).collect();
    reader.add(Kind::Call(callee, arguments), node)
}
