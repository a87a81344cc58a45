//! Why a package was not fetched.

use crate::package::PackageRegistry;
use crate::source::error::shown;
use crate::source::web::WebError;

/// Why a release or one of its files was not fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageFetchError {
    /// Nobody said which host speaks for the registry.
    #[error("no host of {registry} is configured; {}", advice(*registry))]
    NotConfigured {
        /// The registry.
        registry: PackageRegistry,
    },
    /// The registry has no package of that name.
    #[error("the registry has no package `{package}`")]
    NoSuchPackage {
        /// What was asked for.
        package: String,
    },
    /// The registry has the package, and not that version.
    #[error("the registry has no release `{package}`")]
    NoSuchVersion {
        /// What was asked for.
        package: String,
    },
    /// The release has no file that can be read.
    #[error("the release `{package}` has no file of a kind that is read")]
    NoDistribution {
        /// What was asked for.
        package: String,
    },
    /// The registry answers, and not as its protocol says.
    #[error("the registry answers for `{package}` what its protocol does not know: {reason}")]
    Protocol {
        /// What was asked for.
        package: String,
        /// What is wrong, sanitised.
        reason: String,
    },
    /// The bytes are others than those that the registry vouches for.
    #[error("`{file}` is not what the registry vouches for: {expected} is published, {found} was served")]
    WrongDigest {
        /// The file, sanitised.
        file: String,
        /// The digest that the registry published.
        expected: String,
        /// The digest of what was served.
        found: String,
    },
    /// An attestation that the registry shows for a file is about something else.
    #[error("an attestation of `{file}` is about other bytes than those that were served")]
    WrongAttestation {
        /// The file, sanitised.
        file: String,
    },
    /// The archive is damaged, or made so that it cannot be trusted.
    #[error("`{file}` is not unpacked: {reason}")]
    Archive {
        /// The file, sanitised.
        file: String,
        /// Why, sanitised.
        reason: String,
    },
    /// A file has or unpacks to more than may be read.
    #[error("`{file}` is not read: {reason}")]
    TooLarge {
        /// The file, sanitised.
        file: String,
        /// How much may be read.
        reason: String,
    },
    /// The registry did not answer, not in time, too much, or with an error.
    #[error("cannot fetch `{what}`: {reason}")]
    Unreachable {
        /// What was asked for, sanitised.
        what: String,
        /// Why, sanitised.
        reason: String,
        /// Whether asking another time can help.
        is_passing: bool,
    },
    /// What was downloaded cannot be kept on this machine.
    #[error("cannot keep a downloaded file: {0}")]
    Disk(String),
}

fn advice(registry: PackageRegistry) -> &'static str {
    match registry {
        PackageRegistry::Pypi => {
            "set TOUCHMARK_PYPI to the URL of its simple index, or what pip reads: PIP_INDEX_URL, or index-url in pip.conf"
        }
        PackageRegistry::Npm => {
            "set TOUCHMARK_NPM to its URL, or what npm reads: npm_config_registry, or registry in .npmrc (`npm config get registry` prints it)"
        }
    }
}

impl PackageFetchError {
    pub(super) fn of_web(what: &str, error: &WebError) -> Self {
        if matches!(error, WebError::TooLarge(_)) {
            return Self::TooLarge { file: shown(what), reason: error.to_string() };
        }
        Self::Unreachable { what: shown(what), reason: shown(&error.to_string()), is_passing: error.is_passing() }
    }

    pub(super) fn protocol(package: &impl std::fmt::Display, reason: impl AsRef<str>) -> Self {
        Self::Protocol { package: package.to_string(), reason: shown(reason.as_ref()) }
    }

    /// Tells whether the registry is at fault: it is wrong, or served other bytes than it
    /// vouches for. Nothing of such an answer is a fact about the package.
    pub fn is_registry_fault(&self) -> bool {
        matches!(
            self,
            Self::Protocol { .. } | Self::WrongDigest { .. } | Self::WrongAttestation { .. } | Self::Unreachable { .. }
        )
    }
}
