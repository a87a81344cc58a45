//! Writes an indexed skill that is installed in a project into its `touchmark.lock`.

use std::io;
use std::path::{Path, PathBuf};

use crate::api::{InspectRequest, InspectResponse};
use crate::approval::{WalkError, measure_skill};
use crate::lockfile::{
    InstalledFolder, LockfileError, PinnedSkill, Place, PlaceError, PlacePath, Review, Root, SkillName, WriteError,
    places_in_project, write_pin,
};
use crate::scan::RecommendedAction;
use crate::skill::{Sha256Digest, sanitise_line};

/// What somebody named to be pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinTarget {
    /// A skill, by its id.
    Id(String),
    /// A skill, by where it comes from.
    SourceUrl(String),
    /// An installed skill.
    Folder(PathBuf),
}

/// What is pinned, and how.
#[derive(Debug, Clone)]
pub struct PinRequest<'a> {
    /// The folder of the project, which holds `touchmark.lock`.
    pub project: &'a Path,
    /// The installed folder; by default where agents look for a skill of this name.
    pub folder: Option<&'a Path>,
    /// The name of the entry; by default that of the folder.
    pub name: Option<&'a str>,
}

/// A skill that was pinned.
#[derive(Debug, Clone, PartialEq)]
pub struct Pinned {
    /// What was written.
    pub skill: PinnedSkill,
    /// The file.
    pub file: &'static str,
    /// Whether the file is another than before.
    pub is_changed: bool,
}

/// Why nothing was pinned. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// What was named is neither an id nor a URL nor a folder.
    #[error("`{text}` is neither the id of a skill, nor a URL, nor a folder that is there")]
    Target {
        /// What was named, sanitised.
        text: String,
    },
    /// The project or the folder cannot be opened.
    #[error("cannot open `{path}`: {source}")]
    Open {
        /// The folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The folder cannot be measured.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// A place leads out of the project.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The folder is no part of the project.
    #[error("`{path}` does not lie below the project; touchmark.lock records what the project holds")]
    Outside {
        /// The folder.
        path: String,
    },
    /// No installed folder was found.
    #[error("`{name}` is not installed where agents look for skills; name its folder with --path")]
    NotInstalled {
        /// The name of the skill, sanitised.
        name: String,
    },
    /// Several installed folders were found.
    #[error("it is installed more than once ({folders}); name one with --path, and the others with --name as well")]
    Several {
        /// The folders, sanitised.
        folders: String,
    },
    /// The verdict is to be blocked.
    #[error("`{name}` is {verdict}: nothing is pinned; `touchmark inspect {skill_id}` shows the evidence")]
    Blocked {
        /// The name of the skill, sanitised.
        name: String,
        /// The verdict.
        verdict: &'static str,
        /// The skill.
        skill_id: String,
    },
    /// The index holds no digest to compare with.
    #[error("the index holds no content hash of this skill; ingest it again")]
    NoDigest,
    /// What is installed is not what the verdict is about.
    #[error(
        "{what} in `{folder}` is not what is indexed ({installed} here, {indexed} there): the pin would be about other bytes"
    )]
    Differs {
        /// What differs.
        what: &'static str,
        /// The folder, sanitised.
        folder: String,
        /// The digest of what is installed.
        installed: String,
        /// The digest that the index knows.
        indexed: String,
    },
    /// The index does not know every file of the skill, and more than SKILL.md is installed.
    #[error(
        "`{folder}` holds more than SKILL.md, and the index did not read every file of this skill: they cannot be \
         compared, and nothing is pinned; `touchmark lock` records what you have looked at yourself"
    )]
    NotComparable {
        /// The folder, sanitised.
        folder: String,
    },
    /// The path of the folder is no text.
    #[error("`{path}` cannot be recorded: its name is not UTF-8")]
    NotText {
        /// The folder, sanitised.
        path: String,
    },
    /// A name or a path cannot be recorded.
    #[error(transparent)]
    Name(#[from] LockfileError),
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl PinError {
    /// Tells whether `touchmark.lock` was read and is none that can be changed.
    pub fn is_invalid_lockfile(&self) -> bool {
        matches!(self, Self::Write(WriteError::Invalid { .. }))
    }

    /// Tells whether there is a verdict, and it is no.
    pub fn is_difference(&self) -> bool {
        matches!(self, Self::Differs { .. } | Self::NotComparable { .. } | Self::Blocked { .. })
    }
}

impl PinTarget {
    /// Reads what somebody named. A folder that is there comes before an id of this form.
    ///
    /// # Errors
    /// Fails where it is nothing of the kind.
    pub fn parse(text: &str) -> Result<Self, PinError> {
        if text.contains("://") {
            return Ok(Self::SourceUrl(text.to_owned()));
        }
        if Path::new(text).is_dir() {
            return Ok(Self::Folder(PathBuf::from(text)));
        }
        match text.parse::<crate::skill::SkillId>() {
            Ok(id) => Ok(Self::Id(id.to_string())),
            Err(_) => Err(PinError::Target { text: sanitise_line(text, 200) }),
        }
    }

    /// Returns what an index is asked about it.
    ///
    /// # Errors
    /// Fails where a folder cannot be measured.
    pub fn question(&self) -> Result<InspectRequest, PinError> {
        let nothing = InspectRequest::default();
        Ok(match self {
            Self::Id(id) => InspectRequest { skill_id: Some(id.clone()), ..nothing },
            Self::SourceUrl(url) => InspectRequest { source_url: Some(url.clone()), ..nothing },
            Self::Folder(folder) => {
                let content_hash = measure_skill(folder)?.content_hash().map(|digest| digest.to_string());
                InspectRequest { content_hash, ..nothing }
            }
        })
    }

    /// Returns the folder, where one was named.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Id(_) | Self::SourceUrl(_) => None,
        }
    }
}

