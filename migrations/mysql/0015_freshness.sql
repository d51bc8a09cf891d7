-- Freshness: what tables expect of their data, a row for each table with a property `skep.expect.…`, kept in step by every
-- write of a table. `properties` is what the row was made for. Times are seconds since the epoch.
CREATE TABLE IF NOT EXISTS skep_freshness_tables (
    table_id BIGINT PRIMARY KEY NOT NULL,
    properties LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    due_at BIGINT NOT NULL,
    since BIGINT NOT NULL,
    judged_until BIGINT,
    newest BIGINT,
    checked_at BIGINT,
    last_error LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    INDEX skep_freshness_tables_by_due (due_at)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Times of which data lacks: a row from its first sign until its end was told. `told_at` is NULL until channels are to tell it,
-- `how_ended` while it lasts.
CREATE TABLE IF NOT EXISTS skep_freshness_gaps (
    table_id BIGINT NOT NULL,
    kind VARBINARY(64) NOT NULL,
    from_at BIGINT NOT NULL,
    to_at BIGINT NOT NULL,
    table_shown LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    what LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    began_at BIGINT NOT NULL,
    told_at BIGINT,
    how_ended VARBINARY(64),
    PRIMARY KEY (table_id, kind, from_at)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;
