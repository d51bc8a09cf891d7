-- Replicas: the processes that serve this database, a row each from its first sign of life to its orderly end. Times are seconds
-- since the epoch, by the database's clock.
CREATE TABLE IF NOT EXISTS skep_replicas (
    id TEXT PRIMARY KEY NOT NULL,
    host TEXT NOT NULL,
    process_id INTEGER NOT NULL,
    version TEXT NOT NULL,
    http_address TEXT NOT NULL,
    thrift_address TEXT NOT NULL,
    beats_every_s INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    beat_at INTEGER NOT NULL
);
