-- Jobs: work that takes an object store's time. A row says what is done, how far it is, and what is needed to go on after
-- its process died. Times are the database's own, in seconds since the epoch.

-- `held` is what no second job may work on at the same time, NULL once the job has ended. `work` is what it needs to go
-- on, `change_body` the change of the catalog that it ends with, `deletions` the numbers of the pending deletions it waits for,
-- `sources` for each of those that was copied elsewhere the time of its newest file, by the store's clock,
-- `heard` whether somebody was told how it ended, who had asked for it.
CREATE TABLE IF NOT EXISTS skep_jobs (
    id BIGINT PRIMARY KEY NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    phase TEXT COLLATE "C" NOT NULL,
    held TEXT COLLATE "C",
    table_id BIGINT NOT NULL,
    subject TEXT NOT NULL,
    target TEXT,
    work TEXT,
    change_body BYTEA,
    deletions TEXT,
    sources TEXT,
    attempts BIGINT NOT NULL,
    heard BIGINT NOT NULL,
    error_kind TEXT COLLATE "C",
    last_error TEXT,
    objects_done BIGINT NOT NULL,
    objects_total BIGINT,
    bytes_done BIGINT NOT NULL,
    bytes_total BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    ended_at BIGINT,
    UNIQUE (held)
);

CREATE INDEX IF NOT EXISTS skep_jobs_by_phase ON skep_jobs (phase, next_at);

CREATE INDEX IF NOT EXISTS skep_jobs_by_table ON skep_jobs (table_id, id);

CREATE INDEX IF NOT EXISTS skep_jobs_by_end ON skep_jobs (ended_at);

-- Jobs are numbered in the order in which they began.
INSERT INTO skep_sequences (name, next_value)
VALUES ('job', 1)
ON CONFLICT DO NOTHING;
