-- The facts that projections fold from the log, and how far each projection has read.
--
-- Days count from 1970-01-01, 2147483647 meaning "not ended"; the largest integer means "still believed".
-- `facts_count` answers counts of a kind by key and value on a day; it holds only the head of a value, as on PostgreSQL,
-- where an index row has a limit.

CREATE TABLE facts (
    fact                INTEGER PRIMARY KEY AUTOINCREMENT,
    projection          TEXT    NOT NULL,
    subject             TEXT    NOT NULL,
    id                  BLOB    NOT NULL CHECK (length(id) = 16),
    kind                TEXT    NOT NULL,
    key                 TEXT    NOT NULL,
    part                TEXT    NOT NULL,
    value               TEXT    NOT NULL,
    valid_from          INTEGER NOT NULL,
    valid_to            INTEGER NOT NULL,
    known_from_at       INTEGER NOT NULL,
    known_from_position INTEGER NOT NULL,
    known_to_at         INTEGER NOT NULL,
    known_to_position   INTEGER NOT NULL,
    from_stated         TEXT    NOT NULL,
    to_stated           TEXT    NOT NULL,
    basis               TEXT    NOT NULL,
    flags               TEXT    NOT NULL,
    detail              TEXT    NOT NULL
) STRICT;

CREATE INDEX facts_subject ON facts (subject, id, kind, key);

CREATE INDEX facts_count ON facts
    (subject, kind, key, substr(value, 1, 64), valid_from, valid_to, known_from_at, known_to_at);

CREATE TABLE checkpoints (
    projection TEXT    PRIMARY KEY NOT NULL,
    position   INTEGER NOT NULL,
    version    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
