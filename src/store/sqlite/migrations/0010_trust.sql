-- What domains say about which repositories are theirs, by domain; the latest that was fetched.
CREATE TABLE publisher_statements (
    domain TEXT PRIMARY KEY,
    statement TEXT NOT NULL
) STRICT, WITHOUT ROWID;
