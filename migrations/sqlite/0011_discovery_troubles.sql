-- What is wrong with tables' discovery: a row a table and kind from its first sign until its end was told. `told_at` is NULL
-- until channels are to tell it, `how_ended` while it lasts. Times are seconds since the epoch.
CREATE TABLE IF NOT EXISTS skep_discovery_troubles (
    table_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    table_shown TEXT NOT NULL,
    what TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    told_at INTEGER,
    how_ended TEXT,
    PRIMARY KEY (table_id, kind)
);