/// Measures the installed folder, compares it with what the index inspected, and writes the
/// pin as `/inspect` returned it.
///
/// # Errors
/// Fails where the skill is blocked, is not installed once, is not what is indexed or cannot be
/// compared with it, or the file cannot be written. The file is then as it was.
pub fn pin_skill(request: &PinRequest<'_>, inspected: &InspectResponse) -> Result<Pinned, PinError> {
    if inspected.safety.recommended_action == RecommendedAction::Block {
        return Err(PinError::Blocked {
            name: sanitise_line(&inspected.name, 100),
            verdict: inspected.safety.status.as_str(),
            skill_id: inspected.skill_id.to_string(),
        });
    }
    let open = |path: &Path, source| PinError::Open { path: shown(path), source };
    let root = Root::project(request.project).map_err(|source| open(request.project, source))?;
    let folder = match request.folder {
        Some(folder) => folder.canonicalize().map_err(|source| open(folder, source))?,
        None => installed(&root, &inspected.name)?.real_path,
    };
    let path = folder.strip_prefix(root.path()).map_err(|_| PinError::Outside { path: shown(&folder) })?;
    let path = path.to_str().ok_or_else(|| PinError::NotText { path: shown(&folder) })?;
    let path = PinnedSkill::path(path)?;
    let name = match request.name {
        Some(name) => name.to_owned(),
        None if path.as_str().is_empty() => inspected.name.clone(),
        None => path.file_name().to_owned(),
    };
    let name = PinnedSkill::name(&name)?;
    let measured = measure_skill(&folder)?;
    let root_digest = measured.manifest.root_digest();
    let pin = &inspected.pin;
    let content_hash: Sha256Digest =
        pin.content_hash.as_deref().and_then(|hash| hash.parse().ok()).ok_or(PinError::NoDigest)?;
    let differs = |what, installed: String, indexed: String| {
        Err(PinError::Differs { what, folder: sanitise_line(&path.to_string(), 300), installed, indexed })
    };
    if measured.content_hash() != Some(content_hash) {
        let installed = measured.content_hash().map(|digest| digest.to_string()).unwrap_or_default();
        return differs("SKILL.md", installed, content_hash.to_string());
    }
    let safety = &inspected.safety;
    let is_whole = safety.is_whole();
    let is_alone = measured.manifest.files().len() == 1;
    match &safety.audited_package_hash {
        Some(audited) if *audited == root_digest.to_string() => {}
        Some(audited) if is_whole => {
            return differs("a file beside SKILL.md", root_digest.to_string(), audited.clone());
        }
        // The SKILL.md was compared; nothing tells whether what lies beside it was audited.
        _ if !is_alone => return Err(PinError::NotComparable { folder: sanitise_line(&path.to_string(), 300) }),
        _ => {}
    }
    let skill = pinned_skill(inspected, name, path, root_digest, content_hash);
    let (file, is_changed) = write_pin(root.path(), &skill)?;
    Ok(Pinned { skill, file, is_changed })
}

/// Makes the pin of a skill as it was inspected.
pub(super) fn pinned_skill(
    inspected: &InspectResponse,
    name: SkillName,
    path: PlacePath,
    root_digest: Sha256Digest,
    content_hash: Sha256Digest,
) -> PinnedSkill {
    let InspectResponse { pin, safety, .. } = inspected;
    PinnedSkill {
        name,
        path,
        root_digest,
        skill_id: pin.skill_id,
        source_url: pin.source_url.clone(),
        content_hash,
        commit_sha: pin.commit_sha.clone(),
        verdict: pin.verdict,
        audited_at: pin.audited_at,
        review: Review {
            recommended_action: safety.recommended_action.as_str().to_owned(),
            executes_code: safety.executes_code,
            safety_flags: safety.safety_flags.clone(),
            ruleset_version: safety.ruleset_version.clone(),
        },
    }
}

/// Finds the one folder in which a skill of this name is installed.
fn installed(root: &Root, name: &str) -> Result<InstalledFolder, PinError> {
    let parsed = PinnedSkill::name(name)?;
    let mut found: Vec<InstalledFolder> = Vec::new();
    for place in places_in_project(&parsed) {
        if let Place::Folder(folder) = root.look_at(&place)?
            && !found.iter().any(|known| known.real_path == folder.real_path)
        {
            found.push(folder);
        }
    }
    match found.len() {
        1 => Ok(found.swap_remove(0)),
        0 => Err(PinError::NotInstalled { name: sanitise_line(name, 100) }),
        _ => {
            let folders: Vec<String> = found.iter().map(|folder| sanitise_line(&folder.shown, 200)).collect();
            Err(PinError::Several { folders: folders.join(", ") })
        }
    }
}

fn shown(path: &Path) -> String {
    sanitise_line(&path.display().to_string(), 300)
}
