"""What a data team does with Spark, each step compared with what must come out.

Runs in a virtual environment that holds pyspark; the same text serves Spark 3.5 and Spark 4. One
session does everything, since a session costs more than all its statements. All names start with the
title, so that several engines can share a metastore. The metastore is only reached through Spark.
"""

import os
import sys

from checks import (FORMATS, KOREAN, ODD_VALUES, PRUNING_PREDICATES, PRUNING_ROWS, Checks, Files,
                    arguments, at_once, literal)

# Spark writes a quote in a string with a backslash.
QUOTE = "\\'"


def start_session(options, more=None):
    """A small local Spark session on the metastore, with an Iceberg catalog `ice` beside it, and more settings."""
    from pyspark.sql import SparkSession
    settings = {
        "spark.master": "local[2]",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.default.parallelism": "2",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.jars": options.iceberg_jar,
        "spark.sql.extensions":
            "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        "spark.sql.catalogImplementation": "hive",
        "spark.hadoop.hive.metastore.uris": options.uri,
        "spark.sql.warehouse.dir": options.warehouse,
        "spark.hadoop.hive.exec.dynamic.partition.mode": "nonstrict",
        "spark.sql.sources.partitionOverwriteMode": "dynamic",
        "spark.sql.catalog.ice": "org.apache.iceberg.spark.SparkCatalog",
        "spark.sql.catalog.ice.type": "hive",
        "spark.sql.catalog.ice.uri": options.uri,
        "spark.sql.catalog.ice.cache-enabled": "false",
        "spark.local.dir": f"{options.work}/spark",
        "spark.driver.extraJavaOptions":
            f"-XX:TieredStopAtLevel=1 -Dderby.system.home={options.work} -Djava.io.tmpdir={options.work}",
        "spark.log.level": "ERROR",
        **(more or {}),
    }
    builder = SparkSession.builder.appName(options.title)
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.enableHiveSupport().getOrCreate()


