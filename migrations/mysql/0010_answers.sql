-- What was answered to a request that may be sent again (`Idempotency-Key`): a row for a day. `name` is a hash of the caller and
-- the key, `caller` one of the caller alone, `fingerprint` one of the request. While the request runs `status` is NULL, and
-- the row is its `holder`'s until `busy_until`.
CREATE TABLE IF NOT EXISTS skep_answers (
    name VARBINARY(64) PRIMARY KEY NOT NULL,
    caller VARBINARY(64) NOT NULL,
    fingerprint VARBINARY(64) NOT NULL,
    holder VARBINARY(64) NOT NULL,
    busy_until BIGINT NOT NULL,
    status BIGINT,
    kind LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    location LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    tag LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    body LONGBLOB,
    at BIGINT NOT NULL,
    INDEX skep_answers_by_time (at),
    INDEX skep_answers_by_caller (caller)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;
