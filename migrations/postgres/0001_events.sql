-- The events, as cqrs-es writes them, and who holds which identifier.
--
-- `xid` and `draw` are ours: a number is drawn before its transaction commits, so neither is an order to read by, but
-- together with snapshots they let the sequencer find what has been committed since it last looked.
-- Text that is sorted or compared by ranges is COLLATE "C", so that both databases order alike.

CREATE SEQUENCE events_draw;

CREATE TABLE events (
    aggregate_type text COLLATE "C" NOT NULL,
    aggregate_id   text COLLATE "C" NOT NULL,
    sequence       bigint           NOT NULL CHECK (sequence >= 0),
    event_type     text             NOT NULL,
    event_version  text             NOT NULL,
    payload        jsonb            NOT NULL,
    metadata       jsonb            NOT NULL,
    xid            xid8             NOT NULL DEFAULT pg_current_xact_id(),
    draw           bigint           NOT NULL DEFAULT nextval('events_draw'),
    PRIMARY KEY (aggregate_type, aggregate_id, sequence)
);

ALTER SEQUENCE events_draw OWNED BY events.draw;

CREATE INDEX events_admission ON events (xid, draw);

CREATE TABLE identifiers (
    identifier     text COLLATE "C" PRIMARY KEY,
    aggregate_type text COLLATE "C" NOT NULL,
    aggregate_id   text COLLATE "C" NOT NULL
);

-- An event's `claims` and `releases` change the register in the event's own transaction. A plain unique index would tell
-- the writer "conflict" and have it try again for ever; error NL001 tells it who holds the identifier. A claim in flight
-- elsewhere is waited for.
CREATE FUNCTION keep_identifiers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    claimed text;
    holder  identifiers%ROWTYPE;
BEGIN
    DELETE FROM identifiers
    WHERE identifier IN (
            SELECT jsonb_array_elements_text(coalesce(nullif(NEW.payload -> 'releases', 'null'), '[]')))
        AND aggregate_type = NEW.aggregate_type
        AND aggregate_id = NEW.aggregate_id;

    FOR claimed IN
        SELECT jsonb_array_elements_text(coalesce(nullif(NEW.payload -> 'claims', 'null'), '[]'))
    LOOP
        LOOP
            INSERT INTO identifiers VALUES (claimed, NEW.aggregate_type, NEW.aggregate_id)
            ON CONFLICT (identifier) DO NOTHING;
            EXIT WHEN FOUND;

            SELECT * INTO holder FROM identifiers WHERE identifier = claimed;
            -- Released since the insert found it: claim again.
            CONTINUE WHEN NOT FOUND;
            EXIT WHEN holder.aggregate_type = NEW.aggregate_type AND holder.aggregate_id = NEW.aggregate_id;

            RAISE EXCEPTION 'identifier % already belongs to %/%',
                claimed, holder.aggregate_type, holder.aggregate_id
                USING ERRCODE = 'NL001',
                    DETAIL = jsonb_build_object(
                        'identifier', claimed,
                        'aggregate_type', holder.aggregate_type,
                        'aggregate_id', holder.aggregate_id)::text;
        END LOOP;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE TRIGGER events_identifiers AFTER INSERT ON events FOR EACH ROW
WHEN (coalesce(NEW.payload -> 'claims', 'null') <> 'null' OR coalesce(NEW.payload -> 'releases', 'null') <> 'null')
EXECUTE FUNCTION keep_identifiers();
