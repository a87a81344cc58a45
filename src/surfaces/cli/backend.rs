//! Who answers: a server, or the data folder on this machine.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::arguments::Global;
use super::failure::Failure;
use super::local;
use super::remote::RemoteServer;
use crate::operations::{Operation, Services};

/// Who answers.
#[derive(Debug)]
pub(super) enum Backend {
    /// The data folder on this machine.
    Local(Services),
    /// A server.
    Remote(RemoteServer),
}

/// An answer, as it is and as it is understood.
#[derive(Debug)]
pub(super) struct Answer<T> {
    /// The body of the REST API.
    pub body: String,
    /// What it says.
    pub value: T,
}

impl Backend {
    /// Reaches the server that is named, or opens the data folder.
    pub async fn open(global: &Global) -> Result<Self, Failure> {
        match global.url.as_deref().filter(|url| !url.trim().is_empty()) {
            Some(url) => Ok(Self::Remote(RemoteServer::new(url)?)),
            None => Ok(Self::Local(local::open(global).await?)),
        }
    }

    /// Runs the operation `O`, here or there.
    pub async fn ask<O>(&self, request: O::Request) -> Result<Answer<O::Response>, Failure>
    where
        O: Operation,
        O::Request: Serialize,
        O::Response: DeserializeOwned,
    {
        match self {
            Self::Local(services) => {
                let value = O::run(services, request).await?;
                Ok(Answer { body: serde_json::to_string(&value)?, value })
            }
            Self::Remote(server) => Ok(server.ask::<O>(&request).await?),
        }
    }

    /// Returns the server, where one answers.
    pub fn server(&self) -> Option<&RemoteServer> {
        match self {
            Self::Local(_) => None,
            Self::Remote(server) => Some(server),
        }
    }
}
