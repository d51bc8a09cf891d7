-- Dropped data by its place: who is about to use one asks what was dropped at, above or below it, however much there is.

-- Storage, bucket and key, as in skep_discovery_roots, cut to what an index holds. Empty where it is not known: in rows from
-- before, and in those that the version before still writes. skep fills them in when it starts, and finds them meanwhile.

ALTER TABLE skep_pending_deletes ADD COLUMN place VARBINARY(1536) NOT NULL DEFAULT '';

CREATE INDEX skep_pending_deletes_by_place ON skep_pending_deletes (place, id);

-- When exactly it was dropped, where the clock that stamps its files tells: milliseconds since the epoch, NULL elsewhere.

ALTER TABLE skep_pending_deletes ADD COLUMN dropped_ms BIGINT;
