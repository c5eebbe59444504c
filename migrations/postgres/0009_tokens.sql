-- API tokens (docs/access.md). The secret itself is kept nowhere: `hash` is its SHA-256. A token that is revoked stays, so that the
-- events that came by it can be told from others.

CREATE TABLE tokens (
    id         text COLLATE "C" PRIMARY KEY,
    hash       bytea            NOT NULL UNIQUE CHECK (length(hash) = 32),
    actor      text             NOT NULL,
    roles      text             NOT NULL,
    carriers   text             NOT NULL,
    read_only  bigint           NOT NULL CHECK (read_only IN (0, 1)),
    created_by text             NOT NULL,
    created_at bigint           NOT NULL,
    expires_at bigint           NOT NULL,
    revoked_at bigint           NOT NULL DEFAULT 0
);
