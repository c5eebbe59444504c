-- What belongs to the installation and not to the machine it runs on, such as the zone whose days are counted: kept here,
-- so that it moves with the data.

CREATE TABLE settings (
    name  text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);
