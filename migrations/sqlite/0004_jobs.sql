-- Jobs: work that takes an object store's time. A row says what is done, how far it is, and what is needed to go on after
-- its process died. Times are the database's own, in seconds since the epoch.

-- `held` is what no second job may work on at the same time, NULL once the job has ended. `work` is what it needs to go
-- on, `change_body` the change of the catalog that it ends with, `deletions` the numbers of the pending deletions it waits for,
-- `sources` for each of those that was copied elsewhere the time of its newest file, by the store's clock,
-- `heard` whether somebody was told how it ended, who had asked for it.
CREATE TABLE IF NOT EXISTS skep_jobs (
    id INTEGER PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    phase TEXT NOT NULL,
    held TEXT,
    table_id INTEGER NOT NULL,
    subject TEXT NOT NULL,
    target TEXT,
    work TEXT,
    change_body BLOB,
    deletions TEXT,
    sources TEXT,
    attempts INTEGER NOT NULL,
    heard INTEGER NOT NULL,
    error_kind TEXT,
    last_error TEXT,
    objects_done INTEGER NOT NULL,
    objects_total INTEGER,
    bytes_done INTEGER NOT NULL,
    bytes_total INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    ended_at INTEGER,
    UNIQUE (held)
);

CREATE INDEX IF NOT EXISTS skep_jobs_by_phase ON skep_jobs (phase, next_at);

CREATE INDEX IF NOT EXISTS skep_jobs_by_table ON skep_jobs (table_id, id);

CREATE INDEX IF NOT EXISTS skep_jobs_by_end ON skep_jobs (ended_at);

-- Jobs are numbered in the order in which they began.
INSERT INTO skep_sequences (name, next_value)
VALUES ('job', 1)
ON CONFLICT DO NOTHING;
