-- Search: the words that tables are found by, a row for each word and table. It follows the log of events by a few seconds and
-- can be made anew from the tables at any time.
CREATE TABLE IF NOT EXISTS skep_search_words (
    word TEXT NOT NULL,
    table_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    PRIMARY KEY (word, table_id)
) WITHOUT ROWID;

-- All words of a table in one text, a line each with its kind.
CREATE TABLE IF NOT EXISTS skep_search_tables (
    table_id INTEGER PRIMARY KEY NOT NULL,
    words TEXT NOT NULL
);

-- Up to which event, and at first to which table, the words are known.
CREATE TABLE IF NOT EXISTS skep_search_places (
    name TEXT NOT NULL,
    event_id INTEGER NOT NULL,
    walked_to INTEGER NOT NULL,
    PRIMARY KEY (name)
) WITHOUT ROWID;
