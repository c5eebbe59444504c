-- The log: the one order that everything downstream reads by, gapless, each event once.
--
-- `admitted_at` counts microseconds since 1970 and is the same for all events of a round. `log_state.snapshot` is what the
-- last round that admitted something saw; `system` is the cluster whose transaction ids it counts in. Both are NULL until
-- the first round, which then takes every event that is there: so an older database loses nothing.

CREATE TABLE log (
    position       bigint           PRIMARY KEY,
    aggregate_type text COLLATE "C" NOT NULL,
    aggregate_id   text COLLATE "C" NOT NULL,
    sequence       bigint           NOT NULL,
    admitted_at    bigint           NOT NULL,
    UNIQUE (aggregate_type, aggregate_id, sequence)
);

CREATE TABLE log_state (
    only_row    boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    system      bigint,
    snapshot    pg_snapshot,
    position    bigint      NOT NULL DEFAULT 0,
    admitted_at bigint      NOT NULL DEFAULT 0
);

INSERT INTO log_state DEFAULT VALUES;
