//! The recipes, and what each of them proves.

use std::fmt;

/// A way to make one digest of a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HashRecipe {
    /// The raw bytes of SKILL.md: the `content_hash` of the contract, and the digest of
    /// Agent Skills discovery.
    SkillMd,
    /// SKILL.md with LF line ends, as APM's `deployed_file_hashes` are computed.
    SkillMdLf,
    /// SKILL.md without the lines of the keys by which installers note a source.
    SkillMdSourceKeysRemoved,
    /// What SKILL.md says: its keys but those of a source, and its body. `gh skill install`
    /// writes the block anew, so that no cut of lines leads back to the original bytes.
    SkillMdCanonical,
    /// Root digest v1: digest, size, execute bit and path of every file.
    RootDigestV1,
    /// Root digest v1 of the files with LF line ends and without execute bits, as a checkout
    /// on Windows has them.
    RootDigestV1Lf,
    /// `computedHash` of skills-lock.json, version 1.
    SkillsLock,
    /// `content_hash` of apm.lock.yaml.
    ApmContent,
    /// The SHA-1 of the folder's git tree: `github-tree-sha`, `skillFolderHash`.
    GitTree,
    /// The fingerprint of a ClawHub version.
    ClawhubFingerprint,
    /// The hash of a folder that ClawHub imported from GitHub.
    ClawhubGithubFolder,
    /// The subject of an OpenSSF model signature (`skill.oms.sig`).
    OmsRoot,
    /// `skills.lock` of fastskill.
    Fastskill,
    /// The digest proposed in agentskills#358.
    Agentskills358,
}

/// What a recipe hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Covers {
    /// Every file that ships.
    WholeBundle,
    /// SKILL.md, and nothing of what lies beside it.
    SkillMd,
}

/// How much a match proves of what a recipe covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strength {
    /// Nobody can make two different skills that match.
    Strong,
    /// Two different skills can match, or differences are not seen.
    Weak,
}

/// Why a match proves less than it seems to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weakness {
    /// A path runs into the content that follows it.
    FieldAmbiguous,
    /// Names are not hashed, only the order that they make.
    PathsNotHashed,
    /// The hash function is SHA-1, for which collisions are made.
    Sha1,
    /// Bytes are changed before they are hashed.
    Normalised,
}

/// How the digest of a recipe is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DigestFormat {
    /// `sha256:` and 64 hex digits.
    PrefixedSha256,
    /// 64 hex digits.
    BareSha256,
    /// 40 hex digits.
    BareSha1,
    /// `sha256-` and base64url without padding.
    Base64UrlSha256,
}

impl HashRecipe {
    /// Every recipe; among those that can have equal digests, the plainest comes first.
    pub const ALL: [Self; 14] = [
        Self::SkillMd,
        Self::RootDigestV1,
        Self::Fastskill,
        Self::Agentskills358,
        Self::ClawhubFingerprint,
        Self::ClawhubGithubFolder,
        Self::SkillsLock,
        Self::ApmContent,
        Self::GitTree,
        Self::OmsRoot,
        Self::RootDigestV1Lf,
        Self::SkillMdLf,
        Self::SkillMdSourceKeysRemoved,
        Self::SkillMdCanonical,
    ];

