-- Replicas: the processes that serve this database, a row each from its first sign of life to its orderly end. Times are seconds
-- since the epoch, by the database's clock.
CREATE TABLE IF NOT EXISTS skep_replicas (
    id VARBINARY(64) PRIMARY KEY NOT NULL,
    host LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    process_id BIGINT NOT NULL,
    version LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    http_address LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    thrift_address LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    beats_every_s BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    beat_at BIGINT NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;
