-- The events, as cqrs-es writes them, and who holds which identifier.
--
-- `draw` is ours: writers are serial here, so it is the order of commits. AUTOINCREMENT, because VACUUM may renumber an
-- implicit rowid and a deleted last number would be given out again.

CREATE TABLE events (
    draw           INTEGER PRIMARY KEY AUTOINCREMENT,
    aggregate_type TEXT    NOT NULL,
    aggregate_id   TEXT    NOT NULL,
    sequence       INTEGER NOT NULL CHECK (sequence >= 0),
    event_type     TEXT    NOT NULL,
    event_version  TEXT    NOT NULL,
    payload        TEXT    NOT NULL CHECK (json_valid(payload)),
    metadata       TEXT    NOT NULL CHECK (json_valid(metadata)),
    UNIQUE (aggregate_type, aggregate_id, sequence)
) STRICT;

CREATE TABLE identifiers (
    identifier     TEXT PRIMARY KEY NOT NULL,
    aggregate_type TEXT NOT NULL,
    aggregate_id   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- An event's `claims` and `releases` change the register in the event's own transaction. A plain unique index would tell
-- the writer "conflict" and have it try again for ever; NL001 tells it that an identifier is taken. RAISE takes only a
-- fixed text in this version, so the holder is looked up afterwards.
CREATE TRIGGER events_identifiers AFTER INSERT ON events
WHEN NEW.payload ->> '$.claims' IS NOT NULL OR NEW.payload ->> '$.releases' IS NOT NULL
BEGIN
    DELETE FROM identifiers
    WHERE identifier IN (SELECT value FROM json_each(NEW.payload, '$.releases'))
        AND aggregate_type = NEW.aggregate_type
        AND aggregate_id = NEW.aggregate_id;

    SELECT RAISE(ABORT, 'NL001: an identifier already belongs to another stream')
    FROM json_each(NEW.payload, '$.claims') AS claimed
    JOIN identifiers AS held ON held.identifier = claimed.value
    WHERE held.aggregate_type <> NEW.aggregate_type OR held.aggregate_id <> NEW.aggregate_id;

    INSERT INTO identifiers
    SELECT value, NEW.aggregate_type, NEW.aggregate_id
    FROM json_each(NEW.payload, '$.claims')
    WHERE type = 'text'
    ON CONFLICT (identifier) DO NOTHING;
END;
