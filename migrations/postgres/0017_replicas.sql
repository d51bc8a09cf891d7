-- Replicas: the processes that serve this database, a row each from its first sign of life to its orderly end. Times are seconds
-- since the epoch, by the database's clock.
CREATE TABLE IF NOT EXISTS skep_replicas (
    id TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    host TEXT NOT NULL,
    process_id BIGINT NOT NULL,
    version TEXT NOT NULL,
    http_address TEXT NOT NULL,
    thrift_address TEXT NOT NULL,
    beats_every_s BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    beat_at BIGINT NOT NULL
);
