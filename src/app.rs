//! The only place that constructs: it puts the rooms together for a process.

mod import;
mod packages;

pub use import::{ImportError, followed, import, standing};
pub use packages::package_client;

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use crate::compute::Compute;
use crate::config::{
    AccountsConfig, GithubConfig, MeterConfig, OutgoingConfig, PaymentConfig, RegistriesConfig, SearchConfig,
    StorageConfig, takedown_list,
};
use crate::crawl::SourceList;
use crate::facilitator::{self, FacilitatorSettings, OpenError, Timeouts};
use crate::github::{AddressError, GithubAddress, GithubClient, GithubError, GithubSettings, GithubToken};
use crate::operations::accounts::{AccountServices, AccountsError, Registration};
use crate::operations::{
    IngestError, IngestProgress, IngestStage, QuotaLimits, Services, TakedownFile, ingest_starter, known_publishers,
    take_over_builtin_takedowns, take_over_takedowns,
};
use crate::payment::{Address, AddressParseError, Facilitator, Patience, Price, PriceParseError, Terms};
use crate::search::{ChoiceError, OnnxSetup, SearchError, SearchIndex, SearchSetup};
use crate::skill::Timestamp;
use crate::store::{SqliteStore, Store, StoreError};
use crate::wallet::{PrivateKey, PrivateKeyError};

/// How long an answer of GitHub may take. Its searches end after ten seconds.
const GITHUB_ANSWER_TIME: Duration = Duration::from_secs(30);

