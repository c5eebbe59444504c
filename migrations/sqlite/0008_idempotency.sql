-- A request that is sent again under its key is found by the events that it was answered with.

CREATE INDEX events_idempotency ON events (metadata ->> '$.idempotency_key')
WHERE metadata ->> '$.idempotency_key' IS NOT NULL;
