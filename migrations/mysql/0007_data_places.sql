-- Data by its place: who is about to empty or to move one asks who else has data at, above or below it, however much there is.

-- In the form of migrations/README.md. NULL: no place, as of a view, or of a partition at its default place below its table's.
-- Empty where it is not known: in rows from before, and in those that the version before still writes. skep fills them in when
-- it starts and with its upkeep, and finds them meanwhile.

ALTER TABLE skep_databases ADD COLUMN place VARBINARY(1536) DEFAULT '';
ALTER TABLE skep_databases ADD COLUMN managed_place VARBINARY(1536) DEFAULT '';
ALTER TABLE skep_tables ADD COLUMN place VARBINARY(1536) DEFAULT '';

-- A table may have a million partitions: those with the default place are not written again.
ALTER TABLE skep_partitions ADD COLUMN place VARBINARY(1536);
ALTER TABLE skep_partitions ALTER COLUMN place SET DEFAULT '';
UPDATE skep_partitions SET place = '' WHERE location IS NOT NULL AND place IS NULL;

CREATE INDEX skep_databases_by_place ON skep_databases (place);
CREATE INDEX skep_databases_by_managed_place ON skep_databases (managed_place);
CREATE INDEX skep_tables_by_place ON skep_tables (place);
CREATE INDEX skep_partitions_by_place ON skep_partitions (place);

-- Why dropped data is not deleted yet: what the last try met.
ALTER TABLE skep_pending_deletes ADD COLUMN failure LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Where what is to be deleted was copied to. What has no copy there came after the copying, and is not deleted.
ALTER TABLE skep_pending_deletes ADD COLUMN copied_to LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The job that moves the table's data, which nothing may change meanwhile.
ALTER TABLE skep_tables ADD COLUMN moving_job BIGINT;