    /// Returns the stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SkillMd => "skill_md",
            Self::SkillMdLf => "skill_md_lf",
            Self::SkillMdSourceKeysRemoved => "skill_md_source_keys_removed",
            Self::SkillMdCanonical => "skill_md_canonical",
            Self::RootDigestV1 => "root_digest_v1",
            Self::RootDigestV1Lf => "root_digest_v1_lf",
            Self::SkillsLock => "skills_lock_computed_hash",
            Self::ApmContent => "apm_content_hash",
            Self::GitTree => "git_tree_sha1",
            Self::ClawhubFingerprint => "clawhub_fingerprint",
            Self::ClawhubGithubFolder => "clawhub_github_folder_hash",
            Self::OmsRoot => "oms_root",
            Self::Fastskill => "fastskill",
            Self::Agentskills358 => "agentskills_358",
        }
    }

    /// Finds a recipe by its stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|recipe| recipe.name() == name)
    }

    /// Returns what is hashed.
    pub const fn covers(self) -> Covers {
        match self {
            Self::SkillMd | Self::SkillMdLf | Self::SkillMdSourceKeysRemoved | Self::SkillMdCanonical => {
                Covers::SkillMd
            }
            _ => Covers::WholeBundle,
        }
    }

    /// Returns why a match proves less than it seems to, if it does.
    pub const fn weakness(self) -> Option<Weakness> {
        match self {
            Self::SkillsLock | Self::ApmContent => Some(Weakness::FieldAmbiguous),
            Self::OmsRoot => Some(Weakness::PathsNotHashed),
            Self::GitTree => Some(Weakness::Sha1),
            Self::SkillMdLf | Self::SkillMdSourceKeysRemoved | Self::SkillMdCanonical | Self::RootDigestV1Lf => {
                Some(Weakness::Normalised)
            }
            Self::SkillMd
            | Self::RootDigestV1
            | Self::ClawhubFingerprint
            | Self::ClawhubGithubFolder
            | Self::Fastskill
            | Self::Agentskills358 => None,
        }
    }

    /// Tells whether two different skills can match.
    pub const fn strength(self) -> Strength {
        if self.weakness().is_some() { Strength::Weak } else { Strength::Strong }
    }

    /// Returns how the digest is written.
    pub const fn format(self) -> DigestFormat {
        match self {
            Self::SkillMd
            | Self::SkillMdLf
            | Self::SkillMdSourceKeysRemoved
            | Self::SkillMdCanonical
            | Self::RootDigestV1
            | Self::RootDigestV1Lf
            | Self::ApmContent
            | Self::Fastskill => DigestFormat::PrefixedSha256,
            Self::SkillsLock | Self::ClawhubFingerprint | Self::ClawhubGithubFolder | Self::OmsRoot => {
                DigestFormat::BareSha256
            }
            Self::GitTree => DigestFormat::BareSha1,
            Self::Agentskills358 => DigestFormat::Base64UrlSha256,
        }
    }

    /// Says in a sentence what a match proves, and what it does not.
    pub const fn note(self) -> &'static str {
        match self {
            Self::SkillMd => "SKILL.md is byte for byte the same; nothing is said of the files beside it.",
            Self::SkillMdLf => {
                "SKILL.md is the same but for its line ends (CRLF or LF); nothing is said of the files beside it."
            }
            Self::SkillMdSourceKeysRemoved => {
                "SKILL.md is the same but for the keys by which an installer notes a source (metadata.github-*, local-path); nothing is said of the files beside it."
            }
            Self::SkillMdCanonical => {
                "SKILL.md says the same, however its frontmatter is written and whatever source an installer noted in it; nothing is said of the files beside it."
            }
            Self::RootDigestV1 => "Every file is the same: bytes, path and execute bit.",
            Self::RootDigestV1Lf => "Every file is the same but for line ends (CRLF or LF) and execute bits.",
            Self::SkillsLock => {
                "Paths and contents are hashed without a mark between them and without execute bits, so different files can match; node_modules is not covered."
            }
            Self::ApmContent => {
                "Paths and contents are hashed without a mark between them and without execute bits, so different files can match; __pycache__ is not covered."
            }
            Self::GitTree => {
                "Every file is the same to git, execute bits included, as far as SHA-1 can tell; collisions of SHA-1 are made."
            }
            Self::ClawhubFingerprint => {
                "Every file that does not start with a dot is the same: bytes and path, not the execute bit."
            }
            Self::ClawhubGithubFolder => "Every file is the same: bytes and path, not the execute bit.",
            Self::OmsRoot => "The contents are the same in the order of their paths, but names are not hashed.",
            Self::Fastskill => "Every file is the same: bytes and path, not the execute bit.",
            Self::Agentskills358 => "Every file is the same: bytes and path, not the execute bit.",
        }
    }
}

impl fmt::Display for HashRecipe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Covers {
    /// Returns the name that the API uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WholeBundle => "whole_bundle",
            Self::SkillMd => "skill_md",
        }
    }
}

impl Strength {
    /// Returns the name that the API uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Weak => "weak",
        }
    }
}

impl Weakness {
    /// Returns the name that the API uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FieldAmbiguous => "field_ambiguous",
            Self::PathsNotHashed => "paths_not_hashed",
            Self::Sha1 => "sha1",
            Self::Normalised => "normalised",
        }
    }
}
