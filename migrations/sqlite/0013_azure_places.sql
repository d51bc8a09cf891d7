-- Places on Azure have a form of their own, in which its words and its hosts are one storage. What was written before is found
-- by what it does not say (migrations/README.md), until it is written again.
UPDATE skep_databases SET place = '' WHERE place > 'other/abfs' AND place < 'other/abft';
UPDATE skep_databases SET place = '' WHERE place > 'other/az/' AND place < 'other/az0';
UPDATE skep_databases SET place = '' WHERE place > 'other/wasb' AND place < 'other/wasc';
UPDATE skep_databases SET managed_place = '' WHERE managed_place > 'other/abfs' AND managed_place < 'other/abft';
UPDATE skep_databases SET managed_place = '' WHERE managed_place > 'other/az/' AND managed_place < 'other/az0';
UPDATE skep_databases SET managed_place = '' WHERE managed_place > 'other/wasb' AND managed_place < 'other/wasc';
UPDATE skep_tables SET place = '' WHERE place > 'other/abfs' AND place < 'other/abft';
UPDATE skep_tables SET place = '' WHERE place > 'other/az/' AND place < 'other/az0';
UPDATE skep_tables SET place = '' WHERE place > 'other/wasb' AND place < 'other/wasc';
UPDATE skep_partitions SET place = '' WHERE place > 'other/abfs' AND place < 'other/abft';
UPDATE skep_partitions SET place = '' WHERE place > 'other/az/' AND place < 'other/az0';
UPDATE skep_partitions SET place = '' WHERE place > 'other/wasb' AND place < 'other/wasc';
UPDATE skep_pending_deletes SET place = '' WHERE place > 'other/abfs' AND place < 'other/abft';
UPDATE skep_pending_deletes SET place = '' WHERE place > 'other/az/' AND place < 'other/az0';
UPDATE skep_pending_deletes SET place = '' WHERE place > 'other/wasb' AND place < 'other/wasc';
