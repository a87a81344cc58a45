//! Where a value of a program came from.

use std::sync::Arc;

/// A place in a text of the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(in crate::scan) struct Place {
    /// Index of the text's file in the view of the bundle.
    pub(in crate::scan) file: usize,
    /// First byte in the text.
    pub(in crate::scan) start: usize,
    /// The byte after the last.
    pub(in crate::scan) end: usize,
}

/// A set of kinds of sources, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::scan) struct Kinds(u32);

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $bit:literal, $words:literal;)*) => {
        impl Kinds {
            $($(#[$doc])* pub(in crate::scan) const $name: Self = Self(1 << $bit);)*

            /// Names the first kind of the set, for a reader.
            pub(in crate::scan) fn words(self) -> &'static str {
                $(if self.holds(Self::$name) { return $words; })*
                "data"
            }
        }
    };
}

kinds! {
    /// A file that holds keys, cookies or a wallet.
    CREDENTIAL_FILE = 0, "a file with secrets";
    /// The environment as a whole.
    ENVIRONMENT = 1, "the whole environment";
    /// A variable of the environment whose name says that it is secret.
    SECRET_VARIABLE = 2, "a secret from the environment";
    /// What a user copied.
    CLIPBOARD = 3, "the clipboard";
    /// What is on the screen, or what a camera or microphone records.
    SCREEN = 4, "a picture of the screen";
    /// Keys that are pressed.
    KEYSTROKES = 5, "what is typed";
    /// A password that was asked for.
    PASSWORD_PROMPT = 6, "a password that the user typed";
    /// A file with settings, as `.env` in the working folder.
    SETTINGS_FILE = 7, "a file with settings";
    /// Where the machine is.
    LOCATION = 8, "the place of the machine";
    /// Facts about the machine and its user.
    SYSTEM = 9, "facts about the machine";
    /// The answer to a request.
    DOWNLOAD = 10, "a download";
    /// What a decoder gave.
    DECODED = 11, "decoded data";
    /// What a cipher gave.
    ENCRYPTED = 12, "encrypted data";
    /// Any other file.
    LOCAL_FILE = 13, "a local file";
    /// Names of files that were found by walking through folders.
    WALK = 14, "files that were found by walking";
    /// Something that whoever started the program chose: an argument, a line of input.
    INPUT = 15, "input";
    /// A variable of the environment without a telling name.
    VARIABLE = 16, "a variable";
    /// The day or the hour.
    TIME = 17, "the time";
    /// A variable of the environment that steers where the program looks for others.
    OWN_FILE = 18, "a file of the skill";
}

impl Kinds {
    /// The empty set.
    pub(in crate::scan) const NONE: Self = Self(0);

    /// What nobody gives away knowingly.
    pub(in crate::scan) const SECRET: Self = Self(0b0111_1111);

    /// Tells whether the set holds any of `kinds`.
    pub(in crate::scan) const fn holds(self, kinds: Self) -> bool {
        self.0 & kinds.0 != 0
    }

    /// Returns both sets in one.
    pub(in crate::scan) const fn with(self, kinds: Self) -> Self {
        Self(self.0 | kinds.0)
    }

    /// Returns the set without `kinds`.
    pub(in crate::scan) const fn without(self, kinds: Self) -> Self {
        Self(self.0 & !kinds.0)
    }
}

/// One source of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::scan) struct Origin {
    /// What it is.
    pub(in crate::scan) kind: Kinds,
    /// Where it is read.
    pub(in crate::scan) place: Place,
    /// The name of the variable or file, or the address; empty where nothing is known.
    pub(in crate::scan) name: Arc<str>,
}

/// Everything that a value came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::scan) struct Taint {
    /// The kinds of all origins.
    pub(in crate::scan) kinds: Kinds,
    /// The origins, of which the first few are kept.
    pub(in crate::scan) origins: Vec<Origin>,
}

/// Origins of one value that are kept.
const ORIGINS: usize = 12;

impl Taint {
    /// A value of one source.
    pub(in crate::scan) fn of(kind: Kinds, place: Place, name: &str) -> Self {
        Self { kinds: kind, origins: vec![Origin { kind, place, name: name.into() }] }
    }

    /// Adds what another value came from.
    pub(in crate::scan) fn add(&mut self, other: &Self) {
        if other.kinds == Kinds::NONE {
            return;
        }
        self.kinds = self.kinds.with(other.kinds);
        for origin in &other.origins {
            let is_known = self.origins.iter().any(|known| known.kind == origin.kind && known.name == origin.name);
            if !is_known && self.origins.len() < ORIGINS {
                self.origins.push(origin.clone());
            }
        }
    }

    /// Returns the taint without `kinds`.
    pub(in crate::scan) fn without(&self, kinds: Kinds) -> Self {
        Self {
            kinds: self.kinds.without(kinds),
            origins: self.origins.iter().filter(|origin| !kinds.holds(origin.kind)).cloned().collect(),
        }
    }

    /// Returns the first origin of one of `kinds`.
    pub(in crate::scan) fn origin(&self, kinds: Kinds) -> Option<&Origin> {
        self.origins.iter().find(|origin| kinds.holds(origin.kind))
    }
}
