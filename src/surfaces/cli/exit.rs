//! How a command ends.

use std::process::ExitCode;

/// How a command ends. A failure is never confused with a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done, and nothing speaks against going on: 0.
    Done,
    /// The command could not do its work: 1.
    Failed,
    /// The command did its work, and the answer is no: 2.
    Refused,
    /// A record that was handed in is none, or of a version that is not known: 3.
    InvalidRecord,
}

impl Outcome {
    /// Returns the exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Refused => 2,
            Self::InvalidRecord => 3,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}

/// What the help of a command says of its exit codes.
pub(super) mod help {
    pub const SEARCH: &str = "Exit codes:\n  0  skills were found\n  1  the command failed\n  2  nothing was found";
    pub const INSPECT: &str = "Exit codes:\n  0  the skill was shown, whatever its verdict\n  \
        1  the command failed, or there is no such skill";
    pub const VERIFY: &str = "Exit codes:\n  \
        0  it is the indexed content, or alike, and its verdict does not block it\n  \
        1  the command failed: nothing is known of the verdict, or a pin cannot be read\n  \
        2  it differs from what is indexed, or is unknown, or is blocked\n\n\
        Alike is a digest that other bytes can share, such as a computedHash or a git tree; files that differ only in \
        line ends and execute bits; and a SKILL.md alone that differs only in what an installer wrote into it. \
        docs/recipes.md says what each digest proves.\n\n\
        The files of a folder are compared with the audited bundle as well. Where a source URL and a hash are given, \
        both must lead to the same skill.";
    pub const TAKEDOWN_ADD: &str = "What is taken down is not found by search any more, inspect says that and why, and verify says it to whoever \
        holds it: malware and compromised block, the other reasons leave the verdict as it is. It stays so whatever is \
        crawled or ingested, until `touchmark takedown remove`. A place says nothing of its bytes elsewhere: take \
        these down by their digest.\n\n\
        Exit codes:\n  0  it is taken down, or was already\n  1  the command failed";
    pub const ADVISORIES_IMPORT: &str = "Exit codes:\n  0  taken over; records that could not be read are told\n  \
        1  the file holds no advisory, or the command failed\n\n\
        A record that is stored is replaced by a newer one only, and one that was taken back stays so. Databases publish \
        all records of a registry as one zip archive, which is read as it is.";
    pub const ADVISORIES_OF: &str = "Exit codes:\n  0  told, whatever is known\n  1  the command failed\n  \
        2  the package is known to be malicious";
    pub const HEALTH: &str = "Exit codes:\n  0  it answers, perhaps with a part missing (degraded)\n  \
        1  it does not answer, or its store does not";
    pub const SCAN: &str = "Exit codes:\n  0  nothing worse than caution, or than --fail-on allows\n  \
        1  something could not be scanned, or the usage was wrong\n  \
        2  a verdict of warning or dangerous, or from --fail-on on, even where something else could not be scanned\n\n\
        A suppression or a baseline never removes a finding: it is marked, and does not count for the verdict. \
        A list that lies inside of a skill is not honoured.";
    pub const PACKAGE: &str = "Exit codes:\n  0  nothing worse than caution, or than --fail-on allows\n  \
        1  something could not be fetched, checked or looked at, or the usage was wrong\n  \
        2  a verdict of warning or dangerous, or from --fail-on on, even where something else failed\n\n\
        Nothing of a package runs. Which hosts are asked is configuration: TOUCHMARK_PYPI and TOUCHMARK_NPM, \
        [registries] in the configuration file, or what pip and npm are configured with; see docs/packages.md.";
    pub const PREVIEW: &str = "Exit codes:\n  0  nothing is rejected\n  1  the file cannot be read, or the command failed\n  \
        2  a package is rejected: it was found dangerous, or is known to be malicious\n\n\
        Nothing is fetched: what counts are the certificates and advisories of this machine (`touchmark package --certify`, \
        `touchmark advisories import`).";
    pub const CERTIFICATE: &str = "Exit codes:\n  0  the skill is approved, or somebody has to look at the warnings first\n  \
        1  there is no such skill, it was not scanned yet, or the command failed\n  \
        2  the skill is rejected";
    pub const SBOM: &str = "Exit codes:\n  0  the document was written\n  1  there is no such skill, or the command failed\n\n\
        The document is JSON in any case. It has no time and no random number: the same bundle and the same advisories give the same bytes.";
    pub const LOCK: &str = "Exit codes:\n  0  the record was written\n  \
        1  the folder could not be measured, or the record not written\n\n\
        A match with a record means: these bytes were approved. It does not mean that they are safe.";
    pub const CHECK: &str = "Exit codes:\n  0  everything is what was approved or locked, and no verdict refuses it\n  \
        1  no verdict: a record, a lockfile or a folder could not be read, a skill is not installed or not recorded \
        by its bytes, a server could not be asked, or there is nothing to check\n  \
        2  something is not what was approved or locked, or its verdict refuses it\n  \
        3  no verdict: a record or a lockfile is invalid, or of a version that is not known\n\n\
        Of several the exit code is 2 before 3 before 1 before 0. Without a folder, all of the project is checked: the \
        approval records in .sigildex/approvals and .touchmark/approvals, touchmark.lock, skills-lock.json, \
        .clawhub/lock.json, apm.lock.yaml, skills.lock, the keys of gh in installed skills, and \
        ~/.agents/.skill-lock.json and ~/touchmark.lock.\n\n\
        A skill that no index knows is as good as its bytes, unless --fail-on asks for a verdict. A verdict of \
        dangerous refuses always, unless with --fail-on never.";
    pub const PIN: &str = "Exit codes:\n  0  touchmark.lock holds it\n  \
        1  the command failed: it is not indexed, not installed, or the file could not be written\n  \
        2  what is installed is not what is indexed; nothing was written\n  \
        3  touchmark.lock is invalid, or of a version that is not known; it was left as it is";
    pub const INSTALL: &str = "Exit codes:\n  0  it is installed and pinned, or was already; with --dry-run, nothing speaks against it\n  \
        1  the command failed: it is not indexed, cannot be fetched or cannot be written\n  \
        2  it was not installed: what was fetched is not what was audited, its verdict or the policy in touchmark.toml \
        refuses it, somebody edited what is there, a link stands in the way, nobody could be asked, or the answer was no\n  \
        3  touchmark.lock or touchmark.toml is invalid, or of a version that is not known\n\n\
        What is fetched is the pinned commit, the folder or the starter skill that the index knows; it is compared with \
        the audited digests and scanned here and now. Nothing of it runs. It takes its place whole or not at all, never \
        through a link, with the execute bits that were audited, and is pinned in touchmark.lock: of the project, or of \
        the home folder for what is installed there.";
    pub const DIFF: &str = "Exit codes:\n  0  both folders hold the same\n  \
        1  no verdict: a folder could not be measured, or is no skill\n  2  they differ\n\n\
        With --upstream:\n  0  the index holds what was pinned, with the same verdict, and does not block it\n  \
        1  no verdict: the pin could not be read, or the index not asked\n  \
        2  content, files or verdict are others or may be, what is held was edited, it is blocked, or the index\n     does not know it\n\n\
        The bytes decide. What a change means is told beside them: the verdict before and after, what the skill does \
        now and did not, findings, frontmatter, files and text.";
    pub const RULES: &str =
        "Exit codes:\n  0  the rules were listed\n  1  the command failed, or there is no such phase";
    pub const EXPLAIN: &str =
        "Exit codes:\n  0  the rule was explained\n  1  the command failed, or there is no such rule";
    pub const INGEST: &str = "Exit codes:\n  0  every source was read to its end, though single skills may have failed\n  \
        1  a source could not be read, or not to its end";
    pub const CRAWL_RUN: &str = "Exit codes:\n  0  every source that was visited could be read, though single skills may have failed\n  \
        1  a source could not be read or is none, or the command failed; the others were visited\n\n\
        A source whose commit has not changed is not fetched. One that cannot be reached is tried again, and waits \
        longer each time; one that is too large, too slow or not there is given up for a week. A run that is killed \
        costs the sources that it was reading: the next run goes on. Two runs share the work.";
    pub const CRAWL_STATUS: &str = "Exit codes:\n  0  told, whatever the state\n  1  the data folder cannot be used";
    pub const ACCOUNT: &str = "Exit codes:\n  0  done\n  1  the command failed, or there is no such account\n\n\
        Works on the data folder of this machine, whether a service runs on it or not. Every change is in the audit log.";
    pub const REPORTS: &str = "Exit codes:\n  0  done\n  1  the command failed, or there is no such report or threat\n\n\
        Works on the data folder of this machine; a running service acts within seconds. While a threat holds, every \
        verdict on its digests is dangerous. Every change is in the audit log.";
    pub const SIGNATURES: &str = "Exit codes:\n  0  done\n  1  the command failed, or the pack was refused and nothing was changed\n\n\
        A pack is refused where no pinned key has signed exactly its bytes, it has expired, or it is older than one that \
        was taken over before. What is in it counts as the word of its issuer; a later pack that says it no more withdraws it.";
    pub const WEBHOOKS: &str = "Exit codes:\n  0  done\n  1  the command failed, or there is no such message that was given up\n\n\
        Works on the data folder of this machine; the service that runs on it sends what is retried.";
    pub const POLICY_LIST: &str = "Exit codes:\n  0  told\n  1  there is no such policy";
    pub const POLICY_TEST: &str = "Exit codes:\n  0  every test holds\n  1  a file cannot be read\n  \
        2  a test does not hold\n  3  a file is no policy";
    pub const POLICY_EVALUATE: &str = "Exit codes:\n  0  it passes\n  1  the command failed: it could not be scanned, or the facts \
        cannot be read\n  2  it does not pass\n  3  the policy or the expression cannot be read\n\n\
        No index is asked, so that a rule which asks for what an index says does not hold. `touchmark check` holds \
        everything that a project has against its touchmark.toml, by the same rules.";
    pub const SNAPSHOT_EXPORT: &str = "Exit codes:\n  0  written\n  1  the command failed\n\n\
        The file is a tar archive under Zstandard with manifest.json first, which names every part by its SHA-256; the \
        digest that is printed is that of the manifest. It holds no use of clients, no payments and no jobs, and the \
        paths of folders that were ingested from this machine.";
    pub const SNAPSHOT_IMPORT: &str = "Exit codes:\n  0  taken over, and searchable\n  \
        1  refused, and nothing was changed; or the command failed\n\n\
        The data folder is empty, or follows the same index, or is given up with --replace. Ids and digests are computed \
        anew from the bytes; a verdict is the word of whoever scanned, and is scanned again where its rules are not \
        those of this program.";
    pub const SNAPSHOT_SERVE: &str = "Exit codes:\n  0  stopped by a signal\n  1  could not start, or failed";
    pub const SNAPSHOT_FOLLOW: &str = "Exit codes:\n  0  with --once: followed, or there was nothing new\n  \
        1  with --once: refused, and nothing was changed; or the command failed\n\n\
        An older state of the same index is refused. Each answer says when the state was given away. A service on the \
        same data folder shows what came within a second.";
    pub const EVAL: &str = "Exit codes:\n  0  measured, whatever the figures\n  \
        1  a file is not of its form, or the index cannot be asked";
    pub const SERVE: &str = "Exit codes:\n  0  stopped by a signal\n  1  could not start, or failed";
    pub const MCP: &str = "Exit codes:\n  0  the client closed the connection\n  1  could not start, or failed";
    pub const GENERATE: &str = "Exit codes:\n  0  written, or up to date with --check\n  \
        1  could not be written, or out of date with --check";
    pub const PROGRAM: &str = "Exit codes:\n  0  done\n  1  the command failed; also wrong usage\n  \
        2  a verdict: the answer is no (see the help of each command)\n  3  an approval record or a lockfile is invalid";
}
