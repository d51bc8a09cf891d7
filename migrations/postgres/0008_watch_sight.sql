-- What a source does not show any more that it showed, as people were told; NULL where it shows all.
ALTER TABLE skep_sources ADD COLUMN IF NOT EXISTS lost TEXT;
