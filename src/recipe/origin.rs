//! Where recipes come from, and what exactly they hash: for whoever reads or writes one.

use super::catalogue::{DigestFormat, HashRecipe};

impl HashRecipe {
    /// Says in Markdown which tools write such a digest, and where.
    pub const fn origin(self) -> &'static str {
        match self {
            Self::SkillMd => "`content_hash` of `/inspect` and of every pin; `digest` of Agent Skills discovery",
            Self::SkillMdLf => "`deployed_file_hashes` of `apm.lock.yaml`, of SKILL.md",
            Self::SkillMdSourceKeysRemoved => "Touchmark, for installers that add lines",
            Self::SkillMdCanonical => "Touchmark, for installers that write the frontmatter anew (`gh skill install`)",
            Self::RootDigestV1 => "`package_hash` of `/inspect`, approval records",
            Self::RootDigestV1Lf => "Touchmark, for checkouts on Windows",
            Self::SkillsLock => "`computedHash` of `skills-lock.json`",
            Self::ApmContent => "`content_hash` of `apm.lock.yaml`",
            Self::GitTree => {
                "`metadata.github-tree-sha` of `gh`, `skillFolderHash` of `.skill-lock.json`, `git ls-tree`"
            }
            Self::ClawhubFingerprint => "ClawHub, the fingerprint of a version",
            Self::ClawhubGithubFolder => "ClawHub, of a folder imported from GitHub",
            Self::OmsRoot => "`skill.oms.sig`, the subject of an OpenSSF model signature",
            Self::Fastskill => "`skills.lock` of fastskill",
            Self::Agentskills358 => "the proposal agentskills#358",
        }
    }

    /// Says in Markdown what is hashed, so that another program can do the same.
    pub const fn formula(self) -> &'static str {
        match self {
            Self::SkillMd => "the bytes of SKILL.md",
            Self::SkillMdLf => "SKILL.md with CRLF as LF; a file that is not UTF-8 or holds a NUL stays as it is",
            Self::SkillMdSourceKeysRemoved => {
                "SKILL.md without the lines of `github-repo`, `github-ref`, `github-tree-sha`, `github-path`, `github-pinned`, `github-owner`, `github-sha` and `local-path` below `metadata`, and without `metadata:` where nothing else is left"
            }
            Self::SkillMdCanonical => {
                "`touchmark-canonical-skill-md-v1` LF, each other key of the frontmatter as `\"key\":value` LF in JSON with sorted keys, LF, the body with LF line ends, none at its start and one at its end"
            }
            Self::RootDigestV1 => {
                "`sigildex-root-digest-v1` LF, `<sha256> <size> <x or -> <path>` LF for each file in byte order; not `.sigildex`"
            }
            Self::RootDigestV1Lf => "as `root_digest_v1`, of files with LF line ends and `-` for every file",
            Self::SkillsLock => {
                "path and content of each file, in the order of `localeCompare`; not below `node_modules`"
            }
            Self::ApmContent => {
                "path and content of each file in byte order; not `__pycache__`, nor `.apm-pin` at the root"
            }
            Self::GitTree => "the git tree with modes 100644, 100755 and 120000",
            Self::ClawhubFingerprint => {
                "`<path>:<sha256>` joined by LF, in the order of `localeCompare`; not what begins with a dot, nor `node_modules`"
            }
            Self::ClawhubGithubFolder => {
                "`<path>` NUL `<size>` NUL `<sha256>` joined by LF, in the order of `localeCompare`"
            }
            Self::OmsRoot => {
                "the 32 bytes of each file's SHA-256, ordered by the parts of the paths; not `.gitattributes`, `.github`, `.gitignore` and `skill.oms.sig` at the root"
            }
            Self::Fastskill => {
                "length (64 bits, little endian) and bytes of the path, then of the content, in byte order"
            }
            Self::Agentskills358 => "`<path>` NUL `<sha256>` LF for each file in byte order",
        }
    }
}

impl DigestFormat {
    /// Says in Markdown how the digest is written.
    pub const fn description(self) -> &'static str {
        match self {
            Self::PrefixedSha256 => "`sha256:` and 64 hex digits",
            Self::BareSha256 => "64 hex digits",
            Self::BareSha1 => "40 hex digits",
            Self::Base64UrlSha256 => "`sha256-` and base64url",
        }
    }
}
