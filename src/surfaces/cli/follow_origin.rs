//! A service that follows an origin while it answers.

use super::failure::Failure;
use super::snapshot_download::{DownloadError, SnapshotServer};
use crate::config::{FollowConfig, StorageConfig};
use crate::operations::{
    FollowTerms, ImportReport, MoveError, Origin, OriginTrouble, PackKeyError, PackPublicKey, Services,
    SignaturePackError, take_from_origin,
};

/// An origin, and how it is asked.
pub(super) struct Following {
    server: SnapshotServer,
    terms: FollowTerms,
    config: FollowConfig,
    storage: StorageConfig,
    pub origin: Origin,
}

impl Following {
    /// Reads the configuration; nothing is asked yet.
    pub fn new(config: FollowConfig, storage: StorageConfig) -> Result<Self, Failure> {
        let terms = FollowTerms { keys: keys(&config.keys)?, declined: declined(&config.without)? };
        let server = SnapshotServer::new(&config.origin, !terms.keys.is_empty())?;
        let origin = Origin::new(&server.shown());
        Ok(Self { server, terms, config, storage, origin })
    }

    /// Follows until the process ends.
    pub async fn keep(self, services: Services) {
        loop {
            match self.step(&services).await {
                Ok(report) => {
                    let (sequence, skills) = (report.manifest.sequence, report.taken.skills);
                    tracing::info!(sequence, skills, origin = %self.server.shown(), "followed the origin");
                }
                Err(Trouble { kind, message }) => {
                    tracing::warn!(
                        trouble = kind.as_str(), origin = %self.server.shown(),
                        "the origin is not followed at the moment, and what is held stays: {message}"
                    );
                    self.origin.failed(kind, &message);
                }
            }
            tokio::time::sleep(self.origin.wait(self.config.interval)).await;
        }
    }

    /// Asks for what has changed, and for the whole index where that cannot be told.
    async fn step(&self, services: &Services) -> Result<ImportReport, Trouble> {
        let followed = services.followed().await.map_err(MoveError::from)?;
        self.origin.holds(followed.map(|followed| (followed.sequence, followed.created_at)));
        let folder = &self.storage.data_folder;
        let delta = match followed {
            Some(followed) => self.server.delta(followed.sequence, folder).await?,
            None => None,
        };
        let file = match delta {
            Some(delta) => delta,
            None => self.server.latest(folder).await?,
        };
        Ok(take_from_origin(services, &self.origin, &self.terms, Box::new(file)).await?)
    }
}

/// Why a step failed.
struct Trouble {
    kind: OriginTrouble,
    message: String,
}

impl From<DownloadError> for Trouble {
    fn from(error: DownloadError) -> Self {
        Self { kind: OriginTrouble::Unreachable, message: error.to_string() }
    }
}

impl From<MoveError> for Trouble {
    fn from(error: MoveError) -> Self {
        Self { kind: OriginTrouble::of(&error), message: error.to_string() }
    }
}

/// Reads public keys.
pub(super) fn keys(texts: &[String]) -> Result<Vec<PackPublicKey>, Failure> {
    let keys = texts.iter().map(|text| text.parse::<PackPublicKey>());
    Ok(keys.collect::<Result<_, PackKeyError>>().map_err(SignaturePackError::from)?)
}

/// Reads what is not taken over.
pub(super) fn declined(words: &[String]) -> Result<crate::operations::Declined, Failure> {
    let mut declined = crate::operations::Declined::default();
    for word in words {
        match word.as_str() {
            "takedowns" => declined.takedowns = true,
            "threats" => declined.threats = true,
            "statements" => declined.statements = true,
            _ => return Err(Failure::Declined { word: super::paint::line(word, 100) }),
        }
    }
    Ok(declined)
}
