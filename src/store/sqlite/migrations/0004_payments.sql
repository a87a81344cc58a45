-- The ledger of payments. Its key is a digest of network, asset, payer and nonce; the token's
-- contract takes each nonce of a payer once, and so does this table.
CREATE TABLE payments (
    payment_key BLOB PRIMARY KEY,
    -- How often the nonce was reserved; a step that belongs to an earlier attempt changes nothing.
    attempt INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('reserved', 'verified', 'settling', 'settled', 'failed', 'abandoned')),
    digest BLOB NOT NULL,
    identifier TEXT UNIQUE,
    body BLOB NOT NULL,
    network TEXT NOT NULL,
    asset TEXT NOT NULL,
    payer TEXT NOT NULL,
    nonce TEXT NOT NULL,
    pay_to TEXT NOT NULL,
    units INTEGER NOT NULL,
    valid_before INTEGER NOT NULL,
    -- What the facilitator is asked; empty once nobody will be.
    request TEXT NOT NULL,
    -- The answer, compressed, while it may be asked for again.
    answer BLOB,
    is_delivered INTEGER NOT NULL DEFAULT 0,
    -- Of one payment only.
    transaction_hash TEXT COLLATE NOCASE UNIQUE,
    reason TEXT,
    reserved_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    -- When it was last asked what became of the settlement; 0: never.
    asked_at INTEGER NOT NULL DEFAULT 0,
    UNIQUE (network, asset, payer, nonce)
) STRICT;

CREATE INDEX payments_by_state ON payments (state, changed_at);

CREATE TRIGGER settled_payments_stay_settled
BEFORE UPDATE OF state, network, asset, units, payer, nonce, pay_to, transaction_hash ON payments
WHEN OLD.state = 'settled' AND (NEW.state, NEW.network, NEW.asset, NEW.units, NEW.payer, NEW.nonce, NEW.pay_to, NEW.transaction_hash)
    IS NOT (OLD.state, OLD.network, OLD.asset, OLD.units, OLD.payer, OLD.nonce, OLD.pay_to, OLD.transaction_hash)
BEGIN SELECT RAISE(ABORT, 'a settled payment stays as it is'); END;
CREATE TRIGGER money_is_not_forgotten BEFORE DELETE ON payments
WHEN OLD.state IN ('settling', 'settled')
BEGIN SELECT RAISE(ABORT, 'a payment that may have moved money is never deleted'); END;

-- Terms that were offered, and until when: an offer stands for a while after its price changed.
CREATE TABLE payment_offers (
    terms TEXT PRIMARY KEY,
    withdrawn_at INTEGER
) STRICT, WITHOUT ROWID;
