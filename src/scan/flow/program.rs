//! A program in a form that all languages share: nodes in the order in which they run, each
//! after the nodes that it is made of, so that one pass over the list evaluates everything
//! without recursion.

use std::collections::HashMap;

/// Nodes of one program; what comes after is not looked at.
const NODES: usize = 30_000;

/// Index of a node.
pub(in crate::scan) type NodeId = u32;

/// The language of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::scan) enum Language {
    /// POSIX shells, Bash, Zsh.
    Shell,
    /// Python.
    Python,
    /// JavaScript.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// PowerShell.
    PowerShell,
    /// A language that is not read: what it runs is known, what it does is not.
    Other,
}

/// A program.
#[derive(Debug)]
pub(in crate::scan) struct Program {
    /// The language.
    pub(in crate::scan) language: Language,
    /// The nodes; a node's parts stand before it.
    pub(in crate::scan) nodes: Vec<Node>,
    /// Names and what they were imported as: `o` → `os`, `r` → `subprocess.run`.
    pub(in crate::scan) imports: HashMap<String, String>,
    /// Functions; the first is the program itself.
    pub(in crate::scan) functions: Vec<Function>,
    /// Conditions under which nodes run; the first is none.
    pub(in crate::scan) guards: Vec<Guard>,
    /// Whether a part of the text was left out: too deep, or more than a program may have.
    pub(in crate::scan) is_cut: bool,
}

/// A function, a method, or the program itself.
#[derive(Debug)]
pub(in crate::scan) struct Function {
    /// The name; empty for the program and for functions without one.
    pub(in crate::scan) name: String,
    /// The name of the class whose constructor it is, if it is one.
    pub(in crate::scan) class: Option<String>,
    /// Names of the parameters, without the instance.
    pub(in crate::scan) parameters: Vec<String>,
    /// The function around it.
    pub(in crate::scan) parent: usize,
}

/// A condition, inside of another.
#[derive(Debug)]
pub(in crate::scan) struct Guard {
    /// The guard around it.
    pub(in crate::scan) parent: usize,
    /// The value that decides.
    pub(in crate::scan) condition: Option<NodeId>,
}

/// A node with its place.
#[derive(Debug)]
pub(in crate::scan) struct Node {
    /// What it is.
    pub(in crate::scan) kind: Kind,
    /// First byte in the program's text.
    pub(in crate::scan) start: u32,
    /// The byte after the last.
    pub(in crate::scan) end: u32,
    /// The function in which it runs.
    pub(in crate::scan) scope: u32,
    /// The innermost condition under which it runs.
    pub(in crate::scan) guard: u32,
}

/// An argument of a call.
#[derive(Debug, Clone)]
pub(in crate::scan) struct Argument {
    /// The keyword, where there is one.
    pub(in crate::scan) name: Option<String>,
    /// The value.
    pub(in crate::scan) value: NodeId,
}

/// What a node is.
#[derive(Debug)]
pub(in crate::scan) enum Kind {
    /// A literal text.
    Text(String),
    /// A literal number.
    Number(i64),
    /// A variable, a function or a module.
    Name(String),
    /// An attribute.
    Member(NodeId, String),
    /// An element.
    Index(NodeId, NodeId),
    /// A part of a text or list: start, end and step.
    Slice(NodeId, [Option<NodeId>; 3]),
    /// Parts that are put together.
    Concat(Vec<NodeId>),
    /// Parts of a path.
    Path(Vec<NodeId>),
    /// A text with places for values, and the values.
    Format(NodeId, NodeId),
    /// A text or list, and how often it is repeated.
    Repeat(NodeId, NodeId),
    /// Two numbers and an operator between them.
    Arithmetic(NodeId, char, NodeId),
    /// A list, a tuple or a set.
    List(Vec<NodeId>),
    /// Keys and values.
    Map(Vec<(NodeId, NodeId)>),
    /// One of several values.
    OneOf(Vec<NodeId>),
    /// One element of a list, or the one at a place.
    Element(NodeId, Option<usize>),
    /// A value for each element: the variable, the list, and the nodes from the first up to the value itself.
    Each {
        /// The variable that takes each element.
        variable: String,
        /// What is walked.
        elements: NodeId,
        /// The first node of the body.
        first: NodeId,
        /// The value of the body.
        body: NodeId,
    },
    /// Anything else that is made of these.
    Opaque(Vec<NodeId>),
    /// A call.
    Call(NodeId, Vec<Argument>),
    /// A command of a shell: its words, and what it reads.
    Command(Vec<NodeId>, Option<NodeId>),
    /// A variable takes a value, or takes it in addition to what it has.
    Assign {
        /// The name.
        target: String,
        /// The value.
        value: NodeId,
        /// Whether what it had stays.
        is_added: bool,
    },
    /// A function gives a value back, or a shell's function writes it.
    Return(NodeId),
    /// Output goes to a file.
    Store {
        /// The path.
        path: NodeId,
        /// What is written.
        value: NodeId,
    },
    /// A parameter of a shell's function or script, by its number.
    Parameter(usize),
    /// A loop that nothing ends.
    Forever,
}

/// Builds a program.
#[derive(Debug)]
pub(super) struct Builder {
    pub(super) program: Program,
    scope: usize,
    guard: usize,
}

impl Builder {
    pub(super) fn new(language: Language) -> Self {
        let program = Program {
            language,
            nodes: Vec::new(),
            imports: HashMap::new(),
            functions: vec![Function { name: String::new(), class: None, parameters: Vec::new(), parent: 0 }],
            guards: vec![Guard { parent: 0, condition: None }],
            is_cut: false,
        };
        Self { program, scope: 0, guard: 0 }
    }

    /// Tells whether no more nodes are taken.
    pub(super) fn is_full(&self) -> bool {
        self.program.nodes.len() >= NODES
    }

    /// Returns what a node is.
    pub(super) fn kind(&self, id: NodeId) -> &Kind {
        &self.program.nodes[id as usize].kind
    }

    /// Returns the id that the next node gets.
    pub(super) fn next_id(&self) -> NodeId {
        self.program.nodes.len() as NodeId
    }

    /// Adds a node.
    pub(super) fn add(&mut self, kind: Kind, range: std::ops::Range<usize>) -> NodeId {
        let id = self.next_id();
        self.program.nodes.push(Node {
            kind,
            start: range.start as u32,
            end: range.end as u32,
            scope: self.scope as u32,
            guard: self.guard as u32,
        });
        id
    }

    /// Tells whether the current place is inside of a function.
    pub(super) fn is_in_function(&self) -> bool {
        self.scope != 0
    }

    /// Opens a function and returns what [`Builder::close_function`] needs.
    pub(super) fn open_function(
        &mut self,
        name: String,
        class: Option<String>,
        parameters: Vec<String>,
    ) -> (usize, usize) {
        let outer = (self.scope, self.guard);
        self.program.functions.push(Function { name, class, parameters, parent: self.scope });
        self.scope = self.program.functions.len() - 1;
        self.guard = 0;
        outer
    }

    /// Closes a function.
    pub(super) fn close_function(&mut self, outer: (usize, usize)) {
        (self.scope, self.guard) = outer;
    }

    /// Opens a condition and returns what [`Builder::close_guard`] needs.
    pub(super) fn open_guard(&mut self, condition: NodeId) -> usize {
        let outer = self.guard;
        self.program.guards.push(Guard { parent: outer, condition: Some(condition) });
        self.guard = self.program.guards.len() - 1;
        outer
    }

    /// Closes a condition.
    pub(super) fn close_guard(&mut self, outer: usize) {
        self.guard = outer;
    }
}
