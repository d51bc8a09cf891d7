-- The watch over sources' schemas: where each source stands, what was seen, what changed, and who is still to be told.
-- Times are seconds since the epoch.

-- `settings` is NULL for a source of the configuration file. `due_at` is the moment of the schedule that is to be kept,
-- `next_at` the next try.
CREATE TABLE IF NOT EXISTS skep_sources (
    name TEXT COLLATE "C" NOT NULL,
    settings TEXT,
    schedule TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    last_run_at BIGINT,
    last_ok_at BIGINT,
    failures BIGINT NOT NULL,
    last_error TEXT,
    alarmed_at BIGINT,
    snapshot_id BIGINT,
    PRIMARY KEY (name)
);

-- What a source looked like from `at` until the next one.
CREATE TABLE IF NOT EXISTS skep_snapshots (
    id BIGINT PRIMARY KEY NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    table_count BIGINT NOT NULL,
    column_count BIGINT NOT NULL,
    byte_count BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS skep_snapshots_by_source ON skep_snapshots (source, id);

-- The bodies of snapshots, in pieces; a source that returns to what it was has its body once.
CREATE TABLE IF NOT EXISTS skep_snapshot_pieces (
    source TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (source, digest, position)
);

CREATE TABLE IF NOT EXISTS skep_schema_changes (
    id BIGINT PRIMARY KEY NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    from_snapshot BIGINT NOT NULL,
    to_snapshot BIGINT NOT NULL,
    at BIGINT NOT NULL,
    severity BIGINT NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    body TEXT NOT NULL,
    applied_at BIGINT
);

CREATE INDEX IF NOT EXISTS skep_schema_changes_by_source ON skep_schema_changes (source, id);

CREATE INDEX IF NOT EXISTS skep_schema_changes_by_time ON skep_schema_changes (at);

-- The outbox: a row for each channel that is to tell a change or an alarm, written with the change.
CREATE TABLE IF NOT EXISTS skep_alerts (
    id BIGINT PRIMARY KEY NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    change_id BIGINT,
    alert_key TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    severity BIGINT NOT NULL,
    entry TEXT NOT NULL,
    at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    last_error TEXT,
    sent_at BIGINT
);

CREATE INDEX IF NOT EXISTS skep_alerts_by_state ON skep_alerts (channel, state, due_at);

CREATE INDEX IF NOT EXISTS skep_alerts_by_key ON skep_alerts (channel, alert_key);

CREATE INDEX IF NOT EXISTS skep_alerts_by_subject ON skep_alerts (subject);

CREATE TABLE IF NOT EXISTS skep_alert_channels (
    channel TEXT COLLATE "C" NOT NULL,
    next_at BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    last_error TEXT,
    last_sent_at BIGINT,
    digest_at BIGINT,
    PRIMARY KEY (channel)
);

CREATE TABLE IF NOT EXISTS skep_alert_mutes (
    id BIGINT PRIMARY KEY NOT NULL,
    pattern TEXT NOT NULL,
    until_at BIGINT,
    why TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- Numbers in the order of the commits.
INSERT INTO skep_sequences (name, next_value)
VALUES ('snapshot', 1), ('schema_change', 1), ('alert', 1), ('mute', 1)
ON CONFLICT DO NOTHING;
