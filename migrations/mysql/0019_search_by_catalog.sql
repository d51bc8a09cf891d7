-- The words of search by catalog, so that what another catalog has many of is not in the way. What 0016 has made is read no more.
CREATE TABLE IF NOT EXISTS skep_search_entries (
    catalog_id BIGINT NOT NULL,
    word VARBINARY(192) NOT NULL,
    table_id BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    PRIMARY KEY (catalog_id, word, table_id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- All words of a table in one text, a line each with its kind.
CREATE TABLE IF NOT EXISTS skep_search_texts (
    table_id BIGINT PRIMARY KEY NOT NULL,
    catalog_id BIGINT NOT NULL,
    words LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;
