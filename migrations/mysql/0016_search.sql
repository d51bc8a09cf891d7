-- Search: the words that tables are found by, a row for each word and table. It follows the log of events by a few seconds and
-- can be made anew from the tables at any time.
CREATE TABLE IF NOT EXISTS skep_search_words (
    word VARBINARY(192) NOT NULL,
    table_id BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    PRIMARY KEY (word, table_id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- All words of a table in one text, a line each with its kind.
CREATE TABLE IF NOT EXISTS skep_search_tables (
    table_id BIGINT PRIMARY KEY NOT NULL,
    words LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Up to which event, and at first to which table, the words are known.
CREATE TABLE IF NOT EXISTS skep_search_places (
    name VARBINARY(192) NOT NULL,
    event_id BIGINT NOT NULL,
    walked_to BIGINT NOT NULL,
    PRIMARY KEY (name)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;
