//! The page of hash recipes.

use super::pages::{Page, page};
use crate::recipe::{Covers, HashRecipe, Weakness};

/// Writes the page from the list of recipes.
pub(super) fn recipes(url: &str) -> Page {
    let mut body = format!(
        "Every tool of the field hashes a skill in its own way. Touchmark computes all of them when it ingests a skill, so that `/verify`, `verify_skill`, `touchmark verify --content-hash` and `POST /verify/batch` take whichever digest is at hand, with or without its prefix:\n\n```bash\ncurl -s \"{url}/verify?content_hash=$(jq -r '.skills.pdf.computedHash' skills-lock.json)\"\ntouchmark verify --content-hash \"$(git rev-parse HEAD:skills/pdf)\"\n```\n\n\
         The answer says in `match.recipe` which recipe matched (`name`), what it covers (`covers`), how much that proves (`strength`, `note`), whether the revision that matched is the current one (`is_current`), and names the strong digest of that revision (`matched_package_hash`, root digest v1) beside it.\n\n\
         ## What a match proves\n\n\
         - A **strong** match proves that what the recipe covers is the same: nobody can make two different skills with one digest. A recipe that covers `skill_md` says nothing of the files beside it, and only `root_digest_v1` and `git_tree_sha1` see execute bits.\n\
         - A **weak** match says that it may be the same. Compare the root digest as well: hash the folder with `touchmark verify FOLDER`.\n\
         - `match.your_hash_matches_audited` is true where the digest is `match.current_content_hash`: the SHA-256 of the current SKILL.md. For every other recipe it is false, and `match.recipe` says the rest: `is_current`, `strength`, `covers`, and by `name` whether bytes are changed before they are hashed (line ends, what an installer wrote).\n\
         - No match proves that a skill is safe: that is what `safety` is about. Of several bundles with one digest the answer carries the worst verdict, and for an earlier revision the worse of its own and the current one. Where `source_url` names a skill that never had the digest, the answer is the worse of that skill's verdict and of what the digest alone leads to, which `match.elsewhere` then names.\n\
         - Where a source did not hand over every file, only digests of SKILL.md are known.\n\n\
         ## Recipes\n\n\
         Links are followed by none; `git_tree_sha1` hashes them, the others leave them out. `.git` is always left out.\n\n\
         | Recipe | Written by | As | Covers | Strength |\n|---|---|---|---|---|\n"
    );
    for recipe in HashRecipe::ALL {
        body.push_str(&format!(
            "| `{}` | {} | {} | {} | {} |\n",
            recipe.name(),
            recipe.origin(),
            recipe.format().description(),
            match recipe.covers() {
                Covers::WholeBundle => "whole bundle",
                Covers::SkillMd => "SKILL.md",
            },
            recipe.weakness().map_or("strong".to_owned(), |weakness| format!("weak: {}", reason(weakness)))
        ));
    }
    body.push_str("\n## What is hashed\n\n| Recipe | Bytes | A match says |\n|---|---|---|\n");
    for recipe in HashRecipe::ALL {
        body.push_str(&format!("| `{}` | {} | {} |\n", recipe.name(), recipe.formula(), recipe.note()));
    }
    body.push_str(
        "\n`localeCompare` is JavaScript's, which in most locales is the order of ICU's root collation: `scripts/run.sh` comes before `SKILL.md`. Touchmark reproduces it; a tool that ran in a locale which orders Latin letters otherwise (Danish, Estonian) wrote another digest. Paths that are equal to it stay in the order in which a program read them; here they are in byte order.\n\n\
         Where two recipes give one digest (those of skills-lock.json and APM do for a skill of one file), the answer names the one that stands first above.\n\n\
         ClawHub's client also leaves out files that are not text by its own list of extensions, which is not reproduced.",
    );
    page(
        "/docs/recipes",
        "Hash recipes",
        "Every way to hash a skill that is understood, what it covers and what a match proves.",
        &body,
    )
}

fn reason(weakness: Weakness) -> &'static str {
    match weakness {
        Weakness::FieldAmbiguous => "a path runs into the content after it",
        Weakness::PathsNotHashed => "names are not hashed",
        Weakness::FilesLeftOut => "files are left out",
        Weakness::Sha1 => "SHA-1",
        Weakness::Normalised => "bytes are changed first",
    }
}
