-- The first schema. The same tables and columns in each dialect; `migrations/README.md` says which types stand for what.

-- Counters. `object`: numbers in blocks. `event`, `lock`: dense, in the order of the commits.
CREATE TABLE IF NOT EXISTS skep_sequences (
    name TEXT COLLATE "C" NOT NULL,
    next_value BIGINT NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE IF NOT EXISTS skep_catalogs (
    id BIGINT PRIMARY KEY NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    description TEXT,
    location TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (name)
);

CREATE TABLE IF NOT EXISTS skep_databases (
    id BIGINT PRIMARY KEY NOT NULL,
    catalog_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    description TEXT,
    location TEXT NOT NULL,
    managed_location TEXT,
    owner_name TEXT,
    owner_type BIGINT,
    created_at BIGINT NOT NULL,
    parameters TEXT,
    rest BYTEA,
    UNIQUE (catalog_id, name),
    FOREIGN KEY (catalog_id) REFERENCES skep_catalogs (id)
);

-- Columns, formats and serde, stored once for all tables and partitions that share them.
CREATE TABLE IF NOT EXISTS skep_descriptors (
    id BIGINT PRIMARY KEY NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (hash)
);

CREATE TABLE IF NOT EXISTS skep_tables (
    id BIGINT PRIMARY KEY NOT NULL,
    database_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    table_type TEXT NOT NULL,
    owner_name TEXT,
    owner_type BIGINT,
    created_at BIGINT NOT NULL,
    last_access_at BIGINT NOT NULL,
    retention BIGINT NOT NULL,
    location TEXT,
    descriptor_id BIGINT NOT NULL,
    partition_keys TEXT,
    parameters TEXT,
    view_original_text TEXT,
    view_expanded_text TEXT,
    rest BYTEA,
    UNIQUE (database_id, name),
    FOREIGN KEY (database_id) REFERENCES skep_databases (id)
);

-- One narrow row a partition. No foreign key: a writer holds the row of the table instead.
CREATE TABLE IF NOT EXISTS skep_partitions (
    table_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    location TEXT,
    descriptor_id BIGINT NOT NULL,
    part_values TEXT,
    created_at BIGINT NOT NULL,
    last_access_at BIGINT NOT NULL,
    parameters TEXT,
    rest BYTEA,
    PRIMARY KEY (table_id, name)
);

-- A partition_name of '' is the whole table.
CREATE TABLE IF NOT EXISTS skep_column_statistics (
    table_id BIGINT NOT NULL,
    partition_name TEXT COLLATE "C" NOT NULL,
    engine TEXT COLLATE "C" NOT NULL,
    column_name TEXT COLLATE "C" NOT NULL,
    column_type TEXT NOT NULL,
    analyzed_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (table_id, partition_name, engine, column_name)
);

CREATE TABLE IF NOT EXISTS skep_functions (
    id BIGINT PRIMARY KEY NOT NULL,
    database_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    class_name TEXT,
    owner_name TEXT,
    owner_type BIGINT,
    created_at BIGINT NOT NULL,
    function_type BIGINT,
    resources TEXT,
    UNIQUE (database_id, name),
    FOREIGN KEY (database_id) REFERENCES skep_databases (id)
);

CREATE TABLE IF NOT EXISTS skep_events (
    id BIGINT PRIMARY KEY NOT NULL,
    occurred_at BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    catalog_name TEXT COLLATE "C" NOT NULL,
    database_name TEXT COLLATE "C",
    table_name TEXT COLLATE "C",
    body BYTEA NOT NULL
);

CREATE TABLE IF NOT EXISTS skep_locks (
    id BIGINT PRIMARY KEY NOT NULL,
    transaction_id BIGINT NOT NULL,
    state BIGINT NOT NULL,
    user_name TEXT NOT NULL,
    hostname TEXT NOT NULL,
    agent_info TEXT,
    heartbeat_at BIGINT NOT NULL,
    acquired_at BIGINT
);

CREATE INDEX IF NOT EXISTS skep_locks_by_heartbeat ON skep_locks (heartbeat_at);

CREATE TABLE IF NOT EXISTS skep_lock_components (
    lock_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    lock_type BIGINT NOT NULL,
    lock_level BIGINT NOT NULL,
    catalog_name TEXT COLLATE "C" NOT NULL,
    database_name TEXT COLLATE "C" NOT NULL,
    table_name TEXT COLLATE "C",
    partition_name TEXT COLLATE "C",
    operation_type BIGINT,
    PRIMARY KEY (lock_id, position)
);

CREATE INDEX IF NOT EXISTS skep_lock_components_by_database ON skep_lock_components (catalog_name, database_name);

-- Locations of dropped data that could not be deleted yet.
CREATE TABLE IF NOT EXISTS skep_pending_deletes (
    id BIGINT PRIMARY KEY NOT NULL,
    location TEXT NOT NULL,
    reason TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS skep_pending_deletes_by_time ON skep_pending_deletes (next_at);

-- Numbers below 1,000 are kept for rows that migrations make.
INSERT INTO skep_sequences (name, next_value)
VALUES ('object', 1000), ('event', 1), ('lock', 1) ON CONFLICT DO NOTHING;

-- Its location is filled in with the warehouse when the catalog starts.
INSERT INTO skep_catalogs (id, name, description, location, created_at)
VALUES (1, 'hive', 'Default catalog, for Hive', '', 0) ON CONFLICT DO NOTHING;
