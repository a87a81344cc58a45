-- What clients have used of their quotas, by day (days since 1970, UTC). A client is an IPv4
-- address (four bytes) or an IPv6 network of 64 bits (eight). Rows of days that are over are
-- deleted: nobody's address is kept longer.
CREATE TABLE client_use (
    day INTEGER NOT NULL,
    client BLOB NOT NULL,
    workflows INTEGER NOT NULL,
    unresolved_inspects INTEGER NOT NULL,
    lookups INTEGER NOT NULL,
    PRIMARY KEY (day, client)
) STRICT, WITHOUT ROWID;
