-- Discovery: which tables look for new partitions, what it did, and the leases that keep replicas apart.

-- A holder that does not extend its lease has lost it. Times are the database's own.
CREATE TABLE IF NOT EXISTS skep_leases (
    name TEXT NOT NULL,
    holder TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (name)
) WITHOUT ROWID;

-- A row for each table with a property that asks for discovery or retention, kept in step by every write of a table.
-- `properties` is what the row was made for; times are when the next look is due.
CREATE TABLE IF NOT EXISTS skep_discovery_tables (
    table_id INTEGER PRIMARY KEY NOT NULL,
    properties TEXT NOT NULL,
    window_at INTEGER NOT NULL,
    sweep_at INTEGER NOT NULL,
    paused_at INTEGER,
    failures INTEGER NOT NULL,
    last_run_at INTEGER,
    last_error TEXT,
    requests_day INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    newest_object_at INTEGER,
    newest_registered_at INTEGER,
    lag_s INTEGER
);

CREATE TABLE IF NOT EXISTS skep_discovery_runs (
    id INTEGER PRIMARY KEY NOT NULL,
    table_id INTEGER NOT NULL,
    cause TEXT NOT NULL,
    outcome TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    requests INTEGER NOT NULL,
    objects INTEGER NOT NULL,
    prefixes INTEGER NOT NULL,
    found INTEGER NOT NULL,
    added INTEGER NOT NULL,
    moved INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    error TEXT,
    undone_at INTEGER
);

CREATE INDEX IF NOT EXISTS skep_discovery_runs_by_table ON skep_discovery_runs (table_id, id);

-- What a run changed, a row a transaction: enough to undo it.
CREATE TABLE IF NOT EXISTS skep_discovery_changes (
    run_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (run_id, position)
) WITHOUT ROWID;

-- Directories that are no partitions, and why.
CREATE TABLE IF NOT EXISTS skep_discovery_skips (
    table_id INTEGER NOT NULL,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    first_seen_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    PRIMARY KEY (table_id, path)
) WITHOUT ROWID;

-- Runs are numbered in the order of their first changes.
INSERT INTO skep_sequences (name, next_value)
VALUES ('run', 1)
ON CONFLICT DO NOTHING;

-- Tables that had the properties before there was discovery.
INSERT INTO skep_discovery_tables
    (table_id, properties, window_at, sweep_at, failures, requests_day, requests)
SELECT id, '', 0, 0, 0, 0, 0
FROM skep_tables
WHERE parameters LIKE '%"skep.discovery%'
   OR parameters LIKE '%"discover.partitions"%'
   OR parameters LIKE '%"partition.retention.period"%'
ON CONFLICT DO NOTHING;
