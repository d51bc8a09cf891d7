-- Discovery and alerts by indexes: what is looked up every second must not be a look at every row.

-- The places where tables look for partitions, so that the tables of an object are found by the directories above it.
-- `place` is storage, bucket and key: `s3/lake/logs`, `bucket` the first two of them. Written with the table, in the same
-- transaction.
CREATE TABLE IF NOT EXISTS skep_discovery_roots (
    table_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    bucket TEXT COLLATE "C" NOT NULL,
    place TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (table_id, position)
);

CREATE INDEX IF NOT EXISTS skep_discovery_roots_by_place ON skep_discovery_roots (place);

-- The properties by which the rows above were written: NULL, or others than the table's, where a version wrote the table
-- that knew nothing of them.
ALTER TABLE skep_discovery_tables ADD COLUMN IF NOT EXISTS roots_of TEXT;

-- Since when the table's newest data is older than the table allows; NULL where it is not.
ALTER TABLE skep_discovery_tables ADD COLUMN IF NOT EXISTS stale_at BIGINT;

CREATE INDEX IF NOT EXISTS skep_discovery_tables_by_window ON skep_discovery_tables (window_at);

CREATE INDEX IF NOT EXISTS skep_discovery_tables_by_sweep ON skep_discovery_tables (sweep_at);

-- How often the channel refused the alert.
ALTER TABLE skep_alerts ADD COLUMN IF NOT EXISTS refusals BIGINT NOT NULL DEFAULT 0;

CREATE INDEX IF NOT EXISTS skep_alerts_by_wait ON skep_alerts (state, channel, due_at);

CREATE INDEX IF NOT EXISTS skep_discovery_runs_by_time ON skep_discovery_runs (started_at);
