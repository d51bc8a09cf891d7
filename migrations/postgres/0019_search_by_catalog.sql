-- The words of search by catalog, so that what another catalog has many of is not in the way. What 0016 has made is read no more.
CREATE TABLE IF NOT EXISTS skep_search_entries (
    catalog_id BIGINT NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    table_id BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    PRIMARY KEY (catalog_id, word, table_id)
);

-- All words of a table in one text, a line each with its kind.
CREATE TABLE IF NOT EXISTS skep_search_texts (
    table_id BIGINT PRIMARY KEY NOT NULL,
    catalog_id BIGINT NOT NULL,
    words TEXT NOT NULL
);