class Suite:
    """The checks by topic; `q` runs a statement, `rows` answers its sorted rows."""

    def __init__(self, spark, checks, options):
        self.spark, self.c, self.options = spark, checks, options
        self.files = Files(options.warehouse)
        self.p = options.title
        self.db = f"{self.p}_main"

    def q(self, text):
        """Runs a statement and answers its rows, in the order they come."""
        return [tuple(row) for row in self.spark.sql(text).collect()]

    def rows(self, text):
        """The rows in a fixed order."""
        return sorted(self.q(text), key=repr)

    def names(self, text, column=0):
        """One column of the rows, sorted."""
        return sorted(row[column] for row in self.q(text))

    def count(self, table):
        """How many rows the table has."""
        return self.q(f"SELECT count(*) FROM {table}")[0][0]

    def detail(self, table, key):
        """A line of DESCRIBE EXTENDED: its value, or None."""
        for name, value, *_ in self.q(f"DESCRIBE EXTENDED {table}"):
            if name == key:
                return value
        return None

    def location(self, table):
        """Where the table's data is."""
        return self.detail(table, "Location")

    def property(self, table, key):
        """A table property, or None."""
        return dict(self.q(f"SHOW TBLPROPERTIES {table}")).get(key)

    def databases(self):
        """Databases: make, describe, list, change, drop."""
        c, q, a, b = self.c, self.q, f"{self.p}_a", f"{self.p}_b"
        elsewhere = f"file:{self.options.work}/elsewhere_{self.p}"

        def describe(name):
            return {key: value for key, value, *_ in q(f"DESCRIBE DATABASE EXTENDED {name}")}

        c.check("database create", lambda: q(f"CREATE DATABASE {a} COMMENT 'first, 첫째'"))
        c.equal("database comment is kept", lambda: describe(a)["Comment"], "first, 첫째")
        c.true("database default location is below the warehouse",
               lambda: describe(a)["Location"].endswith(f"/{a}.db"))
        c.fails("database create again is refused", lambda: q(f"CREATE DATABASE {a}"), "exist")
        c.check("database create if not exists", lambda: q(f"CREATE DATABASE IF NOT EXISTS {a}"))
        c.check("database create at a location",
                lambda: q(f"CREATE DATABASE {b} LOCATION '{elsewhere}' WITH DBPROPERTIES ('k'='v')"))
        c.true("database location is kept", lambda: describe(b)["Location"].endswith(elsewhere[5:]))
        c.true("database properties are kept", lambda: "(k,v)" in describe(b)["Properties"])
        c.check("database set properties", lambda: q(f"ALTER DATABASE {b} SET DBPROPERTIES ('x'='1')"))
        c.true("database properties are changed",
               lambda: "(x,1)" in describe(b)["Properties"] and "(k,v)" in describe(b)["Properties"])
        c.equal("database list by pattern", lambda: self.names(f"SHOW DATABASES LIKE '{self.p}_*'"), [a, b])
        c.true("database default is there", lambda: "default" in self.names("SHOW DATABASES"))
        q(f"CREATE TABLE {b}.t (i INT) STORED AS PARQUET")
        q(f"INSERT INTO {b}.t VALUES (1)")
        place = self.location(f"{b}.t")
        c.true("database table lies in it", lambda: self.files.below(place))
        c.fails("database not empty is not dropped", lambda: q(f"DROP DATABASE {b}"), "not_empty")
        c.check("database drop cascade", lambda: q(f"DROP DATABASE {b} CASCADE"))
        c.true("database drop cascade deletes the data", lambda: not self.files.exists(place))
        c.fails("database missing is not found", lambda: q(f"DROP DATABASE {b}"), "not")
        c.check("database drop if exists", lambda: q(f"DROP DATABASE IF EXISTS {b}"))
        c.check("database drop empty", lambda: q(f"DROP DATABASE {a}"))
        c.equal("database list after the drops", lambda: self.names(f"SHOW DATABASES LIKE '{self.p}_*'"), [])

    def start(self):
        """The database that all further topics work in."""
        self.c.check("database for the rest", lambda: self.q(f"CREATE DATABASE {self.db}"))
        self.q(f"USE {self.db}")

    def formats(self):
        """Managed and external tables in each format."""
        c, q = self.c, self.q
        columns = "i INT, b BIGINT, s STRING, f DOUBLE, m DECIMAL(12,2), t TIMESTAMP, d DATE, o BOOLEAN"
        values = ("(1, 10, 'eins', 1.5, 10.25, TIMESTAMP '2024-01-01 10:00:00', DATE '2024-01-01', true),"
                  f"(2, NULL, '{KOREAN}', -0.5, -1.00, NULL, NULL, false)")
        for kind in FORMATS:
            name, out = kind.lower(), f"file:{self.options.work}/out_{self.p}_{kind.lower()}"
            q(f"CREATE TABLE m_{name} ({columns}) STORED AS {kind}")
            q(f"INSERT INTO m_{name} VALUES {values}")
            place = self.location(f"m_{name}")
            c.equal(f"managed {name} round trip", lambda: self.rows(f"SELECT i, s, m, o FROM m_{name}"),
                    lambda: self.rows(f"SELECT i, s, m, o FROM VALUES {values} AS v(i,b,s,f,m,t,d,o)"))
            c.equal(f"managed {name} type", lambda: self.detail(f"m_{name}", "Type"), "MANAGED")
            c.check(f"managed {name} drop", lambda: q(f"DROP TABLE m_{name}"))
            c.true(f"managed {name} drop deletes the data", lambda: not self.files.exists(place))
            q(f"CREATE EXTERNAL TABLE e_{name} ({columns}) STORED AS {kind} LOCATION '{out}'")
            q(f"INSERT INTO e_{name} VALUES {values}")
            c.equal(f"external {name} count", lambda: self.count(f"e_{name}"), 2)
            c.equal(f"external {name} type", lambda: self.detail(f"e_{name}", "Type"), "EXTERNAL")
            q(f"DROP TABLE e_{name}")
            c.true(f"external {name} drop keeps the data", lambda: self.files.below(out))
            q(f"CREATE EXTERNAL TABLE e_{name} ({columns}) STORED AS {kind} LOCATION '{out}'")
            c.equal(f"external {name} made again finds the data", lambda: self.count(f"e_{name}"), 2)

    def shapes(self):
        """Tables that Spark makes in its own ways, and large ones."""
        c, q = self.c, self.q
        q("CREATE TABLE src_parquet (i INT, s STRING) USING parquet TBLPROPERTIES ('mine'='yes')")
        q("INSERT INTO src_parquet VALUES (1,'a'),(2,'b')")
        c.equal("data source table round trip", lambda: self.rows("SELECT * FROM src_parquet"), [(1, "a"), (2, "b")])
        c.equal("data source table property", lambda: self.property("src_parquet", "mine"), "yes")
        q("CREATE TABLE ctas STORED AS ORC AS SELECT i * 2 AS twice, s FROM src_parquet")
        c.equal("create table as select", lambda: self.rows("SELECT * FROM ctas"), [(2, "a"), (4, "b")])
        q("CREATE TABLE liked LIKE ctas")
        c.equal("create table like", lambda: self.spark.table("liked").columns, ["twice", "s"])
        self.spark.createDataFrame([(1, "x"), (2, "y")], "i INT, p STRING").write.partitionBy("p") \
            .format("orc").saveAsTable("saved")
        c.equal("saveAsTable partitioned", lambda: self.names("SHOW PARTITIONS saved"), ["p=x", "p=y"])
        c.fails("create table again is refused", lambda: q("CREATE TABLE ctas (i INT) STORED AS ORC"), "exist")
        c.fails("missing table is not found", lambda: q("SELECT * FROM nowhere"), "TABLE_OR_VIEW_NOT_FOUND")
        c.fails("missing database is not found", lambda: q("SELECT * FROM nowhere.t"), "TABLE_OR_VIEW_NOT_FOUND")
        c.true("tables are listed by pattern", lambda: self.names("SHOW TABLES LIKE 'src_*'", 1) == ["src_parquet"])
        wide = ", ".join(f"column_{i} STRING COMMENT '열 {i}'" for i in range(500))
        q(f"CREATE TABLE wide ({wide}) USING parquet")
        c.equal("500 columns", lambda: len(self.spark.table("wide").columns), 500)
        c.equal("Korean column comment", lambda: self.q("DESCRIBE wide")[7][2], "열 7")
        deep = ", ".join(f"field_{i}: STRUCT<a: ARRAY<INT>, b: MAP<STRING, DECIMAL(38,10)>>" for i in range(120))
        q(f"CREATE TABLE deep (s STRUCT<{deep}>) STORED AS PARQUET")
        c.equal("type of more than 4,000 characters",
                lambda: len(self.spark.table("deep").schema["s"].dataType.fields), 120)
        q("CREATE TABLE nested (a ARRAY<STRUCT<x:INT,y:STRING>>, m MAP<STRING,ARRAY<INT>>) STORED AS PARQUET")
        q("INSERT INTO nested SELECT array(named_struct('x', 1, 'y', 'q')), map('k', array(1, 2))")
        c.equal("nested types round trip", lambda: self.q("SELECT a[0].y, m['k'][1] FROM nested"), [("q", 2)])
        q(f"ALTER TABLE ctas SET TBLPROPERTIES ('long' = '{'x' * 32000}')")
        c.equal("property of 32,000 characters", lambda: len(self.property("ctas", "long")), 32000)
        q("CREATE TABLE bucketed (i INT, s STRING) USING parquet CLUSTERED BY (i) SORTED BY (s) INTO 4 BUCKETS")
        c.equal("bucketing is kept", lambda: self.detail("bucketed", "Num Buckets"), "4")

    def alterations(self):
        """ALTER TABLE in all its forms."""
        c, q = self.c, self.q
        q("CREATE TABLE alt (i INT, s STRING) STORED AS PARQUET")
        q("CREATE TABLE alt_other LIKE alt")
        q("INSERT INTO alt VALUES (1,'a')")
        old = self.location("alt")
        q("ALTER TABLE alt ADD COLUMNS (added BIGINT COMMENT 'new')")
        c.equal("add column reads null", lambda: self.rows("SELECT * FROM alt"), [(1, "a", None)])
        q("ALTER TABLE alt CHANGE COLUMN s s STRING COMMENT 'told'")
        c.equal("column comment", lambda: q("DESCRIBE alt")[1][2], "told")
        q("ALTER TABLE alt SET TBLPROPERTIES ('a'='1', 'b'='2')")
        q("ALTER TABLE alt UNSET TBLPROPERTIES ('b')")
        c.equal("set and unset properties",
                lambda: (self.property("alt", "a"), self.property("alt", "b")), ("1", None))
        c.check("rename table", lambda: q("ALTER TABLE alt RENAME TO alt2"))
        c.equal("renamed table has its rows", lambda: self.rows("SELECT i FROM alt2"), [(1,)])
        c.true("rename moves managed data",
               lambda: self.location("alt2").endswith("/alt2") and not self.files.exists(old))
        c.fails("old name is gone", lambda: q("SELECT * FROM alt"), "TABLE_OR_VIEW_NOT_FOUND")
        c.fails("rename to an existing name is refused", lambda: q("ALTER TABLE alt2 RENAME TO alt_other"), "exist")
        there, old = f"file:{self.options.work}/moved_{self.p}", self.location("alt2")
        self.files.copy(old, there)
        self.files.remove(old)
        q(f"ALTER TABLE alt2 SET LOCATION '{there}'")
        c.equal("set location", lambda: (self.location("alt2"), self.count("alt2")), (there, 1))
        q("ALTER TABLE alt2 SET SERDEPROPERTIES ('serialization.format'='7')")
        c.true("set serde properties",
               lambda: "serialization.format=7" in self.detail("alt2", "Storage Properties"))
        q("CREATE TABLE trunc (i INT) STORED AS PARQUET")
        q("INSERT INTO trunc VALUES (1),(2)")
        q("TRUNCATE TABLE trunc")
        c.equal("truncate", lambda: self.count("trunc"), 0)
        q("INSERT INTO trunc VALUES (3)")
        q("INSERT OVERWRITE TABLE trunc VALUES (4),(5)")
        c.equal("insert overwrite", lambda: self.rows("SELECT * FROM trunc"), [(4,), (5,)])
        c.check("drop table purge", lambda: q("DROP TABLE trunc PURGE"))
        c.check("drop table if exists", lambda: q("DROP TABLE IF EXISTS trunc"))
        c.fails("drop a missing table", lambda: q("DROP TABLE trunc"), "not")

    def partitions(self):
        """One, two and three keys; static and dynamic inserts; overwrite."""
        c, q = self.c, self.q
        for kind in FORMATS:
            name = f"p1_{kind.lower()}"
            q(f"CREATE TABLE {name} (v INT) PARTITIONED BY (s STRING) STORED AS {kind}")
            q(f"INSERT INTO {name} PARTITION (s='x') VALUES (1)")
            q(f"INSERT INTO {name} PARTITION (s) VALUES (2,'y'),(3,'x')")
            c.equal(f"one key {kind.lower()}", lambda: self.rows(f"SELECT * FROM {name}"),
                    [(1, "x"), (2, "y"), (3, "x")])
        q("CREATE TABLE p2 (v INT) PARTITIONED BY (s STRING, n INT) STORED AS PARQUET")
        q("INSERT INTO p2 PARTITION (s='a', n) VALUES (1, 1), (2, 2)")
        q("INSERT INTO p2 PARTITION (s, n) VALUES (3, 'b', 1), (4, 'b', -5)")
        c.equal("two keys, mixed insert", lambda: self.names("SHOW PARTITIONS p2"),
                ["s=a/n=1", "s=a/n=2", "s=b/n=-5", "s=b/n=1"])
        c.equal("show partitions by first key", lambda: self.names("SHOW PARTITIONS p2 PARTITION (s='b')"),
                ["s=b/n=-5", "s=b/n=1"])
        c.equal("show partitions by second key", lambda: self.names("SHOW PARTITIONS p2 PARTITION (n=1)"),
                ["s=a/n=1", "s=b/n=1"])
        q("INSERT OVERWRITE p2 PARTITION (s='a', n=1) VALUES (10)")
        c.equal("overwrite a static partition", lambda: self.rows("SELECT v FROM p2"), [(10,), (2,), (3,), (4,)])
        q("INSERT OVERWRITE p2 PARTITION (s, n) VALUES (20, 'a', 2), (5, 'c', 0)")
        c.equal("overwrite dynamic partitions", lambda: self.rows("SELECT v FROM p2"),
                [(10,), (20,), (3,), (4,), (5,)])
        q("CREATE TABLE p3 (v INT) PARTITIONED BY (s STRING, n INT, d DATE) STORED AS ORC")
        q("INSERT INTO p3 VALUES (1,'a',1,DATE '2024-01-01'),(2,'a',2,DATE '2024-01-02'),(3,'b',1,DATE '2024-01-01')")
        c.equal("three keys", lambda: self.names("SHOW PARTITIONS p3"),
                ["s=a/n=1/d=2024-01-01", "s=a/n=2/d=2024-01-02", "s=b/n=1/d=2024-01-01"])
        c.equal("three keys read with their types",
                lambda: [str(x) for x in q("SELECT s, n, d FROM p3 WHERE v = 2")[0]], ["a", "2", "2024-01-02"])
        q("CREATE TABLE p_src (v INT, s STRING) USING parquet PARTITIONED BY (s)")
        q("INSERT INTO p_src VALUES (1,'a'),(2,'b')")
        q("INSERT OVERWRITE p_src PARTITION (s) VALUES (3,'b')")
        c.equal("data source table, dynamic overwrite", lambda: self.rows("SELECT * FROM p_src"), [(1, "a"), (3, "b")])
        q("TRUNCATE TABLE p_src PARTITION (s='a')")
        c.equal("truncate a partition", lambda: self.rows("SELECT * FROM p_src"), [(3, "b")])
        many = ",".join(f"({i},{i})" for i in range(120))
        q("CREATE TABLE p_many (v INT) PARTITIONED BY (n INT) STORED AS PARQUET")
        q(f"INSERT INTO p_many SELECT /*+ COALESCE(1) */ * FROM VALUES {many} AS v(v, n)")
        c.equal("120 partitions in one insert", lambda: (self.count("p_many"), len(q("SHOW PARTITIONS p_many"))), (120, 120))
        c.equal("range over 120 partitions",
                lambda: q("SELECT count(*), sum(v) FROM p_many WHERE n >= 100 AND n < 110")[0], (10, 1045))

    def pruning(self):
        """Every predicate on partition keys gives what it gives on a table without partitions."""
        c, q = self.c, self.q
        kinds = ("string", "int", "date")
        values = ",".join("(%d, %s)" % (i, ", ".join(map(literal, row, kinds)))
                          for i, row in enumerate(PRUNING_ROWS))
        q("CREATE TABLE prune (v INT) PARTITIONED BY (s STRING, n INT, d DATE) STORED AS PARQUET")
        q(f"INSERT INTO prune SELECT /*+ COALESCE(1) */ * FROM VALUES {values} AS x(v, s, n, d)")
        truth = self.spark.sql(f"SELECT * FROM VALUES {values} AS x(v, s, n, d)").cache()
        truth.createOrReplaceTempView("truth")
        for predicate in PRUNING_PREDICATES:
            c.equal(f"pruning {predicate}", lambda: self.rows(f"SELECT v FROM prune WHERE {predicate}"),
                    lambda: self.rows(f"SELECT v FROM truth WHERE {predicate}"))
        for predicate in ("s <=> 'alpha'", "startswith(s, 'al')", "endswith(s, 'ta')", "contains(s, 'ph')",
                          "n IN (1, NULL)", "d > '2024-01-31'", "n = '10'", "cast(n AS STRING) LIKE '1%'",
                          "s RLIKE '^a.*a$'", "n > 1.5"):
            c.equal(f"pruning {predicate}", lambda: self.rows(f"SELECT v FROM prune WHERE {predicate}"),
                    lambda: self.rows(f"SELECT v FROM truth WHERE {predicate}"))

    def partition_changes(self):
        """ADD, RENAME, DROP PARTITION and their refusals."""
        c, q = self.c, self.q
        q("CREATE TABLE pc (v INT) PARTITIONED BY (s STRING, n INT) STORED AS PARQUET")
        q("INSERT INTO pc VALUES (1,'a',1),(2,'a',2),(3,'b',1)")
        place, there = self.location("pc"), f"file:{self.options.work}/part_{self.p}"
        self.files.copy(f"{place}/s=a/n=1", there)
        c.check("add partition", lambda: q("ALTER TABLE pc ADD PARTITION (s='c', n=3) PARTITION (s='c', n=4)"))
        q(f"ALTER TABLE pc ADD PARTITION (s='far', n=9) LOCATION '{there}'")
        c.equal("add partition at a location", lambda: q("SELECT v FROM pc WHERE s='far'"), [(1,)])
        c.fails("add partition again is refused", lambda: q("ALTER TABLE pc ADD PARTITION (s='c', n=3)"), "exist")
        c.check("add partition if not exists", lambda: q("ALTER TABLE pc ADD IF NOT EXISTS PARTITION (s='c', n=3)"))
        q("ALTER TABLE pc PARTITION (s='a', n=1) RENAME TO PARTITION (s='renamed', n=11)")
        c.equal("rename partition", lambda: q("SELECT v, n FROM pc WHERE s='renamed'"), [(1, 11)])
        c.true("rename partition moves managed data",
               lambda: self.files.below(f"{place}/s=renamed/n=11") and not self.files.below(f"{place}/s=a/n=1"))
        c.fails("rename to an existing partition is refused",
                lambda: q("ALTER TABLE pc PARTITION (s='a', n=2) RENAME TO PARTITION (s='b', n=1)"), "exist")
        q("ALTER TABLE pc PARTITION (s='c', n=4) SET LOCATION '" + there + "'")
        c.equal("set a partition's location", lambda: q("SELECT v FROM pc WHERE n=4"), [(1,)])
        c.check("drop partition", lambda: q("ALTER TABLE pc DROP PARTITION (s='b', n=1)"))
        c.true("drop partition deletes managed data", lambda: not self.files.below(f"{place}/s=b/n=1"))
        c.fails("drop a missing partition is refused", lambda: q("ALTER TABLE pc DROP PARTITION (s='b', n=1)"), "not")
        c.check("drop partition if exists", lambda: q("ALTER TABLE pc DROP IF EXISTS PARTITION (s='b', n=1)"))
        q("ALTER TABLE pc DROP PARTITION (s='c')")
        c.equal("drop by a part of the keys", lambda: self.names("SHOW PARTITIONS pc"),
                ["s=a/n=2", "s=far/n=9", "s=renamed/n=11"])
        q(f"CREATE EXTERNAL TABLE pe (v INT) PARTITIONED BY (s STRING) STORED AS PARQUET LOCATION '{there}_ext'")
        q("INSERT INTO pe VALUES (1,'a'),(2,'b')")
        q("ALTER TABLE pe DROP PARTITION (s='a')")
        c.true("drop partition of an external table keeps the data", lambda: self.files.below(f"{there}_ext/s=a"))
        q("ALTER TABLE pe ADD COLUMNS (extra STRING)")
        q("INSERT INTO pe PARTITION (s='b') VALUES (5, 'new')")
        c.equal("old partition reads an added column as null", lambda: self.rows("SELECT v, extra FROM pe"),
                [(2, None), (5, "new")])

    def repair(self):
        """MSCK REPAIR and RECOVER PARTITIONS find what jobs wrote past the catalog."""
        c, q = self.c, self.q
        there = f"file:{self.options.work}/repair_{self.p}"
        q(f"CREATE EXTERNAL TABLE fix (v INT) PARTITIONED BY (s STRING, n INT) STORED AS PARQUET LOCATION '{there}'")
        q("INSERT INTO fix VALUES (1,'a',1)")
        for value in ("b", "c%20d", "서울"):
            self.files.copy(f"{there}/s=a/n=1", f"{there}/s={value}/n=7")
        c.equal("before repair only the known partition", lambda: self.count("fix"), 1)
        c.check("msck repair", lambda: q("MSCK REPAIR TABLE fix"))
        c.equal("msck repair finds partitions", lambda: self.rows("SELECT s, n FROM fix WHERE n = 7"),
                [("b", 7), ("c d", 7), ("서울", 7)])
        c.check("msck repair again changes nothing", lambda: q("MSCK REPAIR TABLE fix"))
        c.equal("partitions after a second repair", lambda: len(q("SHOW PARTITIONS fix")), 4)
        self.files.remove(f"{there}/s=b")
        self.files.copy(f"{there}/s=a/n=1", f"{there}/s=e/n=8")
        q("MSCK REPAIR TABLE fix SYNC PARTITIONS")
        c.equal("msck repair sync drops and adds",
                lambda: [s for s, in self.rows("SELECT s FROM fix")], ["a", "c d", "e", "서울"])
        self.files.copy(f"{there}/s=a/n=1", f"{there}/s=f/n=9")
        q("ALTER TABLE fix RECOVER PARTITIONS")
        c.equal("recover partitions", lambda: q("SELECT v FROM fix WHERE s = 'f'"), [(1,)])

    def statistics(self):
        """ANALYZE and what DESCRIBE then tells."""
        c, q = self.c, self.q
        q("CREATE TABLE st (i INT, s STRING) PARTITIONED BY (p STRING) STORED AS PARQUET")
        q("INSERT INTO st VALUES (1,'a','x'),(2,NULL,'x'),(3,'ccc','y')")
        q("ANALYZE TABLE st COMPUTE STATISTICS")
        c.true("analyze counts rows", lambda: "3 rows" in self.detail("st", "Statistics"))
        q("ANALYZE TABLE st COMPUTE STATISTICS FOR COLUMNS i, s")
        told = lambda column: dict(q(f"DESCRIBE EXTENDED st {column}"))
        c.equal("analyze columns: range", lambda: (told("i")["min"], told("i")["max"]), ("1", "3"))
        c.equal("analyze columns: nulls", lambda: (told("s")["num_nulls"], told("s")["max_col_len"]), ("1", "3"))
        q("ANALYZE TABLE st PARTITION (p='x') COMPUTE STATISTICS")
        part = lambda: [v for k, v, *_ in q("DESCRIBE EXTENDED st PARTITION (p='x')") if k == "Partition Statistics"]
        c.true("analyze a partition", lambda: "2 rows" in part()[0])
        q("ANALYZE TABLE st COMPUTE STATISTICS NOSCAN")
        c.true("analyze noscan keeps a size", lambda: "bytes" in self.detail("st", "Statistics"))
        q("INSERT INTO st VALUES (4,'d','z')")
        c.equal("insert after analyze is read", lambda: self.count("st"), 4)

    def views(self):
        """Views: make, read, replace, list, drop."""
        c, q = self.c, self.q
        q("CREATE TABLE vt STORED AS ORC AS SELECT * FROM VALUES (1,'a',1),(2,'b',-1) AS x(v, s, n)")
        q("CREATE VIEW v1 COMMENT '보기' AS SELECT v, s FROM vt WHERE n > 0")
        c.equal("view reads", lambda: q("SELECT * FROM v1"), [(1, "a")])
        c.equal("view type", lambda: self.detail("v1", "Type"), "VIEW")
        c.true("view is listed", lambda: "v1" in self.names("SHOW VIEWS", 1))
        c.true("view is among the tables", lambda: "v1" in self.names("SHOW TABLES", 1))
        c.fails("view again is refused", lambda: q("CREATE VIEW v1 AS SELECT 1 AS one"), "exist")
        q("CREATE OR REPLACE VIEW v1 AS SELECT 1 AS one")
        c.equal("view replaced", lambda: q("SELECT * FROM v1"), [(1,)])
        q("ALTER VIEW v1 AS SELECT 2 AS two, '뷰' AS name")
        c.equal("view altered", lambda: q("SELECT * FROM v1"), [(2, "뷰")])
        q("ALTER VIEW v1 SET TBLPROPERTIES ('k'='v')")
        c.equal("view property", lambda: self.property("v1", "k"), "v")
        q("ALTER VIEW v1 RENAME TO v2")
        c.equal("view renamed", lambda: q("SELECT two FROM v2"), [(2,)])
        q(f"CREATE VIEW v_long AS SELECT '{'가' * 20000}' AS text, 1 AS one")
        c.equal("view of 20,000 characters", lambda: len(q("SELECT text FROM v_long")[0][0]), 20000)
        c.fails("drop table on a view is refused", lambda: q("DROP TABLE v2"), "view")
        c.check("drop view", lambda: q("DROP VIEW v2"))
        c.true("dropped view is gone", lambda: "v2" not in self.names("SHOW VIEWS", 1))

    def functions(self):
        """Permanent functions."""
        c, q = self.c, self.q
        upper = "org.apache.hadoop.hive.ql.udf.generic.GenericUDFUpper"
        c.check("create function", lambda: q(f"CREATE FUNCTION shout AS '{upper}'"))
        c.equal("function runs", lambda: q("SELECT shout('abc')"), [("ABC",)])
        c.true("function is listed",
               lambda: f"spark_catalog.{self.db}.shout" in self.names("SHOW USER FUNCTIONS"))
        described = lambda name: any(name in row[0] for row in q(f"DESCRIBE FUNCTION {self.db}.shout"))
        c.true("function is described", lambda: described(upper))
        c.fails("function again is refused", lambda: q(f"CREATE FUNCTION shout AS '{upper}'"), "exist")
        lower = "org.apache.hadoop.hive.ql.udf.generic.GenericUDFLower"
        q(f"CREATE OR REPLACE FUNCTION shout AS '{lower}'")
        c.true("function is replaced", lambda: described(lower))
        c.check("drop function", lambda: q("DROP FUNCTION shout"))
        c.fails("dropped function is not found", lambda: q(f"SELECT {self.db}.shout('a')"), "shout")
        c.check("drop function if exists", lambda: q("DROP FUNCTION IF EXISTS shout"))

    def odd_values(self):
        """Partition values that need escapes, in one key and read back each by itself."""
        c, q = self.c, self.q
        odd = {**ODD_VALUES, "Korean": KOREAN, "null": None}
        q("CREATE TABLE odd (v INT) PARTITIONED BY (s STRING, n INT) STORED AS PARQUET")
        values = ",".join(f"({i}, {literal(value, 'string', QUOTE)}, {i})" for i, value in enumerate(odd.values()))
        q(f"INSERT INTO odd SELECT /*+ COALESCE(1) */ * FROM VALUES {values} AS x(v, s, n)")
        c.equal("odd values all read", lambda: self.rows("SELECT s, v FROM odd"),
                lambda: sorted(((value, i) for i, value in enumerate(odd.values())), key=repr))
        for i, (name, value) in enumerate(odd.items()):
            predicate = "s IS NULL" if value is None else f"s = {literal(value, 'string', QUOTE)}"
            c.equal(f"odd value found: {name}", lambda: q(f"SELECT v, s FROM odd WHERE {predicate}"), [(i, value)])
            if value is not None:
                q(f"ALTER TABLE odd DROP PARTITION (s={literal(value, 'string', QUOTE)}, n={i})")
                c.equal(f"odd value dropped: {name}", lambda: q(f"SELECT v FROM odd WHERE {predicate}"), [])
        q("CREATE TABLE nulls (v INT) PARTITIONED BY (n INT, d DATE) STORED AS ORC")
        q("INSERT INTO nulls VALUES (1, NULL, DATE '2024-01-01'), (2, 5, NULL), (3, 5, DATE '2024-01-01')")
        c.equal("null int key", lambda: q("SELECT v FROM nulls WHERE n IS NULL"), [(1,)])
        c.equal("null date key", lambda: q("SELECT v FROM nulls WHERE d IS NULL"), [(2,)])
        c.equal("comparison leaves nulls out", lambda: self.rows("SELECT v FROM nulls WHERE n = 5"), [(2,), (3,)])
        c.equal("not equal leaves nulls out",
                lambda: q("SELECT v FROM nulls WHERE n <> 6 AND d <> DATE '1999-01-01'"), [(3,)])

    def iceberg(self):
        """Iceberg tables whose commits go through the metastore's locks and alter_table."""
        c, q, t = self.c, self.q, f"ice.{self.db}.ice1"
        q(f"CREATE TABLE {t} (i BIGINT, s STRING) USING iceberg PARTITIONED BY (s) TBLPROPERTIES "
          "('commit.retry.num-retries'='50', 'commit.retry.min-wait-ms'='20', 'commit.retry.max-wait-ms'='500')")
        c.check("iceberg insert", lambda: q(f"INSERT INTO {t} VALUES (1,'a'),(2,'b')"))
        c.equal("iceberg read", lambda: self.rows(f"SELECT * FROM {t}"), [(1, "a"), (2, "b")])
        c.check("iceberg delete", lambda: q(f"DELETE FROM {t} WHERE i = 1"))
        q(f"MERGE INTO {t} t USING (SELECT 2 AS i, 'm' AS s) m ON t.i = m.i WHEN MATCHED THEN UPDATE SET s = m.s")
        c.equal("iceberg merge", lambda: self.rows(f"SELECT * FROM {t}"), [(2, "m")])
        q(f"ALTER TABLE {t} ADD COLUMN extra INT AFTER i")
        q(f"ALTER TABLE {t} RENAME COLUMN s TO name")
        c.equal("iceberg schema evolution", lambda: self.rows(f"SELECT * FROM {t}"), [(2, None, "m")])
        c.equal("iceberg history is kept", lambda: q(f"SELECT count(*) FROM {t}.snapshots")[0][0], 3)

        def writer(number):
            for i in range(4):
                q(f"INSERT INTO {t} VALUES ({100 * number + i}, {i}, 'w{number}')")

        c.check("iceberg two writers at once", lambda: at_once([lambda: writer(1), lambda: writer(2)]))
        c.equal("iceberg no commit is lost", lambda: q(f"SELECT count(*) FROM {t} WHERE name LIKE 'w%'")[0][0], 8)
        c.true("iceberg table is among the tables", lambda: "ice1" in self.names(f"SHOW TABLES IN ice.{self.db}", 1))
        c.check("iceberg rename", lambda: q(f"ALTER TABLE {t} RENAME TO ice.{self.db}.ice2"))
        c.equal("iceberg renamed table reads", lambda: self.count(f"ice.{self.db}.ice2"), 9)
        place = self.location(f"ice.{self.db}.ice2")
        c.check("iceberg drop purge", lambda: q(f"DROP TABLE ice.{self.db}.ice2 PURGE"))
        c.true("iceberg drop purge deletes the data", lambda: not self.files.below(place))

    def clean_up(self):
        """The whole database goes, and with it all managed data."""
        c, q = self.c, self.q
        place = {key: value for key, value, *_ in q(f"DESCRIBE DATABASE {self.db}")}["Location"]
        c.true("database drop cascade of everything",
               lambda: q("USE default") == [] and q(f"DROP DATABASE {self.db} CASCADE") == [])
        c.equal("no managed data is left", lambda: self.files.below(place), [])


def main():
    """Runs all topics; one that breaks down is one failure, and the next goes on."""
    options = arguments("--uri", "--iceberg-jar")
    checks = Checks(options)
    os.chdir(options.work)
    spark = start_session(options)
    print(f"Spark {spark.version} is up", flush=True)
    suite = Suite(spark, checks, options)
    for topic in (suite.databases, suite.start, suite.formats, suite.shapes, suite.alterations,
                  suite.partitions, suite.pruning, suite.partition_changes, suite.repair, suite.statistics, suite.views,
                  suite.functions, suite.odd_values, suite.iceberg, suite.clean_up):
        checks.topic(topic)
    spark.stop()
    sys.exit(checks.finish())


if __name__ == "__main__":
    main()
