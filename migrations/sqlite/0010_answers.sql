-- What was answered to a request that may be sent again (`Idempotency-Key`): a row for a day. `name` is a hash of the caller and
-- the key, `caller` one of the caller alone, `fingerprint` one of the request. While the request runs `status` is NULL, and
-- the row is its `holder`'s until `busy_until`.
CREATE TABLE IF NOT EXISTS skep_answers (
    name TEXT PRIMARY KEY NOT NULL,
    caller TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    holder TEXT NOT NULL,
    busy_until INTEGER NOT NULL,
    status INTEGER,
    kind TEXT,
    location TEXT,
    tag TEXT,
    body BLOB,
    at INTEGER NOT NULL
);

CREATE INDEX IF NOT EXISTS skep_answers_by_time ON skep_answers (at);

CREATE INDEX IF NOT EXISTS skep_answers_by_caller ON skep_answers (caller);
