-- What the importer keeps about its runs beside the events: runs, rosters and who was in them, questions and answers about who a
-- row means. No history: a note may be replaced and removed. docs/import.md lists the areas.

CREATE TABLE notes (
    area  TEXT NOT NULL,
    name  TEXT NOT NULL,
    value TEXT NOT NULL CHECK (json_valid(value)),
    PRIMARY KEY (area, name)
) STRICT, WITHOUT ROWID;
