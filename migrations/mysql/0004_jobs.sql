-- Jobs: work that takes an object store's time. A row says what is done, how far it is, and what is needed to go on after
-- its process died. Times are the database's own, in seconds since the epoch.

-- `held` is what no second job may work on at the same time, NULL once the job has ended. `work` is what it needs to go
-- on, `change_body` the change of the catalog that it ends with, `deletions` the numbers of the pending deletions it waits for,
-- `sources` for each of those that was copied elsewhere the time of its newest file, by the store's clock,
-- `heard` whether somebody was told how it ended, who had asked for it.
CREATE TABLE IF NOT EXISTS skep_jobs (
    id BIGINT PRIMARY KEY NOT NULL,
    kind VARBINARY(64) NOT NULL,
    phase VARBINARY(64) NOT NULL,
    held VARBINARY(1600),
    table_id BIGINT NOT NULL,
    subject LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    target LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    work LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    change_body LONGBLOB,
    deletions LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    sources LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    attempts BIGINT NOT NULL,
    heard BIGINT NOT NULL,
    error_kind VARBINARY(64),
    last_error LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    objects_done BIGINT NOT NULL,
    objects_total BIGINT,
    bytes_done BIGINT NOT NULL,
    bytes_total BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    ended_at BIGINT,
    UNIQUE (held),
    INDEX skep_jobs_by_phase (phase, next_at),
    INDEX skep_jobs_by_table (table_id, id),
    INDEX skep_jobs_by_end (ended_at)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Jobs are numbered in the order in which they began.
INSERT IGNORE INTO skep_sequences (name, next_value)
VALUES ('job', 1);
