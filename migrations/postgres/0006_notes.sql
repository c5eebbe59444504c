-- What the importer keeps about its runs beside the events: runs, rosters and who was in them, questions and answers about who a
-- row means. No history: a note may be replaced and removed. docs/import.md lists the areas.

CREATE TABLE notes (
    area  text COLLATE "C" NOT NULL,
    name  text COLLATE "C" NOT NULL,
    value jsonb            NOT NULL,
    PRIMARY KEY (area, name)
);
