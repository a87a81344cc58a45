//! `touchmark signatures`.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use serde_json::json;

use super::arguments::Global;
use super::exit::Outcome;
use super::failure::Failure;
use super::findings::count;
use super::local;
use super::output::Output;
use super::paint::{self, line, paint};
use super::signatures_arguments::{
    NewKeyArguments, PackArguments, SignaturesArguments, SignaturesCommand, SyncArguments,
};
use crate::operations::{
    PackKeyError, PackPublicKey, PackSigningKey, SignaturePackError, list_signature_packs, make_signature_pack,
    sync_signatures,
};

/// Bytes of a file that may hold a key.
const KEY_BYTES: u64 = 4_096;

/// Makes keys and packs, and takes packs over.
pub(super) async fn run(global: &Global, arguments: SignaturesArguments, output: &Output) -> Result<Outcome, Failure> {
    let (body, text) = match arguments.command {
        SignaturesCommand::NewKey(arguments) => new_key(&arguments)?,
        SignaturesCommand::Pack(arguments) => pack(global, &arguments).await?,
        SignaturesCommand::Sync(arguments) => sync(global, &arguments).await?,
        SignaturesCommand::List => list(global).await?,
    };
    if output.json {
        output.pretty(&body.to_string())?;
    } else {
        output.text(&text)?;
    }
    Ok(Outcome::Done)
}

type Answer = (serde_json::Value, String);

fn new_key(arguments: &NewKeyArguments) -> Result<Answer, Failure> {
    let key = PackSigningKey::draw().map_err(SignaturePackError::from)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&arguments.file)?.write_all(key.to_secret_text().as_bytes())?;
    let public = key.public();
    let text = format!(
        "{public}\nIts name is {}. Keep the file secret; whoever takes packs over pins the line above.\n",
        public.id()
    );
    Ok((json!({ "key_id": public.id(), "public_key": public.to_string() }), text))
}

async fn pack(global: &Global, arguments: &PackArguments) -> Result<Answer, Failure> {
    let key = read_key(&arguments.key)?;
    let services = local::open(global).await?;
    let (bytes, document) = make_signature_pack(&services, &key, arguments.days).await?;
    write_whole(&arguments.out, &bytes)?;
    let body = json!({
        "version": document.version,
        "key_id": key.public().id(),
        "expires_at": document.expires_at,
        "threats": document.threats.len(),
        "signatures": document.signatures.len(),
        "size_bytes": bytes.len(),
    });
    let text = format!(
        "version {} with {} and {}, good until {}\n",
        document.version,
        count(document.threats.len() as u64, "threat"),
        count(document.signatures.len() as u64, "pattern"),
        document.expires_at
    );
    Ok((body, text))
}

async fn sync(global: &Global, arguments: &SyncArguments) -> Result<Answer, Failure> {
    let keys = arguments.keys.iter().map(|key| key.parse::<PackPublicKey>());
    let keys = keys.collect::<Result<Vec<_>, PackKeyError>>().map_err(SignaturePackError::from)?;
    let services = local::open(global).await?;
    let (report, document) = sync_signatures(&services, &arguments.place, arguments.name.as_deref(), &keys).await?;
    if let Some(file) = &arguments.patterns {
        let patterns = json!({ "signatures": document.signatures, "total": document.signatures.len() });
        write_whole(file, patterns.to_string().as_bytes())?;
    }
    let body = json!({
        "name": report.name,
        "version": report.version,
        "key_id": report.key_id,
        "expires_at": report.expires_at,
        "added": report.added,
        "changed": report.changed,
        "withdrawn": report.withdrawn,
        "patterns": report.pattern_count,
    });
    let text = format!(
        "{}  version {} by {}: {} new, {} changed, {} withdrawn; good until {}\n",
        paint(paint::STRONG, &line(&report.name, 100)),
        report.version,
        report.key_id,
        report.added,
        report.changed,
        report.withdrawn,
        report.expires_at
    );
    Ok((body, text))
}

async fn list(global: &Global) -> Result<Answer, Failure> {
    let services = local::open(global).await?;
    let (packs, now) = (list_signature_packs(&services).await?, services.now());
    let rows = packs.iter().map(|pack| {
        json!({
            "name": pack.issuer,
            "version": pack.version,
            "key_id": pack.key_id,
            "issued_at": pack.issued_at,
            "expires_at": pack.expires_at,
            "taken_at": pack.taken_at,
            "is_expired": now >= pack.expires_at,
        })
    });
    let body = json!({ "packs": rows.collect::<Vec<_>>() });
    let lines = packs.iter().map(|pack| {
        let state = if now >= pack.expires_at { paint(paint::BAD, "expired") } else { paint(paint::GOOD, "good") };
        format!(
            "  {}  version {} by {}, {state} until {}\n",
            line(&pack.issuer, 100),
            pack.version,
            pack.key_id,
            pack.expires_at
        )
    });
    let head = paint(paint::STRONG, &count(packs.len() as u64, "pack"));
    Ok((body, format!("{head}\n{}", lines.collect::<String>())))
}

/// Reads the file of a key.
pub(super) fn read_key(path: &Path) -> Result<PackSigningKey, Failure> {
    if fs::metadata(path)?.len() > KEY_BYTES {
        return Err(SignaturePackError::from(PackKeyError::Secret).into());
    }
    Ok(PackSigningKey::parse(&fs::read_to_string(path)?).map_err(SignaturePackError::from)?)
}

/// Writes a file that others read, whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
