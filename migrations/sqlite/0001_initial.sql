-- The first schema. The same tables and columns in each dialect; `migrations/README.md` says which types stand for what.

-- Counters. `object`: numbers in blocks. `event`, `lock`: dense, in the order of the commits.
CREATE TABLE IF NOT EXISTS skep_sequences (
    name TEXT NOT NULL,
    next_value INTEGER NOT NULL,
    PRIMARY KEY (name)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS skep_catalogs (
    id INTEGER PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    location TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (name)
);

CREATE TABLE IF NOT EXISTS skep_databases (
    id INTEGER PRIMARY KEY NOT NULL,
    catalog_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    location TEXT NOT NULL,
    managed_location TEXT,
    owner_name TEXT,
    owner_type INTEGER,
    created_at INTEGER NOT NULL,
    parameters TEXT,
    rest BLOB,
    UNIQUE (catalog_id, name),
    FOREIGN KEY (catalog_id) REFERENCES skep_catalogs (id)
);

-- Columns, formats and serde, stored once for all tables and partitions that share them.
CREATE TABLE IF NOT EXISTS skep_descriptors (
    id INTEGER PRIMARY KEY NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (hash)
);

CREATE TABLE IF NOT EXISTS skep_tables (
    id INTEGER PRIMARY KEY NOT NULL,
    database_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    table_type TEXT NOT NULL,
    owner_name TEXT,
    owner_type INTEGER,
    created_at INTEGER NOT NULL,
    last_access_at INTEGER NOT NULL,
    retention INTEGER NOT NULL,
    location TEXT,
    descriptor_id INTEGER NOT NULL,
    partition_keys TEXT,
    parameters TEXT,
    view_original_text TEXT,
    view_expanded_text TEXT,
    rest BLOB,
    UNIQUE (database_id, name),
    FOREIGN KEY (database_id) REFERENCES skep_databases (id)
);

-- One narrow row a partition. No foreign key: a writer holds the row of the table instead.
CREATE TABLE IF NOT EXISTS skep_partitions (
    table_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    location TEXT,
    descriptor_id INTEGER NOT NULL,
    part_values TEXT,
    created_at INTEGER NOT NULL,
    last_access_at INTEGER NOT NULL,
    parameters TEXT,
    rest BLOB,
    PRIMARY KEY (table_id, name)
) WITHOUT ROWID;

-- A partition_name of '' is the whole table.
CREATE TABLE IF NOT EXISTS skep_column_statistics (
    table_id INTEGER NOT NULL,
    partition_name TEXT NOT NULL,
    engine TEXT NOT NULL,
    column_name TEXT NOT NULL,
    column_type TEXT NOT NULL,
    analyzed_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (table_id, partition_name, engine, column_name)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS skep_functions (
    id INTEGER PRIMARY KEY NOT NULL,
    database_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    class_name TEXT,
    owner_name TEXT,
    owner_type INTEGER,
    created_at INTEGER NOT NULL,
    function_type INTEGER,
    resources TEXT,
    UNIQUE (database_id, name),
    FOREIGN KEY (database_id) REFERENCES skep_databases (id)
);

CREATE TABLE IF NOT EXISTS skep_events (
    id INTEGER PRIMARY KEY NOT NULL,
    occurred_at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    catalog_name TEXT NOT NULL,
    database_name TEXT,
    table_name TEXT,
    body BLOB NOT NULL
);

CREATE TABLE IF NOT EXISTS skep_locks (
    id INTEGER PRIMARY KEY NOT NULL,
    transaction_id INTEGER NOT NULL,
    state INTEGER NOT NULL,
    user_name TEXT NOT NULL,
    hostname TEXT NOT NULL,
    agent_info TEXT,
    heartbeat_at INTEGER NOT NULL,
    acquired_at INTEGER
);

CREATE INDEX IF NOT EXISTS skep_locks_by_heartbeat ON skep_locks (heartbeat_at);

CREATE TABLE IF NOT EXISTS skep_lock_components (
    lock_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    lock_type INTEGER NOT NULL,
    lock_level INTEGER NOT NULL,
    catalog_name TEXT NOT NULL,
    database_name TEXT NOT NULL,
    table_name TEXT,
    partition_name TEXT,
    operation_type INTEGER,
    PRIMARY KEY (lock_id, position)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS skep_lock_components_by_database ON skep_lock_components (catalog_name, database_name);

-- Locations of dropped data that could not be deleted yet.
CREATE TABLE IF NOT EXISTS skep_pending_deletes (
    id INTEGER PRIMARY KEY NOT NULL,
    location TEXT NOT NULL,
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL
);

CREATE INDEX IF NOT EXISTS skep_pending_deletes_by_time ON skep_pending_deletes (next_at);

-- Numbers below 1,000 are kept for rows that migrations make.
INSERT OR IGNORE INTO skep_sequences (name, next_value)
VALUES ('object', 1000), ('event', 1), ('lock', 1);

-- Its location is filled in with the warehouse when the catalog starts.
INSERT OR IGNORE INTO skep_catalogs (id, name, description, location, created_at)
VALUES (1, 'hive', 'Default catalog, for Hive', '', 0);
