-- Data by its place: who is about to empty or to move one asks who else has data at, above or below it, however much there is.

-- In the form of migrations/README.md. NULL: no place, as of a view, or of a partition at its default place below its table's.
-- Empty where it is not known: in rows from before, and in those that the version before still writes. skep fills them in when
-- it starts and with its upkeep, and finds them meanwhile.

ALTER TABLE skep_databases ADD COLUMN place TEXT DEFAULT '';
ALTER TABLE skep_databases ADD COLUMN managed_place TEXT DEFAULT '';
ALTER TABLE skep_tables ADD COLUMN place TEXT DEFAULT '';
ALTER TABLE skep_partitions ADD COLUMN place TEXT DEFAULT '';
UPDATE skep_partitions SET place = NULL WHERE location IS NULL AND place IS NOT NULL;

CREATE INDEX IF NOT EXISTS skep_databases_by_place ON skep_databases (place);
CREATE INDEX IF NOT EXISTS skep_databases_by_managed_place ON skep_databases (managed_place);
CREATE INDEX IF NOT EXISTS skep_tables_by_place ON skep_tables (place);
CREATE INDEX IF NOT EXISTS skep_partitions_by_place ON skep_partitions (place) WHERE place IS NOT NULL;

-- Why dropped data is not deleted yet: what the last try met.
ALTER TABLE skep_pending_deletes ADD COLUMN failure TEXT;

-- Where what is to be deleted was copied to. What has no copy there came after the copying, and is not deleted.
ALTER TABLE skep_pending_deletes ADD COLUMN copied_to TEXT;

-- The job that moves the table's data, which nothing may change meanwhile.
ALTER TABLE skep_tables ADD COLUMN moving_job BIGINT;
