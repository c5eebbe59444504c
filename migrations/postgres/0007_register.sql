-- The register, kept without looking through it.
--
-- A plan is kept for as long as a session lives, and one that was made while `identifiers` was empty reads it whole: with every
-- identifier of a first import, all those before it. So nothing is deleted unless something is released, and each release is
-- found by its key.

CREATE OR REPLACE FUNCTION keep_identifiers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    claimed  text;
    released text;
    holder   identifiers%ROWTYPE;
BEGIN
    FOR released IN
        SELECT jsonb_array_elements_text(coalesce(nullif(NEW.payload -> 'releases', 'null'), '[]'))
    LOOP
        DELETE FROM identifiers
        WHERE identifier = released
            AND aggregate_type = NEW.aggregate_type
            AND aggregate_id = NEW.aggregate_id;
    END LOOP;

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
