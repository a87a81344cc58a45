//! Turns syntax trees into programs: a file for each family of languages.

mod javascript;
mod powershell;
mod powershell_expression;
mod powershell_name;
mod python;
mod shell;

use tree_sitter::{Node, Tree};

use super::program::{Builder, Kind, Language, NodeId, Program};

/// How deep a syntax tree is followed; what lies deeper is one opaque value.
const DEPTH: usize = 120;

/// Turns a syntax tree into a program.
pub(super) fn lower(tree: &Tree, text: &str, language: Language) -> Program {
    let mut reader = Reader { text, builder: Builder::new(language), depth: 0, item: "$_".to_owned() };
    match language {
        Language::Shell => shell::lower(&mut reader, tree.root_node()),
        Language::Python => python::lower(&mut reader, tree.root_node()),
        Language::JavaScript | Language::TypeScript => javascript::lower(&mut reader, tree.root_node()),
        Language::PowerShell => powershell::lower(&mut reader, tree.root_node()),
        Language::Other => {}
    }
    reader.builder.program
}

/// What the languages share while they read a tree.
struct Reader<'t> {
    text: &'t str,
    builder: Builder,
    depth: usize,
    /// The variable that holds what comes along the pipeline, in PowerShell.
    item: String,
}

impl<'t> Reader<'t> {
    /// Returns the text of a node.
    fn text(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// Adds a node at the place of `node`.
    fn add(&mut self, kind: Kind, node: Node<'_>) -> NodeId {
        self.builder.add(kind, node.byte_range())
    }

    /// Runs `read` one level deeper, unless that is too deep or there is no room.
    fn deeper(&mut self, node: Node<'_>, read: impl FnOnce(&mut Self) -> NodeId) -> NodeId {
        if self.depth >= DEPTH || self.builder.is_full() {
            self.builder.program.is_cut = true;
            return self.add(Kind::Opaque(Vec::new()), node);
        }
        self.depth += 1;
        let id = read(self);
        self.depth -= 1;
        id
    }
}

/// Returns the named children of a node.
fn children<'n>(node: Node<'n>) -> Vec<Node<'n>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

/// Returns the children of a node that stand in a field.
fn fields<'n>(node: Node<'n>, name: &str) -> Vec<Node<'n>> {
    let mut cursor = node.walk();
    node.children_by_field_name(name, &mut cursor).collect()
}
