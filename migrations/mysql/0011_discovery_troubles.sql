-- What is wrong with tables' discovery: a row a table and kind from its first sign until its end was told. `told_at` is NULL
-- until channels are to tell it, `how_ended` while it lasts. Times are seconds since the epoch.
CREATE TABLE IF NOT EXISTS skep_discovery_troubles (
    table_id BIGINT NOT NULL,
    kind VARBINARY(64) NOT NULL,
    table_shown LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    what LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    began_at BIGINT NOT NULL,
    told_at BIGINT,
    how_ended VARBINARY(64),
    PRIMARY KEY (table_id, kind)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;
