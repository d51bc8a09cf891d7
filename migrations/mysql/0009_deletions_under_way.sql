-- Who is deleting there, and until when a request of theirs may still be carried out: until then nobody else uses the place.
ALTER TABLE skep_pending_deletes ADD COLUMN busy_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE skep_pending_deletes ADD COLUMN busy_by VARBINARY(64);
