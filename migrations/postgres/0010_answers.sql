-- What was answered to a request that may be sent again (`Idempotency-Key`): a row for a day. `name` is a hash of the caller and
-- the key, `caller` one of the caller alone, `fingerprint` one of the request. While the request runs `status` is NULL, and
-- the row is its `holder`'s until `busy_until`.
CREATE TABLE IF NOT EXISTS skep_answers (
    name TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    caller TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    busy_until BIGINT NOT NULL,
    status BIGINT,
    kind TEXT,
    location TEXT,
    tag TEXT,
    body BYTEA,
    at BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS skep_answers_by_time ON skep_answers (at);

CREATE INDEX IF NOT EXISTS skep_answers_by_caller ON skep_answers (caller);
