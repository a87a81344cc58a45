//! Who answers: a server, or the data folder on this machine.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::arguments::Global;
use super::failure::Failure;
use super::local;
use super::purse::Purse;
use super::remote::RemoteServer;
use crate::api::{BATCH_LIMIT, BatchAnswer, VerifyBatchRequest};
use crate::operations::{Operation, Services, VerifyPins};
use crate::wallet::Usd;

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

    /// Does the same, for a command that pays a server with the wallet of the environment, at
    /// most `most` for an answer.
    pub async fn open_paying(global: &Global, most: Usd) -> Result<Self, Failure> {
        Ok(match Self::open(global).await? {
            Self::Remote(server) => Self::Remote(server.with_purse(Purse::open(most)?)),
            local => local,
        })
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

    /// Verifies any number of pins, as many in a request as one may hold; the answers are in
    /// their order.
    pub async fn verify_batch(&self, pins: &[Value]) -> Result<Vec<BatchAnswer>, Failure> {
        let mut answers = Vec::with_capacity(pins.len());
        for chunk in pins.chunks(BATCH_LIMIT) {
            let request = VerifyBatchRequest { pins: chunk.to_vec() };
            let results = self.ask::<VerifyPins>(request).await?.value.results;
            if results.len() != chunk.len() {
                return Err(Failure::Batch { asked: chunk.len(), answered: results.len() });
            }
            answers.extend(results);
        }
        Ok(answers)
    }

    /// Returns the server, where one answers.
    pub fn server(&self) -> Option<&RemoteServer> {
        match self {
            Self::Local(_) => None,
            Self::Remote(server) => Some(server),
        }
    }
}
