"""What a data team does with Trino, each step compared with what must come out.

Runs in a virtual environment that holds Trino's Python client, against a Trino that has the catalogs
`hive` and `iceberg` over the metastore. The same checks run on disk and in an S3 bucket.
"""

import sys
import time

from checks import (FORMATS, KOREAN, ODD_VALUES, PRUNING_PREDICATES, PRUNING_ROWS, Checks, Files,
                    arguments, at_once, literal)

# How long Trino may take to know its own node.
NODE_SECONDS = 60


def connect(port, schema=None, catalog="hive"):
    """A connection to Trino; each thread needs its own."""
    from trino.dbapi import connect as trino_connect
    return trino_connect(host="127.0.0.1", port=port, user="skep", catalog=catalog, schema=schema)


def execute(connection, text):
    """Runs a statement to its end and answers its rows; DDL runs only while it is fetched.

    A Trino that has just started on a busy machine may not know its own node yet: nothing of the
    statement has run then, and it is asked again for a while.
    """
    from trino.exceptions import TrinoQueryError
    until = time.monotonic() + NODE_SECONDS
    while True:
        cursor = connection.cursor()
        try:
            cursor.execute(text)
            return [tuple(row) for row in cursor.fetchall()]
        except TrinoQueryError as failure:
            if failure.error_name != "NO_NODES_AVAILABLE" or time.monotonic() > until:
                raise
            time.sleep(0.5)


