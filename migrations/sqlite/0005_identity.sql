-- Repairs of identities are few among many events: who is one with whom, and what belongs to one repair, is found by these.

CREATE INDEX events_identity ON events (aggregate_id, sequence)
WHERE aggregate_type = 'company' AND event_type IN ('RecordMerged', 'RecordTakenIn', 'RecordDistinct');

CREATE INDEX events_correlation ON events (metadata ->> '$.correlation')
WHERE metadata ->> '$.correlation' IS NOT NULL;
