-- The watch over sources' schemas: where each source stands, what was seen, what changed, and who is still to be told.
-- Times are seconds since the epoch.

-- `settings` is NULL for a source of the configuration file. `due_at` is the moment of the schedule that is to be kept,
-- `next_at` the next try.
CREATE TABLE IF NOT EXISTS skep_sources (
    name VARBINARY(64) NOT NULL,
    settings LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    schedule LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    due_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    last_run_at BIGINT,
    last_ok_at BIGINT,
    failures BIGINT NOT NULL,
    last_error LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    alarmed_at BIGINT,
    snapshot_id BIGINT,
    PRIMARY KEY (name)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- What a source looked like from `at` until the next one.
CREATE TABLE IF NOT EXISTS skep_snapshots (
    id BIGINT PRIMARY KEY NOT NULL,
    source VARBINARY(64) NOT NULL,
    at BIGINT NOT NULL,
    digest VARBINARY(64) NOT NULL,
    table_count BIGINT NOT NULL,
    column_count BIGINT NOT NULL,
    byte_count BIGINT NOT NULL,
    INDEX skep_snapshots_by_source (source, id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- The bodies of snapshots, in pieces; a source that returns to what it was has its body once.
CREATE TABLE IF NOT EXISTS skep_snapshot_pieces (
    source VARBINARY(64) NOT NULL,
    digest VARBINARY(64) NOT NULL,
    position BIGINT NOT NULL,
    body LONGBLOB NOT NULL,
    PRIMARY KEY (source, digest, position)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS skep_schema_changes (
    id BIGINT PRIMARY KEY NOT NULL,
    source VARBINARY(64) NOT NULL,
    from_snapshot BIGINT NOT NULL,
    to_snapshot BIGINT NOT NULL,
    at BIGINT NOT NULL,
    severity BIGINT NOT NULL,
    object LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    body LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    applied_at BIGINT,
    INDEX skep_schema_changes_by_source (source, id),
    INDEX skep_schema_changes_by_time (at)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- The outbox: a row for each channel that is to tell a change or an alarm, written with the change.
CREATE TABLE IF NOT EXISTS skep_alerts (
    id BIGINT PRIMARY KEY NOT NULL,
    channel VARBINARY(64) NOT NULL,
    subject VARBINARY(64) NOT NULL,
    change_id BIGINT,
    alert_key VARBINARY(64) NOT NULL,
    kind VARBINARY(64) NOT NULL,
    severity BIGINT NOT NULL,
    entry LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    state VARBINARY(64) NOT NULL,
    attempts BIGINT NOT NULL,
    last_error LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    sent_at BIGINT,
    INDEX skep_alerts_by_state (channel, state, due_at),
    INDEX skep_alerts_by_key (channel, alert_key),
    INDEX skep_alerts_by_subject (subject)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS skep_alert_channels (
    channel VARBINARY(64) NOT NULL,
    next_at BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    last_error LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    last_sent_at BIGINT,
    digest_at BIGINT,
    PRIMARY KEY (channel)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS skep_alert_mutes (
    id BIGINT PRIMARY KEY NOT NULL,
    pattern LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    until_at BIGINT,
    why LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    at BIGINT NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Numbers in the order of the commits.
INSERT IGNORE INTO skep_sequences (name, next_value)
VALUES ('snapshot', 1), ('schema_change', 1), ('alert', 1), ('mute', 1);