class Suite:
    """The checks by topic; `q` runs a statement, `rows` answers its sorted rows."""

    def __init__(self, checks, options):
        self.c, self.options = checks, options
        self.files = Files(options.warehouse, options.s3_endpoint)
        self.p = options.title
        self.db = f"{self.p}_main"
        self.connection = connect(options.port)
        # Directories beside the warehouse, for what is not managed.
        self.outside = options.warehouse.rsplit("/", 1)[0] + f"/outside_{self.p}"

    def q(self, text):
        """Runs a statement and answers its rows, in the order they come."""
        return execute(self.connection, text)

    def rows(self, text):
        """The rows in a fixed order."""
        return sorted(self.q(text), key=repr)

    def names(self, text):
        """The first column, sorted."""
        return sorted(row[0] for row in self.q(text))

    def count(self, table):
        """How many rows the table has."""
        return self.q(f"SELECT count(*) FROM {table}")[0][0]

    def made(self, kind, name):
        """The text of SHOW CREATE."""
        return self.q(f"SHOW CREATE {kind} {name}")[0][0]

    def schema_location(self, name):
        """Where a schema lies."""
        return self.made("SCHEMA", name).split("location = '")[1].split("'")[0]

    def location(self, table):
        """Where a managed table of the main schema lies."""
        return f"{self.schema_location(self.db)}/{table}"

    def stats(self, table):
        """SHOW STATS: the figures of each column, and under None the row count."""
        return {row[0]: row[1:] for row in self.q(f"SHOW STATS FOR {table}")}

    def databases(self):
        """Schemas: make, describe, list, rename, drop."""
        c, q, a, b = self.c, self.q, f"{self.p}_a", f"{self.p}_b"
        c.check("schema create", lambda: q(f"CREATE SCHEMA {a}"))
        c.true("schema default location is below the warehouse",
               lambda: self.schema_location(a).endswith(f"/warehouse/{a}.db"))
        c.fails("schema create again is refused", lambda: q(f"CREATE SCHEMA {a}"), "exist")
        c.check("schema create if not exists", lambda: q(f"CREATE SCHEMA IF NOT EXISTS {a}"))
        c.check("schema create at a location", lambda: q(f"CREATE SCHEMA {b} WITH (location = '{self.outside}/b')"))
        c.equal("schema location is kept", lambda: self.schema_location(b), f"{self.outside}/b")
        c.equal("schema list", lambda: self.names(f"SHOW SCHEMAS LIKE '{self.p}\\_%' ESCAPE '\\'"), [a, b])
        c.true("schema default is there", lambda: "default" in self.names("SHOW SCHEMAS"))
        # No Hive metastore renames a database; Trino asks again and sees that nothing changed.
        c.fails("schema rename is refused", lambda: q(f"ALTER SCHEMA {a} RENAME TO {a}2"), "renam")
        q(f"CREATE TABLE {b}.t (i integer)")
        q(f"INSERT INTO {b}.t VALUES 1")
        c.true("schema table lies in it", lambda: self.files.below(f"{self.outside}/b/t"))
        c.fails("schema not empty is not dropped", lambda: q(f"DROP SCHEMA {b}"), "non-empty")
        c.check("schema drop cascade", lambda: q(f"DROP SCHEMA {b} CASCADE"))
        c.true("schema drop cascade deletes the data", lambda: not self.files.below(f"{self.outside}/b"))
        c.fails("schema missing is not found", lambda: q(f"DROP SCHEMA {b}"), "not exist")
        c.check("schema drop", lambda: q(f"DROP SCHEMA {a}"))
        c.equal("schema list after the drops", lambda: self.names(f"SHOW SCHEMAS LIKE '{self.p}\\_%' ESCAPE '\\'"), [])

    def start(self):
        """The schema that all further topics work in."""
        self.c.check("schema for the rest", lambda: self.q(f"CREATE SCHEMA {self.db}"))
        self.q(f"USE hive.{self.db}")

    def formats(self):
        """Managed and external tables in each format."""
        c, q = self.c, self.q
        columns = "i integer, b bigint, s varchar, f double, m decimal(12,2), t timestamp(3), d date, o boolean"
        values = ("(1, 10, 'eins', 1.5e0, 10.25, TIMESTAMP '2024-01-01 10:00:00', DATE '2024-01-01', true),"
                  f"(2, NULL, '{KOREAN}', -0.5e0, -1.00, NULL, NULL, false)")
        for kind in FORMATS:
            name, out = kind.lower(), f"{self.outside}/e_{kind.lower()}"
            q(f"CREATE TABLE m_{name} ({columns}) WITH (format = '{kind}')")
            q(f"INSERT INTO m_{name} VALUES {values}")
            c.equal(f"managed {name} round trip", lambda: self.rows(f"SELECT i, s, m, t, o FROM m_{name}"),
                    lambda: self.rows(f"SELECT i, s, m, t, o FROM (VALUES {values}) AS v(i,b,s,f,m,t,d,o)"))
            c.true(f"managed {name} lies in the warehouse", lambda: self.files.below(self.location(f"m_{name}")))
            c.check(f"managed {name} drop", lambda: q(f"DROP TABLE m_{name}"))
            c.true(f"managed {name} drop deletes the data", lambda: not self.files.below(self.location(f"m_{name}")))
            make = f"CREATE TABLE e_{name} ({columns}) WITH (format = '{kind}', external_location = '{out}')"
            q(make)
            q(f"INSERT INTO e_{name} VALUES {values}")
            c.equal(f"external {name} count", lambda: self.count(f"e_{name}"), 2)
            c.true(f"external {name} location", lambda: f"external_location = '{out}'" in self.made("TABLE", f"e_{name}"))
            q(f"DROP TABLE e_{name}")
            c.true(f"external {name} drop keeps the data", lambda: self.files.below(out))
            q(make)
            c.equal(f"external {name} made again finds the data", lambda: self.count(f"e_{name}"), 2)

    def shapes(self):
        """Tables as they come from queries, and large ones."""
        c, q = self.c, self.q
        q("CREATE TABLE ctas COMMENT '표' WITH (format = 'ORC') AS SELECT nationkey, name FROM (VALUES (1,'KOREA'),(2,'PERU')) AS n(nationkey, name)")
        c.equal("create table as select", lambda: self.rows("SELECT * FROM ctas"), [(1, "KOREA"), (2, "PERU")])
        c.true("table comment", lambda: "COMMENT '표'" in self.made("TABLE", "ctas"))
        q("CREATE TABLE liked (LIKE ctas)")
        c.equal("create table like", lambda: [row[0] for row in q("DESCRIBE liked")], ["nationkey", "name"])
        c.fails("create table again is refused", lambda: q("CREATE TABLE ctas (i integer)"), "exist")
        c.check("create table if not exists", lambda: q("CREATE TABLE IF NOT EXISTS ctas (i integer)"))
        c.fails("missing table is not found", lambda: q("SELECT * FROM nowhere"), "does not exist")
        c.fails("missing schema is not found", lambda: q("SELECT * FROM nowhere.t"), "does not exist")
        c.equal("tables are listed by pattern", lambda: self.names("SHOW TABLES LIKE 'ct%'"), ["ctas"])
        c.equal("information_schema lists columns",
                lambda: self.names(f"SELECT column_name FROM information_schema.columns WHERE table_schema = '{self.db}' AND table_name = 'ctas'"),
                ["name", "nationkey"])
        wide = ", ".join(f"column_{i} varchar COMMENT '열 {i}'" for i in range(500))
        q(f"CREATE TABLE wide ({wide})")
        c.equal("500 columns", lambda: len(q("DESCRIBE wide")), 500)
        c.equal("Korean column comment", lambda: q("DESCRIBE wide")[7][3], "열 7")
        deep = ", ".join(f"field_{i} row(a array(integer), b map(varchar, decimal(38,10)))" for i in range(120))
        q(f"CREATE TABLE deep (s row({deep}))")
        c.equal("type of more than 4,000 characters", lambda: q("DESCRIBE deep")[0][1].count("field_"), 120)
        q("CREATE TABLE nested AS SELECT ARRAY[CAST(ROW(1,'q') AS row(x integer, y varchar))] AS a, MAP(ARRAY['k'], ARRAY[ARRAY[1,2]]) AS m")
        c.equal("nested types round trip", lambda: q("SELECT a[1].y, m['k'][2] FROM nested"), [("q", 2)])
        q("CREATE TABLE bucketed (i integer, s varchar) WITH (bucketed_by = ARRAY['i'], bucket_count = 4, sorted_by = ARRAY['s'])")
        q("INSERT INTO bucketed VALUES (1,'a'),(2,'b'),(3,'c')")
        c.true("bucketing is kept", lambda: "bucket_count = 4" in self.made("TABLE", "bucketed"))
        c.equal("bucketed table reads by bucket", lambda: q('SELECT s FROM bucketed WHERE i = 2 AND "$bucket" = 2'), [("b",)])
        q("CREATE TABLE csv (a varchar, b varchar) WITH (format = 'CSV', csv_separator = ';', skip_header_line_count = 1)")
        c.true("serde properties are kept",
               lambda: "csv_separator = ';'" in self.made("TABLE", "csv") and "skip_header_line_count = 1" in self.made("TABLE", "csv"))

    def alterations(self):
        """ALTER TABLE in all its forms."""
        c, q = self.c, self.q
        q("CREATE TABLE alt (i integer, s varchar) WITH (format = 'ORC')")
        q("CREATE TABLE alt_other (i integer)")
        q("INSERT INTO alt VALUES (1,'a')")
        q("ALTER TABLE alt ADD COLUMN added bigint COMMENT 'new'")
        c.equal("add column reads null", lambda: q("SELECT * FROM alt"), [(1, "a", None)])
        q("ALTER TABLE alt RENAME COLUMN added TO extra")
        c.equal("rename column", lambda: [row[0] for row in q("DESCRIBE alt")], ["i", "s", "extra"])
        q("ALTER TABLE alt DROP COLUMN extra")
        c.equal("drop column", lambda: q("SELECT * FROM alt"), [(1, "a")])
        q("COMMENT ON TABLE alt IS '설명'")
        q("COMMENT ON COLUMN alt.s IS 'told'")
        c.true("comment on table", lambda: "COMMENT '설명'" in self.made("TABLE", "alt"))
        c.equal("comment on column", lambda: q("DESCRIBE alt")[1][3], "told")
        c.check("rename table", lambda: q("ALTER TABLE alt RENAME TO alt2"))
        c.equal("renamed table has its rows", lambda: q("SELECT i FROM alt2"), [(1,)])
        c.true("rename moves managed data",
               lambda: self.files.below(self.location("alt2")) and not self.files.below(self.location("alt")))
        c.fails("old name is gone", lambda: q("SELECT * FROM alt"), "does not exist")
        c.fails("rename to an existing name is refused", lambda: q("ALTER TABLE alt2 RENAME TO alt_other"), "exist")
        q("DELETE FROM alt2")
        c.equal("delete of all rows", lambda: self.count("alt2"), 0)
        q("INSERT INTO alt2 VALUES (3,'c')")
        c.equal("insert after the delete", lambda: self.count("alt2"), 1)
        c.check("drop table if exists", lambda: q("DROP TABLE IF EXISTS alt"))
        c.fails("drop a missing table", lambda: q("DROP TABLE alt"), "not exist")

    def partitions(self):
        """One, two and three keys; new, existing and overwritten partitions."""
        c, q = self.c, self.q
        for kind in FORMATS:
            name = f"p1_{kind.lower()}"
            q(f"CREATE TABLE {name} (v integer, s varchar) WITH (format = '{kind}', partitioned_by = ARRAY['s'])")
            q(f"INSERT INTO {name} VALUES (1,'x')")
            q(f"INSERT INTO {name} VALUES (2,'y'),(3,'x')")
            c.equal(f"one key {kind.lower()}", lambda: self.rows(f"SELECT * FROM {name}"),
                    [(1, "x"), (2, "y"), (3, "x")])
        q("CREATE TABLE p2 (v integer, s varchar, n integer) WITH (partitioned_by = ARRAY['s','n'])")
        q("INSERT INTO p2 VALUES (1,'a',1),(2,'a',2),(3,'b',1),(4,'b',-5)")
        c.equal("two keys", lambda: self.rows('SELECT * FROM "p2$partitions"'), [("a", 1), ("a", 2), ("b", -5), ("b", 1)])
        c.equal("partitions by second key", lambda: self.rows('SELECT s FROM "p2$partitions" WHERE n = 1'), [("a",), ("b",)])
        q("SET SESSION hive.insert_existing_partitions_behavior = 'OVERWRITE'")
        q("INSERT INTO p2 VALUES (10,'a',1),(5,'c',0)")
        q("SET SESSION hive.insert_existing_partitions_behavior = 'APPEND'")
        c.equal("overwrite a partition", lambda: self.rows("SELECT v FROM p2"), [(10,), (2,), (3,), (4,), (5,)])
        q("CREATE TABLE p3 (v integer, s varchar, n integer, d date) WITH (format = 'ORC', partitioned_by = ARRAY['s','n','d'])")
        q("INSERT INTO p3 VALUES (1,'a',1,DATE '2024-01-01'),(2,'a',2,DATE '2024-01-02'),(3,'b',1,DATE '2024-01-01')")
        c.equal("three keys", lambda: [tuple(map(str, row)) for row in self.rows('SELECT * FROM "p3$partitions"')],
                [("a", "1", "2024-01-01"), ("a", "2", "2024-01-02"), ("b", "1", "2024-01-01")])
        c.true("three keys lie in their directories",
               lambda: self.files.below(self.location("p3") + "/s=a/n=2/d=2024-01-02"))
        q("CREATE TABLE p_many (v integer, n integer) WITH (partitioned_by = ARRAY['n'])")
        q("INSERT INTO p_many SELECT n, n FROM UNNEST(sequence(0, 89)) AS t(n)")
        c.equal("90 partitions in one insert", lambda: self.count('"p_many$partitions"'), 90)
        c.equal("range over 90 partitions", lambda: q("SELECT count(*), sum(v) FROM p_many WHERE n >= 70 AND n < 80"), [(10, 745)])
        q("CREATE TABLE p_ctas WITH (partitioned_by = ARRAY['n']) AS SELECT v, n FROM p_many WHERE n < 3")
        c.equal("partitioned create table as select", lambda: self.rows("SELECT * FROM p_ctas"), [(0, 0), (1, 1), (2, 2)])

    def pruning(self):
        """Every predicate on partition keys gives what it gives on values without a table."""
        c, q = self.c, self.q
        kinds = ("string", "int", "date")
        values = ",".join("(%d, %s)" % (i, ", ".join(map(literal, row, kinds)))
                          for i, row in enumerate(PRUNING_ROWS) if row[0].isascii())
        q("CREATE TABLE prune (v integer, s varchar, n integer, d date) WITH (partitioned_by = ARRAY['s','n','d'])")
        q(f"INSERT INTO prune VALUES {values}")
        truth = f"(VALUES {values}) AS x(v, s, n, d)"
        for predicate in PRUNING_PREDICATES:
            c.equal(f"pruning {predicate}", lambda: self.rows(f"SELECT v FROM prune WHERE {predicate}"),
                    lambda: self.rows(f"SELECT v FROM {truth} WHERE {predicate}"))
        for predicate in ("s IS DISTINCT FROM 'alpha'", "starts_with(s, 'al')", "cast(n AS varchar) LIKE '1%'",
                          "n > 1.5", "(s, n) IN (('alpha', 1), ('beta', 10))", "regexp_like(s, '^a.*a$')",
                          "d BETWEEN DATE '2024-02-01' - INTERVAL '1' DAY AND DATE '2024-02-29'"):
            c.equal(f"pruning {predicate}", lambda: self.rows(f"SELECT v FROM prune WHERE {predicate}"),
                    lambda: self.rows(f"SELECT v FROM {truth} WHERE {predicate}"))

    def partition_changes(self):
        """Partitions made, taken and dropped one by one."""
        c, q, db = self.c, self.q, self.db
        q("CREATE TABLE pc (v integer, s varchar, n integer) WITH (partitioned_by = ARRAY['s','n'])")
        q("INSERT INTO pc VALUES (1,'a',1),(2,'a',2),(3,'b',1)")
        place, there = self.location("pc"), f"{self.outside}/part"
        self.files.copy(f"{place}/s=a/n=1", there)
        c.check("create empty partition",
                lambda: q(f"CALL system.create_empty_partition('{db}', 'pc', ARRAY['s','n'], ARRAY['c','3'])"))
        c.fails("create a partition again is refused",
                lambda: q(f"CALL system.create_empty_partition('{db}', 'pc', ARRAY['s','n'], ARRAY['c','3'])"), "exist")
        q(f"CALL system.register_partition('{db}', 'pc', ARRAY['s','n'], ARRAY['far','9'], '{there}')")
        c.equal("register partition", lambda: q("SELECT v FROM pc WHERE s = 'far'"), [(1,)])
        q(f"CALL system.unregister_partition('{db}', 'pc', ARRAY['s','n'], ARRAY['far','9'])")
        c.equal("unregister partition", lambda: q("SELECT v FROM pc WHERE s = 'far'"), [])
        c.true("unregister partition keeps the data", lambda: self.files.below(there))
        c.check("drop partition", lambda: q("DELETE FROM pc WHERE s = 'b' AND n = 1"))
        c.true("drop partition deletes managed data", lambda: not self.files.below(f"{place}/s=b/n=1"))
        q("DELETE FROM pc WHERE s = 'a'")
        c.equal("drop by a part of the keys", lambda: self.rows('SELECT * FROM "pc$partitions"'), [("c", 3)])
        q(f"CREATE TABLE pe (v integer, s varchar) WITH (partitioned_by = ARRAY['s'], external_location = '{there}_ext')")
        q("INSERT INTO pe VALUES (1,'a'),(2,'b')")
        q("ALTER TABLE pe ADD COLUMN extra varchar")
        q("INSERT INTO pe (v, extra, s) VALUES (5, 'new', 'b')")
        c.equal("old partition reads an added column as null", lambda: self.rows("SELECT v, extra FROM pe"),
                [(1, None), (2, None), (5, "new")])
        q("ALTER TABLE pc RENAME TO pc2")
        c.equal("renamed partitioned table keeps its partitions", lambda: self.rows('SELECT * FROM "pc2$partitions"'), [("c", 3)])
        q("INSERT INTO pc2 VALUES (77,'a',1),(78,'z',2)")
        q("ALTER TABLE pc2 RENAME TO pc3")
        c.equal("renamed partitioned table finds its data", lambda: self.rows("SELECT v FROM pc3"), [(77,), (78,)])

    def repair(self):
        """sync_partition_metadata finds what jobs wrote past the catalog."""
        c, q, there = self.c, self.q, f"{self.outside}/repair"
        sync = lambda mode: q(f"CALL system.sync_partition_metadata('{self.db}', 'fix', '{mode}')")
        q(f"CREATE TABLE fix (v integer, s varchar, n integer) WITH (partitioned_by = ARRAY['s','n'], external_location = '{there}')")
        q("INSERT INTO fix VALUES (1,'a',1)")
        for value in ("b", "c%3Ad", "서울"):
            self.files.copy(f"{there}/s=a/n=1", f"{there}/s={value}/n=7")
        c.equal("before sync only the known partition", lambda: self.count("fix"), 1)
        c.check("sync add", lambda: sync("ADD"))
        c.equal("sync add finds partitions", lambda: self.rows("SELECT s, n FROM fix WHERE n = 7"),
                [("b", 7), ("c:d", 7), ("서울", 7)])
        c.check("sync add again changes nothing", lambda: sync("ADD"))
        self.files.remove(f"{there}/s=b")
        sync("DROP")
        c.equal("sync drop", lambda: self.names("SELECT s FROM fix"), ["a", "c:d", "서울"])
        self.files.copy(f"{there}/s=a/n=1", f"{there}/s=e/n=8")
        self.files.remove(f"{there}/s=c%3Ad")
        sync("FULL")
        c.equal("sync full drops and adds", lambda: self.names("SELECT s FROM fix"), ["a", "e", "서울"])
        c.equal("Korean value found", lambda: q("SELECT n FROM fix WHERE s = '서울'"), [(7,)])

    def statistics(self):
        """Statistics by insert, by ANALYZE, for a partition, and their removal."""
        c, q = self.c, self.q
        q("CREATE TABLE st (i integer, s varchar, t timestamp(3), d date, m decimal(10,2), o boolean, f double, p varchar) WITH (partitioned_by = ARRAY['p'])")
        q("INSERT INTO st VALUES (1,'a',TIMESTAMP '2024-01-01 00:00:00',DATE '2024-01-01',1.5,true,0.5e0,'x'),"
          "(2,NULL,NULL,DATE '2024-06-01',NULL,false,1e0,'x'),(3,'ccc',NULL,NULL,9.25,NULL,2e0,'y')")
        # Columns of SHOW STATS: data size, distinct values, nulls fraction, row count, low, high.
        c.equal("insert counts rows", lambda: self.stats("st")[None][3], 3.0)
        c.equal("insert gives a range", lambda: self.stats("st")["i"][4:], ("1", "3"))
        c.equal("insert counts nulls", lambda: round(self.stats("st")["s"][2], 3), 0.333)
        c.equal("date range", lambda: self.stats("st")["d"][4:], ("2024-01-01", "2024-06-01"))
        c.equal("decimal range", lambda: self.stats("st")["m"][4:], ("1.5", "9.25"))
        c.equal("double range", lambda: self.stats("st")["f"][4:], ("0.5", "2.0"))
        c.equal("partition's statistics", lambda: self.stats("(SELECT * FROM st WHERE p = 'y')")[None][3], 1.0)
        c.check("drop statistics of a partition",
                lambda: q(f"CALL system.drop_stats('{self.db}', 'st', ARRAY[ARRAY['x']])"))
        c.check("drop statistics", lambda: q(f"CALL system.drop_stats('{self.db}', 'st')"))
        c.equal("dropped statistics are gone", lambda: self.stats("st")["i"][4:], (None, None))
        q("ANALYZE st")
        c.equal("analyze counts rows", lambda: self.stats("st")[None][3], 3.0)
        c.true("analyze gives distinct values", lambda: self.stats("st")["i"][1] >= 2)
        c.equal("analyze gives a range again", lambda: self.stats("st")["i"][4:], ("1", "3"))
        q("ANALYZE st WITH (partitions = ARRAY[ARRAY['y']])")
        c.equal("analyze one partition", lambda: self.stats("(SELECT * FROM st WHERE p = 'y')")["i"][4:], ("3", "3"))
        q("CREATE TABLE st0 AS SELECT i, s, d FROM st")
        c.equal("unpartitioned: rows by create as select", lambda: self.stats("st0")[None][3], 3.0)
        c.equal("unpartitioned: distinct values", lambda: self.stats("st0")["i"][1], 3.0)
        q("INSERT INTO st0 VALUES (100, 'z', NULL)")
        c.equal("unpartitioned: merged after insert", lambda: (self.stats("st0")[None][3], self.stats("st0")["i"][5]), (4.0, "100"))
        q(f"CALL system.drop_stats('{self.db}', 'st0')")
        q("ANALYZE st0 WITH (columns = ARRAY['i'])")
        c.equal("analyze some columns", lambda: (self.stats("st0")["i"][5], self.stats("st0")["d"][5]), ("100", None))

    def views(self):
        """Views: make, read, replace, rename, drop."""
        c, q = self.c, self.q
        q("CREATE TABLE vt AS SELECT * FROM (VALUES (1,'a',1),(2,'b',-1)) AS x(v, s, n)")
        q("CREATE VIEW v1 COMMENT '보기' AS SELECT v, s FROM vt WHERE n > 0")
        c.equal("view reads", lambda: q("SELECT * FROM v1"), [(1, "a")])
        c.true("view keeps its comment", lambda: "COMMENT '보기'" in self.made("VIEW", "v1"))
        c.equal("view is listed", lambda: self.names(f"SELECT table_name FROM information_schema.views WHERE table_schema = '{self.db}'"), ["v1"])
        c.true("view is among the tables", lambda: "v1" in self.names("SHOW TABLES"))
        c.fails("view again is refused", lambda: q("CREATE VIEW v1 AS SELECT 1 AS one"), "exist")
        q("CREATE OR REPLACE VIEW v1 SECURITY INVOKER AS SELECT 2 AS two, '뷰' AS name")
        c.equal("view replaced", lambda: q("SELECT * FROM v1"), [(2, "뷰")])
        q("COMMENT ON VIEW v1 IS 'changed'")
        q("COMMENT ON COLUMN v1.two IS 'number'")
        c.equal("view comments", lambda: ("COMMENT 'changed'" in self.made("VIEW", "v1"), q("DESCRIBE v1")[0][3]), (True, "number"))
        q("ALTER VIEW v1 RENAME TO v2")
        c.equal("view renamed", lambda: q("SELECT two FROM v2"), [(2,)])
        # 80,000 characters in the metastore, where Trino keeps a view in base 64.
        c.check("view of 20,000 characters is made",
                lambda: q(f"CREATE VIEW v_long AS SELECT '{'가' * 20000}' AS text"),
                reference_cannot="a text column of Derby ends at 32,700")
        c.equal("view of 20,000 characters", lambda: len(q("SELECT text FROM v_long")[0][0]), 20000,
                reference_cannot="it was not made")
        c.fails("drop table on a view is refused", lambda: q("DROP TABLE v2"), "view")
        c.check("drop view", lambda: q("DROP VIEW v2"))
        c.fails("dropped view is gone", lambda: q("SELECT * FROM v2"), "does not exist")

    def functions(self):
        """Functions in SQL, which Trino keeps in the metastore."""
        c, q, name = self.c, self.q, f"hive.{self.db}.plus"
        c.check("create function", lambda: q(f"CREATE FUNCTION {name}(x bigint) RETURNS bigint RETURN x + 1"))
        c.equal("function runs", lambda: q(f"SELECT {name}(BIGINT '41')"), [(42,)])
        q(f"CREATE FUNCTION {name}(x varchar) RETURNS varchar RETURN x || '+'")
        c.equal("function overloaded", lambda: q(f"SELECT {name}('a')"), [("a+",)])
        c.equal("function is listed", lambda: self.names(f"SHOW FUNCTIONS FROM hive.{self.db}"), ["plus", "plus"])
        c.fails("function again is refused", lambda: q(f"CREATE FUNCTION {name}(x bigint) RETURNS bigint RETURN x"), "exist")
        q(f"CREATE OR REPLACE FUNCTION {name}(x bigint) RETURNS bigint RETURN x + 2")
        c.equal("function replaced", lambda: q(f"SELECT {name}(BIGINT '40')"), [(42,)])
        q(f"CREATE FUNCTION {name}_long(x varchar) RETURNS varchar RETURN x || '{'y' * 6000}'")
        c.equal("function of 6,000 characters", lambda: len(q(f"SELECT {name}_long('a')")[0][0]), 6001)
        c.check("drop function", lambda: q(f"DROP FUNCTION {name}(bigint)"))
        c.fails("dropped function is not found", lambda: q(f"DROP FUNCTION {name}(bigint)"), "not found")
        q(f"DROP FUNCTION {name}(varchar)")
        q(f"DROP FUNCTION {name}_long(varchar)")
        c.equal("no function is left", lambda: q(f"SHOW FUNCTIONS FROM hive.{self.db}"), [])

    def odd_values(self):
        """Partition values that need escapes, in one key and read back each by itself."""
        c, q = self.c, self.q
        odd = {**ODD_VALUES, "null": None}
        q("CREATE TABLE odd (v integer, s varchar, n integer) WITH (partitioned_by = ARRAY['s','n'])")
        q("INSERT INTO odd VALUES " + ",".join(
            f"({i}, {literal(value, 'string')}, {i})" for i, value in enumerate(odd.values())))
        c.equal("odd values all read", lambda: self.rows("SELECT s, v FROM odd"),
                lambda: sorted(((value, i) for i, value in enumerate(odd.values())), key=repr))
        for i, (name, value) in enumerate(odd.items()):
            predicate = "s IS NULL" if value is None else f"s = {literal(value, 'string')}"
            c.equal(f"odd value found: {name}", lambda: q(f"SELECT v, s FROM odd WHERE {predicate}"), [(i, value)])
            q(f"DELETE FROM odd WHERE {predicate}")
            c.equal(f"odd value dropped: {name}", lambda: q(f"SELECT v FROM odd WHERE {predicate}"), [])
        q("CREATE TABLE nulls (v integer, n integer, d date) WITH (partitioned_by = ARRAY['n','d'])")
        q("INSERT INTO nulls VALUES (1, NULL, DATE '2024-01-01'), (2, 5, NULL), (3, 5, DATE '2024-01-01')")
        c.equal("null int key", lambda: q("SELECT v FROM nulls WHERE n IS NULL"), [(1,)])
        c.equal("null date key", lambda: q("SELECT v FROM nulls WHERE d IS NULL"), [(2,)])
        c.equal("comparison leaves nulls out", lambda: self.rows("SELECT v FROM nulls WHERE n = 5"), [(2,), (3,)])

    def iceberg(self):
        """Iceberg tables whose commits go through the metastore's locks and alter_table."""
        c, q, t = self.c, self.q, f"iceberg.{self.db}.ice1"
        q(f"CREATE TABLE {t} (i bigint, s varchar) "
          "WITH (partitioning = ARRAY['s'], max_commit_retry = 50)")
        c.check("iceberg insert", lambda: q(f"INSERT INTO {t} VALUES (1,'a'),(2,'b')"))
        c.equal("iceberg read", lambda: self.rows(f"SELECT * FROM {t}"), [(1, "a"), (2, "b")])
        first = q(f'SELECT snapshot_id FROM iceberg.{self.db}."ice1$snapshots" ORDER BY committed_at DESC LIMIT 1')[0][0]
        q(f"DELETE FROM {t} WHERE i = 1")
        q(f"UPDATE {t} SET s = 'm' WHERE i = 2")
        c.equal("iceberg delete and update", lambda: q(f"SELECT * FROM {t}"), [(2, "m")])
        q(f"MERGE INTO {t} t USING (VALUES (2, 'n'), (3, 'o')) AS m(i, s) ON t.i = m.i "
          "WHEN MATCHED THEN UPDATE SET s = m.s WHEN NOT MATCHED THEN INSERT VALUES (m.i, m.s)")
        c.equal("iceberg merge", lambda: self.rows(f"SELECT * FROM {t}"), [(2, "n"), (3, "o")])
        c.equal("iceberg time travel", lambda: self.rows(f"SELECT * FROM {t} FOR VERSION AS OF {first}"), [(1, "a"), (2, "b")])
        q(f"ALTER TABLE {t} ADD COLUMN extra integer")
        q(f"ALTER TABLE {t} RENAME COLUMN s TO name")
        c.equal("iceberg schema evolution", lambda: self.rows(f"SELECT * FROM {t}"), [(2, "n", None), (3, "o", None)])
        q(f"COMMENT ON TABLE {t} IS '빙산'")
        c.true("iceberg comment", lambda: "COMMENT '빙산'" in self.made("TABLE", t))
        c.check("iceberg two writers at once",
                lambda: at_once([lambda: self.writer(t, 1), lambda: self.writer(t, 2)]))
        c.equal("iceberg no commit is lost", lambda: q(f"SELECT count(*) FROM {t} WHERE name LIKE 'w%'"), [(10,)])
        c.check("iceberg optimize", lambda: q(f"ALTER TABLE {t} EXECUTE optimize"))
        c.check("iceberg analyze", lambda: q(f"ANALYZE {t}"))
        c.equal("iceberg is seen in its own catalog only", lambda: self.names(f"SHOW TABLES FROM iceberg.{self.db} LIKE 'ice%'"), ["ice1"])
        c.fails("hive catalog refuses an Iceberg table", lambda: q("SELECT * FROM ice1"), "iceberg")
        place = self.made("TABLE", t).split("location = '")[1].split("'")[0]
        q(f"ALTER TABLE {t} RENAME TO iceberg.{self.db}.ice2")
        c.equal("iceberg rename", lambda: self.count(f"iceberg.{self.db}.ice2"), 12)
        q(f"CALL iceberg.system.unregister_table('{self.db}', 'ice2')")
        q(f"CALL iceberg.system.register_table('{self.db}', 'ice3', '{place}')")
        c.equal("iceberg unregister and register", lambda: self.count(f"iceberg.{self.db}.ice3"), 12)
        q(f"CREATE MATERIALIZED VIEW iceberg.{self.db}.mv AS SELECT count(*) AS n FROM iceberg.{self.db}.ice3")
        q(f"REFRESH MATERIALIZED VIEW iceberg.{self.db}.mv")
        c.equal("iceberg materialized view", lambda: q(f"SELECT n FROM iceberg.{self.db}.mv"), [(12,)])
        q(f"DROP MATERIALIZED VIEW iceberg.{self.db}.mv")
        c.check("iceberg drop", lambda: q(f"DROP TABLE iceberg.{self.db}.ice3"))
        c.true("iceberg drop deletes the data", lambda: not self.files.below(place))

    def writer(self, table, number):
        """Inserts again and again, on a connection of its own."""
        connection = connect(self.options.port)
        for i in range(5):
            execute(connection, f"INSERT INTO {table} (i, name) VALUES ({100 * number + i}, 'w{number}')")

    def clean_up(self):
        """The whole schema goes, and with it all managed data."""
        c, place = self.c, self.schema_location(self.db)
        c.check("schema drop cascade of everything", lambda: self.q(f"DROP SCHEMA {self.db} CASCADE"))
        c.equal("no managed data is left", lambda: self.files.below(place), [])


def main():
    """Runs all topics; one that breaks down is one failure, and the next goes on."""
    options = arguments("--port")
    checks = Checks(options)
    suite = Suite(checks, options)
    for topic in (suite.databases, suite.start, suite.formats, suite.shapes, suite.alterations,
                  suite.partitions, suite.pruning, suite.partition_changes, suite.repair, suite.statistics, suite.views,
                  suite.functions, suite.odd_values, suite.iceberg, suite.clean_up):
        checks.topic(topic)
    sys.exit(checks.finish())


if __name__ == "__main__":
    main()
