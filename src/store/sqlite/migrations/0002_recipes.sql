-- Digests of bundles by the recipes of other tools, and which bundles a skill ever had.

-- Every recipe but the two whose digests are columns of `bundles`. Where a digest is that of
-- a plainer recipe, it is not here again.
CREATE TABLE recipe_digests (
    digest BLOB NOT NULL,
    recipe TEXT NOT NULL,
    bundle_key BLOB NOT NULL REFERENCES bundles (bundle_key),
    PRIMARY KEY (digest, recipe, bundle_key)
) STRICT, WITHOUT ROWID;

-- Which set of recipes a bundle was hashed by; 0 is none.
ALTER TABLE bundles ADD COLUMN recipe_set INTEGER NOT NULL DEFAULT 0;
CREATE INDEX bundles_by_recipe_set ON bundles (recipe_set);
CREATE INDEX bundles_by_content ON bundles (content_hash);

CREATE TABLE skill_bundles (
    bundle_key BLOB NOT NULL REFERENCES bundles (bundle_key),
    skill_id BLOB NOT NULL REFERENCES skills (skill_id),
    PRIMARY KEY (bundle_key, skill_id)
) STRICT, WITHOUT ROWID;
INSERT INTO skill_bundles (bundle_key, skill_id) SELECT bundle_key, skill_id FROM skills;
