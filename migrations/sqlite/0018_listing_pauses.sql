-- Stretches of time whose directories were listed in vain, and when a replica may list them again.
ALTER TABLE skep_freshness_tables ADD COLUMN listing_pauses TEXT;
