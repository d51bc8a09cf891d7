-- Search: the words that tables are found by, a row for each word and table. It follows the log of events by a few seconds and
-- can be made anew from the tables at any time.
CREATE TABLE IF NOT EXISTS skep_search_words (
    word TEXT COLLATE "C" NOT NULL,
    table_id BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    PRIMARY KEY (word, table_id)
);

-- All words of a table in one text, a line each with its kind.
CREATE TABLE IF NOT EXISTS skep_search_tables (
    table_id BIGINT PRIMARY KEY NOT NULL,
    words TEXT NOT NULL
);

-- Up to which event, and at first to which table, the words are known.
CREATE TABLE IF NOT EXISTS skep_search_places (
    name TEXT COLLATE "C" NOT NULL,
    event_id BIGINT NOT NULL,
    walked_to BIGINT NOT NULL,
    PRIMARY KEY (name)
);
