-- The facts that projections fold from the log, and how far each projection has read.
--
-- Days count from 1970-01-01, 2147483647 meaning "not ended"; the largest bigint means "still believed".
-- `facts_count` answers counts of a kind by key and value on a day; it holds only the head of a value, since an index row
-- has a limit that a scope of business exceeds.

CREATE TABLE facts (
    fact                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    projection          text COLLATE "C" NOT NULL,
    subject             text COLLATE "C" NOT NULL,
    id                  uuid             NOT NULL,
    kind                text COLLATE "C" NOT NULL,
    key                 text COLLATE "C" NOT NULL,
    part                text COLLATE "C" NOT NULL,
    value               text COLLATE "C" NOT NULL,
    valid_from          integer          NOT NULL,
    valid_to            integer          NOT NULL,
    known_from_at       bigint           NOT NULL,
    known_from_position bigint           NOT NULL,
    known_to_at         bigint           NOT NULL,
    known_to_position   bigint           NOT NULL,
    from_stated         text             NOT NULL,
    to_stated           text             NOT NULL,
    basis               jsonb            NOT NULL,
    flags               jsonb            NOT NULL,
    detail              jsonb            NOT NULL
);

CREATE INDEX facts_subject ON facts (subject, id, kind, key);

CREATE INDEX facts_count ON facts
    (subject, kind, key, substr(value, 1, 64), valid_from, valid_to, known_from_at, known_to_at);

CREATE TABLE checkpoints (
    projection text COLLATE "C" PRIMARY KEY,
    position   bigint NOT NULL,
    version    text   NOT NULL
);
