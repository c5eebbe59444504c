-- The log: the one order that everything downstream reads by, gapless, each event once.
--
-- `admitted_at` counts microseconds since 1970 and is the same for all events of a round. `log_state.draw` is the last
-- draw admitted; it starts at 0, so the first round takes every event that is there: an older database loses nothing.

CREATE TABLE log (
    position       INTEGER PRIMARY KEY,
    aggregate_type TEXT    NOT NULL,
    aggregate_id   TEXT    NOT NULL,
    sequence       INTEGER NOT NULL,
    admitted_at    INTEGER NOT NULL,
    UNIQUE (aggregate_type, aggregate_id, sequence)
) STRICT;

CREATE TABLE log_state (
    only_row    INTEGER PRIMARY KEY DEFAULT 1 CHECK (only_row = 1),
    draw        INTEGER NOT NULL DEFAULT 0,
    position    INTEGER NOT NULL DEFAULT 0,
    admitted_at INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO log_state DEFAULT VALUES;
