-- Freshness: what tables expect of their data, a row for each table with a property `skep.expect.…`, kept in step by every
-- write of a table. `properties` is what the row was made for. Times are seconds since the epoch.
CREATE TABLE IF NOT EXISTS skep_freshness_tables (
    table_id INTEGER PRIMARY KEY NOT NULL,
    properties TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    since INTEGER NOT NULL,
    judged_until INTEGER,
    newest INTEGER,
    checked_at INTEGER,
    last_error TEXT
);

CREATE INDEX IF NOT EXISTS skep_freshness_tables_by_due ON skep_freshness_tables (due_at);

-- Times of which data lacks: a row from its first sign until its end was told. `told_at` is NULL until channels are to tell it,
-- `how_ended` while it lasts.
CREATE TABLE IF NOT EXISTS skep_freshness_gaps (
    table_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    to_at INTEGER NOT NULL,
    table_shown TEXT NOT NULL,
    what TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    told_at INTEGER,
    how_ended TEXT,
    PRIMARY KEY (table_id, kind, from_at)
);
