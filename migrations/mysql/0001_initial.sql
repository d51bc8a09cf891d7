-- The first schema. The same tables and columns in each dialect; `migrations/README.md` says which types stand for what.

-- Counters. `object`: numbers in blocks. `event`, `lock`: dense, in the order of the commits.
CREATE TABLE IF NOT EXISTS skep_sequences (
    name VARBINARY(64) NOT NULL,
    next_value BIGINT NOT NULL,
    PRIMARY KEY (name)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS skep_catalogs (
    id BIGINT PRIMARY KEY NOT NULL,
    name VARBINARY(1000) NOT NULL,
    description LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    location LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (name)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS skep_databases (
    id BIGINT PRIMARY KEY NOT NULL,
    catalog_id BIGINT NOT NULL,
    name VARBINARY(1000) NOT NULL,
    description LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    location LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    managed_location LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    owner_name LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    owner_type BIGINT,
    created_at BIGINT NOT NULL,
    parameters LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    rest LONGBLOB,
    UNIQUE (catalog_id, name),
    FOREIGN KEY (catalog_id) REFERENCES skep_catalogs (id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Columns, formats and serde, stored once for all tables and partitions that share them.
CREATE TABLE IF NOT EXISTS skep_descriptors (
    id BIGINT PRIMARY KEY NOT NULL,
    hash VARBINARY(64) NOT NULL,
    body LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    UNIQUE (hash)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS skep_tables (
    id BIGINT PRIMARY KEY NOT NULL,
    database_id BIGINT NOT NULL,
    name VARBINARY(1000) NOT NULL,
    table_type LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    owner_name LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    owner_type BIGINT,
    created_at BIGINT NOT NULL,
    last_access_at BIGINT NOT NULL,
    retention BIGINT NOT NULL,
    location LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    descriptor_id BIGINT NOT NULL,
    partition_keys LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    parameters LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    view_original_text LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    view_expanded_text LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    rest LONGBLOB,
    UNIQUE (database_id, name),
    FOREIGN KEY (database_id) REFERENCES skep_databases (id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- One narrow row a partition. No foreign key: a writer holds the row of the table instead.
CREATE TABLE IF NOT EXISTS skep_partitions (
    table_id BIGINT NOT NULL,
    name VARBINARY(1536) NOT NULL,
    location LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    descriptor_id BIGINT NOT NULL,
    part_values LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    created_at BIGINT NOT NULL,
    last_access_at BIGINT NOT NULL,
    parameters LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    rest LONGBLOB,
    PRIMARY KEY (table_id, name)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- A partition_name of '' is the whole table.
CREATE TABLE IF NOT EXISTS skep_column_statistics (
    table_id BIGINT NOT NULL,
    partition_name VARBINARY(1536) NOT NULL,
    engine VARBINARY(128) NOT NULL,
    column_name VARBINARY(767) NOT NULL,
    column_type LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    analyzed_at BIGINT NOT NULL,
    body LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (table_id, partition_name, engine, column_name)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS skep_functions (
    id BIGINT PRIMARY KEY NOT NULL,
    database_id BIGINT NOT NULL,
    name VARBINARY(1000) NOT NULL,
    class_name LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    owner_name LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    owner_type BIGINT,
    created_at BIGINT NOT NULL,
    function_type BIGINT,
    resources LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    UNIQUE (database_id, name),
    FOREIGN KEY (database_id) REFERENCES skep_databases (id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS skep_events (
    id BIGINT PRIMARY KEY NOT NULL,
    occurred_at BIGINT NOT NULL,
    kind VARBINARY(64) NOT NULL,
    catalog_name VARBINARY(1000) NOT NULL,
    database_name VARBINARY(1000),
    table_name VARBINARY(1000),
    body LONGBLOB NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS skep_locks (
    id BIGINT PRIMARY KEY NOT NULL,
    transaction_id BIGINT NOT NULL,
    state BIGINT NOT NULL,
    user_name LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    hostname LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    agent_info LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    heartbeat_at BIGINT NOT NULL,
    acquired_at BIGINT,
    INDEX skep_locks_by_heartbeat (heartbeat_at)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS skep_lock_components (
    lock_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    lock_type BIGINT NOT NULL,
    lock_level BIGINT NOT NULL,
    catalog_name VARBINARY(1000) NOT NULL,
    database_name VARBINARY(1000) NOT NULL,
    table_name VARBINARY(1000),
    partition_name VARBINARY(1536),
    operation_type BIGINT,
    PRIMARY KEY (lock_id, position),
    INDEX skep_lock_components_by_database (catalog_name, database_name)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Locations of dropped data that could not be deleted yet.
CREATE TABLE IF NOT EXISTS skep_pending_deletes (
    id BIGINT PRIMARY KEY NOT NULL,
    location LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    reason LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    INDEX skep_pending_deletes_by_time (next_at)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Numbers below 1,000 are kept for rows that migrations make.
INSERT IGNORE INTO skep_sequences (name, next_value)
VALUES ('object', 1000), ('event', 1), ('lock', 1);

-- Its location is filled in with the warehouse when the catalog starts.
INSERT IGNORE INTO skep_catalogs (id, name, description, location, created_at)
VALUES (1, 'hive', 'Default catalog, for Hive', '', 0);
