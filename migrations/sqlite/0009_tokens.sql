-- API tokens (docs/access.md). The secret itself is kept nowhere: `hash` is its SHA-256. A token that is revoked stays, so that the
-- events that came by it can be told from others.

CREATE TABLE tokens (
    id         TEXT    NOT NULL PRIMARY KEY,
    hash       BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    actor      TEXT    NOT NULL,
    roles      TEXT    NOT NULL CHECK (json_valid(roles)),
    carriers   TEXT    NOT NULL CHECK (json_valid(carriers)),
    read_only  INTEGER NOT NULL CHECK (read_only IN (0, 1)),
    created_by TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL DEFAULT 0
) STRICT;
