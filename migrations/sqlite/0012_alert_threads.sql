-- The thread that a channel was told an alert in, where it has threads: what answers it goes there.
ALTER TABLE skep_alerts ADD COLUMN thread TEXT;
