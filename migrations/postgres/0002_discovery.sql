-- Discovery: which tables look for new partitions, what it did, and the leases that keep replicas apart.

-- A holder that does not extend its lease has lost it. Times are the database's own.
CREATE TABLE IF NOT EXISTS skep_leases (
    name TEXT COLLATE "C" NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (name)
);

-- A row for each table with a property that asks for discovery or retention, kept in step by every write of a table.
-- `properties` is what the row was made for; times are when the next look is due.
CREATE TABLE IF NOT EXISTS skep_discovery_tables (
    table_id BIGINT PRIMARY KEY NOT NULL,
    properties TEXT NOT NULL,
    window_at BIGINT NOT NULL,
    sweep_at BIGINT NOT NULL,
    paused_at BIGINT,
    failures BIGINT NOT NULL,
    last_run_at BIGINT,
    last_error TEXT,
    requests_day BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    newest_object_at BIGINT,
    newest_registered_at BIGINT,
    lag_s BIGINT
);

CREATE TABLE IF NOT EXISTS skep_discovery_runs (
    id BIGINT PRIMARY KEY NOT NULL,
    table_id BIGINT NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    requests BIGINT NOT NULL,
    objects BIGINT NOT NULL,
    prefixes BIGINT NOT NULL,
    found BIGINT NOT NULL,
    added BIGINT NOT NULL,
    moved BIGINT NOT NULL,
    dropped BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    error TEXT,
    undone_at BIGINT
);

CREATE INDEX IF NOT EXISTS skep_discovery_runs_by_table ON skep_discovery_runs (table_id, id);

-- What a run changed, a row a transaction: enough to undo it.
CREATE TABLE IF NOT EXISTS skep_discovery_changes (
    run_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (run_id, position)
);

-- Directories that are no partitions, and why.
CREATE TABLE IF NOT EXISTS skep_discovery_skips (
    table_id BIGINT NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    reason TEXT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    PRIMARY KEY (table_id, path)
);

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
