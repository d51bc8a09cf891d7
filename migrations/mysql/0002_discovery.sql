-- Discovery: which tables look for new partitions, what it did, and the leases that keep replicas apart.

-- A holder that does not extend its lease has lost it. Times are the database's own.
CREATE TABLE IF NOT EXISTS skep_leases (
    name VARBINARY(256) NOT NULL,
    holder VARBINARY(64) NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (name)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- A row for each table with a property that asks for discovery or retention, kept in step by every write of a table.
-- `properties` is what the row was made for; times are when the next look is due.
CREATE TABLE IF NOT EXISTS skep_discovery_tables (
    table_id BIGINT PRIMARY KEY NOT NULL,
    properties LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    window_at BIGINT NOT NULL,
    sweep_at BIGINT NOT NULL,
    paused_at BIGINT,
    failures BIGINT NOT NULL,
    last_run_at BIGINT,
    last_error LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    requests_day BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    newest_object_at BIGINT,
    newest_registered_at BIGINT,
    lag_s BIGINT
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS skep_discovery_runs (
    id BIGINT PRIMARY KEY NOT NULL,
    table_id BIGINT NOT NULL,
    cause VARBINARY(64) NOT NULL,
    outcome VARBINARY(64) NOT NULL,
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
    error LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    undone_at BIGINT,
    INDEX skep_discovery_runs_by_table (table_id, id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- What a run changed, a row a transaction: enough to undo it.
CREATE TABLE IF NOT EXISTS skep_discovery_changes (
    run_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    body LONGBLOB NOT NULL,
    PRIMARY KEY (run_id, position)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Directories that are no partitions, and why.
CREATE TABLE IF NOT EXISTS skep_discovery_skips (
    table_id BIGINT NOT NULL,
    path VARBINARY(1536) NOT NULL,
    kind VARBINARY(64) NOT NULL,
    reason LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    PRIMARY KEY (table_id, path)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Runs are numbered in the order of their first changes.
INSERT IGNORE INTO skep_sequences (name, next_value)
VALUES ('run', 1);

-- Tables that had the properties before there was discovery.
INSERT IGNORE INTO skep_discovery_tables
    (table_id, properties, window_at, sweep_at, failures, requests_day, requests)
SELECT id, '', 0, 0, 0, 0, 0
FROM skep_tables
WHERE parameters LIKE '%"skep.discovery%'
   OR parameters LIKE '%"discover.partitions"%'
   OR parameters LIKE '%"partition.retention.period"%';
