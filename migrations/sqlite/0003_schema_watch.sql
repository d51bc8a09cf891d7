-- The watch over sources' schemas: where each source stands, what was seen, what changed, and who is still to be told.
-- Times are seconds since the epoch.

-- `settings` is NULL for a source of the configuration file. `due_at` is the moment of the schedule that is to be kept,
-- `next_at` the next try.
CREATE TABLE IF NOT EXISTS skep_sources (
    name TEXT NOT NULL,
    settings TEXT,
    schedule TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    last_run_at INTEGER,
    last_ok_at INTEGER,
    failures INTEGER NOT NULL,
    last_error TEXT,
    alarmed_at INTEGER,
    snapshot_id INTEGER,
    PRIMARY KEY (name)
);

-- What a source looked like from `at` until the next one.
CREATE TABLE IF NOT EXISTS skep_snapshots (
    id INTEGER PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    at INTEGER NOT NULL,
    digest TEXT NOT NULL,
    table_count INTEGER NOT NULL,
    column_count INTEGER NOT NULL,
    byte_count INTEGER NOT NULL
);

CREATE INDEX IF NOT EXISTS skep_snapshots_by_source ON skep_snapshots (source, id);

-- The bodies of snapshots, in pieces; a source that returns to what it was has its body once.
CREATE TABLE IF NOT EXISTS skep_snapshot_pieces (
    source TEXT NOT NULL,
    digest TEXT NOT NULL,
    position INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (source, digest, position)
);

CREATE TABLE IF NOT EXISTS skep_schema_changes (
    id INTEGER PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    from_snapshot INTEGER NOT NULL,
    to_snapshot INTEGER NOT NULL,
    at INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    object TEXT NOT NULL,
    body TEXT NOT NULL,
    applied_at INTEGER
);

CREATE INDEX IF NOT EXISTS skep_schema_changes_by_source ON skep_schema_changes (source, id);

CREATE INDEX IF NOT EXISTS skep_schema_changes_by_time ON skep_schema_changes (at);

-- The outbox: a row for each channel that is to tell a change or an alarm, written with the change.
CREATE TABLE IF NOT EXISTS skep_alerts (
    id INTEGER PRIMARY KEY NOT NULL,
    channel TEXT NOT NULL,
    subject TEXT NOT NULL,
    change_id INTEGER,
    alert_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    severity INTEGER NOT NULL,
    entry TEXT NOT NULL,
    at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT,
    sent_at INTEGER
);

CREATE INDEX IF NOT EXISTS skep_alerts_by_state ON skep_alerts (channel, state, due_at);

CREATE INDEX IF NOT EXISTS skep_alerts_by_key ON skep_alerts (channel, alert_key);

CREATE INDEX IF NOT EXISTS skep_alerts_by_subject ON skep_alerts (subject);

CREATE TABLE IF NOT EXISTS skep_alert_channels (
    channel TEXT NOT NULL,
    next_at INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    last_error TEXT,
    last_sent_at INTEGER,
    digest_at INTEGER,
    PRIMARY KEY (channel)
);

CREATE TABLE IF NOT EXISTS skep_alert_mutes (
    id INTEGER PRIMARY KEY NOT NULL,
    pattern TEXT NOT NULL,
    until_at INTEGER,
    why TEXT NOT NULL,
    at INTEGER NOT NULL
);

-- Numbers in the order of the commits.
INSERT INTO skep_sequences (name, next_value)
VALUES ('snapshot', 1), ('schema_change', 1), ('alert', 1), ('mute', 1)
ON CONFLICT DO NOTHING;