/// Why the program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The embedder or the reranker is none that there is.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// The index cannot be opened.
    #[error("cannot open the search index: {0}")]
    Search(#[from] SearchError),
    /// What belongs to another index cannot be removed.
    #[error("cannot remove the index of the starter catalogue: {0}")]
    Index(#[source] std::io::Error),
    /// There is no place for a copy of the data.
    #[error("cannot make a temporary folder: {0}")]
    Copy(std::io::Error),
    /// The catalogue that ships inside the program cannot be stored.
    #[error("cannot store the starter catalogue: {0}")]
    Starter(#[from] IngestError),
    /// GitHub is nowhere.
    #[error("TOUCHMARK_GITHUB_API_URL or TOUCHMARK_GITHUB_URL: {0}")]
    GithubAddress(#[from] AddressError),
    /// The token of GitHub is none.
    #[error("TOUCHMARK_GITHUB_TOKEN is no token: it holds characters that no token has")]
    GithubToken,
    /// GitHub cannot be asked.
    #[error("cannot make a client for GitHub: {0}")]
    Github(#[from] GithubError),
    /// Nobody can be paid there.
    #[error("TOUCHMARK_PAYMENTS_PAY_TO is {value:?}, which is {source}")]
    PayTo {
        /// The value.
        value: String,
        /// What is wrong with it.
        source: AddressParseError,
    },
    /// Nothing can cost that.
    #[error("TOUCHMARK_PAYMENTS_PRICE is {value:?}, which is {source}")]
    Price {
        /// The value.
        value: String,
        /// What is wrong with it.
        source: PriceParseError,
    },
    /// The key of the account that pays for transactions is none.
    #[error("TOUCHMARK_PAYMENTS_SIGNER_KEY: {0}")]
    SignerKey(#[source] PrivateKeyError),
    /// A registry of packages is nowhere.
    #[error("the host of {0} that is configured is no http or https URL")]
    Registry(&'static str),
    /// Accounts cannot be offered.
    #[error("cannot offer accounts: {0}")]
    Accounts(#[from] AccountsError),
    /// Nobody would settle.
    #[error(transparent)]
    Facilitator(#[from] OpenError),
}

/// Opens what operations work with, with the embedder that ships with the program: see
/// [`open_with`].
///
/// # Errors
/// Fails where the data folder cannot be used.
pub async fn open(storage: &StorageConfig, public_url: String) -> Result<Services, AppError> {
    open_with(storage, &SearchConfig::builtin(), public_url).await
}

/// Opens what operations work with: the store and the index in the data folder.
///
/// A store that has never held anything gets the catalogue that ships inside the program, so
/// that a first search shows something real. A model that cannot be used is told in the log,
/// and search goes on without it.
///
/// # Errors
/// Fails where the data folder cannot be used, or search is configured with what is not there.
pub async fn open_with(
    storage: &StorageConfig,
    config: &SearchConfig,
    public_url: String,
) -> Result<Services, AppError> {
    open_at(storage, config, public_url, Timestamp::now).await
}

/// Opens what operations work with as [`open_with`] does, for a service that follows an origin: a
/// new store stays empty, and one that holds nothing but the catalogue that ships inside the
/// program forgets it, with the index of it.
///
/// # Errors
/// Fails where [`open_with`] does.
pub async fn open_to_follow(
    storage: &StorageConfig,
    config: &SearchConfig,
    public_url: String,
) -> Result<Services, AppError> {
    let store = SqliteStore::open(&storage.database()).await?;
    let is_forgotten = store.forget_starter().await?;
    store.close().await;
    let lexical = storage.index_folder().join("lexical");
    if is_forgotten && lexical.exists() {
        std::fs::remove_dir_all(&lexical).map_err(AppError::Index)?;
    }
    open_store(storage, config, public_url, Timestamp::now, Starter::LeftOut).await
}

/// What a store gets that has never held anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Starter {
    /// The catalogue that ships inside the program.
    Stored,
    /// Nothing: an index is about to come.
    LeftOut,
}

/// Opens what operations work with on a copy of the data, for work that is to be tried and
/// thrown away with the folder. The data folder stays as it is; the index of the copy is empty.
///
/// # Errors
/// Fails where the data cannot be copied.
pub async fn open_copy(storage: &StorageConfig, public_url: String) -> Result<(TempDir, Services), AppError> {
    let folder = tempfile::tempdir().map_err(AppError::Copy)?;
    let copy = StorageConfig { data_folder: folder.path().to_owned() };
    SqliteStore::copy(&storage.database(), &copy.database()).await?;
    let services = open_with(&copy, &SearchConfig::builtin(), public_url).await?;
    Ok((folder, services))
}

/// Opens what operations work with, by another clock than the system's: see [`open_with`].
///
/// # Errors
/// Fails where [`open_with`] does.
pub async fn open_at(
    storage: &StorageConfig,
    config: &SearchConfig,
    public_url: String,
    clock: fn() -> Timestamp,
) -> Result<Services, AppError> {
    open_store(storage, config, public_url, clock, Starter::Stored).await
}

async fn open_store(
    storage: &StorageConfig,
    config: &SearchConfig,
    public_url: String,
    clock: fn() -> Timestamp,
    starter: Starter,
) -> Result<Services, AppError> {
    let setup = SearchSetup {
        reranker: config.reranker.parse()?,
        onnx: OnnxSetup { libraries: config.onnx_libraries.clone(), model_cache: config.model_cache.clone() },
        ..SearchSetup::new(config.embedder.parse()?)
    };
    let publishers = known_publishers();
    let store = SqliteStore::open_with(&storage.database(), &publishers).await?;
    let is_new = store.sequence().await? == 0;
    let search = SearchIndex::open_with(&storage.index_folder(), setup)?;
    let directory = SourceList::builtin().directory();
    let services = Services::new(Arc::new(store), search, Compute::new(), directory, clock, public_url, publishers)
        .with_takedown_file(TakedownFile::new(takedown_list(storage)));
    if is_new && starter == Starter::Stored {
        ingest_starter(&services, Arc::new(Silent)).await?;
    }
    take_over_builtin_takedowns(&services).await?;
    take_over_takedowns(&services).await?;
    Ok(services)
}

/// Counts what clients use, as far as that is configured.
///
/// # Errors
/// Fails where the store cannot be read.
pub async fn metered(services: Services, config: Option<MeterConfig>) -> Result<Services, AppError> {
    let Some(MeterConfig { workflows, unresolved_inspects, lookups }) = config else { return Ok(services) };
    Ok(services.metered(QuotaLimits { workflows, unresolved_inspects, lookups }).await?)
}

/// Offers accounts, where that is configured.
///
/// # Errors
/// Fails where the store cannot be read, or no key can be made.
pub async fn accountable(services: Services, config: Option<AccountsConfig>) -> Result<Services, AppError> {
    let registration = match config {
        None => return Ok(services),
        Some(AccountsConfig::Open) => Registration::Open,
        Some(AccountsConfig::Closed) => Registration::Closed,
    };
    let accounts = AccountServices::open(&services, registration).await?;
    Ok(services.with_accounts(accounts))
}

/// Lets requests for what customers name go where that is configured, and no further.
///
/// # Errors
/// Fails where the host of a registry cannot be used.
pub fn outgoing(
    services: Services,
    outgoing: OutgoingConfig,
    registries: &RegistriesConfig,
) -> Result<Services, AppError> {
    let services = services.with_packages(package_client(registries)?);
    Ok(match outgoing {
        OutgoingConfig::Public => services,
        OutgoingConfig::ThisMachine => services.reaching_this_machine(),
    })
}

/// Asks GitHub, as it is configured; nothing is asked yet.
///
/// # Errors
/// Fails where the configuration cannot be used.
pub fn with_github(services: Services, config: &GithubConfig) -> Result<Services, AppError> {
    let token = config.token.as_ref().map(|token| GithubToken::new(token.expose()).ok_or(AppError::GithubToken));
    let settings = GithubSettings {
        address: GithubAddress::new(&config.api_url, &config.url)?,
        token: token.transpose()?,
        answer_time: GITHUB_ANSWER_TIME,
    };
    Ok(services.with_github(Arc::new(GithubClient::new(settings)?)))
}

/// Takes payments, as far as that is configured.
///
/// # Errors
/// Fails where the configuration cannot be used, or the store cannot be read.
pub async fn paid(services: Services, config: Option<PaymentConfig>) -> Result<Services, AppError> {
    let Some(config) = config else { return Ok(services) };
    let terms = payment_terms(&config)?;
    let facilitator = open_facilitator(&config, &terms).await?;
    Ok(services.paid(terms, facilitator, Patience::DEFAULT).await?)
}

/// The one place where the facilitator of a configuration is constructed.
async fn open_facilitator(config: &PaymentConfig, terms: &Terms) -> Result<Arc<dyn Facilitator>, AppError> {
    let signer_key = config.signer_key.as_ref().map(|key| PrivateKey::parse(key.expose())).transpose();
    let settings = FacilitatorSettings {
        facilitator_url: config.facilitator_url.as_ref().map(|url| url.expose().clone()),
        rpc_url: config.rpc_url.as_ref().map(|url| url.expose().clone()),
        signer_key: signer_key.map_err(AppError::SignerKey)?,
        network: terms.asset().network.to_owned(),
        asset: terms.asset().address.to_owned(),
        timeouts: Timeouts::STANDARD,
    };
    Ok(facilitator::open(settings).await?)
}

/// Reads what a payment has to be.
fn payment_terms(config: &PaymentConfig) -> Result<Terms, AppError> {
    let PaymentConfig { pay_to, price, .. } = config;
    let price: Price = price.parse().map_err(|source| AppError::Price { value: price.clone(), source })?;
    let pay_to: Address = pay_to.parse().map_err(|source| AppError::PayTo { value: pay_to.clone(), source })?;
    Ok(Terms::new(price, pay_to))
}

struct Silent;

impl IngestProgress for Silent {
    fn report(&self, _: IngestStage) {}
}
