-- Where a process tries whether the disk has room to write again, once it was full: a row that is written and removed.
CREATE TABLE IF NOT EXISTS skep_room (
    name TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    filler BYTEA NOT NULL
);
