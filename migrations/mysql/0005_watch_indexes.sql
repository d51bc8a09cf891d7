-- Discovery and alerts by indexes: what is looked up every second must not be a look at every row.

-- The places where tables look for partitions, so that the tables of an object are found by the directories above it.
-- `place` is storage, bucket and key: `s3/lake/logs`, `bucket` the first two of them. Written with the table, in the same
-- transaction.
CREATE TABLE IF NOT EXISTS skep_discovery_roots (
    table_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    bucket VARBINARY(255) NOT NULL,
    place VARBINARY(1536) NOT NULL,
    PRIMARY KEY (table_id, position),
    INDEX skep_discovery_roots_by_place (place)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- The properties by which the rows above were written: NULL, or others than the table's, where a version wrote the table
-- that knew nothing of them.
ALTER TABLE skep_discovery_tables ADD COLUMN roots_of LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Since when the table's newest data is older than the table allows; NULL where it is not.
ALTER TABLE skep_discovery_tables ADD COLUMN stale_at BIGINT;

CREATE INDEX skep_discovery_tables_by_window ON skep_discovery_tables (window_at);

CREATE INDEX skep_discovery_tables_by_sweep ON skep_discovery_tables (sweep_at);

-- How often the channel refused the alert.
ALTER TABLE skep_alerts ADD COLUMN refusals BIGINT NOT NULL DEFAULT 0;

CREATE INDEX skep_alerts_by_wait ON skep_alerts (state, channel, due_at);

CREATE INDEX skep_discovery_runs_by_time ON skep_discovery_runs (started_at);
